"""Which edit comes next, and other ways to write the same object; decided by dice alone."""

from random import Random
from typing import Any, Final

from core.model import ABSENT, Json, JsonObject
from tests.core.compare.oracle.edits import Edit, Pointer, at, leaves
from tests.core.compare.oracle.shapes import Shapes, anything, skipped

_NEW_KEYS: Final = ("a", "b", "new", "x.io/c", "d.e", "f_g")
_ZEROS: Final[dict[str, Json]] = {
    "array": [],
    "boolean": False,
    "integer": 0,
    "object": {},
    "string": "",
}
_SAME: Final[dict[str, str]] = {
    "1": "1000m", "1000m": "1", "0.5": "500m", "100m": "0.1", "1Gi": "1024Mi", "1024Mi": "1Gi",
    "1000M": "1G", "5k": "5000", "2": "2.0", "0": "0m", "1.5Gi": "1536Mi",
}  # fmt: skip


def addition(document: JsonObject, raw: JsonObject, shapes: Shapes, dice: Random) -> Edit | None:
    """Propose a field, key or entry that *document* lacks."""
    place = dice.choice(list(shapes.places(document, raw)))
    if isinstance(place.value, list):
        items = shapes.resolved(place.raw.get("items"))
        name = str(next((s for s in reversed(place.pointer) if isinstance(s, str)), ""))
        entry = shapes.entry(place.raw, items, name, dice) if items else anything(dice)
        return Edit((*place.pointer, len(place.value)), entry)
    assert isinstance(place.value, dict)
    properties = place.raw.get("properties")
    declared = sorted(properties) if isinstance(properties, dict) else []
    free = not declared or place.raw.get("x-kubernetes-preserve-unknown-fields") is True
    names = [*declared, *(_NEW_KEYS if free else ())]
    names = [
        name for name in names if name not in place.value and not skipped((*place.pointer, name))
    ]
    if not names:
        return None
    name = dice.choice(names)
    child = shapes.child(place.raw, name)
    value = shapes.value(child, name, dice) if child else anything(dice)
    return Edit((*place.pointer, name), value)


def change(document: JsonObject, raw: JsonObject, shapes: Shapes, dice: Random) -> Edit | None:
    """Propose another value for a single value."""
    pointers = [
        pointer
        for pointer in leaves(document)
        if not isinstance(at(document, pointer), dict | list) and _open(pointer)
    ]
    if not pointers:
        return None
    pointer = dice.choice(pointers)
    name = str(next((s for s in reversed(pointer) if isinstance(s, str)), ""))
    schema = shapes.schema_at(raw, pointer)
    value = shapes.value(schema, name, dice) if schema else anything(dice)
    return Edit(pointer, value) if value != at(document, pointer) else None


def removal(document: JsonObject, dice: Random) -> Edit | None:
    """Propose to remove anything."""
    pointers = [pointer for pointer in leaves(document) if _open(pointer)]
    return Edit(dice.choice(pointers), ABSENT) if pointers else None


def reordering(document: JsonObject, dice: Random) -> Edit | None:
    """Propose another order of a list."""
    lists = [
        pointer
        for pointer in leaves(document)
        if _open(pointer) and len(_listed(at(document, pointer))) > 1
    ]
    if not lists:
        return None
    pointer = dice.choice(lists)
    return Edit(pointer, list(reversed(_listed(at(document, pointer)))))


def any_edit(document: JsonObject, raw: JsonObject, shapes: Shapes, dice: Random) -> Edit | None:
    """Propose what a person may do."""
    kind = dice.random()
    if kind < 0.4:
        return addition(document, raw, shapes, dice)
    if kind < 0.7:
        return change(document, raw, shapes, dice)
    return removal(document, dice) if kind < 0.95 else reordering(document, dice)


def _open(pointer: Pointer) -> bool:
    return len(pointer) > (pointer[0] == "metadata") and not skipped(pointer)


def _listed(value: Any) -> list[Json]:
    return value if isinstance(value, list) else []


# The same object in other words ----------------------------------------------------------------


def shuffled(value: Json, dice: Random) -> Any:
    """Put the keys of every object into another order."""
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    return [shuffled(item, dice) for item in value] if isinstance(value, list) else value


def restated(
    value: Json, raw: JsonObject, shapes: Shapes, dice: Random, pointer: Pointer = ()
) -> Any:
    """Write quantities otherwise, and state nulls, zeros and empty values here and there."""
    if isinstance(value, list):
        items = shapes.resolved(raw.get("items"))
        return [restated(item, items, shapes, dice, (*pointer, 0)) for item in value]
    if not isinstance(value, dict):
        other = raw.get("type") == "quantity" and isinstance(value, str)
        return _SAME.get(str(value), value) if other else value
    written: dict[str, Any] = {
        key: item
        if skipped((*pointer, key))
        else restated(item, shapes.child(raw, key), shapes, dice, (*pointer, key))
        for key, item in value.items()
    }
    if written.get("protocol") == "TCP" and dice.random() < 0.5:
        del written["protocol"]
    properties = raw.get("properties")
    names = sorted(properties) if isinstance(properties, dict) else []
    for key in dice.sample(names, min(len(names), dice.choice((0, 0, 1, 2)))):
        if key not in written and not skipped((*pointer, key)):
            child = shapes.child(raw, key)
            default: Json = {} if "properties" in child else None
            zero = _ZEROS.get(str(child.get("type")), default)
            written[key] = None if dice.random() < 0.4 else zero
    return written


def thinned(value: Json, dice: Random, pointer: Pointer = ()) -> Any:
    """Leave out some of what an object states; list entries stay."""
    if isinstance(value, dict):
        return {
            key: thinned(item, dice, (*pointer, key))
            for key, item in value.items()
            if len(pointer) < 1 or dice.random() < 0.8 or key in {"name", "namespace"}
        }
    return [thinned(item, dice, pointer) for item in value] if isinstance(value, list) else value
