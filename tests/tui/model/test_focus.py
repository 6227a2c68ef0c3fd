"""Where the keys go, step by step and at every width."""

import pytest

from tui.model.focus import AT_THE_TOP, NUMBERED, TABS, Focus, Pane, too_small

APPS, RESOURCES, COMMITS, TIMELINE, CHANGES = Pane


def _after(*panes: Pane) -> Focus:
    focus = AT_THE_TOP
    for pane in panes:
        focus = focus.on(pane)
    return focus


def test_pane_0_keeps_the_list_that_was_used_last() -> None:
    assert _after(COMMITS, CHANGES) == Focus(CHANGES, last_list=COMMITS)
    assert _after(COMMITS, CHANGES, APPS) == Focus(APPS, last_list=APPS)


def test_numbers_name_the_panes() -> None:
    assert NUMBERED == (CHANGES, APPS, RESOURCES, COMMITS, TIMELINE)


@pytest.mark.parametrize(
    ("start", "left", "right"),
    [
        ((APPS,), APPS, RESOURCES),
        ((RESOURCES,), APPS, CHANGES),
        ((TIMELINE,), APPS, CHANGES),
        ((CHANGES,), RESOURCES, CHANGES),
        ((COMMITS, CHANGES), COMMITS, CHANGES),
    ],
)
def test_sideways_goes_to_the_open_tab_and_stops_at_the_ends(
    start: tuple[Pane, ...], left: Pane, right: Pane
) -> None:
    focus = _after(*start)
    assert focus.sideways(-1).pane is left
    assert focus.sideways(1).pane is right


def test_tab_goes_around_all_panes() -> None:
    seen = [AT_THE_TOP]
    for _ in range(5):
        seen.append(seen[-1].cycled(1))
    assert [focus.pane for focus in seen] == [*Pane, APPS]
    assert [focus.cycled(-1).pane for focus in seen[1:]] == [*Pane]


def test_enter_leads_from_an_app_to_its_objects_and_from_any_list_to_pane_0() -> None:
    assert AT_THE_TOP.opened() == Focus(RESOURCES, last_list=RESOURCES)
    for tab in TABS:
        assert _after(tab).opened() == Focus(CHANGES, last_list=tab)
    assert _after(CHANGES).opened() == _after(CHANGES)


def test_back_leads_from_full_screen_over_the_list_to_the_apps_and_ends_there() -> None:
    steps = [_after(TIMELINE, CHANGES).zoomed()]
    while (outer := steps[-1].back()) is not None:
        steps.append(outer)
    assert steps[1:] == [
        Focus(CHANGES, last_list=TIMELINE),
        Focus(TIMELINE, last_list=TIMELINE),
        Focus(APPS, last_list=APPS),
    ]


def test_a_filter_is_typed_for_the_list_that_was_used_last_until_the_focus_moves() -> None:
    typed = _after(COMMITS, CHANGES).typed()
    assert typed == Focus(COMMITS, last_list=COMMITS, typing=True)
    assert typed.on(COMMITS) == Focus(COMMITS, last_list=COMMITS)


def test_full_screen_stays_while_the_focus_moves() -> None:
    assert AT_THE_TOP.zoomed().opened() == Focus(RESOURCES, RESOURCES, full_screen=True)
    assert AT_THE_TOP.zoomed().zoomed() == AT_THE_TOP


@pytest.mark.parametrize(
    ("width", "panes", "shown"),
    [
        (99, (RESOURCES, CHANGES), {CHANGES}),
        (100, (RESOURCES, CHANGES), {RESOURCES, CHANGES}),
        (159, (APPS,), {APPS, CHANGES}),
        (160, (APPS,), {APPS, RESOURCES, CHANGES}),
        (160, (COMMITS,), {APPS, COMMITS, CHANGES}),
        (160, (COMMITS, CHANGES), {APPS, COMMITS, CHANGES}),
    ],
)
def test_what_fits_is_shown(width: int, panes: tuple[Pane, ...], shown: set[Pane]) -> None:
    focus = _after(*panes)
    assert focus.shown(width) == shown
    assert focus.zoomed().shown(width) == {focus.pane}


def test_below_60_by_15_only_a_sentence_fits() -> None:
    assert too_small(60, 15) == ""
    assert too_small(58, 12) == "driftdeck needs 60x15, this is 58x12"
    assert too_small(200, 14) == "driftdeck needs 60x15, this is 200x14"
