"""A picture is waited for as long as it grows, and no longer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import MappingProxyType

import pytest
from typing_extensions import override

from core.cli.session import beside, judged
from core.model import AppView, Snapshot, Verdict
from tests.core.cli.scripted import SPEC, ScriptedEngine

STEP_S = 40.0


class Hurried(asyncio.SelectorEventLoop):
    """A loop whose clock somebody turns on."""

    turned = 0.0

    @override
    def time(self) -> float:
        return super().time() + self.turned


class SlowEngine(ScriptedEngine):
    """Shows what it has one after the other, `STEP_S` apart."""

    def __init__(self, shown: Sequence[Snapshot]) -> None:
        super().__init__()
        self._all = shown

    @override
    async def snapshots(self) -> AsyncIterator[Snapshot]:
        for each in self._all:
            yield each
            loop = asyncio.get_running_loop()
            assert isinstance(loop, Hurried)
            loop.turned += STEP_S
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await asyncio.Event().wait()


def shown(known: int, unknown: int) -> Snapshot:
    counts = MappingProxyType({Verdict.IN_SYNC: known, Verdict.UNKNOWN: unknown})
    app = AppView(SPEC, counts=counts, complete=not unknown)
    return Snapshot(apps=(app,))


def waited_for(*some: Snapshot) -> tuple[Snapshot, bool]:
    with asyncio.Runner(loop_factory=Hurried) as runner:
        return runner.run(beside(SlowEngine(some), lambda e: judged(e, deadline_s=60.0)))


def test_a_fleet_that_takes_minutes_is_waited_for_while_more_of_it_is_judged() -> None:
    newest, whole = waited_for(*(shown(done, 5 - done) for done in range(6)))
    assert whole
    assert newest.complete


@pytest.mark.parametrize("done", [0, 3])
def test_a_picture_that_gets_no_further_is_given_up(done: int) -> None:
    newest, whole = waited_for(*[shown(done, 5 - done)] * 5, shown(5, 0))
    assert not whole
    assert not newest.complete


def test_what_is_judged_anew_and_lost_again_is_no_progress() -> None:
    _, whole = waited_for(*[shown(3, 2), shown(2, 3)] * 3, shown(5, 0))
    assert not whole
