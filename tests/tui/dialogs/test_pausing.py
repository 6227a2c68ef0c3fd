"""The key that sets aside: what it asks, what it orders, and that it ends what it began."""

from dataclasses import replace

import pytest

from core.model import Pause
from core.reconcile.memory.commands import EndPause, SetPause
from tests.tui import samples
from tests.tui.stage import playing
from tests.tui.standin import Standin
from tui.dialogs.asking import Question
from tui.dialogs.pausing import PauseStep, typed_pause
from tui.model.focus import Pane


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2h incident 7", (7200.0, "incident 7")),
        (" 30m  why ", (1800.0, "why")),
        ("1d x", (86400.0, "x")),
        ("2h", None),
        ("2h ", None),
        ("incident 7", None),
        ("0h why", None),
        ("", None),
    ],
)
def test_a_time_and_a_reason_are_typed_in_one_line(
    text: str, found: tuple[float, str] | None
) -> None:
    assert typed_pause(text) == found


def test_an_object_is_set_aside_and_where_it_is_the_key_asks_whether_that_ends() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.view.marks = frozenset({samples.API})
    made.do("pause")
    (asked,) = made.dialogs
    assert isinstance(asked, PauseStep)
    pause = Pause(samples.API.ref, samples.NOW + 60, "why", "ann", samples.NOW)
    apps = (replace(made.world.apps[0], pauses=(pause,)), *made.world.apps[1:])
    made.view.take(replace(made.world, apps=apps, writing=False))
    made.do("pause")
    assert made.notes == ["read-only: W allows writing"]
    made.view.take(replace(made.world, apps=apps, writing=True))
    made.do("pause")
    question = made.dialogs[1]
    assert isinstance(question, Question)
    question.confirmed()
    assert made.commands == [EndPause(1, samples.API.app, samples.API.ref)]


async def test_in_a_session_that_only_reads_it_says_so_and_orders_nothing() -> None:
    async with playing(read_only=True) as stage:
        await stage.press("a")
        await stage.until(lambda: stage.app.focused is not None and "read-only" in stage.screen)
        await stage.press(*"2h why", "enter")
        assert stage.asked(SetPause) == []
