"""Where each value of a YAML file stands, to the character, and in which style it is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import yaml

from core.errors import RejectedError
from core.manifests.text.scalars import key_text, resolve
from core.manifests.text.tree import DEPTH_MAX
from core.model import Document


class Kind(Enum):
    """What a node is."""

    SCALAR = "scalar"
    MAPPING = "mapping"
    LIST = "list"
    ALIAS = "alias"  # what it stands for is written elsewhere


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a file.  Places count characters."""

    kind: Kind
    start: int  # its anchor and tag included
    end: int  # after the last character that belongs to it; comments behind it do not
    line: int  # from 1, of its first character
    column: int
    flow: bool = False  # of a mapping or list: in braces or brackets
    style: str = ""  # of a scalar: its quote, "|" or ">"
    text: str = ""  # of a scalar, without quotes
    entries: tuple["Entry", ...] = ()  # of a mapping
    items: tuple["Node", ...] = ()  # of a list


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping, and its value."""

    key: Node
    value: Node

    @property
    def name(self) -> str | None:
        """The key as kubectl reads it; None where it is none."""
        if self.key.kind is not Kind.SCALAR:
            return None
        try:
            return self.key.text if self.key.style else key_text(resolve(self.key.text))
        except ValueError:
            return None


def nodes_of(text: str) -> tuple[Node, ...]:
    """Return the node of each document of a file that holds anything.

    Raises:
        RejectedError: It cannot be read, or is nested too deeply.
    """
    try:
        return tuple(_Reader(text).documents())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise RejectedError(f"where its values stand cannot be told{where}") from error


class _Reader:
    """Builds nodes from the events of the one parser that knows the place of every character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._depth = 0

    def documents(self) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                node = self._node(next(self._events))
                if node.kind is not Kind.SCALAR or node.text:
                    yield node

    def _node(self, event: yaml.Event) -> Node:
        start, stop = event.start_mark, event.end_mark
        assert start is not None
        assert stop is not None
        first, end = start.index, stop.index
        where = start.line + 1, start.column
        if isinstance(event, yaml.AliasEvent):
            return Node(Kind.ALIAS, first, end, *where)
        if isinstance(event, yaml.ScalarEvent):
            style = event.style or ""
            if style in _BLOCKS:
                end = self._end_of_block(first, end)
            return Node(Kind.SCALAR, first, end, *where, style=style, text=event.value)
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise RejectedError("it is nested too deeply")
        found = self._collection(event, first, where)
        self._depth -= 1
        return found

    def _collection(self, event: yaml.Event, first: int, where: tuple[int, int]) -> Node:
        flow = bool(getattr(event, "flow_style", False))
        parts: list[Node] = []
        is_list = isinstance(event, yaml.SequenceStartEvent)
        for each in self._events:
            if isinstance(each, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                break
            parts.append(self._node(each))
        assert each.end_mark is not None
        last = each.end_mark.index if flow or not parts else parts[-1].end
        if is_list:
            return Node(Kind.LIST, first, last, *where, flow, items=tuple(parts))
        entries = tuple(map(Entry, parts[::2], parts[1::2]))
        return Node(Kind.MAPPING, first, last, *where, flow, entries=entries)

    def _end_of_block(self, start: int, end: int) -> int:
        """Leave out the empty lines below a block of text that are not of it."""
        header = self._text[start:].partition("\n")[0]
        kept = "+" in header.partition("#")[0]
        text = self._text[start:end]
        return start + len(text.removesuffix("\n") if kept else text.rstrip("\r\n \t"))


_BLOCKS: Final = frozenset("|>")


def standing(roots: Sequence[Node], document: Document) -> tuple[Node, Node]:
    """Find the node of an object, and that of its YAML document.

    Raises:
        RejectedError: There is none, or several could be it.
    """
    found = [
        (root, node)
        for root in roots
        for node in _objects(root)
        if (_text_at(node, "kind"), _text_at(node, "metadata", "name"))
        == (document.kind.kind, document.name)
    ]
    near = [each for each in found if each[1].line == document.line] or found
    if len(near) != 1:
        raise RejectedError(f"where it stands in {document.file} cannot be told")
    return near[0]


def _objects(node: Node) -> Iterator[Node]:
    items = child(node, "items")
    if items is not None and _text_at(node, "kind").endswith("List"):
        for each in items.items:
            yield from _objects(each)
    else:
        yield node


def _text_at(node: Node, *names: str) -> str:
    here: Node | None = node
    for name in names:
        here = None if here is None else child(here, name)
    return "" if here is None else here.text


def child(node: Node, name: str) -> Node | None:
    """Return the value of a key; of a key that stands twice, the last."""
    return next((each.value for each in reversed(node.entries) if each.name == name), None)
