"""What Git is to state where fields are as they are live: the document with just these changed."""

import pytest

from core.model import ABSENT, FieldChange, FieldVerdict, Json, JsonObject
from core.reconcile.acting.adopting.choosing import taken

GIT: JsonObject = {
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "replicas": 3,
        "containers": [
            {
                "name": "web",
                "image": "a:1",
                "env": [{"name": "X", "value": "1"}],
                "args": ["a", "b"],
            },
            {"name": "proxy", "image": "p:1"},
        ],
        "finalizers": ["a/x"],
        "empty": None,
    },
}
LIVE: JsonObject = {
    "metadata": {"name": "web", "uid": "u", "labels": {"app": "web", "hot": "1"}},
    "spec": {
        "replicas": 5,
        "strategy": {"type": "Recreate", "more": {"a": 1}},
        "containers": [
            {"name": "log", "image": "l:1"},
            {
                "name": "web",
                "image": "a:2",
                "env": [{"name": "DEBUG", "value": "1"}],
                "args": ["a", "c", "d"],
                "probe": {"port": 80},
            },
        ],
        "finalizers": ["a/x", "b/y"],
    },
}


def change(path: str, place: str = "", git: Json = None) -> FieldChange:
    return FieldChange(path, FieldVerdict.DRIFT, ABSENT, git, place=place)


def with_live(*paths: str) -> JsonObject:
    found = taken(GIT, LIVE, [change(path) for path in paths])
    assert isinstance(found, dict)
    return found


def spec_of(found: JsonObject) -> JsonObject:
    spec = found["spec"]
    assert isinstance(spec, dict)
    return spec


def container(found: JsonObject, at: int = 0) -> JsonObject:
    containers = spec_of(found)["containers"]
    assert isinstance(containers, list)
    one = containers[at]
    assert isinstance(one, dict)
    return one


def test_a_value_becomes_the_live_one_and_everything_else_stays() -> None:
    found = with_live("spec.replicas")
    assert found == GIT | {"spec": spec_of(GIT) | {"replicas": 5}}
    assert spec_of(GIT)["replicas"] == 3


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("spec.containers[name=web].image", {"image": "a:2"}),
        ("spec.containers[name=web].probe", {"probe": {"port": 80}}),
        ("spec.containers[name=web].probe.port", {"probe": {"port": 80}}),
        ("spec.containers[name=web].args[1]", {"args": ["a", "c"]}),
        ("spec.containers[name=web].args[2]", {"args": ["a", "b", "d"]}),
        (
            "spec.containers[name=web].env[name=DEBUG]",
            {"env": [{"name": "DEBUG", "value": "1"}, {"name": "X", "value": "1"}]},
        ),
        (
            "spec.containers[name=web].env[name=DEBUG].value",
            {"env": [{"name": "DEBUG", "value": "1"}, {"name": "X", "value": "1"}]},
        ),
        ("spec.containers[name=web].env[name=X]", {"env": []}),
    ],
)
def test_a_field_of_an_entry_is_put_into_that_entry(path: str, wanted: JsonObject) -> None:
    assert container(with_live(path)) == container(GIT) | wanted


def test_whole_entries_come_where_they_stand_and_go() -> None:
    found = with_live("spec.containers[name=log]", "spec.containers[name=proxy]")
    containers = spec_of(found)["containers"]
    assert containers == [{"name": "log", "image": "l:1"}, container(GIT)]


def test_members_of_sets_and_whole_parents_come_too() -> None:
    found = with_live('spec.finalizers[="b/y"]', "spec.strategy.more.a", "metadata.labels.hot")
    assert spec_of(found)["finalizers"] == ["a/x", "b/y"]
    assert spec_of(found)["strategy"] == {"more": {"a": 1}}
    assert found["metadata"] == {"name": "web", "labels": {"app": "web", "hot": "1"}}


def test_what_is_not_live_goes_and_what_is_nowhere_changes_nothing() -> None:
    assert "empty" not in spec_of(with_live("spec.empty"))
    assert with_live("spec.nowhere.at.all") == GIT
    assert with_live("spec.containers[name=nobody].image") == GIT


def test_an_entry_that_took_the_place_of_another_is_put_there_instead() -> None:
    path, place = (f"spec.containers[name=web].env[name={name}]" for name in ("X", "DEBUG"))
    found = taken(GIT, LIVE, [change(path, place, git={"name": "X", "value": "1"})])
    assert isinstance(found, dict)
    assert container(found)["env"] == [{"name": "DEBUG", "value": "1"}]
