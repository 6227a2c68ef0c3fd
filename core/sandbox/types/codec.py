"""What the server's own types do to an object that passes through them.

A built-in object is decoded into a Go struct and written back: unknown fields go, zero values that
the struct omits go, structs that are always written appear, quantities and times become canonical,
defaults are filled in.  `stored` does all of that in one walk, by the type.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from typing_extensions import override

from core.sandbox.types.fieldset import Path, path_text
from core.sandbox.types.quantity import canonical
from core.sandbox.types.schema import ListType, MapType, Scalar, Type
from core.sandbox.types.typed import child_type

Object = dict[str, object]
Defaulter = Callable[[Object], None]
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ZEROES: tuple[object, ...] = ("", 0, False)


class DecodeError(ValueError):
    """A value does not fit the field it was sent for."""


class MismatchError(DecodeError):
    """A value has another type than its field."""

    def __init__(self, sent: str, path: Path, wanted: str) -> None:
        """Say what was sent where; `struct` is filled in on the way out."""
        super().__init__(sent, path, wanted)
        self.sent, self.path, self.wanted = sent, path, wanted
        self.struct = ""

    @override
    def __str__(self) -> str:
        fields = ".".join(one[2:] for one in self.path if one.startswith("f:"))
        field = f"{self.struct}.{fields}"
        return (
            f"json: cannot unmarshal {self.sent} into Go struct field {field} of type {self.wanted}"
        )


@dataclass(slots=True)
class Decoding:
    """One pass: which defaults to fill in, and which unknown fields were met."""

    defaulters: Mapping[str, Defaulter] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def stored(value: Mapping[str, object], kind: Type, decoding: Decoding) -> Object:
    """Return *value* as the server keeps it.

    Raises:
        DecodeError: A value does not fit its field.
    """
    return cast("Object", _walk(dict(value), kind, (), decoding))


def _walk(value: object, kind: Type, path: Path, decoding: Decoding) -> object:
    if isinstance(value, dict) and kind.map is not None:
        if kind.map.fields:
            return _struct(value, kind, kind.map, path, decoding)
        return _plain_map(value, kind.map, path, decoding)
    if isinstance(value, list) and kind.list is not None:
        return _items(value, kind.list, path, decoding)
    if kind.scalar is None or (isinstance(value, dict | list) and value):
        wanted = "map" if kind.map is not None else "list" if kind.list is not None else "scalar"
        raise _mismatch(value, path, wanted)
    return _scalar(value, kind, path)


def _mismatch(value: object, path: Path, wanted: str) -> DecodeError:
    names = {dict: "object", list: "array", str: "string", bool: "bool"}
    sent = names.get(type(value), "number")
    return MismatchError(sent, path, wanted)


def _struct(value: Object, kind: Type, shape: MapType, path: Path, decoding: Decoding) -> Object:
    out: Object = {}
    for name, item in _completed(value, kind, shape, decoding).items():
        at = (*path, "f:" + name)
        below = child_type(shape, name)
        if below is None:
            decoding.unknown.append(path_text(at).removeprefix("."))
            continue
        try:
            made = _walk(item, below, at, decoding)
        except MismatchError as error:
            error.struct = error.struct or kind.name.rsplit(".", 1)[-1]
            raise
        if not _omitted(made, name, below, shape):
            out[name] = made
    for name, zero in shape.always.items():
        if name not in out:
            out[name] = zero if zero != {} else _walk({}, shape.fields[name], path, decoding)
    return out


def _completed(value: Object, kind: Type, shape: MapType, decoding: Decoding) -> Object:
    """Return what was given, without nulls and with the defaults of this struct."""
    given = {name: item for name, item in value.items() if item is not None}
    for name, default in shape.defaults.items():
        if default and name not in given:
            given[name] = default
    fill = decoding.defaulters.get(kind.name)
    if fill is not None:
        fill(given)
    return given


def _omitted(value: object, name: str, kind: Type, shape: MapType) -> bool:
    if isinstance(value, dict):
        is_struct = bool(kind.name) or (kind.map is not None and bool(kind.map.fields))
        return not value and not is_struct and name not in shape.always and kind.scalar is None
    if isinstance(value, list):
        return not value and name not in shape.always
    return value in _ZEROES and name not in shape.pointers and name not in shape.always


def _plain_map(value: Object, shape: MapType, path: Path, decoding: Decoding) -> Object:
    element = shape.element
    if element is None or shape.preserves_unknown or element.map is not None:
        return value  # free-form: kept as it came
    if element.format == "quantity":
        return {name: _quantity(item, milli=True) for name, item in value.items()}
    return {
        name: "" if item is None else _walk(item, element, path, decoding)
        for name, item in value.items()
    }


def _items(value: list[object], shape: ListType, path: Path, decoding: Decoding) -> list[object]:
    element = shape.element
    return [
        {} if item is None else _walk(item, element, (*path, f"i:{index}"), decoding)
        for index, item in enumerate(value)
    ]


def _scalar(value: object, kind: Type, path: Path) -> object:
    match kind.format:
        case "quantity":
            return _quantity(value)
        case "date-time":
            return _time(value, path)
        case "byte":
            return _bytes(value, path)
        case _:
            pass
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind.scalar is Scalar.NUMERIC and not number:
        raise _mismatch(value, path, kind.format or "int")
    if kind.scalar is Scalar.STRING and not isinstance(value, str):
        raise _mismatch(value, path, "string")
    if kind.scalar is Scalar.BOOLEAN and not isinstance(value, bool):
        raise _mismatch(value, path, "bool")
    whole = kind.scalar is Scalar.NUMERIC and kind.format.startswith("int")
    if whole and isinstance(value, float):
        raise _mismatch(value, path, kind.format)
    return value


def _quantity(value: object, *, milli: bool = False) -> str:
    try:
        return canonical("0" if value is None else str(value), milli=milli)
    except ValueError as error:
        raise DecodeError(str(error)) from error


def _time(value: object, path: Path) -> object:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _mismatch(value, path, "Time")
    return value


def _bytes(value: object, path: Path) -> object:
    if not isinstance(value, str):
        raise _mismatch(value, path, "[]uint8")
    try:
        plain = base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except binascii.Error as error:
        raise DecodeError("illegal base64 data at input byte 0") from error
    return base64.b64encode(plain).decode()
