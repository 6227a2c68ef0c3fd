"""Whether a value fits its type, and the words for where it does not (typed/validate.go)."""

import json

from core.sandbox.types import fieldset
from core.sandbox.types.fieldset import Path
from core.sandbox.types.schema import ListType, MapType, Scalar, Type
from core.sandbox.types.typed import KeyFaultError, child_type, element_of, shape_of


def _go(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{_go(v)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(_go(item) for item in value) + "]"
    return "<nil>" if value is None else str(value)


def _go_type(value: object) -> str:
    names = {dict: "map[string]interface {}", list: "[]interface {}", int: "int64"}
    return names.get(type(value), {str: "string", bool: "bool"}.get(type(value), "float64"))


def _scalar_fault(kind: Scalar, value: object) -> str | None:
    if value is None:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Scalar.NUMERIC and not number:
        return f"expected numeric (int or float), got {_go_type(value)}"
    if kind is Scalar.STRING and not isinstance(value, str):
        shown = json.dumps(value) if isinstance(value, str) else _go(value)
        return f"expected string, got &value.valueUnstructured{{Value:{shown}}}"
    if kind is Scalar.BOOLEAN and not isinstance(value, bool):
        return f"expected boolean, got &{{{_go(value)}}}"
    if kind is Scalar.UNTYPED and isinstance(value, dict | list):
        return f"expected any scalar, got &{{{_go(value)}}}"
    return None


def _at(path: Path) -> str:
    return fieldset.path_text(path) + ": " if path else ""


def faults(value: object, kind: Type, path: Path = (), *, duplicates: bool = False) -> list[str]:
    """Say what is wrong with *value*, one line per fault, as the API server words it.

    Args:
        value: What a client sent.
        kind: The type it should have.
        path: Where it stands.
        duplicates: Whether keyed lists may hold one key twice.
    """
    shape = shape_of(kind, value)
    if isinstance(shape, MapType):
        if value is None:
            return []
        if not isinstance(value, dict):
            return [f"{_at(path)}expected map, got &{{{_go(value)}}}"]
        return _map_faults(value, shape, path, duplicates=duplicates)
    if isinstance(shape, ListType):
        if value is None:
            return []
        if not isinstance(value, list):
            return [f"{_at(path)}expected list, got &{{{_go(value)}}}"]
        return _list_faults(value, shape, path, duplicates=duplicates)
    fault = _scalar_fault(shape, value) if shape is not None else None
    return [] if fault is None else [_at(path) + fault]


def _map_faults(
    value: dict[str, object], kind: MapType, path: Path, *, duplicates: bool
) -> list[str]:
    found = []
    for name, item in value.items():
        below = child_type(kind, name)
        at = (*path, "f:" + name)
        if below is None:
            found.append(f"{fieldset.path_text(at)}: field not declared in schema")
            return found  # the server, too, stops at the first
        found += faults(item, below, at, duplicates=duplicates)
    return found


def _list_faults(value: list[object], kind: ListType, path: Path, *, duplicates: bool) -> list[str]:
    found: list[str] = []
    seen: set[str] = set()
    for index, item in enumerate(value):
        element = f"i:{index}"
        if kind.associative:
            try:
                element = element_of(kind, item)
            except KeyFaultError as fault:
                return [*found, f"{_at(path)}element {index}: {fault}"]
            if element in seen and not duplicates:
                text = fieldset.path_text((element,))
                found.append(f"{fieldset.path_text(path)}: duplicate entries for key {text}")
            seen.add(element)
        found += faults(item, kind.element, (*path, element), duplicates=duplicates)
    return found
