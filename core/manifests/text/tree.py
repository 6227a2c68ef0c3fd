"""From parser events to plain values, within budgets, and the line of every field.

One pass over a pull parser does it all: nothing recurses, and the parser is asked for no more once
a budget is spent.  That matters: PyYAML's C composer dies with a segmentation fault on 200 KB of
`[`, and nine lines of aliases can stand for gigabytes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from core.clean import clean
from core.errors import ManifestError
from core.manifests.text.scalars import (
    NOT_FINITE,
    TEXT_STARTS,
    NumberError,
    Scalar,
    json_number,
    key_text,
    resolve,
)
from core.manifests.text.tags import (
    BINARY,
    LISTS,
    MAPPINGS,
    SCALARS,
    TEXTS,
    is_of,
    shown_tag,
    text_of_binary,
)
from core.manifests.text.tokens import Token
from core.model import Json, JsonObject

DOCUMENTS_MAX: Final = 10_000
DEPTH_MAX: Final = 100
NODES_MAX: Final = 2_000_000  # counted as if aliases were written out
TEXT_MAX: Final = 64 * 2**20  # characters, counted likewise: a large text behind many aliases
ALIASES_MAX: Final = 10_000  # per document
KEY_SHOWN_CELLS: Final = 60

_MERGE: Final = "<<"

Event: TypeAlias = "yaml.Event | Token"
Lines: TypeAlias = dict[str | int, int]


@dataclass(frozen=True, slots=True)
class Root:
    """One YAML document: its value, its first line, and what is odd about it (line, reason)."""

    value: Json
    line: int
    warnings: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is still open."""

    value: "JsonObject | list[Json]"
    is_mapping: bool
    lines: Lines
    line: int
    anchor: str | None
    nodes_before: int
    text_before: int
    key: str | None = None  # of the value that comes next
    key_line: int = 0
    merging: bool = False  # the value that comes next belongs to `<<`
    merged: set[str] | None = None  # keys that came from `<<`


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Json
    nodes: int
    text: int


class Tree:
    """Every document of one file, and where each field of each mapping and list stands."""

    def __init__(self, path: str) -> None:
        """Build for the file that errors name *path*."""
        self.path = path
        self.roots: list[Root] = []
        self._lines: dict[int, Lines] = {}  # by identity of the mapping or list; `roots` keeps it
        self._nodes = self._text = self._aliases = 0
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchored | _Frame] = {}  # of one name the latest; may be open
        self._warnings: list[tuple[int, str]] = []
        self._handlers: dict[type, Callable[..., None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceStartEvent: self._open_list,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._start,
            Token: self._token,
        }

    def take(self, events: Iterable[Event]) -> None:
        """Build from *events* until they end or a budget is spent.

        Raises:
            ManifestError: The file is beyond a budget, or means nothing to kubectl.
        """
        handlers = self._handlers
        for event in events:
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)

    def lines_of(self, value: Json) -> Lines:
        """Return the line of each key or index of a mapping or list of this file."""
        return self._lines.get(id(value), {}) if isinstance(value, dict | list) else {}

    def line_at(self, value: Json, line: int, path: Iterable[str | int]) -> int:
        """Return the line of the field at *path* below *value*, or of its nearest parent."""
        for part in path:
            found = self.lines_of(value).get(part)
            if found is None:
                break
            line = found
            value = value[part]  # type: ignore[index]  # it has a line, so it is there
        return line

    # Documents -------------------------------------------------------------------------------

    def _start(self, event: yaml.DocumentStartEvent) -> None:
        line = _line(event)
        if len(self.roots) >= DOCUMENTS_MAX:
            raise self._error(
                line, f"[DOCUMENTS] more than {DOCUMENTS_MAX:,} documents in one file"
            )
        if event.tags:
            raise self._error(line, "[TAG] %TAG directives are not read")
        self._anchors.clear()
        self._aliases = 0
        self._warnings.clear()

    def _finish(self, value: Json, line: int) -> None:
        """Keep one complete document; its line is that of its first key."""
        line = next(iter(self.lines_of(value).values()), line)
        self.roots.append(Root(value, line, tuple(self._warnings)))
        self._warnings.clear()

    # Values ----------------------------------------------------------------------------------

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        """Take a key or a value.  Most are plain text, so those take the short way through."""
        text: str = event.value
        line: int = event.start_mark.line + 1  # type: ignore[union-attr]  # the parser sets it
        self._spend(line, 1, len(text))
        frame = self._stack[-1] if self._stack else None
        is_key = frame is not None and frame.is_mapping and frame.key is None
        value: Scalar = text
        if event.tag is not None:
            value = self._tagged(event.tag, text, line)
        elif event.implicit[0] and text[:1] not in TEXT_STARTS:
            if is_key and text == _MERGE:
                assert frame is not None
                frame.key, frame.key_line, frame.merging = _MERGE, line, True
                return
            value = (
                NOT_FINITE[text] if is_key and text in NOT_FINITE else self._resolved(text, line)
            )
        if is_key:
            assert frame is not None
            self._take_key(frame, value, line)
            json: Json = frame.key
        elif type(value) is int or type(value) is float:
            json = self._number(value, line)
        else:
            json = value
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(json, 1, len(text))
        if not is_key:
            self._attach(json, line)

    def _resolved(self, text: str, line: int) -> Scalar:
        try:
            return resolve(text)
        except NumberError as error:
            raise self._error(line, f"[NUMBER] {error}") from error

    def _tagged(self, tag: str, text: str, line: int) -> Scalar:
        if tag in TEXTS:
            return text
        if tag not in SCALARS:
            raise self._error(line, f"[TAG] {shown_tag(tag)} is not read")
        value = text_of_binary(text) if tag == BINARY else self._resolved(text, line)
        if not is_of(tag, value):
            raise self._error(line, f"[TAG] this value is no {shown_tag(tag)}")
        return value

    def _number(self, value: float, line: int) -> Json:
        number, lossy = json_number(value)
        if lossy:
            # Never the value itself: it may be the unquoted password of a Secret.
            reason = "a number this large loses digits; quote it if it is text"
            self._warnings.append((line, reason))
        return number

    def _token(self, token: Token) -> None:
        """Take a JSON value that the JSON parser resolved already."""
        self._spend(token.line, 1, token.size)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.is_mapping and frame.key is None:
            self._take_key(frame, token.value, token.line)
            return
        value: Json = token.value
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = self._number(value, token.line)
        self._attach(value, token.line)

    def _alias(self, event: yaml.AliasEvent) -> None:
        line = _line(event)
        self._aliases += 1
        if self._aliases > ALIASES_MAX:
            raise self._error(line, f"[ALIASES] more than {ALIASES_MAX:,} aliases in one document")
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.is_mapping and frame.key is None:
            raise self._error(line, "[KEY] an alias cannot be a key")
        anchor = event.anchor or ""
        if anchor not in self._anchors:
            reason = "this alias has no anchor before it; quote it if it is text that begins with *"
            raise self._error(line, reason)
        anchored = self._anchors[anchor]
        if isinstance(anchored, _Frame):
            raise self._error(line, "an alias stands inside what it repeats")
        self._spend(line, anchored.nodes, anchored.text)
        self._attach(anchored.value, line)

    # Mappings and lists ----------------------------------------------------------------------

    def _open_mapping(self, event: yaml.MappingStartEvent) -> None:
        if event.tag not in MAPPINGS:
            raise self._error(_line(event), f"[TAG] {shown_tag(event.tag)} is not read")
        self._open({}, event)

    def _open_list(self, event: yaml.SequenceStartEvent) -> None:
        if event.tag not in LISTS:
            raise self._error(_line(event), f"[TAG] {shown_tag(event.tag)} is not read")
        self._open([], event)

    def _open(self, value: "JsonObject | list[Json]", event: "yaml.CollectionStartEvent") -> None:
        line = _line(event)
        stack = self._stack
        if stack and stack[-1].is_mapping and stack[-1].key is None:
            raise self._error(line, "[KEY] a key must be text, not a list or mapping")
        if len(stack) >= DEPTH_MAX:
            raise self._error(line, f"[DEPTH] nested more than {DEPTH_MAX} deep")
        before = self._nodes, self._text
        self._spend(line, 1, 0)
        lines: Lines = {}
        self._lines[id(value)] = lines
        frame = _Frame(value, type(value) is dict, lines, line, event.anchor, *before)
        stack.append(frame)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = frame

    def _close(self, _event: Event) -> None:
        frame = self._stack.pop()
        if frame.anchor is not None and self._anchors[frame.anchor] is frame:  # none later inside
            nodes, text = self._nodes - frame.nodes_before, self._text - frame.text_before
            self._anchors[frame.anchor] = _Anchored(frame.value, nodes, text)
        self._attach(frame.value, frame.line)

    def _attach(self, value: Json, line: int) -> None:
        """Put a complete value where it belongs: into the open mapping or list, or as a root."""
        if not self._stack:
            self._finish(value, line)
            return
        frame = self._stack[-1]
        target = frame.value
        if type(target) is list:
            frame.lines[len(target)] = line
            target.append(value)
            return
        assert frame.key is not None
        assert type(target) is dict
        if frame.merging:
            self._merge(frame, target, value)
            frame.merging = False
        else:
            target[frame.key] = value
            frame.lines[frame.key] = frame.key_line
        frame.key = None

    def _take_key(self, frame: _Frame, value: Scalar, line: int) -> None:
        try:
            key = value if type(value) is str else key_text(value)
        except ValueError as error:
            raise self._error(line, f"[KEY] {error}") from error
        first = frame.lines.get(key)
        if first is not None and key not in (frame.merged or ()):
            shown = clean(key, max_cells=KEY_SHOWN_CELLS)
            reason = f'the key "{shown}" stands here and on line {first}; this one counts'
            self._warnings.append((line, reason))
        if frame.merged:
            frame.merged.discard(key)
        frame.key, frame.key_line = key, line

    def _merge(self, frame: _Frame, target: JsonObject, value: Json) -> None:
        """Copy what `<<` names, in place: it wins over keys above it, as in kubectl."""
        frame.merged = merged = frame.merged or set()
        sources = reversed(value) if isinstance(value, list) else (value,)
        for source in sources:  # backwards: of a list, the first one wins
            if not isinstance(source, dict):
                reason = "`<<` needs a mapping, or a list of mappings"
                raise self._error(frame.key_line, reason)
            self._spend(frame.key_line, len(source), 0)
            for key, item in source.items():
                if key in target and key not in merged:
                    shown = clean(key, max_cells=KEY_SHOWN_CELLS)
                    reason = f'`<<` replaces the key "{shown}" of line {frame.lines[key]}'
                    self._warnings.append((frame.key_line, reason))
                target[key] = item
                frame.lines[key] = self.lines_of(source).get(key, frame.key_line)
                merged.add(key)

    # Budgets ---------------------------------------------------------------------------------

    def _spend(self, line: int, nodes: int, text: int) -> None:
        self._nodes += nodes
        self._text += text
        if self._nodes > NODES_MAX:
            raise self._error(line, f"[NODES] more than {NODES_MAX:,} values in one file")
        if self._text > TEXT_MAX:
            raise self._error(line, "[NODES] aliases make this file too large")

    def _error(self, line: int, reason: str) -> ManifestError:
        return ManifestError(self.path, line, reason)


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1
