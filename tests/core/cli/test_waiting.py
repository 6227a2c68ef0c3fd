"""`sync --wait` says how far it is, ends when nothing more is to come, and names what does not."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import pytest

from core.cli.output.ink import Ink
from core.cli.session import beside
from core.cli.waiting import Progress, until_all_work
from core.model import Drift, Health, Healths, HealthState, Key, Snapshot, Verdict
from core.reconcile.memory.commands import Command, Examine
from tests.core.cli.scripted import CART, WEB, ScriptedEngine, in_sync, missing, picture_of

WORKS = Health(HealthState.CURRENT)
ROLLING = Health(HealthState.IN_PROGRESS, "0 of 2 pods available")
STUCK = Health(HealthState.FAILED, "ProgressDeadlineExceeded")
CLOSE = Health(HealthState.FAILED, "ProgressDeadlineExceeded; pod web-1: ImagePullBackOff")


@dataclass
class Streams:
    """Where it is told."""

    out: io.StringIO = field(default_factory=io.StringIO)
    err: io.StringIO = field(default_factory=io.StringIO)
    ink: Ink = field(default_factory=Ink)


class Terminal(io.StringIO):
    """A stream that is one."""

    def isatty(self) -> bool:
        return True


def engine_of(
    rows: tuple[Drift, ...],
    health: Callable[[Key, int], Health | None],
    closely: Health | None = None,
    *,
    moves: bool = False,
) -> ScriptedEngine:
    """An engine whose objects are as *health* says, by key and how often it was asked before.

    *moves*: each answer comes with rows that changed.
    """
    asked: dict[Key, int] = {}

    def react(command: Command, newest: Snapshot) -> Snapshot | None:
        assert isinstance(command, Examine)
        found = {}
        for key in command.keys:
            one = closely if command.closely else health(key, asked.get(key, 0))
            asked[key] = asked.get(key, 0) + 1
            if one is not None:
                found[key] = one
        answers = {**newest.answers, command.request: Healths(found)}
        moved = {row.key: replace(row) for row in newest.rows.values() if moves}
        rows = MappingProxyType({**newest.rows, **moved})
        return replace(newest, answers=MappingProxyType(answers), rows=rows)

    return ScriptedEngine(picture_of(*rows), reaction=react)


async def waited(engine: ScriptedEngine, *, wait_s: float = 30.0) -> tuple[int, str, str]:
    streams = Streams()
    code = await beside(engine, lambda one: until_all_work(one, streams, wait_s=wait_s))
    return code, streams.out.getvalue(), streams.err.getvalue()


async def test_where_all_works_it_ends_at_once() -> None:
    engine = engine_of((in_sync(WEB), in_sync(CART)), lambda *_: WORKS)
    code, out, _ = await waited(engine)
    assert (code, out) == (0, "all 2 objects work\n")
    assert len(engine.commands) == 1


async def test_what_is_on_the_way_is_waited_for_and_said() -> None:
    engine = engine_of((in_sync(WEB),), lambda _, times: WORKS if times else ROLLING, moves=True)
    code, out, err = await waited(engine)
    assert (code, out) == (0, "the one object works\n")
    words = "0 of 1 objects work; Deployment shop/web: not ready: 0 of 2 pods available"
    assert err == f"driftdeck: waiting: {words}\n"


async def test_what_is_not_there_in_time_is_named_with_its_pods() -> None:
    close = replace(ROLLING, words="0 of 2 pods available; pod web-1: it starts")
    engine = engine_of((in_sync(WEB), in_sync(CART)), lambda *_: ROLLING, close)
    code, out, err = await waited(engine, wait_s=0.01)
    assert code == 3
    words = "not ready: 0 of 2 pods available; pod web-1: it starts"
    assert out == f"Service shop/cart: {words}\nDeployment shop/web: {words}\n"
    assert err.endswith("driftdeck: 2 of 2 objects do not work after 0s\n")


async def test_where_nothing_more_is_to_come_nobody_waits_longer() -> None:
    engine = engine_of((in_sync(WEB),), lambda *_: STUCK, CLOSE)
    code, out, err = await waited(engine, wait_s=3600)
    assert code == 3
    assert out == f"Deployment shop/web: failed: {CLOSE.words}\n"
    assert err.endswith("driftdeck: 1 of 1 objects does not work\n")


async def test_what_is_missing_or_cannot_be_read_does_not_work_and_an_extra_object_is_no_ones() -> (
    None
):
    unread = replace(in_sync(WEB), verdict=Verdict.UNKNOWN, reason="you may not list deployments")
    extra = replace(in_sync(WEB._replace(app="other")), verdict=Verdict.EXTRA)
    engine = engine_of((unread, missing(), extra), lambda *_: None)
    code, out, err = await waited(engine)
    assert code == 3
    assert out == (
        "Service shop/cart: unknown: it is not in the cluster\n"
        "Deployment shop/web: unknown: you may not list deployments\n"
    )
    assert err.endswith("2 of 2 objects do not work\n")


def test_on_a_terminal_one_line_is_written_over_and_goes_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    err = Terminal()
    progress = Progress(err)
    progress.show("0 of 1 objects work; Deployment shop/web: no", left_s=299, now=0)
    progress.show("0 of 1 objects work", left_s=298, now=1)
    progress.end()
    first, second, last = err.getvalue().split("\r\x1b[2K")[1:]
    assert first == "4m left: 0 of 1 objects work; Deploymen…"[:38] + "…"
    assert second == "4m left: 0 of 1 objects work"
    assert (last, "\n" in err.getvalue()) == ("", False)


def test_elsewhere_a_line_is_written_when_it_says_something_else_once_a_second() -> None:
    err = io.StringIO()
    progress = Progress(err)
    for at, words in ((0.0, "a"), (0.1, "b"), (1.5, "b"), (9.0, "b")):
        progress.show(words, left_s=60, now=at)
    progress.end()
    assert err.getvalue() == "driftdeck: waiting: a\ndriftdeck: waiting: b\n"
