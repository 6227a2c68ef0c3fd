"""What the verdicts are called, how loud each is, and which comes first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from core.model import FieldVerdict, Verdict
from core.telling.spans import Role

WORDS: Final[Mapping[Verdict, str]] = {  # worst first
    Verdict.DRIFTED: "drifted",
    Verdict.MISSING: "missing",
    Verdict.EXTRA: "extra",
    Verdict.CONTESTED: "contested",
    Verdict.UNKNOWN: "unknown",
    Verdict.IN_SYNC: "in sync",
}
RANKS: Final[Mapping[Verdict, int]] = {verdict: rank for rank, verdict in enumerate(WORDS)}
ROLES: Final[Mapping[Verdict, Role]] = {verdict: Role(verdict.value) for verdict in Verdict}
FIELD_RANKS: Final[Mapping[FieldVerdict, int]] = {
    FieldVerdict.DRIFT: 0,
    FieldVerdict.CONTESTED: 1,
    FieldVerdict.WARN: 2,
    FieldVerdict.INFO: 3,
}


def totals(counts: Iterable[tuple[Verdict, int]], ignored: int = 0) -> str:
    """Count rows by verdict, worst first, and apart from them the differences that rules hide."""
    known = dict(counts)
    parts = [f"{known[verdict]} {word}" for verdict, word in WORDS.items() if known.get(verdict)]
    return (", ".join(parts) or "no objects") + (f" ({ignored} ignored)" if ignored else "")


def no_manifests(others: Sequence[str]) -> str:
    """Say how many files and documents ("file:line") are no manifests, and how many are hooks."""
    hooks = sum(": hook " in other for other in others)
    count = len(others) - hooks
    places = any(other.rpartition(":")[2].isdecimal() for other in others)
    what = "document" if places else "file"
    said = [f"1 {what} is no manifest" if count == 1 else f"{count:,} {what}s are no manifests"]
    if hooks:
        left = f"{hooks:,} {'hook' if hooks == 1 else 'hooks'} of helm left out"
        said = [*said, left] if count else [left]
    return ", ".join(said)
