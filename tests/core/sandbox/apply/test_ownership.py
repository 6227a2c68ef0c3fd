from typing import Any

import pytest

from core.sandbox.apply import managed, ownership
from core.sandbox.apply.managed import Managed
from core.sandbox.apply.ownership import ConflictError, Write
from core.sandbox.types.fieldset import FieldSet
from core.sandbox.types.schema import Type, Types

Json = dict[str, Any]
_SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "whole": {"type": "array", "items": {"type": "string"}},
        "items": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["id"],
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "size": {"type": "integer"}},
            },
        },
    },
}
_KIND: Type = Types({"thing": _SCHEMA}).named("thing")


def _write(manager: str, *, force: bool = False) -> Write:
    return Write(kind=_KIND, api_version="v1", manager=manager, now="2026-01-01", force=force)


def _apply(
    live: Json, applied: Json, owners: Managed, manager: str = "one", *, force: bool = False
) -> tuple[Json, Managed]:
    merged, left = ownership.apply(live, applied, owners, _write(manager, force=force))
    return live if merged is None else merged, left  # type: ignore[return-value]  # a map


def _fields(owners: Managed, manager: str, operation: str = managed.APPLY) -> FieldSet:
    version = "" if operation == managed.APPLY else "v1"
    return owners[managed.Manager(manager, operation, version)].fields


def test_an_apply_owns_exactly_what_it_states() -> None:
    _, owners = _apply({}, {"name": "x", "labels": {"a": "1"}, "items": [{"id": "i"}]}, {})
    assert _fields(owners, "one").to_json() == {
        "f:name": {},
        "f:labels": {"f:a": {}},
        "f:items": {'k:{"id":"i"}': {".": {}, "f:id": {}}},
    }


def test_an_apply_that_changes_nothing_says_so_and_keeps_the_time() -> None:
    live, owners = _apply({}, {"name": "x"}, {})
    later = Write(kind=_KIND, api_version="v1", manager="one", now="2027-01-01")
    merged, left = ownership.apply(live, {"name": "x"}, owners, later)
    assert merged is None
    assert left == owners


def test_a_conflict_names_the_manager_and_the_paths() -> None:
    live, owners = _apply({}, {"name": "x", "items": [{"id": "i", "size": 1}]}, {})
    with pytest.raises(ConflictError) as refused:
        _apply(live, {"name": "y", "items": [{"id": "i", "size": 2}]}, owners, "two")
    assert str(refused.value) == (
        'Apply failed with 2 conflicts: conflicts with "one":\n- .name\n- .items[id="i"].size'
    )


def test_force_moves_the_field_to_the_new_manager() -> None:
    live, owners = _apply({}, {"name": "x", "labels": {"a": "1"}}, {})
    live, owners = _apply(live, {"name": "y"}, owners, "two", force=True)
    assert live == {"name": "y", "labels": {"a": "1"}}
    assert _fields(owners, "one").to_json() == {"f:labels": {"f:a": {}}}


def test_what_nobody_states_any_more_goes_and_what_another_states_stays() -> None:
    live, owners = _apply({}, {"tags": ["a", "b"], "labels": {"l": "1", "m": "1"}}, {})
    live, owners = _apply(live, {"tags": ["b", "c"], "labels": {"m": "1"}}, owners, "two")
    live, owners = _apply(live, {"tags": [], "labels": {}}, owners)
    assert live == {"tags": ["b", "c"], "labels": {"m": "1"}}


def test_an_unkeyed_list_is_owned_and_replaced_as_one() -> None:
    live, owners = _apply({}, {"whole": ["a"]}, {})
    with pytest.raises(ConflictError):
        _apply(live, {"whole": ["a", "b"]}, owners, "two")
    live, _ = _apply(live, {"whole": ["b"]}, owners)
    assert live == {"whole": ["b"]}


def test_an_update_takes_only_what_it_changes() -> None:
    live, owners = _apply({}, {"name": "x", "labels": {"a": "1"}}, {})
    new: Json = {"name": "x", "labels": {"a": "2", "b": "1"}}
    left = ownership.track(live, new, owners, _write("human"), creating=False)
    assert _fields(left, "one").to_json() == {"f:name": {}}
    assert _fields(left, "human", managed.UPDATE).to_json() == {"f:labels": {"f:a": {}, "f:b": {}}}


def test_an_object_nobody_tracks_stays_untracked() -> None:
    left = ownership.track({"name": "x"}, {"name": "y"}, {}, _write("human"), creating=False)
    assert left == {}


def test_the_first_apply_to_an_untracked_object_names_what_was_there() -> None:
    live, owners = _apply({"name": "x"}, {"name": "x", "labels": {"a": "1"}}, {})
    names = {who.name for who in owners}
    assert (live["name"], names) == ("x", {"one", "before-first-apply"})


def test_the_metadata_every_object_has_belongs_to_nobody() -> None:
    meta = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    kind = Types({"m": {"type": "object", "properties": {"metadata": meta}}}).named("m")
    write = Write(kind=kind, api_version="v1", manager="one", now="2026-01-01")
    applied: Json = {"metadata": {"name": "x", "labels": {"a": "1"}}}
    _, owners = ownership.apply({}, applied, {}, write)
    assert _fields(owners, "one").to_json() == {"f:metadata": {"f:labels": {"f:a": {}}}}
