"""What waits in the engine is counted where it waits, and what the journal did not take."""

import asyncio
from dataclasses import replace

import pytest

from core.engine.inbox import Inbox
from core.engine.journalled import Journalled
from core.errors import UnavailableError
from core.meter import DRY_RUNS, INPUTS
from core.model.journal import Deed, Intent
from core.reconcile.memory.inputs import ClusterSeen, Tick
from core.reconcile.memory.results import Confirmed
from tests.core.engine.scripted import Time, World
from tests.core.metered import Remembering
from tests.core.reconcile.world import CONFIG_MAP, SPEC, key

A = key(CONFIG_MAP, "a")
INTENT = Intent(deed=Deed.HEAL, app=SPEC.name, auto=True, cluster="prod")


def test_an_input_waits_from_when_it_was_put_until_it_is_taken() -> None:
    meter, time = Remembering(), Time()
    inbox = Inbox(time.clock, meter)
    inbox.put(Tick())
    time.advance(2.0)
    inbox.put(ClusterSeen("prod"))
    time.advance(3.0)
    assert [inbox.next(), inbox.next()] == [Tick(), ClusterSeen("prod")]
    assert meter.waited == [5.0, 3.0]
    assert meter.of(INPUTS) == ["queued", "queued", "taken", "taken"]


async def test_every_input_that_the_engine_takes_is_work_of_its_queue() -> None:
    meter = Remembering()
    world = World("a", "b", meter=meter)
    async with world.running():
        await world.complete()
    counted = meter.of(INPUTS)
    assert counted.count("queued") == counted.count("taken") + len(world.inbox)
    assert counted.count("taken") == counted.count("worked")
    assert counted.count("worked") > 2


async def test_a_dry_run_waits_works_and_is_tried_again_where_nobody_answered() -> None:
    meter = Remembering()
    world = World("a", meter=meter)
    world.script.errors["dry_run"] = UnavailableError("no answer")
    async with world.running():
        await world.complete()
        world.drift("a")
        shown = await world.until(lambda s: bool(s.rows[A].changes) and not s.rows[A].confirming)
    assert shown.rows[A].reason == "no answer"
    assert meter.of(DRY_RUNS)[:4] == ["queued", "taken", "retried", "worked"]


async def test_a_dry_run_that_was_answered_is_not_tried_again() -> None:
    meter = Remembering()
    world = World("a", meter=meter)
    async with world.running():
        await world.complete()
        await world.drifted("a")
    assert meter.of(DRY_RUNS)[:3] == ["queued", "taken", "worked"]
    assert "retried" not in meter.of(DRY_RUNS)


@pytest.mark.parametrize("method", ["begin", "end"])
async def test_an_entry_that_the_journal_does_not_take_is_counted(method: str) -> None:
    meter = Remembering()
    world = World("a", meter=meter)
    world.script.errors[method] = UnavailableError("the disk is full")
    written = Journalled(world.journal, world.adapters.clusters, world.marks, meter)

    async def write() -> str:
        return "8"

    (found,) = await asyncio.gather(written.write(INTENT, write, str), return_exceptions=True)
    assert isinstance(found, UnavailableError) is (method == "begin")
    assert meter.lost == 1


async def test_an_entry_that_it_takes_is_not() -> None:
    meter = Remembering()
    world = World("a", meter=meter)
    written = Journalled(world.journal, world.adapters.clusters, world.marks, meter)

    async def write() -> str:
        return "8"

    assert await written.write(replace(INTENT, app="other"), write, str) == "8"
    assert meter.lost == 0


def test_what_is_asked_again_says_so_in_its_answer() -> None:
    """`Confirmed.retry` is what the count of retries rests on."""
    assert Confirmed.__dataclass_fields__["retry"].default is False
