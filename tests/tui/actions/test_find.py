"""Finding, without a screen."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.model import Key, Verdict
from core.reconcile.memory.commands import Refresh
from tests.tui import samples
from tests.tui.standin import Standin
from tui.actions.places import to_app, to_commit, to_object
from tui.model.focus import Focus, Pane
from tui.text.changes import as_text
from tui.text.rows import Looks, resource_line, reviewed_line
from tui.text.spans import width_of


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


# Ticking off, and the way back ------------------------------------------------------------------


def _standing_on(key: Key) -> Standin:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    assert made.rows(Pane.RESOURCES).go_to(key)
    return made


def test_what_was_reviewed_is_passed_by_until_it_changes() -> None:
    made = _standing_on(samples.FLAGS)
    made.do("reviewed")
    assert made.selected == samples.API
    row = made.world.rows[samples.FLAGS]
    assert made.view.is_reviewed(row)
    seen = []
    for _ in range(6):
        made.do("next_drift")
        seen.append(made.selected)
    assert samples.FLAGS not in seen
    assert samples.WEB in seen
    changed = replace(row, verdict=Verdict.MISSING)
    made.view.take(replace(made.world, rows={**made.world.rows, samples.FLAGS: changed}))
    assert not made.view.is_reviewed(changed)


def test_the_same_key_takes_it_back_and_all_reviewed_says_so() -> None:
    made = _standing_on(samples.API)
    row = made.world.rows[samples.API]
    made.view.review(row)
    made.view.review(row)
    assert not made.view.is_reviewed(row)
    for each in made.world.rows.values():
        made.view.review(each)
    made.do("next_drift")
    assert made.notes == ["all that has drifted was reviewed; m takes one back"]


def test_a_reviewed_row_keeps_its_glyph_and_its_width() -> None:
    line = resource_line(samples.rows()[samples.API], 60, Looks(samples.NOW))
    told = reviewed_line(line)
    assert as_text([told]).startswith("\u2260 reviewed  Deployment")
    assert width_of(told) == width_of(line)


def test_the_way_back_goes_from_place_to_place_and_ends() -> None:
    made = _standing_on(samples.API)
    made.do("next_drift")
    assert made.selected == samples.SECRET
    made.select_app("checkout")
    made.go(made.view.focus.on(Pane.COMMITS))
    made.do("last_view")
    assert (made.view.app, made.view.focus.pane) == ("checkout", Pane.RESOURCES)
    for key in (samples.SECRET, samples.API):
        made.do("last_view")
        assert (made.view.app, made.view.focus.pane) == ("payments", Pane.RESOURCES)
        assert made.selected == key
    for _ in range(5):
        made.do("last_view")
    assert made.notes[-1] == "there is nothing before this"


@pytest.mark.parametrize(
    "go",
    [
        lambda made: to_object(made, samples.WEB),
        lambda made: to_app(made, "checkout"),
        lambda made: to_commit(made, "checkout", samples.HISTORY[1].id),
    ],
)
def test_the_way_back_from_another_app_is_where_a_person_was(go: Callable[[Standin], None]) -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.TIMELINE))
    go(made)
    assert made.view.app == "checkout"
    made.do("last_view")
    assert (made.view.app, made.view.focus.pane) == ("payments", Pane.TIMELINE)
