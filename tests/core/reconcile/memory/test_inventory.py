"""The inventory: what is written to it and when; one write at a time, and never a needless one."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import Cause, Snapshot, Verdict
from core.reconcile.memory.commands import Execute, SetWriting
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Effect, ReadSource, WriteInventory
from core.reconcile.memory.inventory import (
    JUDGING_S,
    PACE_S,
    hasten_inventories,
    is_stored,
    store_inventory,
    store_what_is_due,
)
from core.reconcile.memory.results import InventoryRead, InventoryRow, InventoryWritten
from core.reconcile.memory.state import AppState, Inventory
from core.reconcile.memory.tables import Map
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    DEPLOYMENT,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    questions,
    ref,
    world,
    writes,
    written,
)

A, B = ref(CONFIG_MAP, "a"), ref(CONFIG_MAP, "b")
ROW_A, ROW_B = InventoryRow(A, "u1", "d1"), InventoryRow(B, "u2", "d2")
GOOD: dict[str, Any] = {"data": {"a": "1"}}


def inventory(*rows: InventoryRow) -> Inventory:
    return Map({row.ref: row for row in rows})


def app(made: World) -> AppState:
    return made.state.apps[SPEC.name]


def records(effects: list[Effect]) -> list[WriteInventory]:
    return [effect for effect in effects if isinstance(effect, WriteInventory)]


def storing(**known: Any) -> tuple[AppState, list[Effect]]:
    """An app of which this is *known* when all is judged; its inventory was to be stored."""
    state = missing().state
    before = replace(state.apps[SPEC.name], **known)
    draft = Draft(replace(state, apps={SPEC.name: before}), 1000.0)
    store_inventory(draft, SPEC.name)
    return draft.app(SPEC.name), draft.effects


# When it is written -------------------------------------------------------------------------------


def test_an_inventory_that_was_not_read_is_not_written() -> None:
    after, effects = storing(inventory=None)
    assert (effects, after.storing) == ([], None)


def test_one_that_differs_is_written_whole_sorted_by_name() -> None:
    wanted = inventory(ROW_B, ROW_A)
    after, effects = storing(inventory=wanted, stored=inventory(ROW_A))
    assert effects == [WriteInventory("prod", SPEC.name, "web", (ROW_A, ROW_B))]
    assert after.storing is wanted


def test_one_that_is_stored_is_not_written_again() -> None:
    same = inventory(ROW_A)
    assert storing(inventory=same, stored=same)[1] == []
    equal = inventory(ROW_A)
    after, effects = storing(inventory=equal, stored=same)
    assert effects == []
    assert after.stored is equal  # so that the next look is quick


def test_a_write_waits_for_the_one_before_it() -> None:
    busy = inventory(ROW_A)
    after, effects = storing(inventory=inventory(ROW_A, ROW_B), storing=busy)
    assert effects == []
    assert after.storing is busy


ONE = inventory(ROW_A)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"inventory": ONE, "stored": ONE}, True),
        ({"inventory": ONE, "stored": inventory(ROW_B)}, False),
        ({"inventory": ONE, "inventory_problem": "forbidden"}, True),
        ({"inventory": ONE, "stored": ONE, "storing": ONE}, False),
        ({"inventory": ONE, "stored": ONE, "asked": "now"}, False),
        ({"inventory": ONE, "inventory_problem": "forbidden", "asked": "now"}, True),
        ({"inventory": ONE, "inventory_problem": "forbidden", "storing": ONE}, False),
    ],
)
def test_it_is_stored_once_the_cluster_holds_it_or_will_not(
    known: dict[str, Any], expected: bool
) -> None:
    assert is_stored(replace(AppState(SPEC), **known)) is expected


# What comes back ----------------------------------------------------------------------------------


def missing() -> World:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD), document(CONFIG_MAP, "b", **GOOD))
    made.listing(CONFIG_MAP)
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def test_what_was_written_is_what_is_stored_though_more_came_since() -> None:
    made = missing()
    (first,) = records(made.feed(Execute(1, made.plan("a"))))
    made.feed(Execute(2, made.plan("b")))
    effects = made.feed(InventoryWritten(SPEC.name, first.rows))
    assert list(app(made).stored) == [A]
    (second,) = records(effects)
    assert [row.ref for row in second.rows] == [A, B]
    made.feed(InventoryWritten(SPEC.name, second.rows))
    assert set(app(made).stored) == {A, B}
    assert app(made).storing is None


def test_a_write_that_failed_stores_nothing_and_is_not_repeated_by_itself() -> None:
    made = missing()
    effects = made.feed(Execute(1, made.plan("a")))
    again = made.recorded(effects, "you may not write configmaps")
    assert records(again) == []
    assert dict(app(made).stored) == {}
    assert app(made).inventory_problem == "you may not write configmaps"


def test_a_later_write_that_succeeds_takes_the_problem_away() -> None:
    made = missing()
    effects = made.feed(Execute(1, made.plan("a")))
    effects = made.recorded(effects, "you may not write configmaps")
    effects = made.accept(writes(effects)[0], 8)
    (record,) = records(effects)
    assert record.rows == (InventoryRow(A, "u1", app(made).desired[A].digest),)
    made.recorded(effects)
    assert app(made).inventory_problem == ""
    assert app(made).stored[A].uid == "u1"


def test_a_write_that_teaches_nothing_new_changes_no_row() -> None:
    made = applied("a")
    made.drift("a", 6, data={"a": "2"})
    before = app(made).inventory
    effects = made.execute(made.plan("a"))
    effects = made.accept(writes(effects)[0], 8)
    assert app(made).inventory is before
    assert [record.asked != "" for record in records(effects)] == [True]  # who wanted it, no more


def test_an_object_made_anew_is_recorded_by_its_new_identity() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", None)
    effects = made.accept(writes(made.execute(made.plan("a")))[0], 8, uid="u2")
    (record,) = records(effects)
    assert [(row.ref, row.uid) for row in record.rows] == [(A, "u2")]


def test_another_commit_is_recorded_by_its_digest() -> None:
    made = applied("a")
    before = app(made).stored[A].digest
    asked = made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    made.agree(questions(asked)[0])
    effects = made.accept(writes(made.execute(made.plan("a")))[0], 8)
    (record,) = records(effects)
    assert record.rows[0].digest not in {before, None}


# What follows from it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        (None, Cause.GIT_AHEAD),
        (InventoryRow(A, None, None), Cause.GIT_AHEAD),
        (InventoryRow(A, None, "the same"), Cause.GIT_AHEAD),
        (InventoryRow(A, "u1", "the same"), Cause.LIVE_CHANGED),
        (InventoryRow(A, "u1", "another"), Cause.BOTH),
    ],
)
def test_why_an_object_is_missing_follows_from_what_was_applied(
    row: InventoryRow | None, cause: Cause
) -> None:
    made = missing()
    if row is not None:
        digest = app(made).desired[A].digest if row.digest == "the same" else row.digest
        made.feed(InventoryRead(SPEC.name, (replace(row, digest=digest),)))
    assert (made.row("a").verdict, made.row("a").cause) == (Verdict.MISSING, cause)


def test_an_inventory_that_cannot_be_read_is_empty_and_said() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, **GOOD))])
    assert key(CONFIG_MAP, "a") not in made.state.rows
    made.feed(InventoryRead(SPEC.name, (), "you may not read configmaps"))
    assert made.row("a").verdict is Verdict.IN_SYNC
    assert app(made).inventory_problem == "you may not read configmaps"


def test_what_was_learnt_in_a_read_only_session_is_stored_when_writing_is_allowed() -> None:
    made = missing()
    made.feed(SetWriting(enabled=False))
    draft = Draft(made.state, made.now)
    draft.put_app(replace(app(made), inventory=inventory(ROW_A)))
    made.state = draft.frozen()
    assert records(made.wait(5.0)) == []
    (record,) = records(made.feed(SetWriting(enabled=True)))
    assert record.rows == (ROW_A,)


# What another process writes ----------------------------------------------------------------------


def test_what_another_process_applied_counts_at_once() -> None:
    made = applied("a", "b")
    made.read(document(CONFIG_MAP, "b", **GOOD), number=2)
    assert made.verdict(CONFIG_MAP, "a") == "extra"
    rows = tuple(row for row in app(made).stored.values() if row.ref != A)
    assert records(made.feed(InventoryRead(SPEC.name, rows))) == []
    assert made.verdict(CONFIG_MAP, "a") == ""


def test_what_another_process_applied_of_a_commit_that_was_not_read_yet_has_git_read() -> None:
    made = applied("a", "b")
    known = dict(app(made).inventory or {})
    ahead = replace(known[A], digest="of a later commit")
    assert ReadSource(SPEC.name) in made.feed(InventoryRead(SPEC.name, (ahead, known[B])))
    again = made.feed(InventoryRead(SPEC.name, (ahead, known[B])))
    back = made.feed(InventoryRead(SPEC.name, (known[A], known[B])))
    only = made.feed(InventoryRead(SPEC.name, (known[A],)))
    assert ReadSource(SPEC.name) not in (*again, *back, *only)
    first = world()
    first.read(document(CONFIG_MAP, "a", **GOOD))
    assert ReadSource(SPEC.name) not in first.feed(InventoryRead(SPEC.name, (ROW_A,)))


def test_nor_is_that_missed_while_a_record_of_ours_waits_for_its_second() -> None:
    made = healing()
    made.recorded(put_back(made, "a", 10))
    put_back(made, "b", 11)  # not stored yet
    rows = dict(app(made).stored)
    theirs = replace(rows[B], digest="of a later commit")
    assert ReadSource(SPEC.name) in made.feed(InventoryRead(SPEC.name, (rows[A], theirs)))


def test_a_write_that_came_too_late_is_made_again_from_what_is_there() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(CONFIG_MAP)
    effects = made.feed(Execute(1, made.plan("a")))
    assert [row.ref for row in records(effects)[0].rows] == [A]
    theirs = InventoryRow(ref(CONFIG_MAP, "other"), "u9", "d9")
    (again,) = records(made.feed(InventoryRead(SPEC.name, (theirs,), instead="outdated")))
    assert [row.ref for row in again.rows] == [A, theirs.ref]
    assert written(made.feed(InventoryWritten(SPEC.name, again.rows))) == [key(CONFIG_MAP, "a")]


def test_what_was_applied_before_stays_known_though_it_was_read_too_late() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.feed(InventoryRead(SPEC.name, (), "the API server does not answer"))
    made.listing(CONFIG_MAP)
    made.feed(Execute(1, made.plan("a")))
    effects = made.feed(InventoryRead(SPEC.name, (ROW_A, ROW_B), instead="outdated"))
    assert app(made).inventory == inventory(ROW_A, ROW_B)
    assert records(effects) == []  # the cluster holds all of it


def test_a_write_that_is_refused_though_nobody_wrote_is_not_made_again() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(CONFIG_MAP)
    made.feed(Execute(1, made.plan("a")))
    effects = made.feed(InventoryRead(SPEC.name, (), instead="outdated"))
    assert records(effects) == []
    assert app(made).inventory_problem == "outdated"
    assert written(effects) == [key(CONFIG_MAP, "a")]  # a sync works without


def test_a_row_that_another_wrote_while_ours_was_on_its_way_stays() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(CONFIG_MAP)
    (first,) = records(made.feed(Execute(1, made.plan("a"))))
    theirs = InventoryRow(ref(CONFIG_MAP, "other"), "u9", "d9")
    assert records(made.feed(InventoryRead(SPEC.name, (theirs,)))) == []  # one write at a time
    (again,) = records(made.feed(InventoryWritten(SPEC.name, first.rows)))
    assert {row.ref for row in again.rows} == {A, theirs.ref}


# How often ----------------------------------------------------------------------------------------


def healing() -> World:
    """Five objects went while nobody looked, and are put back one after the other."""
    made = applied(*"abcde", healing=True)
    made.now += 60.0
    return made


def put_back(made: World, name: str, version: int) -> list[Effect]:
    effects = made.change(CONFIG_MAP, name, None)
    (write,) = writes(effects)
    return made.accept(write, version, uid=f"new-{name}")


def test_heals_that_end_one_after_the_other_are_recorded_once_a_second() -> None:
    made = healing()
    (first,) = records(put_back(made, "a", 10))
    made.recorded([first])
    for number, name in enumerate("bcde", 11):
        made.now += 0.1
        assert records(put_back(made, name, number)) == []
    assert records(made.wait(0.5)) == []
    (second,) = records(made.wait(0.2))
    assert [row.uid for row in second.rows] == [f"new-{name}" for name in "abcde"]
    made.recorded([second])
    assert records(made.wait(5.0)) == []


def test_a_heal_waits_for_no_record_that_is_not_its_own() -> None:
    made = healing()
    made.recorded(put_back(made, "a", 10))
    assert records(put_back(made, "b", 11)) == []
    assert written(made.change(CONFIG_MAP, "c", None)) == [key(CONFIG_MAP, "c")]


def test_a_person_and_an_apply_wait_for_no_second() -> None:
    made = healing()
    made.recorded(put_back(made, "a", 10))
    put_back(made, "b", 11)
    rows = len(records(made.read(*(document(CONFIG_MAP, n, **GOOD) for n in "abcdef"), number=2)))
    assert rows == 1  # of f, which is to be created


def test_a_clock_that_is_set_back_holds_no_record_up() -> None:
    made = healing()
    made.recorded(put_back(made, "a", 10))
    put_back(made, "b", 11)
    made.now -= 3000.0
    made.wait(0.0)
    assert len(records(made.wait(1.0))) == 1


def test_no_record_is_written_once_writing_is_forbidden() -> None:
    made = healing()
    made.recorded(put_back(made, "a", 10))
    put_back(made, "b", 11)
    made.feed(SetWriting(enabled=False))
    assert records(made.wait(2.0)) == []
    assert len(records(made.feed(SetWriting(enabled=True)))) == 1


def test_what_waits_for_its_second_is_still_being_stored() -> None:
    made = healing()
    made.recorded(put_back(made, "a", 10))
    put_back(made, "b", 11)
    (shown,) = snapshot(made.state, Snapshot()).apps
    assert shown.storing
    made.recorded(made.wait(1.0))
    (shown,) = snapshot(made.state, Snapshot()).apps
    assert not shown.storing


def judging(now: float, *, wrote_at: float) -> Draft:
    """An app in the midst of being judged, of which something is to be recorded, since 1000.0."""
    state = missing().state
    known = replace(state.apps[SPEC.name], inventory=ONE, wrote_at=wrote_at)
    queues = {SPEC.name: ((key(CONFIG_MAP, "b"),),)}
    draft = Draft(replace(state, apps={SPEC.name: known}, queues=queues), 1000.0)
    store_inventory(draft, SPEC.name)
    draft.now = now
    return draft


def judged(draft: Draft) -> tuple[AppState, list[WriteInventory]]:
    """The same app once all of it is judged."""
    draft.queues[SPEC.name] = ()
    hasten_inventories(draft)
    return draft.app(SPEC.name), records(draft.effects)


def test_while_an_app_is_being_judged_its_record_waits_for_more_to_come() -> None:
    draft = judging(1000.0, wrote_at=999.5)
    assert draft.app(SPEC.name).store_at == 1000.0 + JUDGING_S > 999.5 + PACE_S
    assert records(draft.effects) == []


def test_but_not_for_ever_though_it_may_never_be_judged_as_a_whole() -> None:
    draft = judging(1000.0 + JUDGING_S, wrote_at=999.5)
    store_what_is_due(draft)
    assert [each.rows for each in records(draft.effects)] == [(ROW_A,)]


def test_so_does_the_first_record_of_one_that_has_a_kind_which_is_still_to_be_listed() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD), document(DEPLOYMENT, "b"))
    made.feed(InventoryRead(SPEC.name, ()))
    fields: dict[str, Any] = {"f:data": {"f:a": {}}}
    entry = {"manager": "driftdeck", "operation": "Apply", "apiVersion": "v1", "fieldsV1": fields}
    ours = live(CONFIG_MAP, "a", 5, managed=[entry], **GOOD)
    assert records(made.listing(CONFIG_MAP, [("a", ours)])) == []
    assert made.state.apps[SPEC.name].inventory
    (record,) = records(made.listing(DEPLOYMENT))  # of which there is none, so nothing is queued
    assert [row.ref for row in record.rows] == [A]


def test_once_all_is_judged_it_waits_no_longer_than_any_other() -> None:
    after, written_now = judged(judging(1000.0, wrote_at=999.5))
    assert (after.store_at, written_now) == (999.5 + PACE_S, [])
    after, written_now = judged(judging(1003.0, wrote_at=999.5))
    assert after.store_at is None
    assert [each.rows for each in written_now] == [(ROW_A,)]
