"""The types of the served kinds, from the compact OpenAPI data that ships with the sandbox."""

import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

import msgspec

from core.sandbox.types.codec import Decoding, Object, stored
from core.sandbox.types.defaults import BY_TYPE
from core.sandbox.types.kinds import Kind
from core.sandbox.types.schema import Schema, Type, Types

_FILE = Path(__file__).with_name("openapi.json.gz")


@cache
def schemas() -> Mapping[str, Schema]:
    """Return the built-in schemas, by name."""
    return cast("Mapping[str, Schema]", _document()["schemas"])


@cache
def _document() -> dict[str, object]:
    return cast("dict[str, object]", msgspec.json.decode(gzip.decompress(_FILE.read_bytes())))


@cache
def _types() -> Types:
    shapes = cast("Mapping[str, Mapping[str, object]]", _document()["shapes"])
    return Types(schemas(), shapes)


def type_of(kind: Kind) -> Type:
    """Return the type of the objects of a kind."""
    if kind.custom_type is not None:
        return kind.custom_type
    return _types().named(kind.schema)


def type_named(name: str) -> Type:
    """Return a built-in type by the name of its schema."""
    return _types().named(name)


def decoded(body: Mapping[str, object], kind: Kind, unknown: list[str] | None = None) -> Object:
    """Pass a built-in object through its Go type, with defaults.

    Raises:
        DecodeError: A value does not fit its field.
    """
    decoding = Decoding(BY_TYPE, [] if unknown is None else unknown)
    return stored(body, type_of(kind), decoding)


@cache
def empty(kind: Kind) -> Object:
    """Return an object of the kind in which nothing is set."""
    made: Object = {"kind": kind.kind, "apiVersion": kind.api_version}
    if kind.custom_type is not None:
        return made
    return {**made, **stored({}, type_of(kind), Decoding())}
