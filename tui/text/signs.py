"""Glyph, word and role of each state: colour alone never says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.model import Drift, Verdict
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


def sign_of(drift: Drift) -> Sign:
    """The state a list shows: a call in flight hides the verdict, and so do rules that hide all."""
    if drift.calling:
        return HEALING
    differs = drift.verdict is Verdict.IN_SYNC and drift.ignored
    return IGNORED if differs else SIGNS[drift.verdict]
