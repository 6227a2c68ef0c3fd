"""core.compare.evidence.versions: what was written through another version of the kind."""

from typing import Any

import pytest

from core.compare.evidence.evidence import Evidence
from core.compare.evidence.ownership import Owner
from core.compare.evidence.writers import OwnerClass
from core.model import Json, JsonObject
from core.model.paths import parse_path

BEHAVIOR = 'metadata.annotations["x/behavior"]'
STATUS: Json = {"f:status": {"f:conditions": {}}}
SPEC: Json = {"f:spec": {"f:behavior": {"f:scaleDown": {}}}}


def entry(manager: str, fields: Any, *, version: str = "g/v2", **more: str) -> JsonObject:
    made: JsonObject = {"manager": manager, "operation": "Update", "apiVersion": version}
    return {**made, "fieldsV1": fields, **more}


def evidence(*entries: JsonObject, **more: Any) -> Evidence:
    metadata: dict[str, Any] = {
        "managedFields": [*entries],
        "annotations": {"x/behavior": "{}", "x/conditions": "[]", "team": "a"},
        "labels": {"a": "b"},
    }
    live: Any = {
        "apiVersion": "g/v1",
        "kind": "K",
        "metadata": metadata,
        "spec": {"min": 2, "cpu": 9},
    }
    return Evidence({**live, **more}, {})


def writers(found: Evidence, path: str) -> list[tuple[str, str]]:
    return [(owner.manager, owner.through) for owner in found.owners_of(parse_path(path))]


def test_an_annotation_belongs_to_who_listed_a_field_of_its_name_in_another_version() -> None:
    found = evidence(entry("k9s", SPEC))
    assert writers(found, BEHAVIOR) == [("k9s", "g/v2")]
    assert writers(found, 'metadata.annotations["x/conditions"]') == []
    assert writers(found, "metadata.annotations.team") == []
    assert writers(found, "metadata.labels.a") == []
    assert writers(found, "spec.cpu") == []  # the one field that is not found is explained


def test_a_field_without_owner_may_be_any_field_that_is_not_found() -> None:
    found = evidence(entry("k9s", {"f:spec": {"f:metrics": {}}}), entry("helm", SPEC))
    assert writers(found, "spec.cpu") == [("k9s", "g/v2")]
    assert writers(found, BEHAVIOR) == [("helm", "g/v2")]


@pytest.mark.parametrize(
    "entries",
    [
        [entry("k9s", SPEC, version="g/v1")],
        [entry("k9s", {"f:spec": {"f:min": {}}})],
        [entry("k9s", {"f:metadata": {"f:labels": {"f:gone": {}}}})],
        [entry("before-first-apply", SPEC)],
        [entry("kube-controller-manager", STATUS, subresource="status")],
        [entry("k9s", SPEC, version="")],
        [],
    ],
)
def test_nothing_is_concluded_from_what_is_found_is_no_field_or_may_be_a_controllers(
    entries: list[JsonObject],
) -> None:
    found = evidence(*entries)
    assert writers(found, "spec.cpu") == []
    assert writers(found, BEHAVIOR) == []


def test_where_a_controller_may_have_moved_a_field_nothing_is_concluded() -> None:
    fields: Json = {"f:spec": {"f:metrics": {}, "f:behavior": {}}}
    found = evidence(entry("vpa-updater", fields), entry("k9s", fields))
    assert writers(found, "spec.cpu") == []
    assert writers(found, BEHAVIOR) == [("k9s", "g/v2"), ("vpa-updater", "g/v2")]


def test_what_an_owner_of_this_version_lists_is_its_own() -> None:
    ours = entry("driftdeck", {"f:spec": {"f:cpu": {}}}, version="g/v1")
    found = evidence(ours, entry("k9s", {"f:spec": {"f:metrics": {}}}))
    assert writers(found, "spec.cpu") == [("driftdeck", "")]


def test_of_several_the_person_decides() -> None:
    fields: Json = {"f:spec": {"f:metrics": {}}}
    found = evidence(entry("helm", fields), entry("pipeline", fields), entry("k9s", fields))
    owner = found.decisive(parse_path("spec.cpu"))
    assert isinstance(owner, Owner)
    assert (owner.manager, owner.kind) == ("k9s", OwnerClass.HUMAN)
