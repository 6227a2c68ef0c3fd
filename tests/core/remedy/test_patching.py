"""core.remedy.patching: an edit as a JSON patch, for one version of the object."""

import json
from typing import Any

from core.model import JsonObject, KindRef, Live, ObjectRef
from core.model.paths import parse_path
from core.model.requests import Add, Edit, Operation, Remove, Replace, Version
from core.remedy import edited, json_patch

REF, KIND = ObjectRef("", "Pod", "app", "web"), KindRef("v1", "Pod")


def live(**body: Any) -> Live:
    return Live("u", "1", json.dumps(body).encode())


def patched(found: Live, *operations: Operation) -> list[JsonObject]:
    return list(json_patch(Edit(REF, KIND, operations, Version.of(found)), found))


def removals(found: Live, paths: list[str]) -> tuple[str, ...]:
    made = patched(found, *(Remove(parse_path(path)) for path in paths))
    assert {each["op"] for each in made} <= {"remove"}
    return tuple(str(each["path"]) for each in made)


def test_a_label_with_an_odd_key_is_pointed_at() -> None:
    found = live(metadata={"labels": {"a.b/c": "1"}})
    assert removals(found, ['metadata.labels["a.b/c"]']) == ("/metadata/labels/a.b~1c",)


def test_entries_of_keyed_lists_are_found_by_key_and_the_later_one_goes_first() -> None:
    found = live(spec={"env": [{"name": "A"}, {"name": "B"}, {"name": "C"}]})
    paths = ["spec.env[name=A]", "spec.env[name=C]"]
    assert removals(found, paths) == ("/spec/env/2", "/spec/env/0")


def test_the_tenth_entry_of_a_list_goes_before_the_ninth() -> None:
    found = live(spec={"env": [{"name": f"E{number}"} for number in range(12)]})
    paths = ["spec.env[name=E2]", "spec.env[name=E10]", "spec.env[name=E9]"]
    assert removals(found, paths) == ("/spec/env/10", "/spec/env/9", "/spec/env/2")


def test_members_of_sets_are_found_by_value() -> None:
    found = live(metadata={"finalizers": ["x/a", "x/b"]})
    assert removals(found, ["metadata.finalizers[=x/b]"]) == ("/metadata/finalizers/1",)


def test_what_is_gone_already_needs_no_removal() -> None:
    assert removals(live(data={}), ["data.a", "spec.env[name=A].value"]) == ()


def test_an_entry_without_any_of_the_keys_is_no_match() -> None:
    found = live(spec={"ports": [{"name": "x"}, {"port": 80}]})
    assert removals(found, ["spec.ports[port=80,protocol=TCP]"]) == ("/spec/ports/1",)


def test_the_old_name_of_a_service_account_goes_with_the_new_one() -> None:
    found = live(spec={"serviceAccountName": "a", "serviceAccount": "a"})
    assert removals(found, ["spec.serviceAccountName"]) == (
        "/spec/serviceAccountName",
        "/spec/serviceAccount",
    )


def test_an_entry_takes_the_place_of_another() -> None:
    found = live(spec={"ports": [{"port": 80}, {"port": 443}]})
    entry: JsonObject = {"port": 8443}
    made = patched(found, Replace(parse_path("spec.ports[port=443]"), entry))
    assert made == [{"op": "replace", "path": "/spec/ports/1", "value": entry}]


def test_what_is_no_longer_there_is_not_replaced() -> None:
    found = live(spec={"ports": [{"port": 80}]})
    assert patched(found, Replace(parse_path("spec.ports[port=443]"), {"port": 8443})) == []
    assert patched(found, Replace((), {})) == []


def test_values_are_put_back_in_the_order_they_stood_in() -> None:
    found = live(spec={"env": [{"name": "B"}], "labels": {}})
    made = patched(
        found,
        Add(parse_path("spec.env[name=C]"), {"name": "C"}, 2),
        Add(parse_path("spec.env[name=A]"), {"name": "A"}, 0),
        Add(parse_path("spec.labels.x"), "1"),
        Add(parse_path("spec.env[name=D]"), {"name": "D"}),
    )
    assert [(each["op"], each["path"]) for each in made] == [
        ("add", "/spec/env/0"),
        ("add", "/spec/env/2"),
        ("add", "/spec/labels/x"),
        ("add", "/spec/env/3"),
    ]


def test_a_value_without_a_place_is_not_put_back() -> None:
    found = live(spec={"env": [{"name": "B"}], "note": "x"})
    for path in ("spec.note.x", "spec.note[0].y", "spec[0]", ""):
        assert patched(found, Add(parse_path(path), "1")) == []


def test_a_list_that_went_with_its_last_entry_comes_back_with_the_first() -> None:
    found = live(spec={})
    entries: list[JsonObject] = [{"name": "A"}, {"name": "B"}]
    adds = (Add(parse_path(f"spec.x.env[name={e['name']}]"), e, n) for n, e in enumerate(entries))
    assert patched(found, *adds) == [
        {"op": "add", "path": "/spec/x", "value": {"env": [entries[0]]}},
        {"op": "add", "path": "/spec/x/env/1", "value": entries[1]},
    ]


def test_each_operation_points_into_what_those_before_it_leave() -> None:
    found = live(spec={"env": [{"name": "A"}, {"name": "B", "value": "1"}], "args": ["x"]})
    made = patched(
        found,
        Remove(parse_path("spec.env[name=A]")),
        Add(parse_path("spec.env[name=B].more"), "2"),
        Replace(parse_path("spec.env[name=B].value"), "3"),
    )
    assert [(each["op"], each["path"]) for each in made] == [
        ("replace", "/spec/env/1/value"),
        ("remove", "/spec/env/0"),
        ("add", "/spec/env/0/more"),
    ]


def test_an_edited_document_is_another_one() -> None:
    before: Any = {"spec": {"env": [{"name": "A", "value": "1"}], "paused": True}}
    made = edited(
        before,
        [
            Replace(parse_path("spec.env[name=A].value"), "2"),
            Remove(parse_path("spec.paused")),
            Add(parse_path("spec.env[name=B]"), {"name": "B"}),
            Add(parse_path("metadata.labels.a"), "b"),
        ],
    )
    assert made == {
        "spec": {"env": [{"name": "A", "value": "2"}, {"name": "B"}]},
        "metadata": {"labels": {"a": "b"}},
    }
    assert before == {"spec": {"env": [{"name": "A", "value": "1"}], "paused": True}}
