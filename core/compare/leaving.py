"""What an apply sends where it must change nothing: fields that a controller or an autoscaler owns.

Our applies are forced, so a field is left alone only by what is sent (verdicts.md section 4):

- another Apply manager owns it: left out.  We give up owning it, and it keeps the field.
- otherwise: the live value.  Left out, a field that only we own would be deleted.
- live lacks it: left out.
"""

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from core.compare.evidence import value_at
from core.compare.ownership import OwnerClass, Owners
from core.compare.paths import Element, Member, Part, Parts, is_entry, parse_path
from core.model import ABSENT, Absent, Desired, Json, JsonObject, Live


def leave(desired: Desired, live: Live, paths: Iterable[str]) -> Desired:
    """Return *desired* as it is sent to *live* so that the fields at *paths* stay as they are.

    Its digest stays that of what Git states.  With live values in it, the payload holds for this
    version of the object only; the gateway sends the version along.
    """
    found: JsonObject = msgspec.json.decode(live.body, type=dict)
    made: Json | Absent = msgspec.json.decode(desired.body)
    owners = Owners.parse(found)
    for path in paths:
        parts = parse_path(path)
        value = ABSENT if _is_applied(owners, parts) else value_at(found, parts)
        if not isinstance(made, Absent):
            made = _with(made, parts, value)
    return replace(desired, body=msgspec.json.encode(made, order="sorted"))


def _is_applied(owners: Owners, parts: Parts) -> bool:
    """Tell whether another server-side applier owns the field."""
    others = (each for each in owners.of(parts) if each.kind is not OwnerClass.OURS)
    return any(owner.operation == "Apply" for owner in others)


def _with(document: Json, parts: Parts, value: Json | Absent) -> Json | Absent:
    """Return *document* with another value at one place, where that is there at all."""
    if not parts:
        return value
    step = _step(document, parts[0])
    if step is None:
        return document
    if isinstance(document, dict):
        inner = _with(document[str(step)], parts[1:], value)
        kept = {key: item for key, item in document.items() if key != step}
        if not isinstance(inner, Absent):
            return {**kept, str(step): inner}
        return kept or ABSENT  # an empty map would be owned as a whole
    assert isinstance(document, list)
    assert isinstance(step, int)
    inner = _with(document[step], parts[1:], value)
    entry = [] if isinstance(inner, Absent) else [inner]
    return [*document[:step], *entry, *document[step + 1 :]]


def _step(document: Json, part: Part) -> str | int | None:
    if isinstance(document, dict):
        return part if isinstance(part, str) and part in document else None
    if not isinstance(document, list):
        return None
    if isinstance(part, int):
        return part if part < len(document) else None
    return next((at for at, item in enumerate(document) if _is(item, part)), None)


def _is(item: Json, part: Part) -> bool:
    if isinstance(part, Member):
        return Member(item) == part if not isinstance(item, dict | list) else False
    return isinstance(part, Element) and is_entry(item, part)
