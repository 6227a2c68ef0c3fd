"""One object stated twice: by two documents of an app, or by two apps of a cluster."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    AppView,
    ClusterSpec,
    Document,
    Key,
    KindRef,
    Problem,
    Remedy,
    Resource,
    Snapshot,
)
from core.reconcile.memory.commands import PreparePlan
from core.reconcile.memory.effects import CheckAccess, Confirm, Follow, Perform
from core.reconcile.memory.inputs import ClusterFound, SchemaRead, SourceLost, SourceRead
from core.reconcile.memory.results import InventoryRead
from core.reconcile.memory.state import initial
from core.reconcile.sides.claims import objections
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    NAMESPACE,
    PLURALS,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    commit,
    document,
    key,
    live,
    ref,
    world,
)

LEASE = KindRef("coordination.k8s.io/v1", "Lease")
A, B_REF = ref(CONFIG_MAP, "a"), ref(CONFIG_MAP, "b")
B = document(CONFIG_MAP, "b", data={"a": "1"})


def two_apps(*, healing: bool = False) -> World:
    specs = (replace(SPEC, name="one"), replace(SPEC, name="two"))
    clusters = (ClusterSpec(name="prod"),)
    keys: Any = {"digest_key": b"d", "mask_key": b"m"}
    made = World(initial(specs, clusters, healing=healing, writing=True, **keys))
    made.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES),
        *(SchemaRead("prod", kind, SCHEMAS[kind]) for kind in PLURALS),
    )
    return made


def stated(made: World, app: str, *documents: Document, number: int = 1) -> None:
    made.feed(SourceRead(app, commit(number), documents, ()), InventoryRead(app, ()))


def shared(*, healing: bool = False) -> World:
    made = two_apps(healing=healing)
    made.listing(CONFIG_MAP)
    stated(made, "one", document(CONFIG_MAP, "a", data={"a": "1"}), B)
    stated(made, "two", document(CONFIG_MAP, "a", data={"a": "2"}))
    made.listing(CONFIG_MAP)
    return made


def views(made: World) -> dict[str, AppView]:
    return {view.spec.name: view for view in snapshot(made.state, Snapshot()).apps}


def test_an_object_of_two_apps_is_an_error_in_both_that_names_the_other() -> None:
    found = views(shared())
    words = "a.yaml:1: ConfigMap/web/a is also stated by app {}; neither writes it"
    assert found["one"].file_problems == (words.format("two"),)
    assert found["two"].file_problems == (words.format("one"),)
    assert all(view.problem and view.problem.remedy is Remedy.CHANGE_GIT for view in found.values())


def test_an_object_of_two_apps_is_not_healed_and_the_others_are() -> None:
    made = shared(healing=True)
    made.recorded(made.effects)
    assert [e.key for e in made.effects if isinstance(e, Perform)] == [Key("one", B_REF)]


def test_a_plan_leaves_an_object_of_two_apps_out_and_says_why() -> None:
    made = shared()
    effects = made.feed(PreparePlan(1, frozenset({Key("one", A), Key("one", B_REF)})))
    (plan,) = (e.plan for e in effects if isinstance(e, CheckAccess))
    assert [step.problem for step in plan.steps] == [
        "app two states it, too; one of the two must give it up",
        "",
    ]


def test_an_app_that_gives_an_object_up_leaves_it_to_the_other() -> None:
    made = shared(healing=True)
    made.recorded(made.effects)
    before = len(made.effects)
    made.recorded(made.feed(SourceRead("two", commit(2), (), ())))
    assert [e.key for e in made.effects[before:] if isinstance(e, Perform)] == [Key("one", A)]
    assert views(made)["one"].file_problems == ()


def test_nothing_is_healed_before_every_app_said_what_it_states() -> None:
    made = two_apps(healing=True)
    stated(made, "one", B)
    made.listing(CONFIG_MAP)
    assert [e for e in made.effects if isinstance(e, Perform)] == []
    made.recorded(made.feed(SourceLost("two", Problem(Remedy.WAIT, "no such folder"))))
    made.recorded(made.effects)
    assert [e.key for e in made.effects if isinstance(e, Perform)] == [Key("one", B_REF)]


def hide(made: World, name: str) -> None:
    """Another app was named: this one is a neighbour."""
    hidden = replace(made.state.apps[name], shown=False)
    made.state = replace(made.state, apps={**made.state.apps, name: hidden})


def test_what_a_neighbour_states_is_written_by_neither_though_one_app_is_named() -> None:
    made = two_apps(healing=True)
    hide(made, "one")
    made.listing(CONFIG_MAP)
    stated(made, "two", document(CONFIG_MAP, "a", data={"a": "2"}), B)
    made.listing(CONFIG_MAP)
    assert not views(made)["two"].complete
    assert [e for e in made.effects if isinstance(e, Perform)] == []
    stated(made, "one", document(CONFIG_MAP, "a", data={"a": "1"}))
    made.recorded(made.effects)
    assert [e.key for e in made.effects if isinstance(e, Perform)] == [Key("two", B_REF)]
    (words,) = views(made)["two"].file_problems
    assert words == "a.yaml:1: ConfigMap/web/a is also stated by app one; neither writes it"
    made.listing(CONFIG_MAP)
    assert views(made)["two"].complete


def test_a_plan_that_was_made_before_a_neighbour_was_read_is_not_carried_out() -> None:
    made = two_apps()
    hide(made, "one")
    made.listing(CONFIG_MAP)
    stated(made, "two", document(CONFIG_MAP, "a", data={"a": "2"}))
    made.listing(CONFIG_MAP)
    effects = made.feed(PreparePlan(1, frozenset({Key("two", A)})))
    (plan,) = (e.plan for e in effects if isinstance(e, CheckAccess))
    stated(made, "one", document(CONFIG_MAP, "a", data={"a": "1"}))
    made.execute(plan)
    (problem,) = made.run(1).problems
    assert "app one states it, too" in problem.words
    assert [e for e in made.effects if isinstance(e, Perform)] == []


def notes(made: World, name: str, kind: KindRef = CONFIG_MAP) -> list[tuple[str, str]]:
    return [(c.verdict.value, c.note) for c in made.state.rows[key(kind, name)].changes]


def twice(kind: KindRef, first: str | None, second: str | None) -> World:
    """Two documents of which only the cluster knows that they are one object."""
    body = document(kind, "a", data={"a": "1"})
    made = world()
    one = replace(body, namespace=first, file="one.yaml", line=7)
    made.read(one, replace(body, namespace=second, file="two.yaml"))
    made.listing(kind, [("a", live(kind, "a", 5, data={"a": "1"}))])
    made.feed(InventoryRead(SPEC.name, ()))
    return made


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [(CONFIG_MAP, None, "web"), (CONFIG_MAP, "web", None), (NAMESPACE, None, "web")],
)
def test_of_two_statements_the_last_counts_and_names_both_places(
    kind: KindRef, first: str | None, second: str | None
) -> None:
    made = twice(kind, first, second)
    words = "two.yaml:1: the same object is stated at one.yaml:7; this one counts"
    assert notes(made, "a", kind) == [("warn", words)]
    assert made.verdict(kind, "a") == "in_sync"
    assert made.state.rows[key(kind, "a")].file == "two.yaml"


def test_a_warning_of_the_loader_is_shown_and_goes_with_its_cause() -> None:
    body = document(CONFIG_MAP, "a", data={"a": "1"})
    made = world()
    made.read(replace(body, warnings=("a.yaml:3: the key is there twice",)))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": "1"}))])
    made.feed(InventoryRead(SPEC.name, ()))
    assert notes(made, "a") == [("warn", "a.yaml:3: the key is there twice")]
    made.read(body, number=2)
    assert notes(made, "a") == []


def with_a_lease(**metadata: Any) -> World:
    """An app that states a ConfigMap, which is there, and a Lease, which is not."""
    served = {**RESOURCES, LEASE: Resource(LEASE, "leases", namespaced=True, has_status=False)}
    made = world(healing=True)
    made.feed(ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", served))
    made.feed(SchemaRead("prod", LEASE, None))
    metadata |= {"name": "a", "namespace": "web"}
    made.read(document(LEASE, "a", metadata=metadata, spec={"holderIdentity": "me"}), B)
    made.listing(CONFIG_MAP, [("b", live(CONFIG_MAP, "b", 5, data={"a": "1"}))])
    made.listing(LEASE, [])
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def test_a_lease_in_git_is_watched_and_made() -> None:
    made = with_a_lease()
    assert made.verdict(LEASE, "a") == "missing"
    assert [e for e in made.effects if isinstance(e, Follow)][-1].kinds == {CONFIG_MAP, LEASE}


def test_a_lease_in_git_that_has_an_owner_is_not_compared_and_never_missing() -> None:
    owner = {"apiVersion": "v1", "kind": "Node", "name": "n", "uid": "5f1c"}
    made = with_a_lease(ownerReferences=[owner])
    assert notes(made, "a", LEASE) == [("warn", "not compared")]
    assert made.verdict(LEASE, "a") == "in_sync"
    assert made.complete()
    assert [e for e in made.effects if isinstance(e, Perform | Confirm)] == []


def test_an_app_that_shares_nothing_does_not_hide_what_the_others_share() -> None:
    specs = tuple(replace(SPEC, name=name) for name in ("apart", "one", "two"))
    keys: Any = {"digest_key": b"d", "mask_key": b"m"}
    made = World(initial(specs, (ClusterSpec(name="prod"),), healing=False, writing=True, **keys))
    made.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES),
        *(SchemaRead("prod", kind, SCHEMAS[kind]) for kind in PLURALS),
    )
    stated(made, "apart", B)
    for name in ("one", "two"):
        stated(made, name, document(CONFIG_MAP, "a", data={"a": "1"}))
    claimed = {name: dict(app.claimed) for name, app in made.state.apps.items()}
    assert claimed == {"apart": {}, "one": {A: "two"}, "two": {A: "one"}}


def test_an_object_of_a_kind_that_is_not_served_is_shared_all_the_same() -> None:
    made = two_apps()
    widget = document(KindRef("acme.example/v1", "Widget"), "w", spec={})
    for name in ("one", "two"):
        stated(made, name, widget)
    (words,) = objections(made.state.apps["one"])
    assert words == "Widget/web/w is also stated by app two; neither writes it"
