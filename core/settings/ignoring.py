"""The `ignore` rules of one app, checked when they are read: a rule that cannot work is an error.

A mistake here would show nothing and hide nothing, or hide too much, so nothing is left for later.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.settings.checks import FieldError
from core.settings.fields import Field, Place, Reader, mapping, read_fields

if TYPE_CHECKING:
    from core.model import IgnoreRule, Json

_WHAT: Final = ("pointer", "path", "manager")


def rules(table: Sequence[Field]) -> Reader:
    """Return a reader of a list of rules, each a mapping by *table*."""

    def read(value: "Json", place: Place) -> "tuple[IgnoreRule, ...]":
        entries = value if isinstance(value, list) else []
        return tuple(_rule(table, place.inside(i), entry) for i, entry in enumerate(entries))

    return read


def _rule(table: Sequence[Field], place: Place, entry: "Json") -> "IgnoreRule":
    from core.model import IgnoreRule  # noqa: PLC0415 - lazily: help loads no model

    stated = mapping(table, place, entry)
    if sum(key in stated for key in _WHAT) != 1:
        raise place.error(f"a rule has exactly one of: {', '.join(_WHAT)}")
    line = place.document.values[place.at].line
    source = f"{Path(place.document.file).name}:{line}"
    return IgnoreRule(**read_fields(table, place, stated), source=source)


def read_pointer(value: "Json", place: Place) -> str | None:
    """Read a JSON pointer."""
    from core.model.paths import parse_pointer  # noqa: PLC0415 - lazily, as above

    return _checked(value, place, parse_pointer)


def read_field_path(value: "Json", place: Place) -> str | None:
    """Read the path of a field."""
    from core.model.paths import parse_path  # noqa: PLC0415 - lazily, as above

    return _checked(read_manager(value, place), place, parse_path)


def read_manager(value: "Json", place: Place) -> str | None:
    """Read the name of a field manager."""
    if value == "":
        reason = f'{place.key} must name something; a whole object is pointer: ""'
        raise FieldError(place.key, reason)
    return None if value is None else str(value)


def read_labels(value: "Json", place: Place) -> str:
    """Read a label selector."""
    from core.compare import parse_selector  # noqa: PLC0415 - lazily, as above

    return _checked(value, place, parse_selector) or ""


def read_pattern(value: "Json", place: Place) -> str:
    """Read a regular expression."""
    try:
        re.compile(str(value))
    except (re.error, OverflowError, RecursionError) as error:
        reason = f"{place.key} is no regular expression: {error}"
        raise FieldError(place.key, reason) from error
    return str(value)


def _checked(value: "Json", place: Place, parse: Callable[[str], object]) -> str | None:
    """Return text that *parse* takes; None stays None."""
    if value is None:
        return None
    try:
        parse(str(value))
    except ValueError as error:
        raise FieldError(place.key, str(error)) from error
    return str(value)
