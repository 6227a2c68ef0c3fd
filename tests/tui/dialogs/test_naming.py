"""A protected cluster is written to by whoever types its name, in a step of its own."""

from dataclasses import replace

import pytest

from core.model import Snapshot
from core.reconcile.memory.commands import Execute, ExecuteRevert, PreparePlan, SetHeal
from tests.tui import samples
from tests.tui.stage import ARMED_S, PROTECTED, Stage, playing

ORDERS = (Execute, ExecuteRevert, SetHeal)


async def asked_by(stage: Stage, *keys: str) -> None:
    """Open a preview and confirm it."""
    await stage.press(*keys)
    await stage.until(lambda: " y  " in stage.dialog)
    await stage.pilot.pause(ARMED_S)
    await stage.press("y")
    await stage.until(lambda: f"type {PROTECTED} to go on" in stage.screen)
    await stage.until(lambda: stage.app.focused is not None)


def ordered(stage: Stage) -> int:
    return sum(len(stage.asked(kind)) for kind in ORDERS)


@pytest.mark.parametrize("keys", [("2", "j", "s"), ("3", "j", "t"), ("H",)])
async def test_sync_revert_and_heal_want_the_name_of_a_protected_cluster(
    keys: tuple[str, ...],
) -> None:
    async with playing(write=True) as stage:
        await asked_by(stage, *keys)
        assert not ordered(stage)
        await stage.press("y", "enter", *"prod", "enter")
        assert not ordered(stage)
        await stage.press(*["backspace"] * 5, *PROTECTED, "enter")
        assert ordered(stage) == 1
        assert stage.dialog == ""


async def test_a_cluster_that_is_not_protected_is_confirmed_by_one_key() -> None:
    async with playing(snapshot=unprotected(samples.world()), write=True) as stage:
        await stage.press("2", "j", "s")
        await stage.until(lambda: " y  " in stage.dialog)
        await stage.pilot.pause(ARMED_S)
        await stage.press("y")
        assert ordered(stage) == 1


def unprotected(world: Snapshot) -> Snapshot:
    views = (replace(v, spec=replace(v.spec, protected=False)) for v in world.clusters)
    return replace(world, clusters=tuple(views))


async def test_cancelling_the_name_goes_back_to_the_preview() -> None:
    async with playing(write=True) as stage:
        await asked_by(stage, "2", "j", "s")
        await stage.press(*PROTECTED, "escape")
        assert "spec.replicas" in stage.dialog
        assert not ordered(stage)


async def test_a_name_that_was_typed_for_another_plan_confirms_nothing() -> None:
    async with playing(write=True) as stage:
        await asked_by(stage, "2", "j", "s")
        world = stage.engine.newest
        row = world.rows[samples.API]
        assert row.stamp is not None
        moved = replace(row, stamp=replace(row.stamp, version="999999"))
        await stage.say(replace(world, rows={**world.rows, samples.API: moved}))
        assert len(stage.asked(PreparePlan)) == 2
        await stage.press(*PROTECTED, "enter")
        assert not ordered(stage)
        await stage.until(lambda: "(made again)" in stage.dialog)


async def test_a_name_that_is_typed_when_writing_ended_confirms_nothing() -> None:
    async with playing(write=True) as stage:
        await asked_by(stage, "2", "j", "s")
        await stage.say(replace(stage.engine.newest, writing=False))
        await stage.press(*PROTECTED, "enter")
        assert not ordered(stage)
        assert "read-only" in stage.dialog
