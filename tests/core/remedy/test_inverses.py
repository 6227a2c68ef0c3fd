"""core.remedy.inverses: what would undo a change, told by the object that it was decided on."""

import json
from typing import Any

from core.model import JsonObject, KindRef, Live, ObjectRef
from core.model.paths import parse_path
from core.model.requests import Add, Awaited, Operation, Remove, Replace
from core.remedy.inverses import made_again, put_back, restored

OBJECT: JsonObject = {
    "data": {"a": "1"},
    "spec": {"env": [{"name": "A"}, {"name": "B"}], "x": None},
}


def back(*paths: str) -> list[Operation]:
    return list(put_back(OBJECT, map(parse_path, paths)))


def undone(*paths: str) -> list[Operation]:
    return list(restored(OBJECT, map(parse_path, paths)))


def test_what_is_taken_away_comes_back_where_it_was() -> None:
    one, entry, null = map(parse_path, ("data.a", "spec.env[name=B]", "spec.x"))
    assert back("data.a", "spec.env[name=B]", "spec.x", "data.z", "spec.env[name=C]") == [
        Add(one, "1", None),
        Add(entry, {"name": "B"}, 1),
        Add(null, None, None),
    ]


def test_the_object_itself_is_no_place_to_put_anything() -> None:
    assert list(put_back(OBJECT, [()])) == []


def test_what_is_set_gets_its_value_back_or_goes_with_all_that_was_made_for_it() -> None:
    assert undone("data.a", "data.z", "metadata.labels.a") == [
        Replace(parse_path("data.a"), "1"),
        Remove(parse_path("data.z")),
        Remove(parse_path("metadata")),
    ]


def test_an_object_is_made_again_without_what_the_server_decides() -> None:
    metadata: dict[str, Any] = {"name": "web", "labels": {"a": "b"}}
    server = {"uid": "u", "resourceVersion": "4", "generation": 2, "managedFields": []}
    body = {"metadata": metadata | server, "status": {"x": 1}, "data": {"a": "1"}}
    ref, kind = ObjectRef("", "ConfigMap", "app", "web"), KindRef("v1", "ConfigMap")
    made = made_again(ref, kind, Live("u", "4", json.dumps(body).encode()))
    assert json.loads(made.body) == {"metadata": metadata, "data": {"a": "1"}}
    assert (made.on, made.ref, made.kind) == (Awaited.NOTHING, ref, kind)
    odd = made_again(ref, kind, Live("u", "4", b'{"metadata": 3}'))
    assert json.loads(odd.body) == {"metadata": 3}
