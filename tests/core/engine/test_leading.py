"""core.engine with Leases: who does not lead shows everything, and who loses one ends."""

import asyncio

import pytest

from core.errors import UnavailableError
from core.model.controllers.leads import Lead
from core.reconcile.memory.effects import HandOver
from tests.core.engine.scripted import LEADS, World
from tests.core.reconcile.world import CONFIG_MAP, key

A = key(CONFIG_MAP, "a")


async def test_a_follower_sees_drift_and_writes_nothing_until_it_leads() -> None:
    world = World("a", healing=True, leased=True)
    async with world.running():
        await world.complete()
        world.leads.give(Lead(holder="h_1"))
        world.drift("a")
        shown = await world.until(lambda s: s.rows[A].held is not None)
        held = shown.rows[A].held
        assert held is not None
        assert held.words == "follower: h_1 leads"
        assert world.script.count("apply") == 0
        world.leads.give(LEADS)
        await world.until(lambda s: s.rows[A].verdict.value == "in_sync")
    assert world.script.count("apply") == 1


async def test_others_are_told_that_it_is_ready_once_all_is_known() -> None:
    world = World("a", leased=True)
    assert not world.leads.ready
    async with world.running():
        await world.complete()
        assert world.leads.ready


async def test_a_lease_that_is_lost_ends_the_engine() -> None:
    world = World("a", leased=True)
    running = asyncio.create_task(world.engine.run())
    await world.complete()
    world.leads.lost.set()
    with pytest.raises(ExceptionGroup) as caught:
        await running
    assert caught.group_contains(UnavailableError, match="the Lease driftdeck is lost")


async def test_who_is_asked_to_end_returns_when_nothing_is_in_hand_and_all_is_let_go() -> None:
    world = World("a", healing=True, leased=True)
    async with world.running():
        world.leads.give(LEADS)
        await world.complete()
        await world.engine.finish()
        assert world.leads.handed_over[0] == 0


async def test_what_drifts_while_the_last_writes_are_waited_for_does_not_keep_a_share() -> None:
    world = World("a", "b", healing=True, leased=True)
    world.cluster.slow = asyncio.Event()
    async with world.running():
        world.leads.give(LEADS)
        await world.complete()
        world.drift("a")
        await world.cluster.writing.wait()
        finishing = asyncio.create_task(world.engine.finish())
        await world.drifted("b")
        world.cluster.slow.set()
        async with asyncio.timeout(10):
            await finishing
        assert world.leads.handed_over[0] == 0
    assert world.script.count("apply") == 1


async def test_a_share_is_handed_over_by_an_effect() -> None:
    world = World("a", leased=True)
    assert await world.performed(HandOver(0)) == []
    assert world.leads.handed_over == [0]


async def test_without_leases_there_is_nothing_to_let_go() -> None:
    world = World("a")
    async with world.running():
        await world.complete()
        await world.engine.finish()
