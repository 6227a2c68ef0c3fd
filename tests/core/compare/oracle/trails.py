"""Where two objects differ, said without entries of lists, and what of an object is looked at."""

import json
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import msgspec

from core.compare.equality.builtin import LAST_APPLIED, SERVER_METADATA
from core.model import ABSENT, Absent, Json, JsonObject
from tests.core.compare.oracle.edits import Pointer

Trail: TypeAlias = tuple[str, ...]
"""Names of the fields on the way to a place, without entries of lists."""

_BOOKKEEPING: Final = frozenset({LAST_APPLIED, "deprecated.daemonset.template.generation"})
_PROTECTION: Final = ("kubernetes.io/pv-protection", "kubernetes.io/pvc-protection")  # admission's


def plain(body: bytes) -> JsonObject:
    """The object without the server's own metadata and its status."""
    found: JsonObject = msgspec.json.decode(body)
    found.pop("status", None)
    metadata = {k: v for k, v in metadata_of(found).items() if k not in SERVER_METADATA}
    finalizers = metadata.get("finalizers")
    if isinstance(finalizers, list):
        metadata["finalizers"] = [each for each in finalizers if each not in _PROTECTION]
    annotations = {k: v for k, v in annotations_of(found).items() if k not in _BOOKKEEPING}
    if "annotations" in metadata:
        metadata["annotations"] = annotations
        if not annotations:
            del metadata["annotations"]
    return {**found, "metadata": metadata}


def differing(one: Any, other: Any, *, ordered: bool = True) -> list[Trail]:
    """Where two objects differ, by nothing but their JSON."""
    found = apart_in(one, other, (), ordered=ordered)
    return list(dict.fromkeys(names_of(pointer) for pointer, _, _ in found))


def apart_in(
    one: Any, other: Any, pointer: Pointer, *, ordered: bool = True
) -> Iterator[tuple[Pointer, Json | Absent, Json | Absent]]:
    """Where two objects differ, with what is on either side."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            values = one.get(key, ABSENT), other.get(key, ABSENT)
            yield from apart_in(*values, (*pointer, key), ordered=ordered)
    elif isinstance(one, list) and isinstance(other, list):
        if not ordered:
            one, other = sorted(one, key=_unordered), sorted(other, key=_unordered)
        if len(one) != len(other):
            yield pointer, one, other
            return
        for index, (item, match) in enumerate(zip(one, other, strict=True)):
            yield from apart_in(item, match, (*pointer, index), ordered=ordered)
    elif one != other or isinstance(one, bool) is not isinstance(other, bool):
        yield pointer, one, other


def _unordered(value: Any) -> str:
    """Write a value so that the order of lists means nothing."""
    if isinstance(value, list):
        return json.dumps(sorted(map(_unordered, value)))
    if isinstance(value, dict):
        return json.dumps({key: _unordered(value[key]) for key in sorted(value)})
    return json.dumps(value)


def repeats(value: Json) -> bool:
    """Tell whether a set holds something twice: the server takes it and forgets who owns what.

    In the metadata of the object, or of a template in it.
    """
    if isinstance(value, list):
        return any(map(repeats, value))
    if not isinstance(value, dict):
        return False
    owners, finalizers = value.get("ownerReferences"), value.get("finalizers")
    listed = owners if isinstance(owners, list) else []
    uids = [str(each.get("uid")) for each in listed if isinstance(each, dict)]
    names = [str(each) for each in finalizers] if isinstance(finalizers, list) else []
    twice = any(len(set(each)) < len(each) for each in (uids, names))
    return twice or any(map(repeats, value.values()))


def names_of(pointer: Pointer) -> Trail:
    """Leave out the entries of lists."""
    return tuple(step for step in pointer if isinstance(step, str))


def smaller(was: Json | Absent, now: Json | Absent) -> bool:
    """Tell whether some of it, or all, is gone."""
    if isinstance(was, list):
        return isinstance(now, Absent) or (isinstance(now, list) and len(now) < len(was))
    return isinstance(now, Absent)


def near(one: Trail, other: Trail) -> bool:
    """Tell whether one place is the other, or inside it."""
    short = min(len(one), len(other))
    return one[:short] == other[:short]


def metadata_of(document: JsonObject) -> JsonObject:
    """The metadata of an object."""
    metadata = document["metadata"]
    assert isinstance(metadata, dict)
    return metadata


def annotations_of(document: JsonObject) -> JsonObject:
    """The annotations of an object, `{}` where it has none."""
    annotations = metadata_of(document).get("annotations")
    return annotations if isinstance(annotations, dict) else {}
