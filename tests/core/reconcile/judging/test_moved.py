"""Objects that more than one app has to do with: each is extra in one of them alone."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import AppSpec, ClusterSpec, Document, Key, Verdict
from core.reconcile.memory.effects import Perform, WriteInventory
from core.reconcile.memory.inputs import ClusterFound, KindListed, SchemaRead, SourceRead
from core.reconcile.memory.results import Applied, InventoryRead, InventoryRow
from core.reconcile.memory.state import initial
from tests.core.reconcile.world import (
    CONFIG_MAP,
    PLURALS,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    commit,
    document,
    live,
    ref,
)

A = ref(CONFIG_MAP, "a")
GIT = document(CONFIG_MAP, "a", data={"a": "1"})
LIVE = live(CONFIG_MAP, "a", 5, data={"a": "1"})


def apps(*names: str, hidden: str = "", healing: bool = False, **fields: Any) -> World:
    """A world of apps of one cluster, of which *hidden* is a neighbour."""
    specs = [AppSpec(**{**as_fields(), "name": name, **fields}) for name in names]
    shown = tuple(spec for spec in specs if spec.name != hidden)
    beside = tuple(spec for spec in specs if spec.name == hidden)
    keys: Any = {"digest_key": b"d", "mask_key": b"m"}
    clusters = (ClusterSpec(name="prod"),)
    made = World(initial(shown, clusters, neighbours=beside, healing=healing, writing=True, **keys))
    made.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES),
        *(SchemaRead("prod", kind, SCHEMAS[kind]) for kind in PLURALS),
    )
    return made


def as_fields() -> dict[str, Any]:
    return {name: getattr(SPEC, name) for name in AppSpec.__dataclass_fields__}


def states(made: World, app: str, *documents: Document, number: int = 1) -> None:
    made.feed(SourceRead(app, commit(number), documents, ()))


def listed(made: World) -> None:
    made.feed(KindListed("prod", CONFIG_MAP, {A: LIVE}))


def row(digest: str = "d") -> InventoryRow:
    return InventoryRow(A, "u1", digest)


def extra_in(made: World) -> list[str]:
    rows = made.state.rows.values()
    return [each.key.app for each in rows if each.verdict is Verdict.EXTRA]


def moved(**fields: Any) -> World:
    """App one applied it; then Git moved it to app two, which did not apply it yet."""
    made = apps("one", "two", **fields)
    states(made, "one")
    states(made, "two", GIT)
    made.feed(InventoryRead("one", (row(),)), InventoryRead("two", ()))
    return made


def test_the_row_of_a_moved_object_goes_when_the_other_app_has_applied_it() -> None:
    made = moved(healing=True)
    listed(made)
    made.recorded(made.effects)
    (write,) = (each for each in made.effects if isinstance(each, Perform))
    assert write.key == Key("two", A)
    assert made.state.apps["one"].applied(A) is not None
    made.feed(Applied(write.key, write.desired, replace(LIVE, resource_version="6")))
    assert made.state.apps["one"].applied(A) is None
    stored = [each for each in made.effects if isinstance(each, WriteInventory)]
    assert ("one", ()) in {(each.app, each.rows) for each in stored}


def test_a_moved_object_that_git_drops_later_is_extra_in_the_app_it_was_moved_to() -> None:
    made = moved()
    listed(made)
    made.feed(InventoryRead("two", (row(),)))
    states(made, "two", number=2)
    assert extra_in(made) == ["two"]


@pytest.mark.parametrize(("hidden", "expected"), [("", ["one"]), ("one", ["two"])])
def test_an_object_that_two_apps_applied_and_none_states_is_extra_in_one(
    hidden: str, expected: list[str]
) -> None:
    made = apps("one", "two", hidden=hidden)
    for app in ("one", "two"):
        states(made, app)
        made.feed(InventoryRead(app, (row(),)))
    listed(made)
    assert extra_in(made) == expected


@pytest.mark.parametrize(("hidden", "expected"), [("", ["one"]), ("one", ["two"])])
def test_a_stray_in_a_namespace_of_two_apps_is_one_object(hidden: str, expected: list[str]) -> None:
    made = apps("one", "two", hidden=hidden, owns=("web",))
    states(made, "one", document(CONFIG_MAP, "b", data={}))
    states(made, "two", document(CONFIG_MAP, "c", data={}))
    made.feed(InventoryRead("one", ()), InventoryRead("two", ()))
    listed(made)
    assert extra_in(made) == expected


def test_who_applied_a_stray_lists_it_before_who_owns_its_namespace() -> None:
    made = apps("one", "two", owns=("web",))
    states(made, "one", document(CONFIG_MAP, "b", data={}))
    states(made, "two", document(CONFIG_MAP, "c", data={}))
    made.feed(InventoryRead("one", ()), InventoryRead("two", (row(),)))
    listed(made)
    assert extra_in(made) == ["two"]
