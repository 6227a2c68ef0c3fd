"""Custom resources: the kinds a CustomResourceDefinition adds, and how their objects are kept.

A custom object never passes through a Go type.  Its structural schema prunes unknown fields, fills
in defaults and refuses what does not fit; zeros and empty lists stay as they were sent.
"""

import copy
import re
from collections.abc import Mapping, Sequence
from typing import cast

from core.sandbox.types import catalog
from core.sandbox.types.codec import DecodeError, Decoding
from core.sandbox.types.codec import stored as stored_typed
from core.sandbox.types.kinds import Kind
from core.sandbox.types.schema import ListType, MapType, Schema, Type, Types
from core.sandbox.types.statuses import Cause, invalid_value, required, unsupported
from core.sandbox.types.typed import child_type, element_of

Object = dict[str, object]
_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


def full_schema(version: Mapping[str, object]) -> dict[str, object]:
    """Return the schema of one version of a CRD, with the fields that every object has."""
    given = cast("Mapping[str, object]", version.get("schema") or {})
    schema = dict(cast("Schema", given.get("openAPIV3Schema") or {}))
    own = {"type": "string"}
    schema["properties"] = {
        **cast("Mapping[str, object]", schema.get("properties") or {}),
        "apiVersion": own,
        "kind": own,
        "metadata": {"$ref": "#/components/schemas/" + _OBJECT_META},
    }
    return schema


def kinds_of(definition: Object) -> list[Kind]:
    """Return the kinds that a CRD adds, one for each version it serves."""
    spec = cast("Object", definition["spec"])
    names = cast("Object", spec["names"])
    versions = [one for one in cast("list[Object]", spec["versions"]) if one.get("served")]
    group = str(spec["group"])
    return [
        _kind(group, one, names, versions, namespaced=spec.get("scope") != "Cluster")
        for one in versions
    ]


def _kind(
    group: str,
    version: Object,
    names: Object,
    versions: Sequence[Object],
    *,
    namespaced: bool,
) -> Kind:
    name = f"{group}/{version['name']}"
    subresources = cast("Object", version.get("subresources") or {})
    types = Types({**catalog.schemas(), name: full_schema(version)})
    return Kind(
        group=group,
        version=str(version["name"]),
        kind=str(names["kind"]),
        plural=str(names["plural"]),
        singular=str(names.get("singular", "")),
        list_kind=str(names.get("listKind") or f"{names['kind']}List"),
        short_names=tuple(cast("list[str]", names.get("shortNames") or [])),
        categories=tuple(cast("list[str]", names.get("categories") or [])),
        namespaced=namespaced,
        has_status="status" in subresources,
        has_scale="scale" in subresources,
        counts_generation=True,
        put_needs_version=True,
        custom_type=types.named(name),
        served_as=tuple(f"{group}/{one['name']}" for one in versions),
        scale_paths=_scale_paths(subresources),
    )


def _scale_paths(subresources: Object) -> tuple[str, str, str]:
    scale = cast("Mapping[str, str]", subresources.get("scale") or {})
    names = ("specReplicasPath", "statusReplicasPath", "labelSelectorPath")
    spec, status, selector = (scale.get(name, "").lstrip(".") for name in names)
    return spec, status, selector


def stored(body: Mapping[str, object], kind: Type, unknown: list[str]) -> Object:
    """Prune and complete a custom object.

    Raises:
        DecodeError: Its metadata do not fit.
    """
    meta = body.get("metadata") or {}
    if not isinstance(meta, dict):
        raise DecodeError("metadata is not an object")
    shown = _pruned({k: v for k, v in body.items() if k != "metadata"}, kind, "", unknown)
    made = cast("Object", shown)
    made["metadata"] = stored_typed(meta, catalog.type_named(_OBJECT_META), Decoding())
    return made


def _pruned(value: object, kind: Type, path: str, unknown: list[str]) -> object:
    if isinstance(value, list) and kind.list is not None:
        element = kind.list.element
        return [
            _pruned(item, element, f"{path}[{index}]", unknown) for index, item in enumerate(value)
        ]
    if not isinstance(value, dict) or kind.map is None:
        return value
    shape, out = kind.map, dict[str, object]()
    for name, item in value.items():
        at = f"{path}.{name}" if path else name
        below = child_type(shape, name)
        if below is None:
            unknown.append(at)
            continue
        if item is None and name in shape.defaults and not _nullable(below):
            continue
        out[name] = _pruned(item, below, at, unknown)
    for name, default in shape.defaults.items():
        if name not in out:
            at = f"{path}.{name}" if path else name
            out[name] = _pruned(copy.deepcopy(default), shape.fields[name], at, unknown)
    return out


def _nullable(kind: Type) -> bool:
    return kind.schema.get("nullable") is True


# --- validation -------------------------------------------------------------------------------

_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}


def causes(thing: Object, kind: Type) -> list[Cause]:
    """Say what in a custom object does not fit its schema."""
    found: list[Cause] = []
    _check({k: v for k, v in thing.items() if k != "metadata"}, kind, "", found)
    return found


def _fits(value: object, wanted: object, kind: Type) -> bool:
    if wanted is None or kind.format == "int-or-string":
        return True
    have = _NAMES.get(type(value), "number" if isinstance(value, float) else "null")
    whole = isinstance(value, float) and value.is_integer()
    if wanted == "number":
        return have in ("integer", "number")
    return have == wanted or (wanted == "integer" and whole)


def _check(value: object, kind: Type, path: str, found: list[Cause]) -> None:
    schema = kind.schema
    if value is None and _nullable(kind):
        return
    wanted = schema.get("type")
    if not _fits(value, wanted, kind):
        have = "null" if value is None else _NAMES.get(type(value), "number")
        why = f'{path} in body must be of type {wanted}: "{have}"'
        found.append(Cause("FieldValueTypeInvalid", f'Invalid value: "{have}": {why}', path))
        return
    _check_limits(value, schema, path, found)
    if isinstance(value, dict) and kind.map is not None:
        _check_map(value, kind.map, path, found)
    elif isinstance(value, list) and kind.list is not None:
        _check_list(value, kind.list, path, found)


def _check_map(value: Object, kind: MapType, path: str, found: list[Cause]) -> None:
    start = f"{path}." if path else ""
    found += [required(start + name) for name in sorted(kind.required) if name not in value]
    for name, item in value.items():
        below = child_type(kind, name)
        if below is not None and start + name != "metadata":
            _check(item, below, start + name, found)


def _check_list(value: list[object], kind: ListType, path: str, found: list[Cause]) -> None:
    seen: set[str] = set()
    for index, item in enumerate(value):
        at = f"{path}[{index}]"
        _check(item, kind.element, at, found)
        if kind.associative and isinstance(item, dict | str | int):
            element = element_of(kind, item)
            if element in seen:
                message = f"Duplicate value: {element[2:]}"
                found.append(Cause("FieldValueDuplicate", message, at))
            seen.add(element)


def _check_limits(value: object, schema: Schema, path: str, found: list[Cause]) -> None:
    allowed = cast("list[object]", schema.get("enum") or [])
    if allowed and value not in allowed:
        found.append(unsupported(path, value, [str(one) for one in allowed]))
    if isinstance(value, int | float) and not isinstance(value, bool):
        least, most = schema.get("minimum"), schema.get("maximum")
        if isinstance(least, int | float) and value < least:
            why = f"{path} in body should be greater than or equal to {least}"
            found.append(invalid_value(path, value, why))
        if isinstance(most, int | float) and value > most:
            why = f"{path} in body should be less than or equal to {most}"
            found.append(invalid_value(path, value, why))
    pattern = schema.get("pattern")
    if isinstance(value, str) and isinstance(pattern, str) and not re.search(pattern, value):
        found.append(invalid_value(path, value, f"{path} in body should match '{pattern}'"))


# --- the definition itself --------------------------------------------------------------------


def established(definition: Object, now: str) -> Object:
    """Return the CRD with the status that the server gives it once its names are accepted."""
    spec = cast("Object", definition["spec"])
    conditions = [
        {
            "lastTransitionTime": now,
            "message": message,
            "reason": reason,
            "status": "True",
            "type": kind,
        }
        for kind, reason, message in (
            ("NamesAccepted", "NoConflicts", "no conflicts found"),
            ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        )
    ]
    status = {
        "acceptedNames": spec["names"],
        "conditions": conditions,
    }
    kept = cast("Object", definition.get("status") or {})
    return {**definition, "status": {**kept, **status}}
