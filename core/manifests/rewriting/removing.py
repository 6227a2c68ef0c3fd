"""One object taken out of its file, with what belongs to it; every other byte stays as it is.

A YAML document goes from its `---` to the next one.  Comments inside of it go, too; those that
stand below its last value, or above the first document with an empty line between, stay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from core.errors import ManifestError, RejectedError
from core.manifests.loading import Loaded, load
from core.manifests.rewriting.nodes import Kind, Node, child, nodes_of, standing
from core.manifests.rewriting.rewriting import Editor, as_it_was, edited
from core.manifests.rewriting.writing import Manner
from core.model import Document, Json

_GAP: Final = re.compile(r"\n(?:[ \t]*\r?\n)+")


@dataclass(frozen=True, slots=True)
class _Part:
    """One YAML document of a file, in characters."""

    start: int
    explicit: bool  # it begins with ---


def without(document: Document, content: bytes) -> bytes | None:
    """Return a file without one object; None: nothing is left in it.

    Args:
        document: The object as it is read from there.
        content: The file.

    Raises:
        RejectedError: It cannot be done faithfully; the message says why.
    """
    before, text, now = as_it_was(document, content)
    roots = nodes_of(text)
    root, node = standing(roots, now)
    left = _left(text, roots, root, node)
    if left is None:
        return None
    made = left.encode()
    try:
        after = load(document.file, made)
    except ManifestError as error:
        raise RejectedError(f"that would break the file: {error}") from error
    if _told(after, None) != _told(before, now):
        raise RejectedError("that would change another object of the file, too")
    return made


def _told(loaded: Loaded, gone: Document | None) -> tuple[list[bytes], int, int, int]:
    bodies = [each.body for each in loaded.documents if each is not gone]
    return bodies, len(loaded.faults), len(loaded.others), len(loaded.sealed)


def _left(text: str, roots: tuple[Node, ...], root: Node, node: Node) -> str | None:
    """Return the text without a node, which is a document or an item of a list of objects."""
    items = child(root, "items")
    if node is not root:
        at = _place(items, node)
        if items is not None and len(items.items) > 1:
            return _without_item(text, root, items, at)
    return None if len(roots) == 1 else _without_document(text, root)


def _place(items: Node | None, node: Node) -> int:
    if items is None or items.kind is not Kind.LIST or node not in items.items:
        raise RejectedError("it stands in a list in a list")
    return items.items.index(node)


def _without_item(text: str, root: Node, items: Node, at: int) -> str:
    old: list[Json] = [*range(len(items.items))]
    new = [each for each in old if each != at]
    return edited(text, Editor(text, Manner.of(text, root)).made(items, old, new))


def _without_document(text: str, root: Node) -> str:
    parts = [*_parts(text)]
    at = max(i for i, part in enumerate(parts) if part.start <= root.start)
    begins = parts[at].start if parts[at].explicit else _below_head(text, root.start)
    ends = parts[at + 1].start if at + 1 < len(parts) else len(text)
    below = text.find("\n", root.end) + 1
    tail = text[below:ends] if 0 < below < ends else ""
    kept = tail if any(line.lstrip().startswith("#") for line in tail.splitlines()) else ""
    return text[:begins] + kept + text[ends:]


def _parts(text: str) -> Iterator[_Part]:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        odd = isinstance(event, yaml.DocumentEndEvent) and event.explicit
        if isinstance(event, yaml.DocumentStartEvent):
            assert event.start_mark is not None
            odd = bool(event.version or event.tags)
            yield _Part(event.start_mark.index, bool(event.explicit))
        if odd:
            raise RejectedError("the file has directives, or ends documents with ...")


def _below_head(text: str, start: int) -> int:
    """Return where a first document begins: below what an empty line parts from it."""
    ends = [gap.end() for gap in _GAP.finditer(text, 0, start) if text[: gap.start()].strip()]
    return ends[-1] if ends else 0
