"""Looking again and again: when Git is asked, what counts as a look, what is said and how often."""

from dataclasses import replace

import pytest

from core.model import EventName, Guard, IgnoreRule, Pause, Problem, Remedy, Snapshot
from core.reconcile.memory.commands import SetHeal, SetWriting
from core.reconcile.memory.inputs import ClusterLost, Input, KindLost, PausesRead, SourceLost
from core.reconcile.memory.results import Proved, Pruned
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.acting.prune.stage import (
    FOUND,
    LOOKS_APART_S,
    OURS,
    asked,
    cycle,
    deletes,
    dropped,
    gone,
    ours,
    prove,
    recorded,
    stands,
    tick,
)
from tests.core.reconcile.world import (
    CONFIG_MAP,
    NAMESPACE,
    SPEC,
    World,
    commit,
    document,
    key,
    live,
    ref,
)


def blocked(made: World) -> list[str]:
    return made.told(EventName.PRUNE_BLOCKED)


def test_what_git_dropped_goes_at_the_second_look_and_no_sooner() -> None:
    made = stands("a", "b")
    assert asked(dropped(made, "a"))
    assert not deletes(prove(made))
    assert not asked(tick(made, LOOKS_APART_S - 1))
    (delete,) = deletes(tick(made, 1) + prove(made))
    assert (delete.key, delete.uid) == (key(CONFIG_MAP, "b"), "u-b")
    gone(made, delete)
    assert recorded(made) == {"a"}
    assert made.verdict(CONFIG_MAP, "b") == ""
    assert EventName.PRUNED in made.events()
    assert not blocked(made)


@pytest.mark.parametrize(("prune", "healing"), [(False, True), (True, False)])
def test_without_the_setting_or_standing_permission_nothing_is_looked_at(
    *, prune: bool, healing: bool
) -> None:
    made = stands("a", "b", prune=prune, healing=healing)
    assert not asked(dropped(made, "a") + tick(made) + tick(made))


def test_permission_that_ends_before_the_second_look_ends_it() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    made.feed(SetHeal(frozenset({SPEC.name}), enabled=False))
    assert not asked(tick(made))
    made.feed(SetHeal(frozenset({SPEC.name}), enabled=True))
    assert deletes(tick(made) + prove(made))


def test_what_git_states_again_between_two_looks_stays() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    dropped(made, "a", "b", number=3)
    assert not asked(tick(made))
    assert made.verdict(CONFIG_MAP, "b") == "in_sync"


def test_another_set_of_objects_is_looked_at_twice_anew() -> None:
    made = stands("a", "b", "c")
    dropped(made, "a", "b")
    prove(made)
    dropped(made, "a", number=3)
    assert not deletes(cycle(made, 3))
    assert len(deletes(cycle(made, 3))) == 1  # one after the other


def test_an_object_that_was_made_anew_is_looked_at_twice_anew() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    made.change(CONFIG_MAP, "b", None)
    made.recorded(made.effects)
    made.change(CONFIG_MAP, "b", ours("b", 9, uid="another"))
    assert made.verdict(CONFIG_MAP, "b") == ""  # nobody recorded it: it is not ours
    assert not asked(tick(made))


def test_an_answer_about_another_commit_is_no_look() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made, 9)
    assert not deletes(cycle(made, 9))
    assert not deletes(cycle(made, 2))


@pytest.mark.parametrize(
    "guard", [Guard.SOURCE_KNOWN, Guard.PATH_PRESENT, Guard.RENDERING_COMPLETE]
)
def test_what_git_says_against_it_is_told_once_and_looked_at_again(guard: Guard) -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made, guard=guard)
    assert blocked(made) == [f"{guard.called}: Git says no"]
    assert made.row("b").reason == blocked(made)[0]
    tick(made)
    prove(made, guard=guard)
    assert len(blocked(made)) == 1
    assert not deletes(cycle(made))  # the first look
    assert made.row("b").reason == ""
    assert deletes(cycle(made))


def test_a_bad_commit_that_leaves_nothing_deletes_nothing() -> None:
    made = stands("a", "b")
    assert not asked(dropped(made))
    for _ in range(5):
        assert not asked(tick(made))
    assert len(blocked(made)) == 1
    assert blocked(made)[0].startswith("G4 not empty")
    assert made.row("a").reason == blocked(made)[0]
    assert snapshot(made.state, Snapshot()).apps[0].guarded == blocked(made)[0]


def test_what_shrinks_fast_waits_for_a_person_and_git_is_not_asked_for_nothing() -> None:
    names = [f"n{number}" for number in range(7)]
    made = stands("a", *names)
    assert not asked(dropped(made, "a"))
    assert not asked(tick(made) + tick(made))
    assert blocked(made) == [
        "G5 not shrinking fast: 7 of 8 objects would go, at most 5 may without a person's word"
    ]
    dropped(made, "a", *names[:2], number=3)
    assert not deletes(cycle(made, 3))
    assert deletes(cycle(made, 3))
    assert len(blocked(made)) == 1


def test_a_history_that_was_written_anew_waits_for_a_person() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made, descends=False)
    cycle_effects = tick(made) + tick(made)
    assert not deletes(cycle_effects)
    assert [each[:15] for each in blocked(made)] == ["G1 source known"]


def test_git_that_is_lost_is_told_with_its_guard_though_nothing_seems_dropped() -> None:
    made = stands("a", "b")
    problem = Problem(Remedy.CHANGE_GIT, "folder shop does not exist in abc")
    made.feed(SourceLost(SPEC.name, problem, Guard.PATH_PRESENT))
    said = "G2 path present: folder shop does not exist in abc"
    assert blocked(made) == [said]
    assert snapshot(made.state, Snapshot()).apps[0].guarded == said
    made.feed(SourceLost(SPEC.name, problem, Guard.PATH_PRESENT))
    assert len(blocked(made)) == 1
    dropped(made, "a", "b", number=3)
    assert snapshot(made.state, Snapshot()).apps[0].guarded == ""


def test_git_that_is_lost_between_two_looks_deletes_nothing() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    made.feed(SourceLost(SPEC.name, Problem(Remedy.WAIT, "connection refused")))
    assert not asked(tick(made))
    assert blocked(made) == ["G1 source known: connection refused"]


def test_what_cannot_be_listed_any_more_is_looked_at_twice_anew() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not list configmaps")))
    assert not asked(tick(made))
    assert asked(made.listing(CONFIG_MAP, [(name, ours(name)) for name in "ab"]))
    assert not deletes(prove(made))
    assert deletes(cycle(made))


def test_a_listing_of_another_kind_that_is_refused_stops_it() -> None:
    made = stands("a", "b", others=(NAMESPACE,))
    problem = Problem(Remedy.GRANT, "you may not list namespaces")
    made.feed(KindLost("prod", NAMESPACE, problem))
    assert not asked(dropped(made, "a"))
    assert blocked(made) == ["G6 cluster known: Namespace: you may not list namespaces"]
    made.recorded(made.listing(NAMESPACE))
    assert not deletes(cycle(made))
    assert deletes(cycle(made))


def test_a_cluster_that_is_lost_and_found_is_looked_at_twice_anew() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")))
    assert not asked(tick(made))
    assert [each[:16] for each in blocked(made)] == ["G6 cluster known"]
    made.feed(FOUND)
    assert not deletes(cycle(made))
    assert deletes(cycle(made))


def test_a_cluster_that_cannot_be_identified_stops_it() -> None:
    made = stands("a", "b", found=replace(FOUND, uid=""))
    assert not asked(dropped(made, "a"))
    assert [each[:15] for each in blocked(made)] == ["G7 same cluster"]


def test_what_git_adds_comes_before_what_it_drops() -> None:
    made = stands("a", "b", heal=False, follow=False)
    made.read(
        document(CONFIG_MAP, "a", data={"a": "1"}),
        document(CONFIG_MAP, "new", data={"a": "1"}),
        number=2,
    )
    prove(made)
    assert not deletes(cycle(made))
    made.change(CONFIG_MAP, "new", ours("new"))
    assert deletes(cycle(made))


def test_an_object_that_is_kept_is_named_once_and_no_cycle_is_run_for_it() -> None:
    made = stands("a", "b")
    kept = ours("b", 6)
    body = kept.body.replace(
        b'"name": "b"', b'"name": "b", "annotations": {"helm.sh/resource-policy": "keep"}'
    )
    made.change(CONFIG_MAP, "b", type(kept)(kept.uid, "6", body))
    assert not asked(dropped(made, "a") + tick(made) + tick(made))
    assert blocked(made) == ["P3 not protected: its annotation helm.sh/resource-policy says keep"]
    assert made.row("b").reason == blocked(made)[0]


def test_a_namespace_that_git_dropped_is_named_and_git_is_not_asked_for_nothing() -> None:
    made = stands("a", others=(NAMESPACE,))
    found = live(NAMESPACE, "shop", 5, uid="u-shop", managed=[OURS])
    assert not asked(made.listing(NAMESPACE, [("shop", found)]) + tick(made) + tick(made))
    assert [each[:16] for each in blocked(made)] == ["P3 not protected"]
    assert made.verdict(NAMESPACE, "shop") == "extra"


def test_what_others_took_over_is_listed_and_not_pruned() -> None:
    made = stands("a", "b")
    made.change(CONFIG_MAP, "b", live(CONFIG_MAP, "b", 6, uid="u-b", data={"a": "hot fix"}))
    assert not asked(dropped(made, "a") + tick(made))
    assert [each[:7] for each in blocked(made)] == ["P2 ours"]
    assert made.verdict(CONFIG_MAP, "b") == "extra"


def test_an_inventory_that_cannot_be_written_keeps_everything() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    assert asked(tick(made))
    effects = made.feed(Proved(SPEC.name, commit(2).id))
    assert not deletes(effects)
    after = made.recorded(effects, problem="you may not write configmaps")
    assert not deletes(after)
    assert not made.state.runs
    assert recorded(made) == {"a", "b"}


def test_a_delete_whose_answer_was_lost_is_looked_at_and_not_sent_again() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    (delete,) = deletes(cycle(made))
    made.recorded(made.feed(Pruned(delete.key, delete.uid, Problem(Remedy.WAIT, "cut"))))
    assert not made.state.runs
    made.change(CONFIG_MAP, "b", None)  # it had happened
    made.recorded(made.effects)
    assert not asked(tick(made))
    assert recorded(made) == {"a"}


def test_a_row_stays_in_the_inventory_while_its_object_is_there() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    (delete,) = deletes(cycle(made))
    gone(made, delete, seen=False)
    assert recorded(made) == {"a", "b"}
    terminating = ours("b", 8)
    body = terminating.body.replace(
        b'"name": "b"', b'"name": "b", "deletionTimestamp": "2026-01-01T00:00:00Z"'
    )
    made.change(CONFIG_MAP, "b", type(terminating)("u-b", "8", body))
    made.recorded(made.wait(10.0))
    assert recorded(made) == {"a", "b"}
    effects = made.change(CONFIG_MAP, "b", None)
    made.recorded(effects + made.wait(2.0))
    assert recorded(made) == {"a"}


def test_what_is_gone_leaves_the_inventory_only_where_that_can_be_told() -> None:
    made = stands("a", "b")
    dropped(made, "a")
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "no")))
    made.recorded(made.effects)
    assert recorded(made) == {"a", "b"}
    assert ref(CONFIG_MAP, "b") in (made.state.apps[SPEC.name].inventory or {})


@pytest.mark.parametrize("whole", [True, False])
def test_what_people_set_aside_is_not_pruned_until_that_is_over(*, whole: bool) -> None:
    made = stands("a", "b")
    dropped(made, "a")
    prove(made)
    pause = Pause(None if whole else ref(CONFIG_MAP, "b"), made.now + 50, "an incident", "ada", 0.0)
    made.feed(PausesRead(SPEC.name, (pause,)))
    assert not deletes(cycle(made))
    assert deletes(cycle(made))


def test_what_a_rule_keeps_from_being_healed_is_not_pruned_unasked_either() -> None:
    made = stands("a", "b", "c", no_heal=(IgnoreRule(pointer="", name="b"),))
    dropped(made, "a")
    prove(made)
    assert [each.key for each in deletes(cycle(made))] == [key(CONFIG_MAP, "c")]
    row = made.row("b")
    assert row.held is not None
    assert row.held.words.startswith("never healed unasked")


@pytest.mark.parametrize(
    "taken_back",
    [
        SetHeal(frozenset({SPEC.name}), enabled=False),
        SetWriting(enabled=False),
        PausesRead(SPEC.name, (Pause(None, 5000.0, "busy", "ada", 1000.0),)),
    ],
)
def test_permission_that_is_taken_back_between_two_deletes_keeps_the_second(
    taken_back: Input,
) -> None:
    made = stands("a", "b", "c")
    dropped(made, "a")
    prove(made)
    (first,) = deletes(cycle(made))
    effects = made.feed(taken_back)
    assert not deletes(effects + gone(made, first))
    assert not made.state.runs
    assert recorded(made) == {"a", "b"} | {"c"} - {first.key.ref.name}
