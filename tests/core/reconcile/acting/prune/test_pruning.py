"""A run that prunes: its plan, its order, and what is asked again before each delete."""

import json
from dataclasses import replace

import pytest

from core.model import (
    Allowed,
    Blocked,
    EventName,
    Guard,
    KindRef,
    Live,
    Problem,
    Remedy,
    Verb,
)
from core.model.journal import Deed
from core.model.requests import Version
from core.reconcile.acting.order.stages import staged_back, stages
from core.reconcile.acting.prune.pruning import last_word
from core.reconcile.acting.prune.standing import unclaimed
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WriteInventory
from core.reconcile.memory.inputs import ClusterWentBack, SourceRead
from core.reconcile.memory.results import InventoryRead, InventoryRow, Proved, Pruned
from core.reconcile.memory.state import AppState
from tests.core.reconcile.acting.prune.stage import (
    accept,
    asked,
    cycle,
    deletes,
    dropped,
    gone,
    ordered,
    ours,
    problems,
    prove,
    recorded,
    stands,
    tick,
)
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    commit,
    document,
    key,
    live,
    ref,
    written,
)

B = key(CONFIG_MAP, "b")
_HOOKS = "ValidatingWebhookConfiguration"


def dropping(*names: str) -> World:
    """Git dropped *names*; nobody gave permission to prune."""
    made = stands("a", *names, healing=False, prune=False)
    dropped(made, "a")
    return made


def edited(name: str, version: int, **content: object) -> Live:
    """An object that we applied, and somebody edited since."""
    return ours(name, version, data={"a": "1"} | content)


# The plan -----------------------------------------------------------------------------------------


def test_a_plan_prunes_only_where_that_is_asked_for() -> None:
    made = dropping("b")
    assert not made.plan("b").steps
    plan = ordered(made, "a", "b")
    assert [(step.verb, step.key) for step in plan.steps] == [(Verb.PRUNE, key(CONFIG_MAP, "b"))]
    (request,) = plan.steps[0].requests
    assert request.on == Version("u-b", "5")
    assert request.verbs == ("delete",)


def test_a_plan_says_what_each_guard_says_and_the_first_look_begins() -> None:
    made = dropping("b")
    assert not asked(made.effects)
    plan = ordered(made, "b")
    assert [each.guard.value for each in plan.guards[SPEC.name]] == [f"G{n}" for n in range(1, 10)]
    held = [each.guard.value for each in plan.guards[SPEC.name] if isinstance(each, Allowed)]
    assert held == ["G4", "G5", "G6", "G7", "G8"]
    assert not plan.doubts
    assert asked(made.effects)


def test_what_a_guard_stops_for_good_cannot_be_done_and_says_which() -> None:
    made = stands("a", healing=False, prune=False)
    dropped(made)
    plan = ordered(made, "a")
    assert not plan.runnable
    assert plan.steps[0].problem.startswith("G4 not empty")


def test_a_row_of_what_went_while_nobody_looked_is_named_and_stays() -> None:
    made = stands("a", "b", healing=False, prune=False)
    row = InventoryRow(ref(CONFIG_MAP, "gone"), "u-gone", "digest")
    rows = (*(made.state.apps[SPEC.name].inventory or {}).values(), row)
    made.feed(InventoryRead(SPEC.name, rows))
    dropped(made, "a")
    plan = ordered(made, "b")
    (note,) = plan.notes
    assert note.startswith(f"app shop: gone already, and on record still: {row.ref}; such a row")
    accept(made, plan)
    prove(made)
    (delete,) = deletes(cycle(made))
    gone(made, delete)
    assert recorded(made) == {"a", "gone"}


def test_an_object_that_is_kept_says_why_in_its_step() -> None:
    made = dropping("b", "c")
    made.change(CONFIG_MAP, "b", live(CONFIG_MAP, "b", 6, uid="u-b", data={"a": "hot fix"}))
    plan = ordered(made, "b", "c")
    assert {step.key.ref.name: step.problem[:7] for step in plan.steps} == {"b": "P2 ours", "c": ""}


def test_deletes_are_in_no_stage_and_in_the_reverse_order_of_applies() -> None:
    made = dropping("b")
    plan = ordered(made, "b")
    assert not stages(plan)
    (step,) = plan.steps
    namespace = replace(step, key=key(CONFIG_MAP, "web"), kind=KindRef("v1", "Namespace"))
    hook = replace(step, key=key(CONFIG_MAP, "hook"), kind=KindRef("v1", _HOOKS))
    found = staged_back([namespace, step, hook])
    assert [each.kind for each in found] == [hook.kind, step.kind, namespace.kind]


# The run ------------------------------------------------------------------------------------------


def test_a_person_waits_for_the_second_look() -> None:
    made = dropping("b")
    plan = ordered(made, "b")
    assert not deletes(accept(made, plan))
    assert not deletes(prove(made))
    assert made.state.runs[1].shown.waits.startswith("G9 two looks")
    (delete,) = deletes(cycle(made))
    assert made.state.runs[1].shown.waits == ""
    assert delete.intent.deed is Deed.PRUNE
    assert (delete.intent.auto, delete.intent.uid, delete.intent.sends) == (
        False,
        "u-b",
        ("delete",),
    )
    gone(made, delete)
    assert (made.run(1).done, made.run(1).total, problems(made)) == (1, 1, [])
    assert recorded(made) == {"a"}


def test_applies_come_first_and_the_wish_of_a_person_is_noted_last() -> None:
    made = dropping("b")
    made.read(
        document(CONFIG_MAP, "a", data={"a": "1"}),
        document(CONFIG_MAP, "new", data={"a": "1"}),
        number=3,
    )
    plan = ordered(made, "b", "new")
    assert [step.verb for step in plan.steps] == [Verb.CREATE, Verb.PRUNE]
    effects = accept(made, plan)
    assert written(effects) == [key(CONFIG_MAP, "new")]
    (apply,) = (each for each in effects if written([each]))
    made.recorded(made.accept(apply, 9, uid="u-new"))
    made.change(CONFIG_MAP, "new", ours("new", 9))
    made.recorded(made.effects[-5:])
    prove(made, 3)
    (delete,) = deletes(cycle(made, 3))
    gone(made, delete)
    assert (made.run(1).done, problems(made)) == (2, [])


def test_where_something_could_not_be_applied_nothing_goes() -> None:
    made = dropping("b")
    made.read(
        document(CONFIG_MAP, "a", data={"a": "1"}),
        document(CONFIG_MAP, "new", data={"a": "1"}),
        number=3,
    )
    effects = accept(made, ordered(made, "b", "new"))
    (apply,) = (each for each in effects if written([each]))
    made.recorded(made.refuse(apply))
    prove(made, 3)
    assert problems(made)[-1].endswith("what Git adds or changes could not all be applied")
    assert made.verdict(CONFIG_MAP, "b") == "extra"


def test_deletes_go_one_after_the_other_and_each_is_past_the_guards() -> None:
    made = dropping("b", "c")
    accept(made, ordered(made, "b", "c"))
    prove(made)
    (first,) = deletes(cycle(made))
    made.feed(ClusterWentBack("prod"))
    assert not deletes(gone(made, first, seen=False))
    assert not deletes(made.wait(60.0))


def test_a_commit_that_came_meanwhile_makes_the_plan_outdated() -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    prove(made)
    made.feed(SourceRead(SPEC.name, commit(3), (document(CONFIG_MAP, "a", data={"a": "1"}),), ()))
    made.recorded(made.wait(1.0))
    assert problems(made) == [
        f"{ref(CONFIG_MAP, 'b')}: another commit was read since the plan was made; look again"
    ]
    assert made.run(1).problems[0].remedy is Remedy.LOOK_AGAIN


def test_an_edit_since_the_plan_was_shown_keeps_the_object() -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    prove(made)
    made.change(CONFIG_MAP, "b", edited("b", 6, fix="now"))
    assert not deletes(cycle(made))
    assert problems(made) == [
        f"{ref(CONFIG_MAP, 'b')}: changed since the plan was made; left as it is"
    ]


def test_what_is_gone_before_the_second_look_is_not_waited_for() -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    prove(made)
    made.recorded(made.change(CONFIG_MAP, "b", None))
    assert (made.run(1).done, problems(made)) == (1, [])
    assert made.run(1).already == (f"{ref(CONFIG_MAP, 'b')}: gone already",)


def test_what_was_gone_before_the_plan_was_accepted_is_no_change_of_plan() -> None:
    made = dropping("b", "c")
    plan = ordered(made, "b", "c")
    made.recorded(made.change(CONFIG_MAP, "b", None))
    accept(made, plan)
    prove(made)
    (delete,) = deletes(cycle(made))
    gone(made, delete)
    assert (made.run(1).done, problems(made)) == (2, [])
    assert recorded(made) == {"a"}


def test_a_new_status_alone_does_not() -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    prove(made)
    made.change(CONFIG_MAP, "b", ours("b", 6, status={"phase": "ok"}))
    (delete,) = deletes(cycle(made))
    assert delete.request.on == Version("u-b", "6")


def test_a_plan_that_is_accepted_late_is_looked_at_again() -> None:
    made = dropping("b")
    plan = ordered(made, "b")
    dropped(made, "a", "b", number=3)
    accept(made, plan)
    assert problems(made) == [
        f"{ref(CONFIG_MAP, 'b')}: changed since the plan was made; look again"
    ]


def test_what_shrinks_fast_goes_when_a_person_confirms_it_and_not_in_advance() -> None:
    names = [f"n{number}" for number in range(7)]
    made = dropping(*names)
    plan = ordered(made, *names)
    assert [each.guard for each in plan.doubts] == [Guard.NOT_SHRINKING_FAST]
    assert len(plan.runnable) == 7
    accept(made, plan)
    prove(made)
    made.recorded(made.wait(0.0))
    assert len(problems(made)) == 7
    assert all("G5 not shrinking fast" in words for words in problems(made))
    plan = ordered(made, *names)
    effects = accept(made, plan, confirmed=True, run=2)
    assert not deletes(effects)
    assert len(deletes(cycle(made))) == 1


@pytest.mark.parametrize("allow_empty", [True, False])
def test_nothing_left_takes_the_setting_and_a_person(*, allow_empty: bool) -> None:
    made = stands("a", healing=False, prune=False, allow_empty=allow_empty)
    dropped(made)
    plan = ordered(made, "a")
    assert bool(plan.runnable) == allow_empty
    accept(made, plan, confirmed=True)
    if allow_empty:
        prove(made)
        assert deletes(cycle(made))
    else:
        assert problems(made)[0].startswith(f"{ref(CONFIG_MAP, 'a')}: G4 not empty")


def test_another_app_that_states_it_keeps_it() -> None:
    made = dropping("b", "c")
    other = AppState(replace(SPEC, name="other"), shown=False, stated=frozenset({B.ref}))
    draft = Draft(replace(made.state, apps={**made.state.apps, "other": other}), made.now)
    said = unclaimed(draft, B)
    assert said == Blocked(Guard.UNCLAIMED, "app other states it")
    assert unclaimed(draft, key(CONFIG_MAP, "c")) is None


def test_three_unexpected_errors_end_the_run() -> None:
    made = dropping(*"bcdef")
    accept(made, ordered(made, *"bcdef"))
    prove(made)
    effects = cycle(made)
    for _ in range(3):
        (delete,) = deletes(effects)
        effects = made.feed(Pruned(delete.key, delete.uid, Problem(Remedy.WAIT, "cut")))
        effects += made.recorded(effects)
    assert not deletes(effects)
    assert [words.partition(": ")[2] for words in problems(made)] == [
        *["cut"] * 3,
        *["not tried: 3 deletes before it failed"] * 2,
    ]


def test_what_the_object_says_at_the_last_moment_is_no_unexpected_error() -> None:
    made = dropping(*"bcdef")
    accept(made, ordered(made, *"bcdef"))
    prove(made)
    effects = cycle(made)
    for _ in range(5):
        (delete,) = deletes(effects)
        kept = Blocked(Guard.OURS, "others took it over")
        effects = made.feed(Pruned(delete.key, delete.uid, kept=kept))
        effects += made.recorded(effects)
    assert len(problems(made)) == 5
    assert made.told(EventName.PRUNE_BLOCKED) == ["P2 ours: others took it over"] * 5


def test_a_run_enters_its_id_in_the_inventory_before_it_deletes() -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    prove(made)
    tick(made)
    effects = made.feed(Proved(SPEC.name, commit(2).id))
    assert not deletes(effects)
    (write,) = (each for each in effects if isinstance(each, WriteInventory))
    assert write.run
    (delete,) = deletes(made.recorded([write]))
    assert delete.run == write.run


def noted(made: World) -> list[str]:
    """The commits that count as applied, as the inventory was told."""
    written = (each for each in made.effects if isinstance(each, WriteInventory))
    return [each.commit for each in written if each.commit]


def test_what_a_person_had_synced_counts_as_applied() -> None:
    made = dropping("b")
    made.drift("a", 6, uid="u-a", data={"a": "by hand"})
    made.execute(made.plan("a"))
    (apply,) = (each for each in made.effects if written([each]))
    made.recorded(made.accept(apply, 9, uid="u-a"))
    assert noted(made) == [commit(2).id]


def test_a_commit_that_the_guards_let_pass_counts_as_applied() -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    prove(made)
    assert not noted(made)
    cycle(made)
    assert noted(made) == [commit(2).id]


def test_a_commit_that_a_guard_stops_does_not() -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    made.recorded(prove(made, descends=False))
    assert "G1 source known" in problems(made)[0]
    assert not noted(made)


# The last word ------------------------------------------------------------------------------------


def test_the_delete_is_for_the_version_that_the_server_has_now() -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    prove(made)
    (delete,) = deletes(cycle(made))
    said = last_word(delete, ours("b", 8, status={"phase": "ok"}))
    assert not isinstance(said, Blocked)
    assert said.on == Version("u-b", "8")


@pytest.mark.parametrize(
    ("now", "guard"),
    [
        (ours("b", 8, uid="u-other"), Guard.SAME_OBJECT),
        (edited("b", 8, fix="now"), Guard.AS_PLANNED),
        (live(CONFIG_MAP, "b", 8, uid="u-b", data={"a": "1"}), Guard.OURS),
    ],
    ids=["made anew", "edited", "taken over"],
)
def test_an_object_that_is_not_what_was_decided_on_stays(now: Live, guard: Guard) -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    prove(made)
    (delete,) = deletes(cycle(made))
    said = last_word(delete, now)
    assert isinstance(said, Blocked)
    assert said.guard is guard


def test_a_protected_object_and_one_that_is_kept_by_now_stay() -> None:
    made = dropping("b")
    accept(made, ordered(made, "b"))
    prove(made)
    (delete,) = deletes(cycle(made))
    claim = ref(CONFIG_MAP, "b")._replace(kind="PersistentVolumeClaim")
    now = ours("b", 5)
    assert isinstance(last_word(replace(delete, key=delete.key._replace(ref=claim)), now), Blocked)
    kept = json.loads(now.body)
    kept["metadata"]["annotations"] = {"helm.sh/resource-policy": "keep"}
    assert isinstance(last_word(delete, Live(now.uid, "5", json.dumps(kept).encode())), Blocked)
