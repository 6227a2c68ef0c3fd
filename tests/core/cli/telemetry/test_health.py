"""Alive is a loop that turns; ready is who heard of everybody once."""

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.cli.telemetry.health import Pulse, Readiness
from core.clock import Clock
from core.model import Problem, Remedy, Snapshot
from core.model.controllers.leads import Lead, Leads
from tests.core.cli.scripted import CLUSTER, app_view, picture_of
from tests.core.engine.scripted import Time

AWAY = Problem(Remedy.WAIT, "prod does not answer")
DENIED = Problem(Remedy.GRANT, "prod does not know us")
UNREAD = app_view(revision=None)


def shown(**fields: object) -> Snapshot:
    return replace(picture_of(), **fields)  # type: ignore[arg-type]  # the fields of Snapshot


def cluster(**fields: object) -> Snapshot:
    return shown(clusters=(replace(CLUSTER, **fields),))  # type: ignore[arg-type]


def ready_after(*pictures: Snapshot) -> bool:
    readiness = Readiness()
    for picture in pictures:
        readiness.see(picture)
    return readiness.page(verbose=False)[0]


@pytest.mark.parametrize(
    "picture",
    [
        Snapshot(),
        shown(apps=(UNREAD,)),
        cluster(connected=False),
        cluster(connected=False, problem=AWAY),
        shown(apps=(replace(UNREAD, git_lost=True, problem=AWAY),)),
    ],
)
def test_nobody_is_ready_before_every_cluster_and_source_answered(picture: Snapshot) -> None:
    assert not ready_after(picture)


@pytest.mark.parametrize(
    "picture",
    [
        picture_of(),
        cluster(connected=False, problem=DENIED),  # no is an answer
        shown(apps=(replace(UNREAD, git_lost=True, problem=DENIED),)),
    ],
)
def test_who_has_every_answer_is_ready(picture: Snapshot) -> None:
    assert ready_after(picture)


def test_answers_may_come_one_after_the_other() -> None:
    assert ready_after(shown(apps=(UNREAD,)), cluster(connected=False, problem=AWAY))


def test_what_is_lost_later_is_named_and_makes_nobody_unready() -> None:
    readiness = Readiness()
    for picture in (picture_of(), cluster(connected=False, problem=AWAY)):
        readiness.see(picture)
    assert readiness.page(verbose=False) == (True, "ok")
    ready, words = readiness.page(verbose=True)
    assert ready
    assert words.splitlines() == [
        "[!]cluster demo prod does not answer",
        "[+]source shop ok",
        "readyz check passed",
    ]


def test_who_is_not_ready_says_what_is_missing() -> None:
    readiness = Readiness()
    readiness.see(shown(apps=(UNREAD,)))
    assert readiness.page(verbose=True) == (
        False,
        "[+]cluster demo ok\n[-]source shop not heard of yet\nreadyz check failed",
    )


def test_a_follower_is_ready_and_says_who_leads() -> None:
    readiness = Readiness()
    leads = Leads((Lead(holder="me", ours=True), Lead(holder="pod-b")))
    readiness.see(shown(leads=leads))
    ready, words = readiness.page(verbose=True)
    assert ready
    assert words.splitlines()[-3:-1] == ["[+]lease 0 ours", "[+]lease 1 follower: pod-b leads"]


def test_an_app_that_comes_later_makes_nobody_unready() -> None:
    other = replace(UNREAD, spec=replace(UNREAD.spec, name="later"))
    assert ready_after(picture_of(), shown(apps=(app_view(), other)))


def test_words_of_others_cannot_add_lines() -> None:
    readiness = Readiness()
    problem = replace(AWAY, words="x\n[+]cluster demo ok\x1b[2J")
    readiness.see(cluster(connected=False, problem=problem))
    assert len(readiness.page(verbose=True)[1].splitlines()) == 3


# The pulse ----------------------------------------------------------------------------------------


@pytest.fixture
def stacks(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    path = tmp_path / "stacks"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT)
    yield fd, path
    os.close(fd)


async def test_a_loop_that_turns_is_alive(stacks: tuple[int, Path]) -> None:
    time = Time()
    pulse = Pulse(time.clock, stacks[0])
    beating = asyncio.create_task(pulse.beat())
    for _ in range(5):
        await asyncio.sleep(0)
        time.advance(10.0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert pulse.stopped == ""
    time.advance(31.0)
    assert pulse.stopped == "the engine's loop has stood still for 31 s"
    beating.cancel()


def test_of_a_loop_that_stands_still_the_stacks_are_written_down_once(
    stacks: tuple[int, Path],
) -> None:
    """Another thread sees it, and lets the loop go on when it has."""
    fd, path = stacks
    pulse = Pulse(Clock(), fd, late_s=0.05)
    seen: list[str] = []
    go_on = threading.Event()

    def look() -> None:
        while not (pulse.stopped and b"most recent call first" in path.read_bytes()):
            time.sleep(0.01)
        seen.append(pulse.stopped)
        go_on.set()

    async def stand_still() -> None:
        beating = asyncio.create_task(pulse.beat())
        await asyncio.sleep(0)
        assert go_on.wait(60)
        beating.cancel()

    looking = threading.Thread(target=look)
    looking.start()
    asyncio.run(stand_still())
    looking.join()
    assert seen[0].startswith("the engine's loop has stood still")
    assert path.read_text().count("Timeout") == 1
