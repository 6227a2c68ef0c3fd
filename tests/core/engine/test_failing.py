"""Every effect that fails says so in an input, and the engine goes on."""

import asyncio
from collections.abc import Callable

import pytest

from core.engine.failing import answer
from core.errors import (
    DeniedError,
    OutdatedError,
    ProductError,
    RejectedError,
    UnavailableError,
    UsageError,
)
from core.model import Key, Plan, RevertPlan, Run, Snapshot, problem_of
from core.reconcile.memory.commands import (
    Execute,
    ExecuteRevert,
    Explain,
    PreparePlan,
    PrepareRevert,
    Refresh,
)
from tests.core.engine.scripted import ALICE, World
from tests.core.reconcile.world import CONFIG_MAP, SPEC, key

A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
PLUGIN = DeniedError("credential plugin aws: exit code 1: please log in")
EVERY_ERROR = pytest.mark.parametrize(
    "error",
    [
        UsageError("no such context"),
        UnavailableError("cluster prod", retry_after_s=7.0),
        PLUGIN,
        RejectedError("the cluster does not serve it"),
        OutdatedError("it moved"),
    ],
    ids=lambda error: type(error).__name__,
)


def run_of(snapshot: Snapshot, number: int = 1) -> Run | None:
    return next((run for run in snapshot.runs if run.id == number), None)


async def lives_on(world: World) -> None:
    """The engine takes another command and does it."""
    before = world.script.count("look_again")
    world.engine.submit(Refresh())
    await world.until(lambda _: world.script.count("look_again") > before)


async def planned(world: World, *keys: Key, request: int = 1) -> Plan:
    world.engine.submit(PreparePlan(request, frozenset(keys)))
    shown = await world.until(lambda s: s.plan_for(request) is not None)
    plan = shown.plan_for(request)
    assert plan is not None
    return plan


async def reverted(world: World) -> RevertPlan:
    world.engine.submit(PrepareRevert(3, SPEC.name, "c" * 40))
    shown = await world.until(lambda s: s.revert_for(3) is not None)
    plan = shown.revert_for(3)
    assert plan is not None
    return plan


def finished(number: int = 1) -> Callable[[Snapshot], bool]:
    def ended(snapshot: Snapshot) -> bool:
        run = run_of(snapshot, number)
        return run is not None and run.finished

    return ended


@EVERY_ERROR
async def test_a_plan_whose_permissions_nobody_tells_says_so_and_the_engine_goes_on(
    error: ProductError,
) -> None:
    world = World("a")
    world.script.errors["may"] = error
    async with world.running():
        await world.complete()
        await world.drifted("a")
        plan = await planned(world, A)
        assert [step.problem for step in plan.steps] == [str(error)]
        assert plan.runnable == ()
        await lives_on(world)


async def test_one_step_that_cannot_be_told_leaves_the_others_as_they_are() -> None:
    world = World("a", "b")
    world.script.errors["may b"] = PLUGIN
    async with world.running():
        await world.complete()
        await world.drifted("a")
        await world.drifted("b")
        plan = await planned(world, A, B)
        problems = {step.key: step.problem for step in plan.steps}
        assert problems == {A: "", B: str(PLUGIN)}


async def test_a_plugin_that_works_again_makes_the_next_plan_whole() -> None:
    world = World("a")
    world.script.errors["may"] = PLUGIN
    async with world.running():
        await world.complete()
        await world.drifted("a")
        await planned(world, A)
        world.script.errors.clear()
        plan = await planned(world, A, request=2)
        assert len(plan.runnable) == 1


@EVERY_ERROR
async def test_an_apply_that_fails_ends_its_run_with_the_errors_words(
    error: ProductError,
) -> None:
    world = World("a")
    late = isinstance(error, OutdatedError)
    async with world.running():
        await world.complete()
        await world.drifted("a")
        plan = await planned(world, A)
        world.script.errors["apply"] = error
        world.engine.submit(Execute(1, plan))
        if late:  # what the watch says of the other's write decides
            world.drift("a", value="3", version=7)
        ended = run_of(await world.until(finished()))
        assert ended is not None
        words = "changed" if late else str(error)
        assert any(words in str(problem) for problem in ended.problems)
        assert [each.remedy for each in ended.problems] == [problem_of(error).remedy]
        await lives_on(world)


@EVERY_ERROR
async def test_a_dry_run_that_fails_leaves_the_local_verdict(error: ProductError) -> None:
    world = World("a")
    world.script.errors["dry_run"] = error
    async with world.running():
        await world.complete()
        world.drift("a")
        shown = await world.until(lambda s: str(error) in s.rows[A].reason)
        assert shown.rows[A].verdict in {"drifted", "unknown"}
        await lives_on(world)


async def test_after_a_dry_run_that_failed_the_next_in_line_is_asked() -> None:
    names = [f"m{number}" for number in range(40)]
    world = World(*names)
    world.script.errors["dry_run m0"] = DeniedError("not this one")
    async with world.running():
        await world.complete()
        for name in names:
            world.drift(name)
        shown = await world.until(
            lambda s: (
                sum(row.verdict == "drifted" for row in s.rows.values()) >= len(names) - 1
                and not any(row.confirming for row in s.rows.values())
            )
        )
        told = [row.key.ref.name for row in shown.rows.values() if row.reason]
        assert told == ["m0"]


@EVERY_ERROR
async def test_a_past_that_cannot_be_read_tells_nothing_and_holds_nothing_up(
    error: ProductError,
) -> None:
    world = World("a")
    world.script.errors["recall"] = error
    async with world.running():
        await world.complete()
        shown = await world.drifted("a")
        assert shown.rows[A].cause == "live_changed"
        await lives_on(world)


@pytest.mark.parametrize("method", ["look_up", "writes_of"])
@EVERY_ERROR
async def test_a_look_up_that_fails_leaves_the_row_as_it_is(
    method: str, error: ProductError
) -> None:
    world = World("a")
    world.script.errors[method] = error
    async with world.running():
        await world.complete()
        await world.drifted("a")
        world.engine.submit(Explain(A))
        shown = await world.until(lambda s: s.rows[A].explained)
        assert [change.actor for change in shown.rows[A].changes] != [ALICE]
        assert shown.rows[A].verdict == "drifted"
        await lives_on(world)


@EVERY_ERROR
async def test_an_inventory_that_cannot_be_read_stops_no_verdict(error: ProductError) -> None:
    world = World("a")
    world.script.errors["read_inventory"] = error
    async with world.running():
        shown = await world.complete()
        assert shown.rows[A].verdict == "in_sync"
        await lives_on(world)


@EVERY_ERROR
async def test_an_inventory_that_cannot_be_written_is_told(error: ProductError) -> None:
    world = World("a")
    world.script.errors["write_inventory"] = error
    async with world.running():
        await world.complete()
        await world.drifted("a")
        world.engine.submit(Execute(1, await planned(world, A)))
        shown = await world.until(lambda s: bool(s.apps[0].inventory))
        assert str(error) in shown.apps[0].inventory
        await lives_on(world)


@EVERY_ERROR
async def test_a_revert_that_cannot_be_worked_out_is_shown_with_its_reason(
    error: ProductError,
) -> None:
    world = World("a")
    world.script.errors["planned"] = error
    async with world.running():
        await world.complete()
        plan = await reverted(world)
        assert str(plan.problem) == str(error)
        assert (plan.target.id, plan.branch) == ("c" * 40, SPEC.revision)
        await lives_on(world)


@EVERY_ERROR
async def test_a_revert_that_cannot_be_made_ends_its_run(error: ProductError) -> None:
    world = World("a")
    async with world.running():
        await world.complete()
        plan = await reverted(world)
        assert plan.problem is None
        world.script.errors["made"] = error
        world.engine.submit(ExecuteRevert(1, plan))
        ended = run_of(await world.until(finished()))
        assert ended is not None
        assert any(str(error) in str(problem) for problem in ended.problems)
        assert ended.revision == ""
        await lives_on(world)


@pytest.mark.parametrize(
    "method",
    ["may", "look_up", "recall", "writes_of", "planned", "dry_run", "read_inventory", "run"],
)
async def test_a_bug_ends_the_engine_whatever_it_was_doing(method: str) -> None:
    world = World("a")
    world.script.errors[method] = ZeroDivisionError("a bug")
    task = asyncio.create_task(world.engine.run())
    world.drift("a")
    world.engine.submit(PrepareRevert(3, SPEC.name, "c" * 40))
    following = asyncio.create_task(world.until(lambda s: A in s.rows and not s.rows[A].confirming))
    await asyncio.wait([task, following], return_when=asyncio.FIRST_COMPLETED)
    following.cancel()
    world.engine.submit(Explain(A))
    world.engine.submit(PreparePlan(1, frozenset({A})))
    async with asyncio.timeout(60):
        (ended,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(ended, BaseExceptionGroup)
    assert ended.subgroup(ZeroDivisionError) is not None


async def test_an_answer_is_what_was_found_or_what_the_error_makes_of_it() -> None:
    async def found() -> str:
        return "found"

    async def refused() -> str:
        raise PLUGIN

    assert await answer(found(), str) == "found"
    assert await answer(refused(), str) == str(PLUGIN)
