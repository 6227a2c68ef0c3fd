"""Where a field is: as a person writes it, as managedFields lists it, and as the code walks it.

`spec.template.spec.containers[name=web].image`: entries of keyed lists are named by their keys,
members of sets by their value (`finalizers[=example.com/hold]`), entries of other lists by position
(`args[0]`), and odd keys are quoted (`metadata.annotations["a.b/c"]`).  `parse_path` and
`format_path` are each other's inverse, so a path can be stored as text and still be looked up; so
are `parse_field` and `format_field`, which write one part as a key of fieldsV1.

A path names, it does not point: where it stands is another matter in each document.  `walk` is the
only way down one, and `locate` what it leads to, in keys and positions.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Final, NoReturn, TypeAlias

from core.model.values import ABSENT, Absent, Json

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
Steps: TypeAlias = tuple[str | int, ...]
"""Where a field stands in one document: keys of maps, positions in lists."""

_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_PLAIN_VALUE: Final = re.compile(r"[A-Za-z_/][A-Za-z0-9_./:@-]*")
_TOKEN: Final = re.compile("(?:[^~]|~[01])*")
_LITERALS: Final = frozenset({"true", "false", "null"})
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WRITTEN: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
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


# JSON pointers, which count positions and nothing else --------------------------------------------


class PointerError(ValueError):
    """A text is no JSON pointer; only people write such texts."""

    def __init__(self, text: str) -> None:
        """Say what one looks like."""
        super().__init__(f'not a JSON pointer: {text!r}; write "/spec/replicas", or "" for all')


def parse_pointer(text: str) -> tuple[str, ...]:
    """Read a JSON pointer (RFC 6901).

    Raises:
        PointerError: The text is none.
    """
    if not text:
        return ()
    head, *tokens = text.split("/")
    if head or not all(_TOKEN.fullmatch(token) for token in tokens):
        raise PointerError(text)
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def meet(one: Parts, other: Parts) -> bool:
    """Tell whether one of two places lies inside the other, or both are one."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def format_pointer(steps: Steps) -> str:
    """Write a JSON pointer (RFC 6901) to where a field stands."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


# One part as fieldsV1 writes it -------------------------------------------------------------------


def format_field(part: Part) -> str:
    """Write one part as a key of fieldsV1: `f:name`, `k:{keys}`, `v:value` or `i:position`."""
    if isinstance(part, str):
        return f"f:{part}"
    if isinstance(part, Element):
        return f"k:{_json(dict(part.keys))}"
    return f"v:{_json(part.value)}" if isinstance(part, Member) else f"i:{part}"


@lru_cache(maxsize=8192)  # the same few names in every object
def parse_field(text: str) -> Part | None:
    """Read one key of fieldsV1; what is none, like the "." of a holder itself, names no part."""
    kind, colon, rest = text.partition(":")
    if kind == "f" and colon:
        return rest
    try:
        value = _loaded(rest) if colon else None
    except ValueError:
        return None
    if kind == "k" and isinstance(value, dict):
        keys = ((key, item) for key, item in value.items() if not isinstance(item, dict | list))
        return Element(tuple(keys))
    if kind == "v" and not isinstance(value, dict | list):
        return Member(value)
    return value if kind == "i" and isinstance(value, int) else None


# The walk -----------------------------------------------------------------------------------------


def walk(document: Json | Absent, parts: Iterable[Part]) -> Iterator[tuple[str | int, Json]]:
    """Walk down a path: yield each key or position that is there, and what stands at it.

    Fewer steps than the path has parts mean that the rest is not there.
    """
    here = document
    for part in parts:
        step = step_to(here, part)
        if step is None:
            return
        here = here[step]  # type: ignore[index]  # `step_to` found it
        yield step, here


def locate(document: Json | Absent, parts: Parts) -> Steps | None:
    """Return where in *document* a path stands, None if it is not there."""
    steps = tuple(step for step, _ in walk(document, parts))
    return steps if len(steps) == len(parts) and not isinstance(document, Absent) else None


def value_at(document: Json | Absent, parts: Parts) -> Json | Absent:
    """Return what *document* has at a path."""
    walked = list(walk(document, parts))
    if len(walked) < len(parts):
        return ABSENT
    return walked[-1][1] if walked else document


def step_to(value: Json | Absent, part: Part) -> str | int | None:
    """Return the key or position of one part in *value*; of several that fit, the best one."""
    if isinstance(value, dict):
        return part if isinstance(part, str) and part in value else None
    return position(value, part) if isinstance(value, list) else None


def position(items: list[Json], part: Part) -> int | None:
    """Return where one part stands in a list."""
    if isinstance(part, str):
        return None
    if isinstance(part, int):
        return part if part < len(items) else None
    if isinstance(part, Member):
        return next((at for at, item in enumerate(items) if _same(item, part.value)), None)
    fits = [_fit(item, part) for item in items]
    best = max(fits, default=0)
    return fits.index(best) if best else None


def is_entry(item: Json, element: Element) -> bool:
    """Tell whether *item* is the entry; a key it omits has its default, which is not known here."""
    return _fit(item, element) > 0


def _fit(item: Json, element: Element) -> int:
    """Say how well an entry fits: 0 not at all, and the better, the more of its keys it states."""
    if not isinstance(item, dict):
        return 0
    stated = [(item[name], value) for name, value in element.keys if name in item]
    if not all(_same(found, value) for found, value in stated):
        return 0
    named = bool(stated) or any(value == "" for _, value in element.keys)
    return len(stated) + 1 if named else 0


def _same(found: Json, wanted: Json) -> bool:
    """Compare as JSON does: True is not 1."""
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


# The text -----------------------------------------------------------------------------------------


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
    return _WRITTEN.encode(value)


def _loaded(text: str) -> Json:
    """Read JSON, and nothing that only Python takes for it."""
    value: Json = _READ.decode(text)
    return value


def _refused(text: str) -> NoReturn:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _refused(text)


_READ: Final = json.JSONDecoder(parse_constant=_refused, parse_float=_finite)


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
        value = _loaded(text)
    except ValueError:
        raise PathError(path, at) from None
    if isinstance(value, dict | list):
        raise PathError(path, at)
    return value


def _behind(path: str, at: int, mark: str) -> int:
    if not path.startswith(mark, at):
        raise PathError(path, at)
    return at + 1
