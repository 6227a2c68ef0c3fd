"""Glyph, word and role of each state: colour alone never says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.model import Cause, Drift, Verdict
from tui.palette import Role


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


SIGNS: Final[Mapping[Verdict, Sign]] = {
    Verdict.DRIFTED: Sign("≠", "~", "drifted", Role.DRIFTED),
    Verdict.MISSING: Sign("∅", "M", "missing", Role.GIT),
    Verdict.EXTRA: Sign("✱", "X", "extra", Role.LIVE),
    Verdict.CONTESTED: Sign("⇄", "C", "contested", Role.CONTESTED),
    Verdict.UNKNOWN: Sign("?", "?", "unknown", Role.UNKNOWN),
    Verdict.IN_SYNC: Sign("✓", "=", "in sync", Role.MUTED),
}
HEALING: Final = Sign("↻", "H", "healing", Role.HEALING)
IGNORED: Final = Sign("⊘", "I", "ignored", Role.MUTED)
READING: Final = Sign("…", ".", "reading", Role.MUTED)

RANKS: Final[Mapping[Verdict, int]] = {verdict: rank for rank, verdict in enumerate(SIGNS)}

CAUSES: Final[Mapping[Cause, str]] = {
    Cause.LIVE_CHANGED: "someone changed the cluster",
    Cause.GIT_AHEAD: "Git moved and was not applied yet",
    Cause.BOTH: "the cluster was changed and Git moved",
}


def sign_of(drift: Drift) -> Sign:
    """The state a list shows: a call in flight hides the verdict, and so do rules that hide all."""
    if drift.calling:
        return HEALING
    differs = drift.verdict is Verdict.IN_SYNC and drift.ignored
    return IGNORED if differs else SIGNS[drift.verdict]
