"""An edit as the server reads it: a JSON patch, for one version of the object.

What an apply cannot do is an edit.  It leaves alone the fields that other managers own, so what
they added is removed; and an entry of a list whose key was changed is another entry to it, which
would stay beside Git's, or be in its way, so Git's is put in its place.

Paths name and pointers count, so where a place is can be said only of one version, which the
gateway sends along.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Final

import msgspec

from core.model import Json, JsonObject, Live
from core.model.paths import Parts, Steps, format_pointer, locate, value_at
from core.model.requests import Add, Edit, Operation, Remove, Replace

_TWINS: Final = {"serviceAccountName": "serviceAccount"}


def with_twin(parts: Parts) -> tuple[Parts, ...]:
    """Add the field from which the server would fill in a removed one again."""
    twin = _TWINS.get(parts[-1]) if parts and isinstance(parts[-1], str) else None
    return (parts,) if twin is None else (parts, (*parts[:-1], twin))


def json_patch(edit: Edit, live: Live) -> tuple[JsonObject, ...]:
    """Return the operations that make *edit* on *live*.

    Each points into what those before it leave behind.  Later entries of a list are removed before
    earlier ones; what has no place in *live* needs no operation.
    """
    return tuple(_operations(edit.operations, msgspec.json.decode(live.body)))


def edited(document: Json, operations: Iterable[Operation]) -> Json:
    """Return *document* as the operations leave it behind; it is itself not changed."""
    made = deepcopy(document)
    for _ in _operations(operations, made):
        pass  # each is done when it is yielded
    return made


def _operations(operations: Iterable[Operation], document: Json) -> Iterator[JsonObject]:
    operations = tuple(operations)
    for each in operations:
        steps = locate(document, each.parts) if isinstance(each, Replace) else None
        if isinstance(each, Replace) and steps:
            _holder(document, steps)[steps[-1]] = each.value  # type: ignore[index]
            yield {"op": "replace", "path": format_pointer(steps), "value": each.value}
    removed = (each.parts for each in operations if isinstance(each, Remove))
    for steps in _standing(document, removed):
        del _holder(document, steps)[steps[-1]]  # type: ignore[arg-type]
        yield {"op": "remove", "path": format_pointer(steps)}
    added = (each for each in operations if isinstance(each, Add))
    for each in sorted(added, key=lambda add: (add.at is None, add.at or 0)):
        found = _place_for(document, each)
        if found is not None:
            place, value = found
            holder = _holder(document, place)
            if isinstance(holder, list):
                holder.insert(int(place[-1]), value)
            else:
                holder[str(place[-1])] = value
            yield {"op": "add", "path": format_pointer(place), "value": deepcopy(value)}


def _standing(document: Json, paths: Iterable[Parts]) -> list[Steps]:
    """Find what is to be removed, the last first, so that no removal moves another."""
    found = (locate(document, each) for parts in paths for each in with_twin(parts))
    return sorted({steps for steps in found if steps}, key=_later_first, reverse=True)


def _later_first(steps: Steps) -> list[tuple[bool, int | str]]:
    return [(isinstance(step, int), step) for step in steps]


def _place_for(document: Json, add: Add) -> tuple[Steps, Json] | None:
    """Return where a value is put, and the value: what is gone around it comes back with it.

    A server keeps no list or map that became empty.
    """
    for depth in range(len(add.parts) - 1, -1, -1):
        above = locate(document, add.parts[:depth])
        if above is not None:
            holder, part = value_at(document, add.parts[:depth]), add.parts[depth]
            value = _wrapped(add.value, add.parts[depth + 1 :])
            if isinstance(holder, list):
                return (*above, len(holder) if add.at is None else min(add.at, len(holder))), value
            if isinstance(holder, dict) and isinstance(part, str):
                return (*above, part), value
            return None
    return None


def _wrapped(value: Json, parts: Parts) -> Json:
    for part in reversed(parts):
        value = {part: value} if isinstance(part, str) else [value]
    return value


def _holder(document: Json, steps: Steps) -> list[Json] | JsonObject:
    here = document
    for step in steps[:-1]:
        here = here[step]  # type: ignore[index]
    assert isinstance(here, dict | list)
    return here
