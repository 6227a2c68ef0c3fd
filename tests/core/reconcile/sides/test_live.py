"""What clusters report: listings, watch events, and what of them shows our own writes."""

from dataclasses import replace

import pytest

from core.model import EventName, KindRef, Live, Problem, Remedy, Resource, Verdict
from core.reconcile.memory.effects import Effect, Follow
from core.reconcile.memory.inputs import (
    ClusterFound,
    ClusterLost,
    ClusterSeen,
    KindListed,
    KindLost,
    LiveChanged,
    SchemaRead,
)
from core.reconcile.memory.results import Applied, InventoryRead
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
    document,
    key,
    live,
    questions,
    ref,
    world,
    writes,
    written,
)

A = key(CONFIG_MAP, "a")
FIXED = live(CONFIG_MAP, "a", 8, data={"a": "1"})


def found(server: str = "https://prod", namespace: str = "default") -> ClusterFound:
    return ClusterFound("prod", "ctx", server, "v1.37.2", namespace, RESOURCES)


def writing() -> World:
    """A world whose heal of one drifted object is on its way."""
    made = applied("a", "b", healing=True)
    made.drift("a", 6, data={"a": "2"})
    return made


def listed(made: World, first: Live | None) -> None:
    objects = [("b", live(CONFIG_MAP, "b", 5, data={"a": "1"}))]
    made.listing(CONFIG_MAP, [*objects, ("a", first)] if first is not None else objects)


def making() -> World:
    """A world in which we made an object anew that somebody had deleted."""
    made = applied("a", "b", healing=True)
    made.accept(writes(made.change(CONFIG_MAP, "a", None))[0], 8)
    assert made.row("a").calling is True
    return made


def relisted(made: World, **began: float) -> list[Effect]:
    """A listing that lacks the first object takes the place of the watch a second later."""
    made.now += 1.0
    kept = {ref(CONFIG_MAP, "b"): live(CONFIG_MAP, "b", 5, data={"a": "1"})}
    return made.feed(KindListed("prod", CONFIG_MAP, kept, began=began))


# Our own writes (R6) -----------------------------------------------------------------------------


def test_a_write_that_a_listing_shows_before_its_answer_comes_is_not_waited_for() -> None:
    made = writing()
    listed(made, FIXED)
    made.accept(writes(made.effects)[0], 8)
    assert (made.row("a").verdict, made.row("a").calling) == (Verdict.IN_SYNC, False)
    listed(made, FIXED)
    assert made.row("a").calling is False


def test_a_listing_that_shows_our_write_after_its_answer_ends_the_waiting() -> None:
    made = writing()
    made.accept(writes(made.effects)[0], 8)
    assert made.row("a").calling is True
    listed(made, FIXED)
    assert (made.row("a").verdict, made.row("a").calling) == (Verdict.IN_SYNC, False)


def test_a_listing_of_what_was_there_before_our_write_does_not_end_the_waiting() -> None:
    made = writing()
    made.accept(writes(made.effects)[0], 8)
    listed(made, live(CONFIG_MAP, "a", 6, data={"a": "2"}))
    assert made.row("a").calling is True
    assert made.change(CONFIG_MAP, "a", FIXED) == []
    assert (made.row("a").verdict, made.row("a").calling) == (Verdict.IN_SYNC, False)


HALF = live(CONFIG_MAP, "a", 7, data={"a": "2"})  # after the first of the two writes of a heal


def two_writes(made: World) -> list[Effect]:
    (sent,) = writes(made.effects)
    return made.feed(Applied(A, sent.desired, FIXED, between=("7",)))


def test_a_listing_between_the_two_writes_of_a_heal_does_not_end_the_waiting() -> None:
    made = writing()
    two_writes(made)
    listed(made, HALF)
    assert made.row("a").calling is True
    assert made.change(CONFIG_MAP, "a", FIXED) == []
    assert (made.row("a").verdict, made.row("a").calling) == (Verdict.IN_SYNC, False)


def test_nor_does_one_that_came_before_the_answer() -> None:
    made = writing()
    listed(made, HALF)
    assert questions(two_writes(made)) == []
    assert made.row("a").calling is True
    assert made.change(CONFIG_MAP, "a", FIXED) == []
    assert (made.row("a").verdict, made.row("a").calling) == (Verdict.IN_SYNC, False)


def test_a_server_that_still_says_so_later_is_believed() -> None:
    made = writing()
    two_writes(made)
    made.now += 1.0
    kept = {ref(CONFIG_MAP, "b"): live(CONFIG_MAP, "b", 5, data={"a": "1"}), A.ref: HALF}
    made.feed(KindListed("prod", CONFIG_MAP, kept, began={"": made.now}))
    assert made.row("a").verdict is Verdict.DRIFTED


@pytest.mark.parametrize("later", [live(CONFIG_MAP, "a", 9, data={"a": "1"}), None])
def test_a_write_that_a_listing_has_passed_before_its_answer_comes_is_not_waited_for(
    later: Live | None,
) -> None:
    made = writing()
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.WAIT, "connection reset")))
    listed(made, later)
    made.accept(writes(made.effects)[0], 8)
    expected = Verdict.IN_SYNC if later is not None else Verdict.MISSING
    assert made.row("a").verdict is expected


def test_an_object_that_is_made_is_waited_for_though_a_listing_from_before_lacks_it() -> None:
    made = applied("a", "b", healing=True)
    effects = made.change(CONFIG_MAP, "a", None)
    listed(made, None)
    made.accept(writes(effects)[0], 8)
    assert (made.row("a").verdict, made.row("a").calling) == (Verdict.MISSING, True)
    made.change(CONFIG_MAP, "a", FIXED)
    assert (made.row("a").verdict, made.row("a").calling) == (Verdict.IN_SYNC, False)


def test_an_object_that_a_listing_lacks_after_our_write_is_gone() -> None:
    made = writing()
    made.accept(writes(made.effects)[0], 8)
    listed(made, None)
    assert made.row("a").verdict is Verdict.MISSING


def test_an_object_that_we_made_and_that_a_listing_begun_later_lacks_is_made_again() -> None:
    made = making()
    effects = relisted(made, web=made.now + 0.1)
    assert made.row("a").verdict is Verdict.MISSING
    assert written(effects) == [A]


@pytest.mark.parametrize("after_s", [-0.1, 0.0, 3600.0])  # the last is of a clock since set back
def test_a_listing_that_did_not_begin_after_our_write_does_not_end_the_waiting(
    after_s: float,
) -> None:
    made = making()
    assert relisted(made, web=made.now + after_s) == []
    assert made.row("a").calling is True


def test_a_listing_begun_while_an_answer_was_in_the_inbox_is_later_than_it() -> None:
    made = applied("a", "b", healing=True)
    asked = writes(made.change(CONFIG_MAP, "a", None))[0]
    came, made.now = made.now, made.now + 2.0
    made.feed(Applied(A, asked.desired, FIXED, at=came))
    assert written(relisted(made, web=came + 1.0)) == [A]


def test_when_a_listing_of_everything_began_counts_where_no_other_is_named() -> None:
    made = making()
    assert written(relisted(made, **{"": made.now + 0.1})) == [A]


def test_when_a_listing_of_another_namespace_began_says_nothing() -> None:
    made = making()
    assert written(relisted(made, web=made.now - 9.0, other=made.now + 0.1)) == []
    assert written(relisted(made, other=made.now + 0.1)) == []


def test_an_object_deleted_after_our_write_is_not_waited_for() -> None:
    made = writing()
    made.accept(writes(made.effects)[0], 8)
    made.change(CONFIG_MAP, "a", None)
    assert made.row("a").verdict is Verdict.MISSING


def test_a_newer_version_that_came_before_the_answer_is_judged_when_the_answer_comes() -> None:
    made = writing()
    made.change(CONFIG_MAP, "a", FIXED)
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 9, data={"a": "3"}))
    assert made.row("a").calling is True
    asked = made.accept(writes(made.effects)[0], 8)
    assert [each.live.resource_version for each in questions(asked)] == ["9"]


def test_a_relist_of_a_kind_that_was_lost_during_our_write_shows_it() -> None:
    made = writing()
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.WAIT, "connection reset")))
    listed(made, FIXED)
    made.accept(writes(made.effects)[0], 8)
    assert made.row("a").calling is False


# Listings and events ------------------------------------------------------------------------------


def test_an_event_of_a_kind_that_was_not_listed_says_nothing() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}))
    made.change(CONFIG_MAP, "a", FIXED)
    kinds = made.state.clusters["prod"].kinds
    assert kinds[CONFIG_MAP].objects is None


def test_events_of_one_batch_are_taken_in_their_order() -> None:
    made = applied("a")
    made.feed(LiveChanged("prod", CONFIG_MAP, ((A.ref, FIXED), (A.ref, None))))
    assert made.row("a").verdict is Verdict.MISSING
    made.feed(LiveChanged("prod", CONFIG_MAP, ((A.ref, None), (A.ref, FIXED))))
    assert made.row("a").verdict is Verdict.IN_SYNC


def test_an_object_that_a_listing_no_longer_has_is_missing() -> None:
    made = applied("a", "b")
    listed(made, None)
    assert made.row("a").verdict is Verdict.MISSING
    assert made.row("b").verdict is Verdict.IN_SYNC


def test_a_listing_mends_a_kind_that_could_not_be_read() -> None:
    made = applied("a")
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not list configmaps")))
    assert made.row("a").verdict is Verdict.UNKNOWN
    assert made.complete()
    made.listing(CONFIG_MAP, [("a", FIXED)])
    assert made.row("a").verdict is Verdict.IN_SYNC
    assert made.state.clusters["prod"].kinds[CONFIG_MAP].problem is None


def test_a_kind_that_cannot_be_read_needs_no_schema_to_say_so() -> None:
    made = World(world().state)
    made.read(document(SECRET, "s", data={}))
    made.feed(KindLost("prod", SECRET, Problem(Remedy.GRANT, "you may not list secrets")))
    assert made.state.clusters["prod"].kinds[SECRET].schema_read


@pytest.mark.parametrize("owns", [(), ("web",)])
def test_a_kind_that_was_never_read_is_lost_like_any_other(owns: tuple[str, ...]) -> None:
    made = world(owns=owns)
    made.read(document(CONFIG_MAP, "a", data={}))
    made.feed(InventoryRead(SPEC.name, ()))
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not list configmaps")))
    assert made.row("a").verdict is Verdict.UNKNOWN
    assert made.row("a").reason == "live-unreadable: you may not list configmaps"


# Schemas ------------------------------------------------------------------------------------------


def test_the_same_schema_again_has_nothing_judged_again() -> None:
    made = applied("a", "b")
    before = made.state
    made.feed(SchemaRead("prod", CONFIG_MAP, SCHEMAS[CONFIG_MAP]))
    assert made.state.subjects is before.subjects


def test_another_schema_has_every_object_of_its_kind_judged_again_and_no_other() -> None:
    made = applied("a")
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}), document(NAMESPACE, "web"))
    made.listing(NAMESPACE, [("web", live(NAMESPACE, "web", 3))])
    made.now += 5
    before = made.state.rows
    made.feed(SchemaRead("prod", CONFIG_MAP, None))
    assert made.state.rows[key(NAMESPACE, "web")] is before[key(NAMESPACE, "web")]
    assert made.state.apps[SPEC.name].desired[A.ref].body


# Connections --------------------------------------------------------------------------------------


def test_the_address_is_shown_without_its_path() -> None:
    made = world()
    made.feed(found("https://proxy.example:8443/k8s/clusters/c-1?token=t"))
    assert made.state.clusters["prod"].view.server == "https://proxy.example:8443"


def test_an_outage_is_told_once_in_whatever_words_it_goes_on() -> None:
    made = applied("a")
    made.feed(*(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")) for _ in range(3)))
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "no route to host")))
    assert made.told(EventName.CLUSTER_UNAVAILABLE) == ["connection refused"]
    view = made.state.clusters["prod"].view
    assert (view.connected, str(view.problem)) == (False, "no route to host")
    made.feed(ClusterLost("prod", Problem(Remedy.GRANT, "credentials refused")))
    assert made.told(EventName.CLUSTER_UNAVAILABLE)[1:] == ["credentials refused"]


def test_a_cluster_is_called_synced_once_for_each_connection() -> None:
    made = applied("a")
    assert len(made.told(EventName.CLUSTER_SYNCED)) == 1
    made.listing(CONFIG_MAP, [("a", FIXED)])
    assert len(made.told(EventName.CLUSTER_SYNCED)) == 1
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")), found())
    assert len(made.told(EventName.CLUSTER_SYNCED)) == 2


def test_what_cannot_be_read_is_named_when_the_cluster_is_called_synced() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", data={}), document(SECRET, "s", data={}))
    made.listing(CONFIG_MAP)
    assert made.told(EventName.CLUSTER_SYNCED) == []
    made.feed(KindLost("prod", SECRET, Problem(Remedy.GRANT, "you may not list secrets")))
    assert made.told(EventName.CLUSTER_SYNCED) == ["you may not list secrets"]


@pytest.mark.parametrize(("after_s", "seen_at"), [(0.5, 1000.0), (1.0, 1001.0), (60.0, 1060.0)])
def test_a_sign_of_life_is_noted_once_a_second(after_s: float, seen_at: float) -> None:
    made = world()
    made.now += after_s
    made.feed(ClusterSeen("prod"))
    assert made.state.clusters["prod"].view.seen_at == seen_at


def test_a_cluster_that_comes_back_unchanged_has_nothing_followed_anew() -> None:
    made = applied("a")
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")))
    assert [each for each in made.feed(found()) if isinstance(each, Follow)] == []
    assert made.state.clusters["prod"].view.problem is None


def test_nothing_is_healed_while_the_cluster_is_lost() -> None:
    made = applied("a", "b", healing=True)
    asked = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"}))
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")))
    assert written(made.agree(questions(asked)[0])) == []
    assert written(made.feed(found())) == [A]


def test_a_schema_that_changes_has_unchanged_objects_judged_by_it() -> None:
    made = applied("a")
    made.drift("a", 6, data={"a": "2"})
    made.now += 5
    asked = made.feed(SchemaRead("prod", CONFIG_MAP, None))
    assert [each.key for each in questions(asked)] == [A]
    assert made.row("a").judged_at == made.now


def test_a_connection_says_where_it_goes() -> None:
    made = World(world().state)
    made.now += 7
    made.feed(found("https://other"))
    view = made.state.clusters["prod"].view
    assert (view.context, view.server, view.version) == ("ctx", "https://other", "v1.37.2")
    assert (view.connected, view.seen_at, view.problem) == (True, made.now, None)


def test_a_context_without_a_namespace_means_the_default_one() -> None:
    made = world(namespace="")
    made.feed(found(namespace=""))
    assert made.state.clusters["prod"].namespace == "default"
    made.feed(found(namespace="tools"))
    assert made.state.clusters["prod"].namespace == "tools"


def test_what_git_states_is_placed_anew_when_its_kind_is_served_otherwise() -> None:
    made = applied("a")
    served = {**RESOURCES, CONFIG_MAP: replace(RESOURCES[CONFIG_MAP], namespaced=False)}
    made.feed(replace(found(), resources=served))
    assert [each.namespace for each in made.state.apps[SPEC.name].desired] == [""]


def test_a_kind_that_could_not_be_read_at_first_gives_its_objects_a_place() -> None:
    made = World(beginning())
    made.feed(found())
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}))
    assert made.state.apps[SPEC.name].desired == {}
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not list configmaps")))
    assert list(made.state.apps[SPEC.name].desired) == [A.ref]


def test_an_event_of_what_was_applied_and_dropped_by_git_is_followed() -> None:
    made = applied("a", "b")
    made.read(document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
    assert made.verdict(CONFIG_MAP, "a") == "extra"
    made.change(CONFIG_MAP, "a", None)
    assert made.verdict(CONFIG_MAP, "a") == ""


def test_the_short_names_of_kinds_are_those_that_the_cluster_tells() -> None:
    made = world()
    gateway = Resource(
        KindRef("gateway.example.com/v1", "Gateway"),
        "gateways",
        namespaced=True,
        has_status=False,
        short_names=("gtw", "GW"),
    )
    made.feed(replace(found(), resources={**RESOURCES, gateway.kind: gateway}))
    assert made.state.clusters["prod"].view.short_kinds == {
        "gtw": frozenset({"gateway"}),
        "gw": frozenset({"gateway"}),
    }
    made.feed(found())
    assert not made.state.clusters["prod"].view.short_kinds
