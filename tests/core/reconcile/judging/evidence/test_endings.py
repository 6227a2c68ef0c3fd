"""Jobs that Git gives a time to live: gone after their end is no drift, gone before it is."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import InfoClass, KindRef, Live, Resource
from core.reconcile.memory.commands import Explain, SetWriting
from core.reconcile.memory.effects import Confirm, WriteInventory
from core.reconcile.memory.inputs import ClusterFound, KindListed, LiveChanged, SchemaRead
from core.reconcile.memory.results import InventoryRead, InventoryRow
from tests.core.reconcile.world import (
    DEPLOYMENT,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    document,
    key,
    live,
    ref,
    world,
)

JOB = KindRef("batch/v1", "Job")
KEY = key(JOB, "move")
TTL = {"ttlSecondsAfterFinished": 60}


def job(version: int, end: str = "", *, uid: str = "u1", spec: Any = None) -> Live:
    conditions = [{"type": end, "status": "True"}] if end else []
    status = {"conditions": conditions}
    return live(JOB, "move", version, uid=uid, spec=TTL if spec is None else spec, status=status)


def cluster(spec: Any = None, *, writing: bool = False) -> World:
    made = world(writing=writing)
    served = {**RESOURCES, JOB: Resource(JOB, "jobs", namespaced=True, has_status=True)}
    made.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", served),
        SchemaRead("prod", JOB, SCHEMAS[DEPLOYMENT]),
    )
    made.read(document(JOB, "move", spec=TTL if spec is None else spec))
    return made


def applied(*, end: str = "", writing: bool = False, spec: Any = None, digest: str = "") -> World:
    """The Job was applied by driftdeck earlier; *end* is what the record says of it."""
    made = cluster(spec, writing=writing)
    stated = made.state.apps[SPEC.name].desired[KEY.ref].digest
    made.feed(InventoryRead(SPEC.name, (InventoryRow(KEY.ref, "u1", digest or stated, end),)))
    return made


def listing(made: World, found: Live | None) -> None:
    made.feed(KindListed("prod", JOB, {KEY.ref: found} if found else {}))


def watch(made: World, *states: Live | None) -> list[Any]:
    return made.feed(LiveChanged("prod", JOB, tuple((KEY.ref, state) for state in states)))


def verdict(made: World) -> tuple[str, str]:
    row = made.state.rows[KEY]
    return row.verdict.value, row.reason or "; ".join(change.note for change in row.changes)


@pytest.mark.parametrize(("end", "word"), [("Complete", "completed"), ("Failed", "failed")])
def test_a_job_that_ended_before_our_eyes_and_expired_is_in_sync(end: str, word: str) -> None:
    made = applied()
    listing(made, job(5))
    watch(made, job(6, end))
    watch(made, None)
    assert verdict(made) == ("in_sync", f"{word}, expired")
    assert made.state.rows[KEY].changes[0].info is InfoClass.BOOKKEEPING
    assert made.complete()
    assert "drift_detected" not in made.events()


def test_of_a_job_that_expired_nothing_is_looked_up() -> None:
    made = applied(end="Complete")
    listing(made, None)
    assert made.feed(Explain(KEY)) == []


def test_an_end_and_a_deletion_that_arrive_together_are_both_seen() -> None:
    made = applied()
    listing(made, job(5))
    watch(made, job(6, "Complete"), None)
    assert verdict(made) == ("in_sync", "completed, expired")


def test_a_job_deleted_before_its_end_is_missing() -> None:
    made = applied()
    listing(made, job(5))
    watch(made, None)
    assert verdict(made) == ("missing", "")


def test_a_job_whose_end_nobody_saw_is_unknown() -> None:
    made = applied()
    listing(made, job(5))
    listing(made, None)  # the watch was broken meanwhile
    assert verdict(made) == ("unknown", "completion-not-seen")
    assert [e for e in made.effects if isinstance(e, Confirm)] == []


def test_the_record_of_an_earlier_run_is_proof() -> None:
    made = applied(end="Complete")
    listing(made, None)
    assert verdict(made) == ("in_sync", "completed, expired")
    made = applied()
    listing(made, None)
    assert verdict(made) == ("unknown", "completion-not-seen")


def test_a_job_that_git_states_anew_has_not_run() -> None:
    made = applied(end="Complete", digest="of another commit")
    listing(made, None)
    assert verdict(made) == ("missing", "")


def test_a_job_without_a_time_to_live_is_missing_when_it_is_gone() -> None:
    made = applied(spec={"backoffLimit": 1})
    listing(made, job(5, "Complete", spec={"backoffLimit": 1}))
    watch(made, None)
    assert verdict(made) == ("missing", "")


def test_a_job_that_was_never_applied_is_missing() -> None:
    made = cluster()
    made.feed(InventoryRead(SPEC.name, ()))
    listing(made, None)
    assert verdict(made) == ("missing", "")


def test_the_end_of_a_job_that_others_applied_is_remembered_for_this_session() -> None:
    made = cluster(writing=True)
    made.feed(InventoryRead(SPEC.name, ()))
    listing(made, job(5))
    watch(made, job(6, "Complete"))
    watch(made, None)
    assert verdict(made) == ("in_sync", "completed, expired")
    assert [e for e in made.effects if isinstance(e, WriteInventory)] == []


def test_a_job_on_its_way_out_keeps_its_end() -> None:
    made = cluster()
    made.feed(InventoryRead(SPEC.name, ()))
    listing(made, job(5))
    watch(made, job(6, "Complete"))
    ending = job(7, "Complete")
    gone = ending.body.replace(b'"uid"', b'"deletionTimestamp": "2026-01-01T00:00:00Z", "uid"')
    watch(made, replace(ending, body=gone))
    assert verdict(made) == ("unknown", "terminating")
    watch(made, None)
    assert verdict(made) == ("in_sync", "completed, expired")


def test_an_end_is_recorded_once_writing_is_permitted() -> None:
    made = applied()
    listing(made, job(5, "Complete"))
    assert [e for e in made.effects if isinstance(e, WriteInventory)] == []
    effects = made.feed(SetWriting(True))
    (written,) = (e for e in effects if isinstance(e, WriteInventory))
    assert [row.end for row in written.rows] == ["Complete"]
    made = applied(writing=True)
    listing(made, job(5))
    effects = watch(made, job(6, "Failed"))
    (written,) = (e for e in effects if isinstance(e, WriteInventory))
    assert [row.end for row in written.rows] == ["Failed"]


def test_another_job_of_that_name_does_not_take_the_proof_away() -> None:
    made = applied(end="Complete")
    listing(made, job(9, uid="u2"))
    watch(made, None)
    row = made.state.apps[SPEC.name].inventory
    assert row is not None
    assert replace(row[ref(JOB, "move")], digest="") == InventoryRow(KEY.ref, "u1", "", "Complete")
    assert verdict(made)[0] == "in_sync"


def test_an_end_and_a_deletion_of_a_job_that_others_applied_are_both_seen_in_one_batch() -> None:
    made = cluster()
    made.feed(InventoryRead(SPEC.name, ()))
    listing(made, job(5))
    watch(made, job(6, "Complete"), None)
    assert verdict(made) == ("in_sync", "completed, expired")


def test_the_end_of_a_job_that_is_not_the_one_in_git_proves_nothing() -> None:
    made = cluster()
    made.feed(InventoryRead(SPEC.name, ()))
    listing(made, job(5, spec=dict.fromkeys(TTL, 7)))
    watch(made, job(6, "Complete", spec=dict.fromkeys(TTL, 7)), None)
    assert verdict(made)[0] == "missing"


def test_the_end_of_another_job_of_that_name_is_not_entered_for_ours() -> None:
    made = applied(writing=True)
    listing(made, job(9, uid="u2"))
    assert [
        e for e in watch(made, job(10, "Failed", uid="u2")) if isinstance(e, WriteInventory)
    ] == []
    inventory = made.state.apps[SPEC.name].inventory
    assert inventory is not None
    assert inventory[KEY.ref].end == ""


def test_a_job_that_runs_again_differently_has_not_ended() -> None:
    made = cluster()
    made.feed(InventoryRead(SPEC.name, ()))
    listing(made, job(5))
    watch(made, job(6, "Complete"))
    watch(made, None)
    listing(made, job(8, uid="u2", spec=dict.fromkeys(TTL, 7)))
    listing(made, None)
    assert verdict(made)[0] == "missing"
