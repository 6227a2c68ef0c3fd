"""One setting, and how a mapping of the settings file is read by a table of them.

Nothing here loads a parser: the command line reads the same tables for its help.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from core.errors import UsageError
from core.settings.checks import FieldError

if TYPE_CHECKING:
    from core.manifests.plain import Path as KeyPath
    from core.manifests.plain import PlainDocument
    from core.model import Json

TYPE_WORDS: Final[Mapping[type, str]] = {
    str: "text (in quotes, if it looks like a number or a yes)",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
    dict: "a mapping",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands, and what it may refer to."""

    document: "PlainDocument"
    at: "KeyPath"
    folder: Path  # where relative names start
    clusters: tuple[str, ...] = ()  # that the file names

    @property
    def key(self) -> str:
        """The name of the setting, for messages about it."""
        return str(self.at[-1])

    def inside(self, key: str | int) -> "Place":
        """Return the place of one entry."""
        return replace(self, at=(*self.at, key))

    def error(self, reason: str) -> UsageError:
        """Build the error that points here."""
        return self.document.error(self.at, reason)


Reader: TypeAlias = Callable[["Json", Place], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting."""

    name: str
    type: type  # of its value in the file
    read: Reader  # makes what the program works with; a `FieldError` points at the setting
    default: "Json" = None  # what is read where the file leaves the setting out
    needed: bool = False  # it may not be left out
    help: str  # one sentence


def read_fields(
    table: Sequence[Field], place: Place, stated: Mapping[str, "Json"]
) -> dict[str, Any]:
    """Read every setting of *table* from what `mapping` returned.

    Raises:
        UsageError: One of them is wrong; the message starts with file, line and column.
    """
    return {field.name: _read(field, place, stated) for field in table}


def _read(field: Field, place: Place, stated: Mapping[str, "Json"]) -> object:
    inside = place.inside(field.name)
    value = stated.get(field.name, field.default)
    to_blame = inside if inside.at in place.document.values else place
    if field.needed and not value:
        raise to_blame.error(f"this needs a {field.name}")
    try:
        return field.read(value, inside)
    except FieldError as error:
        raise to_blame.error(str(error)) from error


def mapping(table: Sequence[Field], place: Place, value: "Json") -> Mapping[str, "Json"]:
    """Return the mapping at *place*, after checking every key and the type of every value.

    Raises:
        UsageError: A key is unknown, or its value of another type.
    """
    if not isinstance(value, dict):
        raise place.error(f"this must be {TYPE_WORDS[dict]}")
    types = {field.name: field.type for field in table}
    for key, item in value.items():
        inside = place.inside(key)
        if key not in types:
            raise place.document.key_error(inside.at, _unknown_key(key, types))
        if not isinstance(item, types[key]) or (types[key] is int and isinstance(item, bool)):
            raise inside.error(f"{key} must be {TYPE_WORDS[types[key]]}")
    return value


def _unknown_key(key: str, keys: Iterable[str]) -> str:
    close = difflib.get_close_matches(key, keys, n=1)
    hint = f'did you mean "{close[0]}"?' if close else f"known here: {', '.join(keys)}"
    return f'unknown key "{key}"; {hint}'
