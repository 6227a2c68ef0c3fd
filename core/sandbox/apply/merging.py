"""Laying one value over another, and taking fields out of one (typed/merge.go, typed/remove.go)."""

from collections.abc import Sequence

from core.sandbox.types.fieldset import FieldSet
from core.sandbox.types.schema import ListType, MapType, Type
from core.sandbox.types.typed import ABSENT, KeyFaultError, child_type, element_of, shape_of


def merge(live: object, applied: object, kind: Type) -> object:
    """Lay *applied* over *live*; lists and maps merge as their type says."""
    chosen = live if applied is ABSENT else applied
    shape = shape_of(kind, chosen)
    if isinstance(shape, MapType):
        mine = live if isinstance(live, dict) else {}
        theirs = applied if isinstance(applied, dict) else {}
        if shape.atomic or not (mine or theirs):
            return chosen
        return _merge_maps(mine, theirs, shape)
    if isinstance(shape, ListType):
        ours = live if isinstance(live, list) else []
        others = applied if isinstance(applied, list) else []
        if not shape.associative or not (ours or others):
            return chosen
        return _merge_lists(ours, others, shape)
    return chosen


def _merge_maps(live: dict[str, object], applied: dict[str, object], kind: MapType) -> object:
    out = {name: value for name, value in live.items() if name not in applied}
    for name, value in applied.items():
        below = child_type(kind, name)
        merged = value if below is None else merge(live.get(name, ABSENT), value, below)
        if merged is not ABSENT:
            out[name] = merged
    return out or ABSENT


def _indexed(items: Sequence[object], kind: ListType) -> tuple[list[str], dict[str, object]]:
    elements, seen = [], dict[str, object]()
    for item in items:
        element = element_of(kind, item)
        seen[element] = None if element in seen else item  # duplicates do not merge
        elements.append(element)
    return elements, seen


def _merge_lists(live: list[object], applied: list[object], kind: ListType) -> object:
    """Keep the order of *applied*, with the entries only *live* has where they stood."""
    return _ListMerge(live, applied, kind).merged() or ABSENT


class _ListMerge:
    """One merge of two keyed lists: a walk along both, as merge.go does it."""

    def __init__(self, live: list[object], applied: list[object], kind: ListType) -> None:
        self._live, self._kind = live, kind
        self._left, self._left_by = _indexed(live, kind)
        self._right, self._right_by = _indexed(applied, kind)
        self._shared = [element for element in self._right if element in self._left_by]
        self._done: set[str] = set()
        self._out: list[object] = []

    def merged(self) -> list[object]:
        """Walk, and return the entries."""
        left, right = self._left, self._right
        i = j = 0
        while i < len(left) or j < len(right):
            if i < len(left) and j < len(right):
                if left[i] == right[j]:
                    self._take(right[j])
                    i, j = i + 1, j + 1
                    continue
                if self._waits(left[i]):
                    i += 1
                    continue
            if i < len(left) and left[i] not in self._right_by:
                self._out.append(self._live[i])
                i += 1
                continue
            if i < len(left) and left[i] in self._done:
                i += 1
            if j < len(right):
                self._take(right[j])
                j += 1
        return self._out

    def _waits(self, element: str) -> bool:
        """Whether an entry both lists have comes at another's turn."""
        return element in self._right_by and bool(self._shared) and self._shared[0] != element

    def _take(self, element: str) -> None:
        live = self._left_by.get(element, ABSENT)
        value = merge(live, self._right_by[element], self._kind.element)
        if value is not ABSENT:
            self._out.append(value)
        self._done.add(element)
        if self._shared and self._shared[0] == element:
            self._shared.pop(0)


def without(value: object, gone: FieldSet, kind: Type) -> object:
    """Take the paths of *gone* out of *value*; None where nothing is left (remove.go)."""
    shape = shape_of(kind, value)
    if isinstance(shape, MapType):
        if not isinstance(value, dict) or not value or shape.atomic:
            return None
        return _map_without(value, gone, shape)
    if isinstance(shape, ListType):
        if not isinstance(value, list) or not value or not shape.associative:
            return None
        return _list_without(value, gone, shape)
    return value


def _map_without(value: dict[str, object], gone: FieldSet, kind: MapType) -> object:
    out = {}
    for name, item in value.items():
        element = "f:" + name
        if element in gone.members:
            continue
        below = gone.children.get(element)
        inner = child_type(kind, name)
        out[name] = without(item, below, inner) if below and inner is not None else item
    return out or None


def _list_without(value: list[object], gone: FieldSet, kind: ListType) -> object:
    out = []
    for item in value:
        try:
            element = element_of(kind, item)
        except KeyFaultError:
            element = ""
        if element in gone.members:
            continue
        below = gone.children.get(element)
        out.append(without(item, below, kind.element) if below else item)
    return out or None
