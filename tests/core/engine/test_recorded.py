"""Questions about what was: the journal's entries for an undo, and what Git stated of an object."""

from dataclasses import replace
from typing import Any

import pytest

from core.errors import ProductError, RejectedError, UnavailableError
from core.model import (
    ABSENT,
    Document,
    FieldChange,
    FieldVerdict,
    Made,
    Plan,
    Problem,
    Remedy,
    Run,
    Snapshot,
    problem_of,
)
from core.model.journal import Deed, Done
from core.model.requests import Edit
from core.reconcile.memory.commands import Execute, LookBackAt, PrepareUndo
from core.reconcile.memory.effects import FindDone, LookBack
from core.reconcile.memory.inputs import Input
from core.reconcile.memory.results import DoneFound, LookedBack
from tests.core.engine.scripted import World
from tests.core.reconcile.world import CONFIG_MAP, SPEC, document, key, ref

A = key(CONFIG_MAP, "a")
APPS = frozenset({SPEC.name})
DONE = Done(
    number=12,
    deed=Deed.SYNC,
    app=SPEC.name,
    cluster="prod",
    cluster_uid="",
    kind=CONFIG_MAP,
    ref=ref(CONFIG_MAP, "a"),
    uid="u1",
    sends=("apply",),
    changes=(FieldChange("data.b", FieldVerdict.DRIFT, "7", ABSENT),),
    refused=False,
)
STATED = document(CONFIG_MAP, "a", data={"a": "1"})
RENDERED = replace(STATED, made=Made((), ("base/a.yaml",)))
ERRORS = pytest.mark.parametrize(
    "error", [UnavailableError("not now"), RejectedError("damaged")], ids=lambda e: type(e).__name__
)


async def told(world: World, effect: FindDone | LookBack) -> Input:
    """What comes of one effect."""
    (result,) = await world.performed(effect)
    return result


# The journal ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [None, 12])
async def test_what_is_to_be_undone_is_read_from_the_journal(number: int | None) -> None:
    world = World("a")
    world.journal.done = (DONE,)
    assert await told(world, FindDone(7, number, APPS)) == DoneFound(7, (DONE,))
    assert world.script.calls == [("to_undo", str(number), SPEC.name)]


async def test_a_number_that_is_not_on_record_is_said_and_without_one_nothing_is_found() -> None:
    world = World("a")
    missing = DoneFound(7, (), Problem(Remedy.FIX_SETTINGS, "the journal has no entry 12"))
    assert await told(world, FindDone(7, 12, APPS)) == missing
    assert await told(world, FindDone(8, None, APPS)) == DoneFound(8, ())
    redo = await told(world, FindDone(9, None, APPS, again=True))
    assert redo == DoneFound(9, (), again=True)
    assert world.script.calls[-1] == ("to_undo", "None", SPEC.name, "again")


@ERRORS
async def test_a_journal_that_cannot_be_read_says_why(error: ProductError) -> None:
    world = World("a")
    world.script.errors["to_undo"] = error
    assert await told(world, FindDone(7, None, APPS)) == DoneFound(7, (), problem_of(error))


async def test_an_undo_is_shown_checked_and_written_like_any_other_plan() -> None:
    world = World("a")
    world.journal.done = (DONE,)
    async with world.running():
        await world.complete()
        world.engine.submit(PrepareUndo(7))
        plan = (await world.until(lambda s: s.plan_for(7) is not None)).plan_for(7)
        assert isinstance(plan, Plan)
        (step,) = plan.steps
        (edit,) = step.requests
        assert isinstance(edit, Edit)
        assert (step.problem, step.undoes) == ("", 12)
        assert world.script.count("may") > 0
        world.cluster.forbidden.add("patch")
        world.engine.submit(PrepareUndo(8))
        refused = (await world.until(lambda s: s.plan_for(8) is not None)).plan_for(8)
        assert isinstance(refused, Plan)
        assert "you may not patch configmaps" in refused.steps[0].problem
        assert refused.runnable == ()
        assert world.journal.intents == []


async def test_an_undo_that_nobody_may_write_ends_its_run_and_records_nothing() -> None:
    world = World("a")
    world.journal.done = (DONE,)
    async with world.running():
        await world.complete()
        world.engine.submit(PrepareUndo(7))
        plan = (await world.until(lambda s: s.plan_for(7) is not None)).plan_for(7)
        assert isinstance(plan, Plan)
        world.drift("a")
        await world.until(lambda s: _version(s) == "6")
        world.engine.submit(Execute(1, plan))
        ended = await world.until(lambda s: _run(s) is not None and bool(_run_of(s).finished))
        assert "changed since the plan was made" in str(_run_of(ended).problems[0])
        assert world.journal.intents == []


def _version(snapshot: Snapshot) -> str | None:
    stamp = snapshot.rows[A].stamp
    return stamp.version if stamp is not None else None


def _run(snapshot: Snapshot) -> Run | None:
    return next((run for run in snapshot.runs if run.id == 1), None)


def _run_of(snapshot: Snapshot) -> Run:
    found = _run(snapshot)
    assert found is not None
    return found


# Git's past -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "asked"),
    [
        (STATED, "look_back"),
        (RENDERED, "look_back_rendered"),
        (replace(RENDERED, sealed=True), "look_back"),
    ],
    ids=["a plain file", "rendered", "rendered and encrypted"],
)
async def test_the_past_of_what_is_rendered_is_asked_of_who_renders(
    stated: Document, asked: str
) -> None:
    world = World("a")
    effect = LookBack(7, A, stated, "c" * 40, SPEC)
    assert await told(world, effect) == LookedBack(7, A)
    assert world.script.calls == [(asked, "a")]


@ERRORS
@pytest.mark.parametrize("stated", [STATED, RENDERED], ids=["plain", "rendered"])
async def test_a_past_that_cannot_be_read_says_why(stated: Document, error: ProductError) -> None:
    world = World("a")
    world.script.errors |= {"look_back": error, "look_back_rendered": error}
    found: Any = await told(world, LookBack(7, A, stated, "c" * 40, SPEC))
    assert found == LookedBack(7, A, (), str(error))


async def test_who_asks_for_the_past_of_an_object_is_answered() -> None:
    world = World("a")
    async with world.running():
        await world.complete()
        world.engine.submit(LookBackAt(9, A))
        shown = await world.until(lambda s: s.likeness_for(9) is not None)
    found = shown.likeness_for(9)
    assert found is not None
    assert (found.key, found.statements, found.problem) == (A, 0, "")
