"""Moving and looking, without a screen: keys act on the pane that has the focus."""

from dataclasses import replace

import pytest

from tests.tui import samples
from tests.tui.standin import Standin
from tui.model.focus import Pane


@pytest.mark.parametrize(
    ("id_", "place"),
    [
        ("down", 13),
        ("up", 11),
        ("half_down", 17),
        ("half_up", 7),
        ("page_down", 22),
        ("page_up", 2),
        ("top", 0),
        ("bottom", 36),
    ],
)
def test_the_cursor_moves_in_the_pane_that_has_the_focus(id_: str, place: int) -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.rows(Pane.RESOURCES).move(12)
    made.do(id_)
    assert made.rows(Pane.RESOURCES).cursor == place
    assert made.rows(Pane.APPS).cursor == 0


@pytest.mark.parametrize(
    ("id_", "pane"),
    [
        ("left", Pane.APPS),
        ("right", Pane.CHANGES),
        ("next_pane", Pane.COMMITS),
        ("previous_pane", Pane.APPS),
        ("open", Pane.CHANGES),
        ("pane_0", Pane.CHANGES),
        ("pane_1", Pane.APPS),
        ("pane_2", Pane.RESOURCES),
        ("pane_3", Pane.COMMITS),
        ("pane_4", Pane.TIMELINE),
    ],
)
def test_the_focus_moves_from_pane_to_pane(id_: str, pane: Pane) -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.do(id_)
    assert made.view.focus.pane is pane


def test_pane_0_is_scrolled_from_anywhere() -> None:
    made = Standin()
    made.do("diff_down")
    made.do("diff_down")
    made.do("diff_up")
    assert made.rows(Pane.CHANGES).scrolled == 1
    assert made.view.focus.pane is Pane.APPS


def test_text_noise_and_full_screen_are_switches() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    before = made.view.focus
    for wanted in (True, False):
        for id_ in ("text", "noise", "full_screen"):
            made.do(id_)
        view = made.view
        assert (view.text, view.noise, view.focus.full_screen) == (wanted, wanted, wanted)
    assert made.view.focus == before


def test_enter_on_an_event_goes_to_its_object() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.TIMELINE))
    made.do("open")
    assert made.rows(Pane.RESOURCES).cursor_id == samples.API
    assert made.view.focus.pane is Pane.RESOURCES


def test_an_event_of_an_object_that_is_gone_says_so() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.TIMELINE))
    made.view.take(replace(made.world, rows={}))
    made.do("open")
    assert made.notes == ["Deployment payments/api is not there any more"]
    assert made.view.focus.pane is Pane.CHANGES
