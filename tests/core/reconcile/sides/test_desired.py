"""What Git asks: documents placed as objects, and what is read, watched and judged for them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.compare import schemas
from core.model import (
    NOWHERE,
    Claim,
    EventName,
    KindRef,
    ObjectRef,
    Problem,
    Remedy,
    Resource,
    Verdict,
)
from core.reconcile.memory.commands import Refresh
from core.reconcile.memory.effects import Effect, Follow, ReadInventory, ReadSource
from core.reconcile.memory.inputs import (
    ClusterFound,
    HistoryRead,
    SchemaRead,
    SourceLost,
    SourceRead,
)
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.memory.state import AppState
from core.reconcile.sides.fences import refusals
from tests.core.reconcile.world import (
    CONFIG_MAP,
    NAMESPACE,
    RESOURCES,
    SCHEMAS,
    SECRET,
    SPEC,
    World,
    applied,
    beginning,
    commit,
    document,
    key,
    live,
    questions,
    ref,
    world,
)

GOOD: dict[str, Any] = {"data": {"a": "1"}}
A = key(CONFIG_MAP, "a")


def app(made: World) -> AppState:
    return made.state.apps[SPEC.name]


def follows(effects: list[Effect]) -> list[Follow]:
    return [effect for effect in effects if isinstance(effect, Follow)]


def found(**resources: Resource) -> ClusterFound:
    served = RESOURCES | {each.kind: each for each in resources.values()}
    return ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", served)


# Placing ------------------------------------------------------------------------------------------


def test_what_git_states_has_no_place_before_discovery_and_schema_are_known() -> None:
    made = World(beginning())
    made.read(document(CONFIG_MAP, "a", **GOOD))
    assert app(made).desired == {}
    made.feed(found())
    assert app(made).desired == {}
    made.feed(SchemaRead("prod", CONFIG_MAP, SCHEMAS[CONFIG_MAP]))
    assert list(app(made).desired) == [A.ref]
    assert app(made).stated == {A.ref}


def test_a_schema_that_comes_later_says_anew_what_git_states() -> None:
    made = World(beginning())
    made.feed(found(), SchemaRead("prod", CONFIG_MAP, None))
    stated = document(CONFIG_MAP, "a", data={"a": "1", "b": None})
    made.read(stated)
    assert json.loads(app(made).desired[A.ref].body)["data"] == {"a": "1"}
    nullable = {"type": "object", "additionalProperties": {"type": "string", "nullable": True}}
    kind = {"group": "", "version": "v1", "kind": "ConfigMap"}
    raw: Any = {
        "properties": {"data": nullable},
        "x-kubernetes-group-version-kind": [kind],
    }
    schema = schemas({"components": {"schemas": {"ConfigMap": raw}}})[CONFIG_MAP]
    made.feed(SchemaRead("prod", CONFIG_MAP, schema))
    assert json.loads(app(made).desired[A.ref].body)["data"] == {"a": "1", "b": None}


def test_what_has_no_namespace_of_its_own_gets_that_of_the_app_and_a_cluster_kind_gets_none() -> (
    None
):
    made = world(namespace="elsewhere")
    stated = document(CONFIG_MAP, "a", **GOOD)
    bare = replace(stated, namespace=None, body=stated.body.replace(b', "namespace": "web"', b""))
    made.read(bare, document(NAMESPACE, "web"))
    places = {each.name: each.namespace for each in app(made).desired}
    assert places == {"a": "elsewhere", "web": ""}


def test_an_object_that_states_the_same_stays_the_same_object() -> None:
    made = applied("a", "b")
    before = dict(app(made).desired)
    made.read(document(CONFIG_MAP, "a", **GOOD), document(CONFIG_MAP, "b", data={"a": "9"}))
    after = app(made).desired
    assert after[A.ref] is before[A.ref]
    assert after[ref(CONFIG_MAP, "b")] is not before[ref(CONFIG_MAP, "b")]


def test_only_what_git_changed_is_judged_again() -> None:
    made = applied("a", "b", "c")
    stated = [document(CONFIG_MAP, "a", **GOOD), document(CONFIG_MAP, "b", data={"a": "9"})]
    made.once(SourceRead(SPEC.name, commit(2), tuple(stated), ()))
    made.now += 5
    assert made.row("a").verdict is Verdict.IN_SYNC
    assert made.row("b").verdict is Verdict.DRIFTED
    assert made.row("c").verdict is Verdict.EXTRA


def test_a_commit_that_leaves_the_folder_as_it_was_is_noted_and_nothing_more() -> None:
    made = applied("a", "b")
    source = app(made).source
    assert source is not None
    first = replace(source, tree="t")
    made.feed(first)
    before, said = app(made), made.events()
    assert made.once(replace(first, revision=commit(2))) == []
    after = app(made)
    assert after.source == replace(first, revision=commit(2))
    assert after.desired is before.desired
    assert made.events() == said
    made.once(replace(first, revision=commit(3), lacks=commit(2).id))
    assert "the history was written anew" in made.told(EventName.SOURCE_UPDATED)[-1]


def test_a_line_that_moved_moves_in_the_row_and_asks_nothing() -> None:
    made = applied("a")
    moved = replace(document(CONFIG_MAP, "a", **GOOD), file="moved.yaml", line=7)
    effects = made.read(moved, number=2)
    assert questions(effects) == []
    assert (made.row("a").file, made.row("a").line) == ("moved.yaml", 7)


def test_an_object_outside_the_namespaces_of_its_app_is_refused_with_its_place() -> None:
    made = world(namespaces=("other",))
    made.read(document(CONFIG_MAP, "a", **GOOD), document(NAMESPACE, "other"))
    assert refusals(app(made)) == ("a.yaml:1: namespace web is not one this app may touch",)
    assert [each.name for each in app(made).desired] == ["other"]
    made.read(document(NAMESPACE, "other"), number=2)
    assert refusals(app(made)) == ()


def test_of_an_object_stated_twice_the_later_counts_and_only_while_both_are_there() -> None:
    made = applied("a")
    twin = replace(document(CONFIG_MAP, "a", data={"a": "9"}), file="twin.yaml", line=4)
    made.read(document(CONFIG_MAP, "a", **GOOD), twin, number=2)
    made_of = app(made).desired[A.ref]
    assert made_of.document.file == "twin.yaml"
    assert [each.note for each in made_of.warnings] == [
        "twin.yaml:4: the same object is stated at a.yaml:1; this one counts"
    ]
    before = app(made).desired[A.ref]
    made.read(document(CONFIG_MAP, "a", **GOOD), twin, number=2)
    assert app(made).desired[A.ref] is before
    made.read(document(CONFIG_MAP, "a", **GOOD), number=3)
    assert app(made).desired[A.ref].warnings == ()


# Kinds that come and go ---------------------------------------------------------------------------

WIDGET = KindRef("acme.example/v1", "Widget")
WIDGETS = Resource(WIDGET, "widgets", namespaced=True, has_status=False)


def test_a_kind_that_is_not_served_is_followed_once_it_is() -> None:
    made = world()
    made.read(document(WIDGET, "w", spec={}))
    following = made.state.clusters["prod"].following
    assert following is not None
    assert WIDGET not in following.kinds
    assert list(app(made).unserved) == [ref(WIDGET, "w")]
    effects = made.feed(found(widgets=WIDGETS))
    assert WIDGET in follows(effects)[-1].kinds
    assert app(made).unserved == {}


def test_an_object_whose_kind_got_served_is_judged_as_any_other() -> None:
    made = world()
    made.read(document(WIDGET, "w", spec={}))
    made.feed(InventoryRead(SPEC.name, ()))
    row = made.state.rows[key(WIDGET, "w")]
    assert (row.verdict, row.reason) == (
        Verdict.UNKNOWN,
        "not-served: the cluster serves no Widget in acme.example/v1",
    )
    (warning,) = row.changes
    assert (warning.path, warning.git) == ("apiVersion", "acme.example/v1")
    assert warning.note == "the cluster serves no Widget in acme.example/v1"
    made.feed(found(widgets=WIDGETS), SchemaRead("prod", WIDGET, None))
    made.listing(WIDGET)
    assert made.state.rows[key(WIDGET, "w")].verdict is Verdict.MISSING


# Reading ------------------------------------------------------------------------------------------


def test_a_commit_is_told_once_with_the_problems_of_its_files() -> None:
    made = world()
    stated = (document(CONFIG_MAP, "a", **GOOD),)
    made.feed(SourceRead(SPEC.name, commit(1), stated, ()))
    made.feed(SourceRead(SPEC.name, commit(1), stated, ()))
    made.feed(SourceRead(SPEC.name, commit(1), stated, ("b.yaml:3: broken",)))
    made.feed(SourceRead(SPEC.name, commit(2), stated, ("b.yaml:3: broken",)))
    assert made.told(EventName.SOURCE_UPDATED) == [
        "change 1",
        "change 1; b.yaml:3: broken",
        "change 2; b.yaml:3: broken",
    ]


def test_a_history_that_was_written_anew_is_told_though_the_folder_is_the_same() -> None:
    made = world()
    stated = (document(CONFIG_MAP, "a", **GOOD),)
    made.feed(SourceRead(SPEC.name, commit(1), stated, (), tree="t"))
    made.feed(SourceRead(SPEC.name, commit(2), stated, (), tree="t", lacks=commit(1).id))
    gone = f"the history was written anew: {commit(1).id[:7]}, read before, is not in it"
    assert made.told(EventName.SOURCE_UPDATED) == ["change 1", f"change 2; {gone}"]


def test_a_commit_is_told_to_the_apps_alone_whose_folders_it_changes() -> None:
    made = world()
    stated = (document(CONFIG_MAP, "a", **GOOD),)
    for number, tree in ((1, "t1"), (2, "t1"), (3, "t2")):
        made.feed(SourceRead(SPEC.name, commit(number), stated, (), tree=tree))
    assert made.told(EventName.SOURCE_UPDATED) == ["change 1", "change 3"]
    source = app(made).source
    assert source is not None
    assert source.revision == commit(3)


def test_a_repository_that_is_lost_is_told_once_for_each_reason_and_keeps_what_was_read() -> None:
    made = applied("a")
    for words in ("locked", "locked", "gone"):
        made.feed(SourceLost(SPEC.name, Problem(Remedy.WAIT, words)))
    assert made.told(EventName.SOURCE_UNAVAILABLE) == ["locked", "gone"]
    assert str(app(made).problem) == "gone"
    assert made.row("a").verdict is Verdict.IN_SYNC
    made.now += 9
    made.read(document(CONFIG_MAP, "a", **GOOD))
    assert (app(made).problem, app(made).read_at) == (None, made.now)


def test_the_history_is_kept_to_be_shown() -> None:
    made = world()
    made.feed(HistoryRead(SPEC.name, (commit(2), commit(1))))
    assert app(made).history == (commit(2), commit(1))


def test_a_refresh_reads_every_app_and_judges_nothing_that_holds() -> None:
    made = applied("a")
    before = made.state.subjects
    assert made.feed(Refresh()) == [ReadSource(SPEC.name)]
    assert made.state.subjects is before


@pytest.mark.parametrize(
    ("spec", "namespace"),
    [
        ({}, "web"),
        ({"namespace": ""}, "default"),
        ({"inventory_namespace": "records"}, "records"),
    ],
)
def test_what_was_applied_is_asked_for_once_where_it_is_kept(
    spec: dict[str, Any], namespace: str
) -> None:
    made = world(**spec)
    for number in (1, 2):
        made.read(document(CONFIG_MAP, "a", **GOOD), number=number)
    asked = [each for each in made.effects if isinstance(each, ReadInventory)]
    claim = Claim(stated=frozenset({ref(CONFIG_MAP, "a")}))
    assert asked == [ReadInventory("prod", SPEC.name, namespace, NOWHERE, claim, writes=True)]


# Following ----------------------------------------------------------------------------------------


def test_exactly_the_kinds_and_namespaces_that_git_names_are_followed() -> None:
    made = world()
    effects = made.read(document(CONFIG_MAP, "a", **GOOD))
    assert follows(effects) == [Follow("prod", frozenset({CONFIG_MAP}), frozenset({"web"}))]
    effects = made.read(document(CONFIG_MAP, "a", **GOOD), document(SECRET, "s"), number=2)
    assert follows(effects)[-1].kinds == {CONFIG_MAP, SECRET}
    assert follows(made.read(document(SECRET, "s"), number=3))[-1].kinds == {SECRET}


def test_each_kind_is_followed_in_the_namespaces_where_it_is_used_alone() -> None:
    made = world()
    there = replace(document(SECRET, "s"), namespace="vault")
    wanted = follows(made.read(document(CONFIG_MAP, "a", **GOOD), there))[-1]
    assert wanted.namespaces == frozenset({"web", "vault"})
    assert wanted.within == {CONFIG_MAP: {"web"}, SECRET: {"vault"}}
    everywhere = document(SECRET, "s")
    wanted = follows(made.read(document(CONFIG_MAP, "a", **GOOD), everywhere, number=2))[-1]
    assert wanted.namespaces == frozenset({"web"})
    assert not wanted.within


def test_a_kind_of_the_cluster_is_narrowed_to_no_namespace() -> None:
    made = world()
    there = replace(document(SECRET, "s"), namespace="vault")
    wanted = follows(made.read(document(NAMESPACE, "web"), there))[-1]
    assert NAMESPACE in wanted.kinds
    assert wanted.within == {SECRET: {"vault"}}


def test_what_was_applied_of_a_kind_is_followed_where_it_was_though_git_has_it_elsewhere() -> None:
    made = world()
    there = replace(document(SECRET, "s"), namespace="vault")
    made.read(document(CONFIG_MAP, "a", **GOOD), there)
    row = InventoryRow(ObjectRef("", "ConfigMap", "old", "x"), "u", "d")
    wanted = follows(made.feed(InventoryRead(SPEC.name, (row,))))[-1]
    assert wanted.within == {CONFIG_MAP: {"web", "old"}, SECRET: {"vault"}}


def test_every_kind_is_followed_in_a_namespace_that_is_owned() -> None:
    made = world(owns=("web",))
    there = replace(document(SECRET, "s"), namespace="vault")
    wanted = follows(made.read(document(CONFIG_MAP, "a", **GOOD), there))[-1]
    assert wanted.within == {CONFIG_MAP: {"web"}}


def test_nothing_is_followed_anew_when_git_names_the_same_kinds() -> None:
    made = applied("a")
    assert follows(made.read(document(CONFIG_MAP, "b", **GOOD), number=2)) == []


def test_a_kind_that_git_gave_up_is_followed_while_something_of_it_was_applied() -> None:
    made = applied("a")
    effects = made.read(document(SECRET, "s"), number=2)
    assert follows(effects)[-1].kinds == {CONFIG_MAP, SECRET}
    assert made.row("a").verdict is Verdict.EXTRA


def test_it_is_waited_for_no_longer_once_nothing_of_it_is_left() -> None:
    made = applied("a")
    made.read(document(SECRET, "s"), number=2)
    assert made.state.apps[SPEC.name].tracked == {CONFIG_MAP}
    made.feed(InventoryRead(SPEC.name, ()))
    assert made.state.apps[SPEC.name].tracked == set()


def test_what_was_applied_in_another_namespace_is_followed_there() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    old = ObjectRef("", "ConfigMap", "old", "x")
    effects = made.feed(InventoryRead(SPEC.name, (InventoryRow(old, "u7", "d"),)))
    assert follows(effects)[-1].namespaces == frozenset({"web", "old"})


def test_the_picture_of_a_kind_that_is_followed_no_longer_is_forgotten() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD), document(SECRET, "s"))
    made.listing(SECRET, [("s", live(SECRET, "s", 3))])
    made.feed(InventoryRead(SPEC.name, ()))
    made.read(document(CONFIG_MAP, "a", **GOOD), number=2)
    assert SECRET not in made.state.clusters["prod"].kinds
    assert key(SECRET, "s") not in made.state.rows
