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

from core.manifests.scalars import Scalar

_TOKEN: Final = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<open>[{[])|(?P<close>[}\]])|(?P<line>\n)'
    r"|(?P<number>-?[0-9][0-9.eE+-]*)|(?P<word>true|false|null)|(?P<other>[:, \t\r]+)"
)
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
    """Raise JsonError unless *text* is one JSON value."""
    try:
        json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise JsonError(error.lineno, error.msg) from error
    except RecursionError as error:
        raise JsonError(1, "[DEPTH] nested too deeply") from error
    except _ConstantError as error:
        raise JsonError(1, f"[NUMBER] {error} is not JSON") from error


class _ConstantError(ValueError):
    pass


def _refuse(name: str) -> NoReturn:
    raise _ConstantError(name)


def json_events(text: str) -> Iterator[JsonEvent]:
    """Tokenise *text*, which `check_json` has passed."""
    line = 1
    start = _mark(line)
    yield yaml.DocumentStartEvent(start, start)
    for match in _TOKEN.finditer(text):
        found = match[0]
        match match.lastgroup:
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
