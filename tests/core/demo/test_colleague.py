"""core.demo.colleague: what she does is what kubectl would, and in an order that repeats."""

import time
from pathlib import Path

import pytest

from core.cli.commands.demo import first_sync, synced
from core.demo.colleague import DEEDS, REST_S, Colleague, Deed, order
from core.demo.world import COLLEAGUE, DemoWorld
from core.sandbox import SandboxThread


def test_the_order_of_deeds_is_complete_for_every_seed() -> None:
    for seed in range(8):
        assert sorted(order(seed, len(DEEDS))) == list(range(len(DEEDS)))
    assert order(1, len(DEEDS)) == order(1, len(DEEDS)) != order(0, len(DEEDS))


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.words)
def test_a_deed_says_the_command_that_does_the_same(deed: Deed) -> None:
    assert deed.words.startswith("kubectl -n ")
    assert (" delete " in deed.words) == (not deed.manager)


def test_a_deed_that_is_done_again_changes_something_again() -> None:
    for deed in DEEDS:
        if deed.manager:
            assert deed.body(0) != deed.body(1), deed.words


async def test_she_lets_be_for_a_while_what_was_just_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    now, told = time.time(), list[str]()
    every = [DEEDS[place].words for place in order(0, len(DEEDS))]
    with SandboxThread(clock=lambda: now) as server:
        alice = Colleague(server.url, server.tokens[COLLEAGUE], period_s=0, clock=lambda: now)

        async def a_round() -> list[str]:
            told.clear()
            await alice.work(rounds=1, told=told.append)
            return list(told)

        world = DemoWorld(tmp_path, server, now)
        assert await first_sync(world) == 0
        now += 10
        assert await a_round() == every
        now += 10  # and nobody put anything right meanwhile
        assert await a_round() == [words for words in every if " delete " not in words]
        now += 10
        assert await synced(world) == 0
        now += 10
        assert await a_round() == []
        now += REST_S
        assert await a_round() == every
