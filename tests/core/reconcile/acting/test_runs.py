"""Plans, syncs and heals, one input at a time."""

from core.model import Key, Plan, Problem, Remedy
from core.model.requests import Apply, Edit, Remove
from core.reconcile.memory.commands import Execute, PreparePlan, SetHeal
from core.reconcile.memory.effects import (
    CheckAccess,
    Confirm,
    Effect,
    Perform,
    WriteInventory,
)
from core.reconcile.memory.results import Applied, InventoryRead
from tests.core.reconcile.world import (
    CONFIG_MAP,
    HUMAN,
    NAMESPACE,
    SPEC,
    World,
    applied,
    beginning,
    document,
    key,
    live,
    questions,
    world,
)

A = key(CONFIG_MAP, "a")


def plan_of(made: World, *keys: Key) -> Plan:
    effects = made.feed(PreparePlan(1, frozenset(keys)))
    return next(e.plan for e in effects if isinstance(e, CheckAccess))


def applies(effects: list[Effect]) -> list[Key]:
    return [e.key for e in effects if isinstance(e, Perform)]


def missing(*, healing: bool = False, writing: bool = True) -> World:
    made = world(healing=healing, writing=writing)
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}), document(NAMESPACE, "web"))
    made.listing(CONFIG_MAP)
    made.listing(NAMESPACE)
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def drifted(*, healing: bool = False, **spec: bool) -> tuple[World, list[Effect]]:
    made = applied("a", healing=healing, **spec)
    asked = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"}))
    return made, made.agree(asked[0])


def test_a_sync_enlists_first_then_applies_containers_before_contents() -> None:
    made = missing()
    effects = made.feed(Execute(1, plan_of(made, A, key(NAMESPACE, "web"))))
    assert [type(e) for e in effects] == [WriteInventory]
    effects = made.recorded(effects)
    assert applies(effects) == [key(NAMESPACE, "web")]
    effects = made.accept(effects[0], 10)
    assert applies(effects) == [A]


def test_a_run_ends_when_the_answers_are_stored_too() -> None:
    made = missing()
    effects = made.recorded(made.feed(Execute(1, plan_of(made, A))))
    effects = made.accept(effects[0], 10)
    assert not list(made.state.finished)
    made.recorded(effects)
    (run,) = made.state.finished
    assert (run.done, run.problems) == (1, ())
    rows = made.state.apps[SPEC.name].stored
    assert rows[A.ref].uid == "u1"


def test_a_sync_works_without_the_inventory_and_says_so_in_the_next_plan() -> None:
    made = missing()
    effects = made.recorded(made.feed(Execute(1, plan_of(made, A))), problem="forbidden")
    assert applies(effects) == [A]
    assert any("cannot be written" in note for note in plan_of(made, key(NAMESPACE, "web")).notes)


def test_an_outdated_plan_is_refused_as_a_whole() -> None:
    made = applied("a", "b")
    for name in ("a", "b"):
        asked = made.change(CONFIG_MAP, name, live(CONFIG_MAP, name, 6, data={"a": "2"}))
        made.agree(asked[0])
    plan = plan_of(made, A, key(CONFIG_MAP, "b"))
    made.change(CONFIG_MAP, "b", live(CONFIG_MAP, "b", 7, data={"a": "3"}))
    assert applies(made.feed(Execute(1, plan))) == []
    assert [each.remedy for each in made.state.finished[-1].problems] == [Remedy.LOOK_AGAIN]


def test_nothing_is_written_in_a_read_only_session() -> None:
    made = missing(writing=False)
    effects = made.feed(Execute(1, plan_of(made, A)))
    assert effects == []
    assert [each.remedy for each in made.state.finished[-1].problems] == [Remedy.GRANT]


def test_an_empty_choice_does_nothing() -> None:
    made = missing()
    assert made.feed(PreparePlan(3, frozenset())) == []
    assert made.state.answers == {3: Plan("", ())}


def test_an_apply_carries_what_it_was_decided_on() -> None:
    made, _ = drifted()
    effects = made.feed(Execute(1, plan_of(made, A)))
    (apply,) = [e for e in effects if isinstance(e, Perform)]
    assert apply.live is not None
    assert (apply.live.uid, apply.live.resource_version) == ("u1", "6")


def test_one_refusal_does_not_stop_the_others() -> None:
    made = applied("a", "b")
    for name in ("a", "b"):
        asked = made.change(CONFIG_MAP, name, live(CONFIG_MAP, name, 6, data={"a": "2"}))
        made.agree(asked[0])
    effects = made.execute(plan_of(made, A, key(CONFIG_MAP, "b")))
    first, second = [effect for effect in effects if isinstance(effect, Perform)]
    made.feed(
        Applied(first.key, first.desired, None, Problem(Remedy.CHANGE_GIT, "the server says no"))
    )
    made.accept(second, 10)
    (run,) = made.state.finished
    assert (run.done, [each.remedy for each in run.problems]) == (1, [Remedy.CHANGE_GIT])
    assert "a.yaml:1: the server says no" in str(run.problems[0])


def test_healing_puts_new_drift_right_at_once() -> None:
    made, effects = drifted(healing=True)
    assert applies(effects) == [A]
    made.accept(effects[0], 8)
    assert made.events()[-1] == "healed"


def test_without_permission_nothing_is_healed() -> None:
    assert applies(drifted()[1]) == []
    assert applies(drifted(healing=True, heal=False)[1]) == []


def test_an_unconfirmed_suspicion_is_not_healed() -> None:
    made = applied("a", healing=True)
    effects = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"}))
    assert [type(e) for e in effects] == [Confirm]


def test_a_new_commit_is_applied_unless_the_app_does_not_follow() -> None:
    for follow, expected in ((True, [A]), (False, [])):
        made = applied("a", healing=True, follow=follow)
        asked = made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
        assert applies(made.agree(questions(asked)[0])) == expected


def test_a_deleted_object_is_created_again() -> None:
    made = applied("a", healing=True)
    effects = made.change(CONFIG_MAP, "a", None)
    assert applies(effects) == [A]
    assert effects[0].live is None  # type: ignore[union-attr]


def test_what_is_missing_everywhere_is_created_in_one_run() -> None:
    made = missing(healing=True)
    effects = made.recorded(made.effects)
    assert applies(effects) == [key(NAMESPACE, "web")]


def test_a_healed_object_is_not_judged_by_events_older_than_our_write() -> None:
    made, effects = drifted(healing=True)
    made.accept(effects[0], 8)
    stale = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "2"}))
    assert stale == []
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, data={"a": "1"}))
    assert made.verdict(CONFIG_MAP, "a") == "in_sync"


def test_drift_that_comes_during_a_heal_is_healed_after_it() -> None:
    made, effects = drifted(healing=True)
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, data={"a": "1"}))
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 9, data={"b": "3", "a": "5"}))
    asked = made.accept(effects[0], 8)
    assert [type(e) for e in asked] == [Confirm]
    assert applies(made.agree(asked[0])) == [A]


def test_the_third_repetition_of_one_field_waits() -> None:
    made, effects = drifted(healing=True)
    version = 10
    for expected in ([A], []):
        made.accept(effects[0], version)
        made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", version, data={"a": "1"}))
        version += 1
        asked = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", version, data={"a": "2"}))
        version += 1
        effects = made.agree(asked[0])
        assert applies(effects) == expected


def test_a_refused_heal_is_not_repeated_at_once() -> None:
    made, effects = drifted(healing=True)
    (apply,) = [e for e in effects if isinstance(e, Perform)]
    after = made.feed(
        Applied(apply.key, apply.desired, None, Problem(Remedy.CHANGE_GIT, "webhook says no"))
    )
    assert applies(after) == []
    assert made.events()[-1] == "heal_failed"


def test_switching_healing_on_heals_what_is_there() -> None:
    made, _ = drifted()
    assert applies(made.feed(SetHeal(frozenset({"shop"}), enabled=True))) == [A]


def test_a_heal_that_changed_nothing_is_not_repeated() -> None:
    made, effects = drifted(healing=True)
    assert applies(made.accept(effects[0], 6)) == []


def test_a_field_that_git_does_not_have_is_taken_away_by_the_same_heal() -> None:
    made = applied("a", healing=True)
    fields: dict[str, object] = {"f:data": {"f:extra": {}}}
    entry = HUMAN | {"fieldsType": "FieldsV1", "fieldsV1": fields}
    found = live(CONFIG_MAP, "a", 6, data={"a": "1", "extra": "x"}, managed=[entry])
    asked = made.change(CONFIG_MAP, "a", found)
    (apply,) = [e for e in made.agree(asked[0]) if isinstance(e, Perform)]
    stated, removed = apply.requests
    assert isinstance(stated, Apply)
    assert isinstance(removed, Edit)
    assert removed.operations == (Remove(("data", "extra")),)


def test_permission_to_heal_is_permission_to_write() -> None:
    assert beginning(healing=True, writing=False).writing
    assert not beginning(healing=False, writing=False).writing
