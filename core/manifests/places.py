"""Where in a file a field stands, and what an older version of the file says there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias, TypeVar

import msgspec

from core.errors import ManifestError
from core.manifests.loading import Stated, stated_objects
from core.manifests.text.parse import documents_in, parsed
from core.manifests.text.tree import Tree
from core.model import ABSENT, Absent, Document, Json, JsonObject, KindRef
from core.model.paths import Member, Parts, PathError, parse_path, value_at, walk

Rank: TypeAlias = tuple[bool, bool]  # whether the API group and the namespace are the same
Find: TypeAlias = Callable[[Document, int, bytes, str], int | None]
Fitting = TypeVar("Fitting")
_NOWHERE: Final = (Member(None),)  # an object is no set, so it has no members
_SECRET_DATA: Final = "data"  # noqa: S105  a field's name
_SECRET_TEXT: Final = "stringData"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Mapped:
    """A file that is one mapping, and where each of its fields stands."""

    body: bytes  # the mapping as JSON
    line: int
    lines: tuple[tuple[tuple[str | int, ...], int], ...]

    @property
    def value(self) -> JsonObject:
        """The mapping."""
        value: JsonObject = msgspec.json.decode(self.body)
        return value

    def line_at(self, path: tuple[str | int, ...]) -> int:
        """Return the line of the field at *path*, or of its nearest parent."""
        lines = dict(self.lines)
        near = (lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines)
        return next(near, self.line)


def mapped(path: str, content: bytes) -> Mapped | None:
    """Read a file that is one mapping, of whatever meaning; None where it is none.

    Raises:
        ManifestError: It cannot be read.
    """
    tree = parsed(path, content)
    roots = [root for root in tree.roots if root.value is not None]
    if len(roots) != 1 or not isinstance(roots[0].value, dict):
        return None
    lines: list[tuple[tuple[str | int, ...], int]] = []
    open_: list[tuple[tuple[str | int, ...], Json]] = [((), roots[0].value)]
    while open_:
        above, value = open_.pop()
        for part, line in tree.lines_of(value).items():
            lines.append(((*above, part), line))
            open_.append(((*above, part), value[part]))  # type: ignore[index]  # it has a line
    return Mapped(msgspec.json.encode(roots[0].value), roots[0].line, tuple(lines))


def line_of(path: str, content: bytes, document: Document, find: Find) -> int:
    """Return the line of the field at a dotted *path*, or of its nearest parent that is there.

    Only the YAML document that the object stands in is parsed, where it can be told which; *find*
    does that: `line_in`, here or in another process.

    Raises:
        ManifestError: The file cannot be read, or has no such object.
    """
    above, text = _around(document, content)
    line = find(document, above, text, path) or find(document, 0, content, path)
    if line is None:
        reason = f"there is no object on line {document.line} of this file"
        raise ManifestError(document.file, 1, reason)
    return line


def line_in(document: Document, above: int, text: bytes, path: str) -> int | None:
    """Find the field in a part of the file, which has *above* lines above it.

    Raises:
        ManifestError: The text cannot be read.
    """
    tree = parsed(document.file, text)
    found = _standing(tree, document, above)
    if found is None:
        return None
    walked = [step for step, _ in walk(found.value, in_git(found, parts_of(path)))]
    return above + tree.line_at(found.value, found.line, walked)


def _around(document: Document, content: bytes) -> tuple[int, bytes]:
    """Return the YAML document that an object stands in, and how many lines are above that."""
    above = 0
    for text in documents_in(document.file, content):
        lines = text.count(b"\n") + (not text.endswith(b"\n"))
        if document.line <= above + lines:
            return above, text
        above += lines
    return 0, content


def _standing(tree: Tree, document: Document, above: int) -> Stated | None:
    """Find the object by its line; one line of JSON may hold several."""
    found = (each for each in _objects(tree) if above + each.line == document.line)
    return next((each for each in found if _is_same(each, document)), None)


def stated_at(content: bytes, document: Document, path: str) -> Json | Absent:
    """Return what this version of a file says at a dotted *path* of the object *document*.

    The object is found by kind, name and, where both name one, namespace: its place in the file and
    its apiVersion may have been others then.

    Raises:
        ManifestError: The file cannot be read.
    """
    tree = parsed(document.file, content)
    found = best(stated_in(tree, document))
    return ABSENT if found is None else value_at(found.value, in_git(found, parts_of(path)))


def stated_in(tree: Tree, document: Document) -> Iterator[tuple[Rank, Stated]]:
    """Yield what in a file may be the object *document*, and how well it fits."""
    for found in _objects(tree):
        if _is_same(found, document):
            group = KindRef(str(found.value.get("apiVersion")), "").group
            yield (group == document.kind.group, _namespace(found) == document.namespace), found


def best(fitting: Iterable[tuple[Rank, Fitting]]) -> Fitting | None:
    """Return what fits best; of several, the last one of a file counts."""
    ranked = list(fitting)
    top = max((rank for rank, _ in ranked), default=None)
    return next((found for rank, found in reversed(ranked) if rank == top), None)


def _objects(tree: Tree) -> Iterator[Stated]:
    for root in tree.roots:
        yield from stated_objects(tree, root)


def _is_same(stated: Stated, document: Document) -> bool:
    metadata = stated.value.get("metadata")
    if stated.value.get("kind") != document.kind.kind or not isinstance(metadata, dict):
        return False
    namespaces = {_namespace(stated), document.namespace} - {None}
    return metadata.get("name") == document.name and len(namespaces) <= 1


def _namespace(stated: Stated) -> str | None:
    metadata = stated.value.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    return namespace if isinstance(namespace, str) and namespace else None


@lru_cache(maxsize=1024)
def parts_of(path: str) -> Parts:
    """Read a path; a text that is none leads nowhere, so that the object itself is found."""
    try:
        return parse_path(path)
    except PathError:
        return _NOWHERE


def in_git(stated: Stated, parts: Parts) -> Parts:
    """Point at `stringData` where the file states a Secret's key there and not in `data`."""
    if stated.value.get("kind") != "Secret" or parts[:1] != (_SECRET_DATA,):
        return parts
    as_text = (_SECRET_TEXT, *parts[1:])
    # `stringData` wins over `data`, as in the API server.
    return parts if isinstance(value_at(stated.value, as_text), Absent) else as_text
