"""Every id of the keymap, at the keys."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest

from core.model import Commit, Drift, Key, Sides, SidesShown, Stamp
from core.model.answers.comparisons import Likeness
from core.reconcile.memory.commands import (
    Compare,
    CompareLive,
    Execute,
    ExecuteAdoption,
    ExecuteRevert,
    LookBackAt,
    PrepareAdoption,
    PreparePlan,
    PrepareRevert,
    PrepareUndo,
    Refresh,
    SetHeal,
    SetPause,
    SetWriting,
    ShowSides,
    StateOfGit,
)
from tests.tui import samples
from tests.tui.stage import playing
from tui.actions.registry import ACTIONS
from tui.dialogs.pausing import PauseStep
from tui.text.rows import AppRow

P = ParamSpec("P")
R = TypeVar("R")
_covered: set[str] = set()


def covers(*ids: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say which ids a test presses."""
    _covered.update(ids)
    return lambda test: test


def test_every_id_is_pressed_by_a_test() -> None:
    assert {action.id for action in ACTIONS} == _covered


def _name(row: object) -> str:
    if isinstance(row, AppRow):
        return row.view.spec.name
    assert isinstance(row, Drift)
    return row.key.ref.name


@covers("down", "up", "top", "bottom")
async def test_letters_and_arrows_move_the_cursor() -> None:
    async with playing() as stage:
        await stage.press("j", "down", "k")
        assert _name(stage.cursor) == "checkout"
        await stage.press("G")
        assert _name(stage.cursor) == "search"
        await stage.press("up", "g", "k")
        assert _name(stage.cursor) == "payments"


@covers("compare")
async def test_v_compares_a_commit_with_now() -> None:
    async with playing() as stage:
        await stage.press("3", "j", "V")
        (asked,) = stage.asked(Compare)
        assert asked.before == StateOfGit("payments", samples.HISTORY[1].id)


@covers("command")
async def test_a_colon_opens_a_line_that_completes_says_what_is_wrong_and_does_it() -> None:
    async with playing() as stage:
        await stage.press(":", *"nxt")
        await stage.until(lambda: "next_drift" in stage.screen)
        await stage.press("enter")
        assert stage.app.desk.panes.resources.cursor_id == samples.FLAGS
        await stage.press("ctrl+p", *"nonsense", "enter")
        await stage.until(lambda: 'there is no command "nonsense"' in stage.screen)
        await stage.press("escape", ":", *"comp", "tab", *"pay", "tab", *"sear", "down", "down")
        assert stage.asked(Compare) == []  # until Enter nothing is done
        await stage.press("enter")
        (asked,) = stage.asked(CompareLive)
        assert (asked.before, asked.after) == ("payments", "search")
        assert stage.focus == "changes"


@covers("fleet", "cluster", "timeline")
async def test_the_whole_fleet_is_one_list_whose_header_follows_the_row() -> None:
    async with playing((160, 40)) as stage:
        await stage.press("F", "j")
        assert "2 Fleet" in str(stage.app.desk.panes.resources.border_title)
        shown = stage.pane("resources")
        assert "payments   \u2260 drifted" in shown
        assert "checkout   \u2260 drifted" in shown
        assert "search" not in shown  # it is in sync
        while stage.app.desk.panes.resources.cursor_id != samples.WEB:
            await stage.press("j")
        assert stage.app.desk.view.app == "checkout"
        assert "ns checkout" in stage.bar("header")
        await stage.press("T")
        assert stage.focus == "timeline"
        assert "/kind:deployment checkout/web" in str(
            stage.app.desk.panes.timeline.border_subtitle
        ).lower().replace("[", "").replace("]", "")
        await stage.press("2", "escape")
        assert not stage.app.desk.view.fleet
        assert "web-0" in stage.pane("resources")
        await stage.press("C", *"lab", "enter")
        assert stage.app.desk.view.app == "search"
        assert "payments" not in stage.pane("apps")
        await stage.press("escape")
        assert "payments" in stage.pane("apps")


@covers("yaml", "ignore", "copy", "copy_menu", "external_diff", "browse", "journal", "save")
async def test_an_object_is_shown_whole_ignored_by_a_rule_and_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("KUBECTL_EXTERNAL_DIFF", raising=False)
    async with playing() as stage:
        await stage.press("2", "j", "y")
        (asked,) = stage.asked(ShowSides)
        shown = SidesShown({samples.API: Sides({"spec": {"replicas": 5}}, None)})
        await stage.say(replace(stage.engine.newest, answers={asked.request: shown}))
        assert "replicas: 5" in stage.pane("changes")
        await stage.press("I")
        assert "Below `ignore:` of app payments" in stage.pane("changes")
        await stage.press("escape", "c")
        assert stage.app.clipboard == "5"
        await stage.press("Y", *"kub", "enter")
        await stage.until(lambda: stage.app.clipboard.startswith("kubectl "))
        await stage.press("D")
        assert stage.bar("note") == "set KUBECTL_EXTERNAL_DIFF to one"
        monkeypatch.setenv("KUBECTL_EXTERNAL_DIFF", "diff -N")
        await stage.press("D")
        (_, asked) = stage.asked(ShowSides)
        both = SidesShown({samples.API: Sides({"spec": {"replicas": 5}}, {})})
        await stage.say(replace(stage.engine.newest, answers={asked.request: both}))
        assert stage.bar("note") == "this terminal cannot be given away"  # for there is none
        await stage.press("escape")
        await stage.press("o")
        assert "its repository has no pages" in stage.bar("note")
        await stage.press("@")
        await stage.until(lambda: "nothing was written" in stage.pane("changes"))
        await stage.press("ctrl+s")
        await stage.until(lambda: "save driftdeck-view-" in stage.screen)


@covers("reviewed", "last_view", "suspend", "mark_range", "bookmark", "bookmarks")
async def test_objects_are_ticked_off_marked_from_to_and_gone_back_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with playing() as stage:
        await stage.press("2", "m")
        assert "\u2260 reviewed" in stage.pane("resources")
        pane, view = stage.app.desk.panes.resources, stage.app.desk.view
        assert pane.cursor_id == samples.API
        await stage.press("v")
        assert "a range begins here" in stage.bar("note")
        await stage.press("j", "j", "ctrl+@")
        assert view.marks == {samples.API, samples.SECRET, samples.SERVICE}
        await stage.press("v", "escape")
        assert (view.marks, view.range_from) == (frozenset(), None)
        await stage.press("g", "j", "M")
        await stage.until(lambda: "kept payments Deployment/payments/api" in stage.bar("note"))
        await stage.press("1", "-")
        assert stage.focus == "resources"
        await stage.press("ctrl+z", "!")  # without a terminal there is no shell to go to
        await stage.press("1", "G", "'")
        await stage.until(lambda: "payments Deployment/payments/api" in stage.screen)
        await stage.press("down", "enter")
        assert pane.cursor_id == samples.API
        await stage.press("[", "[")
        assert pane.cursor_id != samples.FLAGS  # it is passed by


@covers("half_down", "half_up", "page_down", "page_up")
async def test_pages_and_half_pages_move_by_what_is_visible() -> None:
    async with playing(size=(120, 24)) as stage:
        await stage.press("2")
        pane = stage.app.desk.panes.resources
        await stage.press("ctrl+d")
        assert pane.cursor == pane.page // 2
        await stage.press("ctrl+u", "pagedown")
        assert pane.cursor == pane.page
        await stage.press("pageup")
        assert pane.cursor == 0


@covers("next_pane", "previous_pane", "pane_0", "pane_1", "pane_2", "pane_3", "pane_4")
async def test_numbers_and_tab_choose_panes() -> None:
    async with playing() as stage:
        for key, pane in (
            ("3", "commits"),
            ("4", "timeline"),
            ("0", "changes"),
            ("2", "resources"),
            ("1", "apps"),
            ("tab", "resources"),
            ("shift+tab", "apps"),
            ("shift+tab", "changes"),
        ):
            await stage.press(key)
            assert stage.focus == pane


@covers("left", "right", "open")
async def test_enter_goes_into_and_h_and_l_go_sideways() -> None:
    async with playing() as stage:
        await stage.press("enter")
        assert stage.focus == "resources"
        await stage.press("enter")
        assert stage.focus == "changes"
        await stage.press("h")
        assert stage.focus == "resources"
        await stage.press("left", "left")
        assert stage.focus == "apps"
        await stage.press("l", "right", "right")
        assert stage.focus == "changes"


@covers("back")
async def test_escape_and_q_go_back_and_never_quit() -> None:
    async with playing() as stage:
        await stage.press("enter", "enter", "q")
        assert stage.focus == "resources"
        await stage.press("escape")
        assert stage.focus == "apps"
        await stage.press("q")
        assert stage.bar("note") == "Q quits"
        assert stage.app.is_running


@covers("quit")
@pytest.mark.parametrize("key", ["Q", "ctrl+c", "ctrl+q"])
async def test_quitting_stops_the_engine(key: str) -> None:
    async with playing() as stage:
        await stage.press(key)
        await stage.until(lambda: stage.engine.ended)
        assert stage.app.return_code == 0


@covers("next_drift", "previous_drift")
async def test_brackets_walk_over_the_drift_of_all_apps() -> None:
    async with playing() as stage:
        await stage.press("]")
        seen = [stage.app.desk.panes.resources.cursor_id]
        for _ in range(6):
            await stage.press("]")
            seen.append(stage.app.desk.panes.resources.cursor_id)
        assert samples.WEB in seen
        assert len(set(seen)) == 7
        await stage.press("[")
        assert stage.app.desk.panes.resources.cursor_id == seen[-2]
        assert stage.focus == "resources"


@covers("diff_down", "diff_up")
async def test_capitals_scroll_the_changes_from_anywhere() -> None:
    async with playing(size=(100, 16)) as stage:
        await stage.press("2", "j", "J", "J", "shift+down")
        assert stage.app.desk.panes.changes.scroll_y == 3
        await stage.press("K", "shift+up")
        assert stage.app.desk.panes.changes.scroll_y == 1
        assert stage.focus == "resources"


@covers("noise")
async def test_noise_is_counted_and_w_shows_it() -> None:
    async with playing() as stage:
        await stage.press("2", "j")
        assert "1 field of bookkeeping and remarks hidden, w shows" in stage.pane("changes")
        await stage.press("w")
        assert "spec.strategy.type" in stage.pane("changes")
        assert "the API server's default" in stage.pane("changes")


@covers("text")
async def test_r_shows_the_same_as_text() -> None:
    async with playing() as stage:
        await stage.press("r")
        assert stage.bar("note") == "pane 0 shows no differences"
        await stage.press("2", "j", "r")
        assert "- replicas: 5\n + replicas: 3" in stage.pane("changes")


@covers("full_screen")
async def test_f_shows_one_pane_alone() -> None:
    async with playing() as stage:
        await stage.press("2", "f")
        assert not stage.app.desk.panes.changes.display
        await stage.press("escape")
        assert stage.app.desk.panes.changes.display


@covers("help")
async def test_help_lists_every_key_and_searches() -> None:
    async with playing(size=(100, 60)) as stage:
        await stage.press("?")
        assert "make the cluster match Git" in stage.dialog
        assert "choose a commit in pane 3 first" in stage.dialog
        await stage.press("/", "h", "e", "a", "l")
        assert "put drift of this app back" in stage.dialog
        assert "full screen" not in stage.dialog
        await stage.press("escape", "escape")
        assert stage.dialog == ""


@covers("filter")
async def test_the_filter_works_while_typing_and_escape_clears_it() -> None:
    async with playing() as stage:
        await stage.press("2", "slash", *"kind:secret")
        assert "card-gateway" in stage.pane("resources")
        assert "settings-1" not in stage.pane("resources")
        await stage.press("enter")
        assert stage.focus == "resources"
        assert "1 of 37" in str(stage.app.desk.panes.resources.border_subtitle)
        await stage.press("escape")
        assert "settings-1" in stage.pane("resources")


async def test_keys_are_text_while_a_filter_is_typed_and_a_bad_term_is_named() -> None:
    async with playing() as stage:
        await stage.press("2", "slash", *"Q?verdict:x")
        assert stage.app.desk.frame.prompt.value == "Q?verdict:x"
        await stage.press("ctrl+u", *"verdict:x")
        assert "verdicts are in_sync" in stage.bar("note")
        assert len(stage.app.desk.panes.resources.rows) == 37


@covers("mark")
async def test_marks_are_what_sync_works_on() -> None:
    async with playing() as stage:
        await stage.press("2", "space", "space", "s")
        assert [ask.keys for ask in stage.asked(PreparePlan)] == [
            frozenset({samples.FLAGS, samples.API})
        ]
        await stage.press("escape", "escape")
        assert not stage.app.desk.view.marks


@covers("sync")
async def test_sync_of_an_object_previews_exactly_it_and_runs_the_plan_that_was_shown() -> None:
    async with playing(write=True) as stage:
        await stage.press("2", "j", "s")
        await stage.until(lambda: "spec.replicas" in stage.dialog)
        assert "Sync 1 object on prod-eu-1" in stage.dialog
        assert "prod-eu-1 / payments / Deployment api" in stage.dialog
        (ask,) = stage.asked(PreparePlan)
        shown = stage.engine.newest.plan_for(ask.request)
        await stage.confirm()
        (run,) = stage.asked(Execute)
        assert run.plan is shown
        await stage.until(lambda: stage.bar("note") == "synced 1 object")


async def test_sync_in_the_changes_is_of_the_field_that_is_pointed_at() -> None:
    async with playing(write=True) as stage:
        await stage.press("2", "j", "0", "s")
        await stage.until(lambda: "Sync 1 field on prod-eu-1" in stage.dialog)
        assert "for all of the object: s on it in pane 2" in stage.dialog
        (ask,) = stage.asked(PreparePlan)
        assert ask.fields == {samples.API: frozenset({"spec.replicas"})}
        await stage.press("escape", "r", "s")  # the text of it has no fields
        assert [each.fields for each in stage.asked(PreparePlan)[1:]] == [{}]


async def test_sync_from_the_apps_names_all_that_drifted_or_is_missing() -> None:
    async with playing() as stage:
        await stage.press("s")
        (ask,) = stage.asked(PreparePlan)
        assert ask.keys == {samples.API, samples.FLAGS, samples.SECRET, samples.SERVICE}


@covers("revert")
async def test_revert_previews_the_commit_and_makes_it() -> None:
    async with playing(write=True) as stage:
        await stage.press("t")
        assert stage.bar("note") == "choose a commit in pane 3 first"
        await stage.press("3", "j", "t")
        commit = stage.app.desk.panes.commits.cursor_row
        assert isinstance(commit, Commit)
        await stage.until(lambda: "+  replicas: 2" in stage.dialog)
        (ask,) = stage.asked(PrepareRevert)
        assert (ask.app, ask.commit) == ("payments", commit.id)
        await stage.confirm()
        assert stage.asked(ExecuteRevert)[0].plan is stage.engine.newest.revert_for(ask.request)
        await stage.until(lambda: stage.bar("note") == "reverted as beefcaf, 1 object synced")


@covers("explain")
async def test_x_says_when_git_stated_the_object_as_it_is() -> None:
    world = samples.world()
    row = replace(world.rows[samples.API], stamp=Stamp("d", "5", "u"))
    rows = {**world.rows, samples.API: row}
    async with playing((160, 50), snapshot=replace(world, rows=rows)) as stage:
        await stage.press("2", "j", "X")
        assert "past  looking through Git's history" in stage.pane("changes")
        (ask,) = stage.asked(LookBackAt)
        newer, older = samples.HISTORY[:2]
        found = Likeness(samples.API, older, newer)
        await stage.say(replace(stage.engine.newest, answers={ask.request: found}))
        assert f"past  as Git stated it from {older.id[:7]}" in stage.pane("changes")
        assert f"until {newer.id[:7]}" in " ".join(stage.pane("changes").split())
        await stage.press("k")
        assert "past  " not in stage.pane("changes")


@covers("undo", "redo")
async def test_z_previews_what_the_last_write_changed_and_puts_it_back() -> None:
    async with playing(write=True) as stage:
        await stage.press("z")
        await stage.until(lambda: "put back  prod-eu-1 / payments / Deployment api" in stage.dialog)
        for words in ("healed again", "its value is a secret", "Put back 1 object"):
            assert words in stage.dialog
        (ask,) = stage.asked(PrepareUndo)
        await stage.confirm()
        assert stage.asked(Execute)[0].plan is stage.engine.newest.plan_for(ask.request)
        await stage.until(lambda: stage.bar("note") == "put back 1 object")
        await stage.press("Z")
        await stage.until(lambda: "Do again 1 object" in stage.dialog)
        assert stage.asked(PrepareUndo)[-1].again


@covers("pause")
async def test_an_app_is_set_aside_by_what_is_typed() -> None:
    async with playing(write=True) as stage:
        await stage.press("a")
        await stage.until(lambda: stage.app.focused is not None and "Pause" in stage.screen)
        await stage.press("enter")
        assert isinstance(stage.app.screen, PauseStep)  # it says what it wants, and waits
        await stage.press(*"2h why", "enter")
        (command,) = stage.asked(SetPause)
        assert command.app == stage.app.desk.view.app
        pause = command.pause
        assert (pause.ref, pause.reason, pause.until - pause.since) == (None, "why", 7200.0)
        assert not isinstance(stage.app.screen, PauseStep)


@covers("rollback")
async def test_rollback_previews_the_way_back_and_makes_its_commit() -> None:
    async with playing(write=True) as stage:
        await stage.press("3", "j", "B")
        commit = stage.app.desk.panes.commits.cursor_row
        assert isinstance(commit, Commit)
        await stage.until(lambda: "+  replicas: 2" in stage.dialog)
        assert f"Roll payments back to {commit.id[:7]}" in stage.dialog
        (ask,) = stage.asked(PrepareRevert)
        assert (ask.app, ask.commit, ask.back) == ("payments", commit.id, True)
        await stage.confirm()
        assert stage.asked(ExecuteRevert)[0].plan is stage.engine.newest.revert_for(ask.request)


@covers("adopt")
async def test_adopt_previews_the_commit_of_the_object_and_makes_it() -> None:
    async with playing(write=True) as stage:
        await stage.press("A")
        assert stage.bar("note") == "choose an object (2) first"
        await stage.press("2", "j", "A")
        await stage.until(lambda: "+  replicas: 5 # kept" in stage.dialog)
        (ask,) = stage.asked(PrepareAdoption)
        assert (ask.app, ask.keys, ask.fields) == (
            "payments",
            frozenset({samples.API}),
            frozenset(),
        )
        await stage.confirm()
        (order,) = stage.asked(ExecuteAdoption)
        assert order.plan is stage.engine.newest.adoption_for(ask.request)
        await stage.until(lambda: stage.bar("note") == "adopted as beefcaf")


@covers("heal")
async def test_heal_asks_before_it_is_on_and_is_off_at_once() -> None:
    async with playing(write=True) as stage:
        await stage.press("H")
        await stage.until(lambda: "3 objects would be put back" in stage.dialog)
        assert not stage.asked(SetHeal)
        await stage.confirm()
        assert stage.asked(SetHeal) == [SetHeal(frozenset({"payments"}), enabled=True)]
        await stage.until(lambda: "heal ON" in stage.bar("header"))
        await stage.press("H")
        assert stage.dialog == ""
        assert stage.asked(SetHeal)[-1] == SetHeal(frozenset({"payments"}), enabled=False)


@covers("write")
async def test_writing_is_asked_for_shown_and_ended_at_once() -> None:
    async with playing() as stage:
        assert "READ-ONLY" in stage.bar("header")
        await stage.press("W")
        await stage.confirm()
        await stage.until(lambda: "WRITE 30m" in stage.bar("header"))
        await stage.press("W")
        assert stage.asked(SetWriting) == [SetWriting(enabled=True), SetWriting(enabled=False)]


@covers("refresh")
async def test_refresh_asks_to_look_again() -> None:
    async with playing() as stage:
        await stage.press("ctrl+r")
        assert stage.asked(Refresh) == [Refresh()]


async def test_triage_from_read_only_takes_five_keys() -> None:
    async with playing() as stage:
        await stage.press("W")
        await stage.confirm()
        await stage.until(lambda: "WRITE" in stage.bar("header"))
        await stage.press("]", "s")
        await stage.until(lambda: "Sync 1 object on" in stage.dialog)
        await stage.confirm()
        assert len(stage.asked(Execute)) == 1


async def test_an_object_in_sync_says_why_sync_does_nothing() -> None:
    in_sync = samples.drift(Key("payments", samples.API.ref))
    world = replace(samples.world(), rows={samples.API: in_sync}, apps=(samples.app("payments"),))
    async with playing(snapshot=world) as stage:
        await stage.press("2", "s")
        assert stage.bar("note") == "this object is in sync"
        assert not stage.asked(PreparePlan)


POINTER = "\u203a"


@covers("next_change", "previous_change")
async def test_n_goes_from_field_to_field_and_enter_to_the_commit_that_states_it() -> None:
    async with playing((120, 24)) as stage:
        await stage.press("n")
        assert stage.bar("note") == "pane 0 shows no fields"
        await stage.press("2", "j", "n")
        assert stage.focus == "changes"
        assert f"{POINTER}spec.replicas" in stage.pane("changes")
        await stage.press("n")
        assert f"{POINTER}spec.template.spec" in stage.pane("changes")
        await stage.press("n", "n", "n", "N")
        assert f"{POINTER}spec.template.spec" in stage.pane("changes")
        await stage.press("enter")
        assert stage.focus == "commits"
        assert isinstance(stage.cursor, Commit)
        assert stage.cursor.id == samples.HEAD


async def test_the_pointer_goes_with_what_is_read() -> None:
    async with playing((120, 16)) as stage:
        await stage.press("2", "j", "0", *"jjjjjjjj")
        assert f"{POINTER}spec.template.spec" in stage.pane("changes")
        await stage.press("escape")
        assert POINTER not in stage.pane("changes")


async def test_at_80_columns_a_field_leads_to_the_text_of_its_commit() -> None:
    async with playing((80, 24)) as stage:
        await stage.press("2", "j", "enter")
        await stage.until(lambda: f"{POINTER}spec.replicas" in stage.pane("changes"))
        await stage.press("enter")
        assert stage.focus == "changes"
        await stage.until(lambda: f"commit {samples.HEAD}" in stage.pane("changes"))


async def test_a_field_whose_commit_is_not_listed_says_so() -> None:
    async with playing() as stage:
        world = stage.engine.newest
        apps = tuple(replace(app, history=app.history[1:]) for app in world.apps)
        await stage.say(replace(world, apps=apps))
        await stage.press("2", "j", "n", "enter")
        assert "a1b2c3d is not among the newest commits" in stage.bar("note")
