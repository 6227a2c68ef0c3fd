"""Glyph, word and role of each state: colour alone never says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.model import Drift, Held, Verdict
from core.telling.moments import age
from core.telling.spans import Role
from core.telling.verdicts import ROLES, WORDS


@dataclass(frozen=True, slots=True)
class Sign:
    """How one state is shown."""

    glyph: str
    letter: str  # the glyph of terminals that have only ASCII
    word: str
    role: Role

    def mark(self, *, ascii_only: bool) -> str:
        """The one-cell mark."""
        return self.letter if ascii_only else self.glyph


_MARKS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.DRIFTED: ("≠", "~"),
    Verdict.MISSING: ("∅", "M"),
    Verdict.EXTRA: ("✱", "X"),
    Verdict.CONTESTED: ("⇄", "C"),
    Verdict.UNKNOWN: ("?", "?"),
    Verdict.IN_SYNC: ("✓", "="),
}
SIGNS: Final[Mapping[Verdict, Sign]] = {
    verdict: Sign(*_MARKS[verdict], word, ROLES[verdict]) for verdict, word in WORDS.items()
}
HEALING: Final = Sign("↻", "H", "healing", Role.HEALING)
IGNORED: Final = Sign("⊘", "I", "ignored", Role.MUTED)
READING: Final = Sign("…", ".", "reading", Role.MUTED)


def sign_of(drift: Drift, now: float) -> Sign:
    """The state a list shows: what hides the verdict is a call in flight, a pause, or rules."""
    if drift.calling:
        return HEALING
    differs = drift.verdict is Verdict.IN_SYNC and drift.ignored
    return paused(drift.held, now) or (IGNORED if differs else SIGNS[drift.verdict])


def paused(held: Held | None, now: float) -> Sign | None:
    """How it is shown that something is set aside; None: it is not."""
    if held is None or held.pause is None:
        return None
    return Sign("◷", "P", f"paused {age(held.pause.until - now)}", Role.MUTED)
