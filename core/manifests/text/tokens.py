"""JSON files as events of the same kind as YAML's, so one builder reads both.

JSON is not quite YAML: an escaped pair of surrogates is one character in JSON and an error in YAML.
The standard library decides whether the text is JSON; after that a plain tokeniser is enough.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn, TypeAlias

import yaml

from core.manifests.text.scalars import Scalar

_TOKEN: Final = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<open>[{[])|(?P<close>[}\]])|(?P<line>\n)'
    r"|(?P<number>-?[0-9][0-9.eE+-]*)|(?P<word>true|false|null)|(?P<other>[:, \t\r\ufeff]+)"
)
_BLANKS: Final = re.compile("[ \t\r\n\ufeff]+")  # files put together keep their marks
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_INT_TEXT_MAX: Final = 30
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A string, number, boolean or null of JSON, resolved."""

    value: Scalar
    line: int  # from 1
    size: int


class JsonError(ValueError):
    """The text is not JSON."""

    def __init__(self, line: int, reason: str) -> None:
        """Say what is wrong on which *line*, from 1."""
        super().__init__(reason)
        self.line = line


JsonEvent: TypeAlias = "yaml.Event | Token"


def check_json(text: str) -> None:
    """Raise JsonError unless *text* is JSON: values one after the other, as kubectl takes them."""
    at = _end_of_blanks(text, 0)
    try:
        while at < len(text):
            _, end = _READER.raw_decode(text, at)
            at = _end_of_blanks(text, end)
    except json.JSONDecodeError as error:
        raise JsonError(error.lineno, error.msg) from error
    except RecursionError as error:
        raise JsonError(1, "[DEPTH] nested too deeply") from error
    except _ConstantError as error:
        raise JsonError(1, f"[NUMBER] {error} is not JSON") from error


class _ConstantError(ValueError):
    pass


def _end_of_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return at if found is None else found.end()


def _refuse(name: str) -> NoReturn:
    raise _ConstantError(name)


_READER: Final = json.JSONDecoder(parse_constant=_refuse, parse_int=str, parse_float=str)


def json_events(text: str) -> Iterator[JsonEvent]:
    """Tokenise *text*, which `check_json` has passed; each value is a document."""
    line, depth = 1, 0
    for match in _TOKEN.finditer(text):
        found, group = match[0], match.lastgroup
        if depth == 0 and group not in {"line", "other"}:
            yield yaml.DocumentStartEvent(_mark(line), _mark(line))
        depth += (group == "open") - (group == "close")
        match group:
            case "line":
                line += 1
            case "text":
                value = _text(found)
                yield Token(value, line, len(value))
            case "number":
                yield Token(_number(found, line), line, len(found))
            case "word":
                yield Token(_WORDS[found], line, len(found))
            case "open":
                kind = yaml.MappingStartEvent if found == "{" else yaml.SequenceStartEvent
                yield kind(None, None, True, _mark(line), _mark(line))
            case "close":
                end = yaml.MappingEndEvent if found == "}" else yaml.SequenceEndEvent
                yield end(_mark(line), _mark(line))
            case _:
                pass  # blanks, commas and colons say nothing that is not known by now


def _text(found: str) -> str:
    """Resolve a quoted text; most hold no escape, and those need no decoder."""
    if "\\" not in found:
        return found[1:-1]
    return _SURROGATE.sub("\ufffd", json.loads(found))  # as Go reads lone halves


def _number(text: str, line: int) -> int | float:
    if len(text) <= _INT_TEXT_MAX and text.lstrip("-").isdecimal():
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        raise JsonError(line, "[NUMBER] a number is too large")
    return value


def _mark(line: int) -> yaml.Mark:
    return yaml.Mark("", 0, line - 1, 0, None, 0)
