"""One file to objects: documents split, lists expanded, every object checked.

A file is taken whole or not at all: with one bad document the author meant something else than what
is left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from core.errors import ManifestError
from core.manifests.objects import (
    Place,
    check_secret,
    check_sizes,
    name_of,
    namespace_of,
    text_of,
)
from core.manifests.parse import parse
from core.manifests.tree import Root, Tree
from core.model import Document, Json, JsonObject, KindRef

LIST_DEPTH_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Loaded:
    """Every object of one file, in order; `warnings` are those of its objects, in one list."""

    documents: tuple[Document, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """One object before it is checked: its values, and the line of its first key."""

    value: JsonObject
    line: int


def load(path: str, content: bytes) -> Loaded:
    """Read the objects of one file exactly as kubectl would.

    Args:
        path: Of the file inside the repository; `.json` files must be JSON.
        content: The bytes of the file.

    Raises:
        ManifestError: The file or one of its objects cannot be read; the message has the line.
    """
    tree = parse(path, content)
    documents: list[Document] = []
    for root in tree.roots:
        stated = list(stated_objects(tree, root))
        warnings = _warnings_by_object(path, root, stated)
        for place, one in enumerate(stated):
            documents.append(_document(tree, one, len(documents), warnings[place]))
    said = tuple(warning for document in documents for warning in document.warnings)
    return Loaded(tuple(documents), said)


def stated_objects(tree: Tree, root: Root) -> Iterator[Stated]:
    """Return the objects of one YAML document; nothing for an empty one."""
    if root.value is not None:
        yield from _expanded(tree, root.value, root.line, 0)


def _expanded(tree: Tree, value: Json, line: int, depth: int) -> Iterator[Stated]:
    if not isinstance(value, dict):
        raise ManifestError(tree.path, line, "a Kubernetes object is a mapping, and this is none")
    kind, items = value.get("kind"), value.get("items")
    if not isinstance(kind, str) or not kind.endswith("List") or not isinstance(items, list):
        yield Stated(value, line)
        return
    if depth >= LIST_DEPTH_MAX:
        raise ManifestError(tree.path, line, f"[DEPTH] more than {LIST_DEPTH_MAX} lists in lists")
    for index, item in enumerate(items):
        if isinstance(item, dict) and kind != "List":  # a ConfigMapList need not say it again
            item.setdefault("apiVersion", value.get("apiVersion"))
            item.setdefault("kind", kind.removesuffix("List"))
        first = next(iter(tree.lines_of(item).values()), None)
        at = first or tree.lines_of(items).get(index, line)
        yield from _expanded(tree, item, at, depth + 1)


def _warnings_by_object(path: str, root: Root, stated: list[Stated]) -> list[tuple[str, ...]]:
    """Give each warning to the object it stands in."""
    found: list[list[str]] = [[] for _ in stated]
    for line, reason in root.warnings:
        within = [place for place, one in enumerate(stated) if one.line <= line] or [0]
        if stated:
            found[within[-1]].append(f"{path}:{line}: {reason}")
    return [tuple(warnings) for warnings in found]


def _document(tree: Tree, stated: Stated, index: int, warnings: tuple[str, ...]) -> Document:
    value = stated.value
    place = Place(tree, value, stated.line)
    api_version = text_of(value, "apiVersion", place)
    kind = KindRef(api_version, text_of(value, "kind", place))
    name = name_of(value, kind.group, kind.kind, place)
    namespace = namespace_of(value, place)
    if kind == KindRef("v1", "Secret"):
        check_secret(value, place)
    body = msgspec.json.encode(value)
    check_sizes(value, body, place)
    return Document(kind, namespace, name, body, tree.path, stated.line, index, warnings)
