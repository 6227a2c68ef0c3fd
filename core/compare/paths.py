"""Where a field is, as a person writes it and as the code walks it.

`spec.template.spec.containers[name=web].image`: entries of keyed lists are named by their keys,
members of sets by their value (`finalizers[=example.com/hold]`), entries of other lists by position
(`args[0]`), and odd keys are quoted (`metadata.annotations["a.b/c"]`).  `parse_path` and
`format_path` are each other's inverse, so a path can be stored as text and still be looked up.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec

from core.model import Json

Scalar: TypeAlias = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Element:
    """An entry of a keyed list, named by its keys in the order the schema lists them."""

    keys: tuple[tuple[str, Scalar], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a set."""

    value: Scalar


Part: TypeAlias = str | int | Element | Member
Parts: TypeAlias = tuple[Part, ...]

_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_PLAIN_VALUE: Final = re.compile(r"[A-Za-z_/][A-Za-z0-9_./:@-]*")
_LITERALS: Final = frozenset({"true", "false", "null"})
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


class PathError(ValueError):
    """A text is not a path; only people write such texts, in ignore rules and commands."""

    def __init__(self, path: str, position: int) -> None:
        """Point at the first character that cannot be read."""
        super().__init__(f"not a path: {path!r} at character {position + 1}")


def format_path(parts: Parts) -> str:
    """Write *parts* as a person reads them; the whole object is the empty text."""
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            plain = _PLAIN_KEY.fullmatch(part)
            texts.append((f".{part}" if texts else part) if plain else f"[{_json(part)}]")
        else:
            texts.append(f"[{_bracket(part)}]")
    return "".join(texts)


def parse_path(path: str) -> Parts:
    """Read what `format_path` wrote.

    Raises:
        PathError: The text is not a path.
    """
    parts: list[Part] = []
    at = 0
    while at < len(path):
        if path[at] == "[":
            part, at = _read_bracket(path, at + 1)
        else:
            start = at + 1 if path[at] == "." and parts else at
            match = _PLAIN_KEY.match(path, start)
            if match is None or (start == at and parts):
                raise PathError(path, at)
            part, at = match[0], match.end()
        parts.append(part)
    return tuple(parts)


def is_entry(item: Json, element: Element) -> bool:
    """Tell whether *item* is the entry; a key it omits has its default, which is not known here."""
    if not isinstance(item, dict):
        return False
    named = any(name in item or value == "" for name, value in element.keys)
    return named and all(item.get(name, value) == value for name, value in element.keys)


def _bracket(part: int | Element | Member) -> str:
    if isinstance(part, int):
        return str(part)
    if isinstance(part, Member):
        return f"={_scalar(part.value)}"
    return ",".join(f"{_key(key)}={_scalar(value)}" for key, value in part.keys)


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else _json(key)


def _scalar(value: Scalar) -> str:
    plain = isinstance(value, str) and _PLAIN_VALUE.fullmatch(value) and value not in _LITERALS
    return value if plain and isinstance(value, str) else _json(value)


def _json(value: Json) -> str:
    return msgspec.json.encode(value).decode()


def _read_bracket(path: str, at: int) -> tuple[Part, int]:
    """Read from behind "[" to behind "]"."""
    if path.startswith('"', at):
        key, end = _read_scalar(path, at)
        if path.startswith("]", end):
            return str(key), end + 1
    if path.startswith("=", at):
        value, end = _read_scalar(path, at + 1)
        return Member(value), _behind(path, end, "]")
    if number := re.compile("[0-9]+").match(path, at):
        return int(number[0]), _behind(path, number.end(), "]")
    keys: list[tuple[str, Scalar]] = []
    while True:
        name, end = _read_key(path, at)
        value, end = _read_scalar(path, _behind(path, end, "="))
        keys.append((name, value))
        if path.startswith("]", end):
            return Element(tuple(keys)), end + 1
        at = _behind(path, end, ",")


def _read_key(path: str, at: int) -> tuple[str, int]:
    if match := _PLAIN_KEY.match(path, at):
        return match[0], match.end()
    value, end = _read_scalar(path, at)
    return str(value), end


def _read_scalar(path: str, at: int) -> tuple[Scalar, int]:
    for pattern in (_QUOTED, _NUMBER, _PLAIN_VALUE):
        if match := pattern.match(path, at):
            text = match[0]
            if pattern is _PLAIN_VALUE and text not in _LITERALS:
                return text, match.end()
            return _decoded(path, text, at), match.end()
    raise PathError(path, at)


def _decoded(path: str, text: str, at: int) -> Scalar:
    try:
        value: Scalar = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise PathError(path, at) from None
    return value


def _behind(path: str, at: int, mark: str) -> int:
    if not path.startswith(mark, at):
        raise PathError(path, at)
    return at + 1
