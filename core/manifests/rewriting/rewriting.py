"""The fewest edits that make one object of a file another, checked by reading the file again."""

import json
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

import msgspec

from core.errors import ManifestError, RejectedError
from core.manifests.editing import BYTES_MAX, written
from core.manifests.loading import Loaded, load
from core.manifests.rewriting.nodes import Entry, Kind, Node, nodes_of, standing
from core.manifests.rewriting.writing import Manner, block_again
from core.model import Document, Json, JsonObject

Edit: TypeAlias = tuple[int, int, str]  # characters from, to, and what stands there instead
_PREFIXES = "&!"


def rewritten(document: Document, content: bytes, new: JsonObject) -> bytes:
    """Return a file in which one object is *new*, and nothing else is touched.

    Args:
        document: The object as it is read from there.
        content: The file.
        new: What it is to be.

    Raises:
        RejectedError: It cannot be done faithfully; the message says why.
    """
    loaded, text, now = as_it_was(document, content)
    root, node = standing(nodes_of(text), now)
    old: JsonObject = msgspec.json.decode(document.body)
    made = edited(text, Editor(text, Manner.of(text, root)).made(node, old, new)).encode()
    _check(document, loaded.documents, made, new)
    return made


def as_it_was(document: Document, content: bytes) -> tuple[Loaded, str, Document]:
    """Read a file again that is to be edited, and find one object in it, unchanged.

    Returns:
        What the file says, its text, and the object as it stands there.

    Raises:
        RejectedError: The file is not one that people edit, or not what was read.
    """
    if len(content) > BYTES_MAX:
        raise RejectedError(f"the file is larger than {BYTES_MAX:,} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise RejectedError("the file is not UTF-8") from error
    try:
        loaded = load(document.file, content)
    except ManifestError as error:
        raise RejectedError(f"it cannot be read: {error}") from error
    now = next((each for each in loaded.documents if each.index == document.index), None)
    if now is None or (now.kind, now.name, now.body) != (
        document.kind,
        document.name,
        document.body,
    ):
        raise RejectedError("the file is not what was read")
    return loaded, text, now


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with all edits made.

    What goes in at one place stands in the order in which it was made: inner before outer.
    """
    numbered = ((start, end, i, instead) for i, (start, end, instead) in enumerate(edits))
    for start, end, _, instead in sorted(numbered, reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def _check(document: Document, before: Iterable[Document], content: bytes, new: JsonObject) -> None:
    """See that the made file says what it is to say, and everything else as before.

    Raises:
        RejectedError: It does not.
    """
    try:
        after = load(document.file, content).documents
    except ManifestError as error:
        raise RejectedError(f"an edit in place would break the file: {error}") from error
    was, now = ({each.index: each.body for each in side} for side in (before, after))
    made = now.pop(document.index, b"{}")
    was.pop(document.index, None)
    if was != now:
        raise RejectedError("an edit in place would change another object of the file, too")
    if _ordered(msgspec.json.decode(made)) != _ordered(new):
        raise RejectedError("an edit in place would change something else, too (an anchor?)")


def _ordered(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


class Editor:
    """Finds edits in one text."""

    def __init__(self, text: str, manner: Manner) -> None:
        """Edit *text*, and write as it is written."""
        self._text, self._manner = text, manner

    def made(self, node: Node, old: Json, new: Json) -> Iterator[Edit]:
        """Yield what makes of a mapping or list another one."""
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self._mapping(node, old, new)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._list(node, old, new)

    def _inside(self, old: Json, new: Json, node: Node) -> bool:
        """Tell whether a change is made inside of a node, and not of it as a whole."""
        alike = isinstance(old, dict) and isinstance(new, dict) and node.kind is Kind.MAPPING
        alike = alike or (
            isinstance(old, list) and isinstance(new, list) and node.kind is Kind.LIST
        )
        return alike and bool(old) and bool(new)

    # Mappings -----------------------------------------------------------------------------------

    def _mapping(self, node: Node, old: JsonObject, new: JsonObject) -> Iterator[Edit]:
        own = {each.name: each for each in node.entries}
        gone = old.keys() - new.keys()
        for key in sorted(gone - own.keys()):
            raise RejectedError(f'"{key}" is merged from elsewhere (<<)')
        kept = [each for each in node.entries if each.name not in gone]
        if not kept:
            lines = self._manner.lines(new, node.column)
            block = self._manner.newline.join(lines).lstrip(" ")
            yield node.start, node.end, self._manner.flow(new) if node.flow else block
            return
        leaving = [at for at, each in enumerate(node.entries) if each.name in gone]
        yield from self._without(node.entries, leaving, flow=node.flow)
        added: list[str] = []
        for key, value in new.items():
            if key in own and key in old:
                if _ordered(old[key]) != _ordered(value):
                    yield from self._of_entry(node, own[key], old[key], value)
            elif key not in old or _ordered(old[key]) != _ordered(value):
                added.append(key)
        if added:
            yield self._with_keys(node, kept, {key: new[key] for key in added})

    def _of_entry(self, parent: Node, entry: Entry, old: Json, new: Json) -> Iterator[Edit]:
        node = entry.value
        if self._inside(old, new, node):
            yield from self.made(node, old, new)
            return
        scalar = self._scalar(node, new, flow=parent.flow)
        if scalar is not None:
            yield scalar
            return
        colon = self._text.find(":", entry.key.end) + 1
        if self._text[entry.key.end : colon].strip(" \t") != ":":
            raise RejectedError("a key is written in a way that cannot be edited in place")
        if parent.flow:
            yield colon, node.end, " " + self._manner.flow(new)
            return
        head, *rest = self._manner.entry("x", new, entry.key.column)
        first = head.partition(":")[2]
        yield colon, max(colon, node.end), self._manner.newline.join([first, *rest])

    def _with_keys(self, node: Node, kept: Sequence[Entry], new: JsonObject) -> Edit:
        manner = self._manner
        if node.flow:
            pairs = [f"{manner.flow(key)}: {manner.flow(value)}" for key, value in new.items()]
            return self._into_flow(node, kept[-1], pairs)
        column = node.entries[0].key.column
        lines = [line for key in new for line in manner.entry(key, new[key], column)]
        return self._below(_span(kept[-1])[1], lines)

    # Lists --------------------------------------------------------------------------------------

    def _list(self, node: Node, old: list[Json], new: list[Json]) -> Iterator[Edit]:
        before, after = ([*map(_ordered, each)] for each in (old, new))
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        for what, at, end, new_at, new_end in matcher.get_opcodes():
            if what == "equal":
                continue
            both = min(end - at, new_end - new_at)
            for i in range(both):
                yield from self._of_item(node, at + i, old[at + i], new[new_at + i])
            leaving = range(at + both, end)
            yield from self._without(node.items, leaving, flow=node.flow, parent=node)
            more = new[new_at + both : new_end]
            if more:
                yield self._with_items(node, at + both, more)

    def _of_item(self, parent: Node, at: int, old: Json, new: Json) -> Iterator[Edit]:
        node = parent.items[at]
        if self._inside(old, new, node):
            yield from self.made(node, old, new)
            return
        scalar = self._scalar(node, new, flow=parent.flow)
        if scalar is not None:
            yield scalar
        elif parent.flow:
            yield node.start, node.end, self._manner.flow(new)
        else:
            lines = self._manner.item(new, parent.column)
            lines[0] = lines[0][parent.column + 1 :]
            dash = self._dash(parent, at)
            yield dash + 1, max(dash + 1, node.end), self._manner.newline.join(lines)

    def _with_items(self, node: Node, at: int, new: list[Json]) -> Edit:
        if node.flow:
            if at < len(node.items):
                place = node.items[at].start
                return place, place, "".join(f"{self._manner.flow(each)}, " for each in new)
            return self._into_flow(node, node.items[-1], [*map(self._manner.flow, new)])
        lines = [line for each in new for line in self._manner.item(each, node.column)]
        if at:
            return self._below(node.items[at - 1].end, lines)
        dash = self._dash(node, 0)
        start = self._text.rfind("\n", 0, dash) + 1
        newline = self._manner.newline
        if self._text[start:dash].strip(" "):  # it begins in the line of an outer list's dash
            return dash, dash, newline.join([*lines, " " * node.column]).lstrip(" ")
        return start, start, newline.join([*lines, ""])

    def _dash(self, node: Node, at: int) -> int:
        """Find the dash of an item."""
        start = node.items[at].start
        dash = self._text.rfind("-", node.start, start)
        if dash < 0 or self._text[dash + 1 : start].strip():
            raise RejectedError("an entry of a list stands in no line of its own")
        return dash

    # What both have -----------------------------------------------------------------------------

    def _scalar(self, node: Node, new: Json, *, flow: bool) -> Edit | None:
        """Write a single value in the place of another, in its style; None: it is no such."""
        if node.kind is not Kind.SCALAR or isinstance(new, dict | list):
            return None
        if node.style in {"|", ">"}:
            again = isinstance(new, str) and block_again(
                node, self._text, new, self._manner.newline
            )
            return (node.start, node.end, again) if again else None
        prefix = self._prefix(node)
        start = node.start + len(prefix)
        if "!" in prefix:
            raise RejectedError("it has a tag")
        if not node.text and not node.style:
            return None
        if self._manner.is_json:
            return start, node.end, self._manner.flow(new)
        if isinstance(new, str) and "\n" in new and not flow:
            return None
        return start, node.end, written(new, node.style if isinstance(new, str) else "")

    def _prefix(self, node: Node) -> str:
        """Return the anchor and tag in front of a value."""
        end = node.start
        while self._text[end : end + 1] and self._text[end] in _PREFIXES:
            while end < node.end and not self._text[end].isspace():
                end += 1
            while end < node.end and self._text[end] in " \t":
                end += 1
        return self._text[node.start : end]

    def _into_flow(self, node: Node, last: Entry | Node, new: list[str]) -> Edit:
        """Add to what is in braces or brackets: in lines of their own, if the last one is."""
        start, end = _span(last)
        line = self._text.rfind("\n", 0, start) + 1
        indent = self._text[line:start]
        alone = not indent.strip() and line > node.start
        between = f",{self._manner.newline}{indent}" if alone else ", "
        return end, end, "".join(between + each for each in new)

    def _below(self, end: int, lines: list[str]) -> Edit:
        """Add lines below the one in which something ends, its comment included."""
        stop = self._text.find("\n", end)
        stop = len(self._text) if stop < 0 else stop
        stop -= self._text[stop - 1 : stop] == "\r"
        newline = self._manner.newline
        return stop, stop, "".join(newline + line for line in lines)

    def _without(
        self,
        parts: Sequence[Entry] | Sequence[Node],
        leaving: Sequence[int],
        *,
        flow: bool,
        parent: Node | None = None,
    ) -> Iterator[Edit]:
        """Take entries away, one run after the other; at least one stays."""
        for first in (at for at in leaving if at - 1 not in leaving):
            last = next(at for at in range(first, len(parts)) if at + 1 not in leaving)
            for at in range(first, last):
                self._check_quiet(parts[at], parts[at + 1])
            start, end = _span(parts[first])[0], _span(parts[last])[1]
            begins = start if flow or parent is None else self._dash(parent, first)
            line = self._text.rfind("\n", 0, begins) + 1
            if not flow and not self._text[line:begins].strip(" "):
                yield self._without_lines(line, end)
            elif last + 1 < len(parts) and (flow or parent is None):
                self._check_quiet(parts[last], parts[last + 1])
                yield begins, _span(parts[last + 1])[0], ""
            elif flow:
                self._check_quiet(parts[first - 1], parts[first])
                yield _span(parts[first - 1])[1], end, ""
            else:
                raise RejectedError("it stands in the line of something else")

    def _without_lines(self, line: int, end: int) -> Edit:
        stop = self._text.find("\n", end) + 1
        if stop == 0:  # the last line of the file has no end, and the one before gets none
            return len(self._text[:line].rstrip("\r\n")), len(self._text), ""
        return line, stop, ""

    def _check_quiet(self, one: Entry | Node, other: Entry | Node) -> None:
        """Refuse to take away what is between two entries where that holds lines of comments."""
        lines = self._text[_span(one)[1] : _span(other)[0]].split("\n")
        if any(line.lstrip().startswith("#") for line in lines[1:]):
            raise RejectedError("a comment stands between what goes")


def _span(part: Entry | Node) -> tuple[int, int]:
    if isinstance(part, Entry):
        return part.key.start, max(part.value.end, part.key.end + 1)
    return part.start, part.end
