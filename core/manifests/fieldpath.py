"""Walking down a dotted path of `FieldChange` in what a file states.

A file states less than the API server: keys of list entries may be left to their defaults, and what
was added live is not there at all.  So a walk goes as far as it can.
"""

from collections.abc import Iterator
from functools import lru_cache

from core.compare.paths import Element, Member, Part, PathError, parse_path
from core.model import ABSENT, Absent, Json


def steps(value: Json, path: str) -> Iterator[tuple[str | int, Json]]:
    """Walk down *path* from *value*: each key or index that is there, and what it holds.

    Fewer steps than the path has parts mean that the rest is not there.
    """
    for part in _parts(path):
        step = _step(value, part)
        if step is None:
            return
        value = value[step]  # type: ignore[index]  # _step found it
        yield step, value


def value_in(value: Json, path: str) -> Json | Absent:
    """Return the value at *path*, or ABSENT."""
    walked = list(steps(value, path))
    if len(walked) < len(_parts(path)):
        return ABSENT
    return walked[-1][1] if walked else value


@lru_cache(maxsize=1024)
def _parts(path: str) -> tuple[Part, ...]:
    try:
        return parse_path(path)
    except PathError:
        return (Member(None),)  # leads nowhere, so the object itself is found


def _step(value: Json, part: Part) -> str | int | None:
    if isinstance(part, str):
        return part if isinstance(value, dict) and part in value else None
    if not isinstance(value, list):
        return None
    if isinstance(part, int):
        return part if part < len(value) else None
    if isinstance(part, Member):
        return next((at for at, entry in enumerate(value) if _same(entry, part.value)), None)
    scores = [_fit(entry, part) for entry in value]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def _fit(entry: Json, element: Element) -> int:
    """Count the keys that fit; 0 if one differs.  One that is left to its default does not."""
    score = 0
    for key, wanted in element.keys:
        found = entry.get(key, ABSENT) if isinstance(entry, dict) else None
        if isinstance(found, Absent):
            continue
        if not _same(found, wanted):
            return 0
        score += 1
    return score


def _same(found: Json, wanted: Json) -> bool:
    """Compare as JSON does: True is not 1."""
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)
