"""In which form an object goes out: whole, its metadata only, or as a table for people."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from core.sandbox.store import Object, metadata
from core.sandbox.types.kinds import Kind

WHOLE, PARTIAL, TABLE = "whole", "partial", "table"
_META = "meta.k8s.io/v1"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


def form_of(accept: str) -> str:
    """Choose the first form that an Accept header names and the server knows."""
    for choice in accept.split(","):
        if "as=Table" in choice and "v=v1beta1" not in choice:
            return TABLE
        if "as=PartialObjectMetadata" in choice:
            return PARTIAL
        if "as=" not in choice:
            break
    return WHOLE


def partial(thing: Object) -> Object:
    """Return an object's metadata alone."""
    return {"kind": "PartialObjectMetadata", "apiVersion": _META, "metadata": metadata(thing)}


def shown(
    thing: Object, kind: Kind, form: str, now_s: float, *, whole_rows: bool = False
) -> Object:
    """Return one object in the form asked for."""
    versioned = at_version(thing, kind)
    if form == PARTIAL:
        return partial(versioned)
    if form == TABLE:
        meta = {"resourceVersion": metadata(thing).get("resourceVersion", "")}
        return _table([versioned], meta, now_s, whole_rows=whole_rows)
    return versioned


def shown_list(answer: Object, kind: Kind, form: str, now_s: float, *, whole_rows: bool) -> Object:
    """Return a list in the form asked for."""
    items = [at_version(one, kind) for one in cast("Sequence[Object]", answer["items"])]
    if form == TABLE:
        meta = cast("Object", answer["metadata"])
        return _table(items, meta, now_s, whole_rows=whole_rows)
    if form == PARTIAL:
        listed: Object = {"kind": "PartialObjectMetadataList", "apiVersion": _META}
        some = [partial(one) for one in items] or None  # as Go writes a list nobody made
        return {**listed, "metadata": answer["metadata"], "items": some}
    return {**answer, "items": [item(one, kind) for one in items]}


def item(thing: Object, kind: Kind) -> Object:
    """Return an entry of a list: of a built-in kind without what the list itself says."""
    if not kind.schema:
        return thing
    return {name: value for name, value in thing.items() if name not in ("kind", "apiVersion")}


def at_version(thing: Object, kind: Kind) -> Object:
    """Return the object as the version that was asked for."""
    if thing.get("apiVersion") == kind.api_version or thing.get("kind") != kind.kind:
        return thing
    return {**thing, "apiVersion": kind.api_version}


def _columns() -> list[Object]:
    return [
        {
            "name": "Name",
            "type": "string",
            "format": "name",
            "description": "Name must be unique within a namespace.",
            "priority": 0,
        },
        {
            "name": "Age",
            "type": "string",
            "format": "",
            "description": "How long ago the object was created.",
            "priority": 0,
        },
    ]


def age(created: object, now_s: float) -> str:
    """Write how old an object is, as kubectl does."""
    if not isinstance(created, str):
        return "<unknown>"
    then = datetime.fromisoformat(created).astimezone(UTC)
    seconds = max(0, int(now_s - then.timestamp()))
    for unit_s, letter in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "m")):
        if seconds >= 2 * unit_s:
            return f"{seconds // unit_s}{letter}"
    return f"{seconds}s"


def _table(
    items: Sequence[Object], meta: Mapping[str, object], now_s: float, *, whole_rows: bool
) -> Object:
    rows = [
        {
            "cells": [
                metadata(one).get("name"),
                age(metadata(one).get("creationTimestamp"), now_s),
            ],
            "object": one if whole_rows else partial(one),
        }
        for one in items
    ]
    return {
        "kind": "Table",
        "apiVersion": _META,
        "metadata": dict(meta),
        "columnDefinitions": _columns(),
        "rows": rows,
    }
