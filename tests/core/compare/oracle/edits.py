"""Single changes of one object: what a person does to it, or a growing object to itself."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from core.model import ABSENT, Absent, Json, JsonObject

Pointer: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """Put *value* at *pointer*; ABSENT removes, and an index behind the end of a list appends."""

    pointer: Pointer
    value: Json | Absent

    def on(self, document: JsonObject) -> JsonObject:
        """Return a changed copy."""
        changed = copy.deepcopy(document)
        holder: Any = changed
        for step in self.pointer[:-1]:
            holder = holder[step]
        last = self.pointer[-1]
        if isinstance(self.value, Absent):
            del holder[last]
        elif isinstance(holder, list) and isinstance(last, int) and last >= len(holder):
            holder.append(self.value)
        else:
            holder[last] = self.value
        return changed

    def json_patch(self, document: JsonObject) -> list[Json]:
        """Return it as RFC 6902."""
        path = "".join(f"/{str(s).replace('~', '~0').replace('/', '~1')}" for s in self.pointer)
        if isinstance(self.value, Absent):
            return [{"op": "remove", "path": path}]
        there = at(document, self.pointer) is not ABSENT
        return [{"op": "replace" if there else "add", "path": path, "value": self.value}]

    def merge_patch(self, document: JsonObject) -> JsonObject:
        """Return it as RFC 7386: a list is replaced whole."""
        steps, value = self.pointer, self.value
        lists = [n for n, step in enumerate(steps) if isinstance(step, int)]
        if lists:
            steps = steps[: lists[0]]
            value = at(self.on(document), steps)
        patch: Json = None if isinstance(value, Absent) else value
        for step in reversed(steps):
            patch = {str(step): patch}
        assert isinstance(patch, dict)
        return patch

    def __str__(self) -> str:
        value = "removed" if isinstance(self.value, Absent) else json.dumps(self.value)
        return f"{'/'.join(map(str, self.pointer))} = {value}"


def at(document: Json, pointer: Pointer) -> Json | Absent:
    """Return what stands at *pointer*."""
    here: Any = document
    for step in pointer:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return here  # type: ignore[no-any-return]


def leaves(value: Json, pointer: Pointer = ()) -> Iterator[Pointer]:
    """Every pointer into *value*, containers included, but the root."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*pointer, key)
            yield from leaves(item, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield (*pointer, index)
            yield from leaves(item, (*pointer, index))


def unkept(stated: Json, created: Json | Absent, pointer: Pointer = ()) -> Iterator[Pointer]:
    """Every value of *stated* that the server dropped or wrote otherwise."""
    if isinstance(stated, dict) and isinstance(created, dict):
        for key, item in stated.items():
            yield from unkept(item, created.get(key, ABSENT), (*pointer, key))
    elif isinstance(stated, list) and isinstance(created, list):
        for index, item in enumerate(stated):
            kept = created[index] if index < len(created) else ABSENT
            yield from unkept(item, kept, (*pointer, index))
    elif stated and stated != created:
        yield pointer
