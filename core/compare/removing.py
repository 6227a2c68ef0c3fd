"""What an apply cannot take away: fields that others added and Git does not have.

Server-side apply leaves the fields of other managers alone, so a heal of such a field is a patch
that removes exactly it, at the place where it stands in one version of the object.
"""

from collections.abc import Iterable

import msgspec

from core.compare.paths import Element, Member, Part, is_entry, parse_path
from core.model import Json, Live


def removals(live: Live, paths: Iterable[str]) -> tuple[str, ...]:
    """Return where fields stand in *live*, as JSON pointers (RFC 6901).

    Args:
        live: The object at the version that the patch will be made against.
        paths: Of the fields, as in `FieldChange.path`; those that are gone already are left out.

    Returns:
        Later entries of a list before earlier ones, so that no removal moves another.
    """
    body: Json = msgspec.json.decode(live.body)
    found = (_steps(body, parse_path(path)) for path in paths)
    places = sorted((steps for steps in found if steps), key=_later_first, reverse=True)
    return tuple("".join(f"/{_escaped(step)}" for step in steps) for steps in places)


def _steps(value: Json, parts: Iterable[Part]) -> tuple[str | int, ...]:
    """Walk to a field; empty if it is not there."""
    steps: list[str | int] = []
    for part in parts:
        step = _step(value, part)
        if step is None:
            return ()
        steps.append(step)
        value = value[step]  # type: ignore[index]  # `_step` looked
    return tuple(steps)


def _step(value: Json, part: Part) -> str | int | None:
    if isinstance(value, dict):
        return part if isinstance(part, str) and part in value else None
    if not isinstance(value, list):
        return None
    if isinstance(part, int):
        return part if part < len(value) else None
    return next((at for at, entry in enumerate(value) if _is(entry, part)), None)


def _is(entry: Json, part: Part) -> bool:
    if isinstance(part, Member):
        return entry == part.value
    return isinstance(part, Element) and is_entry(entry, part)


def _later_first(steps: tuple[str | int, ...]) -> list[tuple[bool, int, str]]:
    return [(isinstance(s, int), s if isinstance(s, int) else 0, str(s)) for s in steps]


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
