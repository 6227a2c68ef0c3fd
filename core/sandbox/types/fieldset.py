"""Sets of field paths, as `managedFields` writes them.

A path is a tuple of elements, each written as the wire writes it: `f:name` (a field),
`k:{"name":"x"}` (an element of a keyed list), `v:"x"` (a member of a set).  A set says for each
element whether the path that ends there is a member, and what lies below.  The operations are those
of structured-merge-diff (fieldpath/set.go), whose names they keep.  Sets are never changed once
built.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Self, TypeAlias, cast

from typing_extensions import override

Path: TypeAlias = tuple[str, ...]
_RANK = {"f": "0", "k": "1", "v": "2", "i": "3"}


@lru_cache(maxsize=4096)
def _order(element: str) -> str:
    return _RANK.get(element[:1], "9") + element


def _go_json(value: object) -> str:
    """Write *value* as Go's encoder does: compact, and safe inside HTML."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    if "<" in text or ">" in text or "&" in text:
        text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return text


def field(name: str) -> str:
    """Name the element for a field of a map."""
    return "f:" + name


def key(keys: Mapping[str, object]) -> str:
    """Name the element for an entry of a keyed list."""
    if len(keys) == 1:
        ((name, value_of),) = keys.items()
        if isinstance(value_of, str):
            return _text_key(name, value_of)
    return "k:" + _go_json(keys)


@lru_cache(maxsize=4096)
def _text_key(name: str, text: str) -> str:
    """Do what `key` does for the keys that nearly all lists have, once for each."""
    return "k:" + _go_json({name: text})


def value(member: object) -> str:
    """Name the element for a member of a set."""
    return "v:" + _go_json(member)


def _text(scalar: object) -> str:
    if isinstance(scalar, str):
        return json.dumps(scalar, ensure_ascii=False)
    return json.dumps(scalar)


def path_text(path: Path) -> str:
    """Write *path* for a person: `.spec.containers[name="web"].image`."""
    parts = []
    for element in path:
        if element.startswith("f:"):
            parts.append("." + element[2:])
        elif element.startswith("k:"):
            keys = cast("dict[str, object]", json.loads(element[2:]))
            parts.append("[" + ",".join(f"{k}={_text(v)}" for k, v in sorted(keys.items())) + "]")
        elif element.startswith("v:"):
            parts.append(f"[={_text(json.loads(element[2:]))}]")
        else:
            parts.append(f"[{element[2:]}]")
    return "".join(parts)


class FieldSet:
    """Some field paths, kept as a tree."""

    __slots__ = ("children", "members")

    def __init__(
        self, members: set[str] | None = None, children: "dict[str, FieldSet] | None" = None
    ) -> None:
        """Take the elements that end a path here, and the sets below each element."""
        self.members: set[str] = set() if members is None else members
        self.children: dict[str, FieldSet] = {} if children is None else children

    @classmethod
    def of(cls, *paths: Path) -> Self:
        """Make the set of *paths*."""
        made = cls()
        for path in paths:
            made.insert(path)
        return made

    @classmethod
    def from_json(cls, tree: Mapping[str, object]) -> Self:
        """Read the `fieldsV1` of an entry."""
        made = cls()
        for element, below in tree.items():
            if element == ".":
                continue
            tree_below = cast("dict[str, object]", below)
            if not tree_below or "." in tree_below:
                made.members.add(element)
            child = FieldSet.from_json(tree_below)
            if child:
                made.children[element] = child
        return made

    def to_json(self) -> dict[str, object]:
        """Write the set as `fieldsV1`."""
        tree: dict[str, object] = {}
        for element in sorted(self.members | self.children.keys(), key=_order):
            child = self.children.get(element)
            below: dict[str, object] = {} if child is None else child.to_json()
            tree[element] = {".": {}, **below} if below and element in self.members else below
        return tree

    def insert(self, path: Path) -> None:
        """Add one path; only while a set is being built."""
        if not path:
            return
        node = self
        for element in path[:-1]:
            below = node.children.get(element)
            if below is None:
                below = node.children[element] = FieldSet()
            node = below
        node.members.add(path[-1])

    def has(self, path: Path) -> bool:
        """Whether *path* is a member."""
        node = self
        for element in path[:-1]:
            below = node.children.get(element)
            if below is None:
                return False
            node = below
        return bool(path) and path[-1] in node.members

    def __bool__(self) -> bool:
        return bool(self.members) or any(self.children.values())

    @override
    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, FieldSet)
            and self.members == other.members
            and self.children == other.children
        )

    __hash__ = None  # type: ignore[assignment]  # a set that is built step by step has no hash

    @override
    def __repr__(self) -> str:
        return f"FieldSet({', '.join(path_text(path) for path in self)})"

    def __iter__(self) -> Iterator[Path]:
        """Walk the paths, each before those below it."""
        for element in sorted(self.members, key=_order):
            yield (element,)
        for element in sorted(self.children, key=_order):
            for path in self.children[element]:
                yield (element, *path)

    def union(self, other: "FieldSet") -> "FieldSet":
        """All paths of either set."""
        children = dict(self.children)
        for element, below in other.children.items():
            mine = children.get(element)
            children[element] = below if mine is None else mine.union(below)
        return FieldSet(self.members | other.members, children)

    def intersection(self, other: "FieldSet") -> "FieldSet":
        """The paths that both sets have."""
        children = {}
        for element, below in self.children.items():
            theirs = other.children.get(element)
            if theirs is not None and (both := below.intersection(theirs)):
                children[element] = both
        return FieldSet(self.members & other.members, children)

    def difference(self, other: "FieldSet") -> "FieldSet":
        """The paths that *other* does not have; what lies below a path of *other* stays."""
        children = {}
        for element, below in self.children.items():
            theirs = other.children.get(element)
            left = below if theirs is None else below.difference(theirs)
            if left:
                children[element] = left
        return FieldSet(self.members - other.members, children)

    def recursive_difference(self, other: "FieldSet") -> "FieldSet":
        """The paths that *other* does not have, and that do not lie below one it has."""
        children = {}
        for element, below in self.children.items():
            if element in other.members:
                continue
            theirs = other.children.get(element)
            left = below if theirs is None else below.recursive_difference(theirs)
            if left:
                children[element] = left
        return FieldSet(self.members - other.members, children)
