"""YAML for people: their own settings, with where each value stands, and objects to be read.

Settings are not manifests: they are read with stock YAML rules, one document, and every fault is
the writer's own, so each names a line and a column.  Aliases are refused: settings are short, and
nine lines of aliases can be made to expand to gigabytes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import yaml
from typing_extensions import override

from core.errors import UsageError
from core.model import Json

Path: TypeAlias = tuple[str | int, ...]

_STR: Final = "tag:yaml.org,2002:str"
_BLOCK: Final = re.compile(  # what YAML calls printable
    r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]*"
)
_ENDLESS: Final = 1 << 30  # columns: no line is broken
_DEPTH_MAX: Final = 16  # settings are four deep; the parser's recursion ends far above
_TYPED: Final = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "float", "int", "null"))
_TEXT: Final = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "timestamp", "value"))

_MERGE: Final = frozenset({"tag:yaml.org,2002:merge"})
_NO_NAME: Final = re.compile(r"[\x00\ud800-\udfff]")


class PlaceError(UsageError):
    """Something in the settings file is wrong, at one place."""

    def __init__(self, file: str, place: "Place", reason: str) -> None:
        """Point at *place* of *file*; *reason* says what is wrong and what would be right."""
        super().__init__(f"{file}:{place.line}:{place.column}: {reason}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class PlainDocument:
    """One YAML document as JSON values; `keys` and `values` say where each path stands."""

    file: str
    value: Json
    keys: Mapping[Path, Place] = field(default_factory=dict)
    values: Mapping[Path, Place] = field(default_factory=dict)

    def error(self, path: Path, reason: str) -> PlaceError:
        """Build the error that points at the value at *path*."""
        return PlaceError(self.file, self.values.get(path, Place(1, 1)), reason)

    def key_error(self, path: Path, reason: str) -> PlaceError:
        """Build the error that points at the key at *path*."""
        return PlaceError(self.file, self.keys.get(path, Place(1, 1)), reason)


def load_plain(file: str, content: bytes) -> PlainDocument:
    """Read one YAML document.

    Args:
        file: The name that errors show.
        content: The bytes of the file, at most as large as the caller finds sane.

    Raises:
        UsageError: The bytes are no plain YAML; the message names line and column.
    """
    text = _decoded(file, content)
    try:
        _check_events(file, text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PlaceError(file, _place(mark), error.problem or "this is not YAML") from error
    except yaml.YAMLError as error:  # the reader met a character that YAML forbids
        position = getattr(error, "position", 0)
        place = Place(text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
        raise PlaceError(file, place, "this character is not allowed in YAML") from error
    builder = _Builder(file)
    value = None if node is None else builder.value_of(node, ())
    return PlainDocument(file, value, builder.keys, builder.values)


def _decoded(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise PlaceError(file, place, "this byte is not UTF-8") from error


def _check_events(file: str, text: str) -> None:
    """Refuse what must not reach the composer, which recurses and shares nodes."""
    depth = 0
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise PlaceError(file, _place(event.start_mark), "aliases are not read in settings")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH_MAX:
            raise PlaceError(file, _place(event.start_mark), "this is nested too deeply")


def dump_plain(value: Json, *, in_order: bool = True) -> str:
    """Write a value as kubectl writes objects: keys in order, long texts as blocks."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, width=_ENDLESS, sort_keys=in_order
    )
    return text


class _Dumper(yaml.SafeDumper):
    """Writes each value in full, and texts so that they stay texts."""

    @override
    def ignore_aliases(self, data: object) -> bool:
        return True

    @override
    def analyze_scalar(self, scalar: str) -> yaml.emitter.ScalarAnalysis:
        """Allow blocks with tabs and with spaces at the ends of lines, which YAML allows, too."""
        found = super().analyze_scalar(scalar)
        found.allow_block = _BLOCK.fullmatch(scalar) is not None
        return found


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = None
    if "\n" in value:
        style = "|"
    elif dumper.resolve(yaml.ScalarNode, value, (True, False)) != _STR:  # type: ignore[no-untyped-call]
        style = '"'
    return dumper.represent_scalar(_STR, value, style)


_Dumper.add_representer(str, _text)


class _Builder:
    """Turns YAML nodes into JSON values and notes their places."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}

    def value_of(self, node: yaml.Node, path: Path) -> Json:
        self.values[path] = _place(node.start_mark)
        match node:
            case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
                return self._mapping(node, path)
            case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
                return [self.value_of(item, (*path, i)) for i, item in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node)
            case _:
                reason = f"the tag {node.tag} is not read here"
                raise PlaceError(self.file, _place(node.start_mark), reason)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Json:
        value: dict[str, Json] = {}
        for key_node, value_node in node.value:
            place = _place(key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                raise PlaceError(self.file, place, "a key must be text")
            if key_node.tag not in _TEXT | _TYPED | _MERGE:
                raise PlaceError(self.file, place, f"the tag {key_node.tag} is not read here")
            key = self._text(key_node)
            if key in value:
                raise PlaceError(self.file, place, f'the key "{key}" stands here twice')
            self.keys[*path, key] = place
            value[key] = self.value_of(value_node, (*path, key))
        return value

    def _scalar(self, node: yaml.ScalarNode) -> Json:
        if node.tag in _TEXT:
            return self._text(node)
        place = _place(node.start_mark)
        if node.tag not in _TYPED:
            raise PlaceError(self.file, place, f"the tag {node.tag} is not read here")
        loader = yaml.SafeLoader("")
        try:
            value: Json = loader.construct_object(node)
        except (ValueError, KeyError) as error:
            raise PlaceError(self.file, place, f'"{node.value}" is no number') from error
        return value

    def _text(self, node: yaml.ScalarNode) -> str:
        """Return a text that can be a name: of a file, an object, a branch."""
        text = str(node.value)
        if _NO_NAME.search(text):
            raise PlaceError(self.file, _place(node.start_mark), "a NUL or half a character in it")
        return text


class _Mark(Protocol):
    line: int
    column: int


def _place(mark: _Mark | None) -> Place:
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)
