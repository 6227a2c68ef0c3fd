"""Finding, without a screen."""

from core.reconcile.memory.commands import Refresh
from tests.tui import samples
from tests.tui.standin import Standin
from tui.model.focus import Focus, Pane


def _at(made: Standin) -> tuple[str | None, object]:
    return made.view.app, made.rows(Pane.RESOURCES).cursor_id


def test_the_next_drift_of_another_app_selects_it_its_object_and_pane_2() -> None:
    made = Standin()
    made.do("previous_drift")
    assert _at(made) == ("checkout", samples.WEB)
    assert made.rows(Pane.APPS).cursor_id == "checkout"
    assert made.view.focus.pane is Pane.RESOURCES
    made.do("next_drift")
    assert _at(made) == ("payments", samples.FLAGS)
    assert made.rows(Pane.APPS).cursor_id == "payments"


def test_a_filter_that_hides_the_next_drift_is_cleared() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.set_filter("settings")
    made.go(made.view.focus.on(Pane.APPS))
    made.do("next_drift")
    assert _at(made) == ("payments", samples.FLAGS)
    assert made.view.filter_of(Pane.RESOURCES).source == ""


def test_a_filter_that_shows_the_next_drift_stays() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.set_filter("verdict:drifted")
    made.do("next_drift")
    assert _at(made) == ("payments", samples.API)
    assert made.view.filter_of(Pane.RESOURCES).source == "verdict:drifted"


def test_the_filter_is_typed_for_the_list_that_was_used_last() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.COMMITS).on(Pane.CHANGES))
    made.do("filter")
    assert made.view.focus.typing
    assert made.view.focus.pane is Pane.COMMITS


def test_refresh_asks_the_engine_and_says_so() -> None:
    made = Standin()
    made.do("refresh")
    assert made.commands == [Refresh()]
    assert made.notes == ["reading Git again"]


def test_the_first_press_goes_to_the_first_drifted_object_from_any_pane() -> None:
    for pane in (Pane.APPS, Pane.COMMITS, Pane.TIMELINE):
        made = Standin()
        made.go(made.view.focus.on(pane))
        made.do("next_drift")
        assert _at(made) == ("payments", samples.FLAGS)
        assert made.view.focus.pane is Pane.RESOURCES


def test_from_an_app_without_drift_it_goes_on_to_the_next_app_that_has_some() -> None:
    made = Standin()
    made.select_app("search")
    made.do("next_drift")
    assert _at(made) == ("payments", samples.FLAGS)
    made.select_app("checkout")
    made.go(made.view.focus.on(Pane.APPS))
    made.do("next_drift")
    assert _at(made) == ("checkout", samples.WEB)


def test_an_open_diff_that_stands_alone_stays_open() -> None:
    made = Standin(alone=True)
    made.do("next_drift")
    made.go(made.view.focus.on(Pane.CHANGES))
    made.do("next_drift")
    assert _at(made) == ("payments", samples.API)
    assert made.view.focus == Focus(Pane.CHANGES, Pane.RESOURCES)
