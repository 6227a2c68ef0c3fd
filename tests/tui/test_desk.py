"""What stands on the screen, at every width, while the world moves."""

from dataclasses import replace
from time import process_time

import pytest
from textual.widgets import Input

from core.errors import DeniedError
from core.model import Health, Healths, HealthState, Key, ObjectRef, Snapshot, Stamp, Verdict
from core.reconcile.memory.commands import Examine, Explain, ShowCommit
from tests.tui import samples
from tests.tui.stage import playing
from tui.text.rows import Looks, resource_line
from tui.widgets.lines import Lines


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_one_pane_with_a_breadcrumb_below_100_columns(size: tuple[int, int]) -> None:
    async with playing(size=size) as stage:
        desk = stage.app.desk
        assert [name for name, pane in desk.panes.by_name.items() if pane.display] == ["apps"]
        await stage.press("enter", "j", "enter")
        assert stage.bar("crumb") == " Apps > payments > Deployment api"
        assert [name for name, pane in desk.panes.by_name.items() if pane.display] == ["changes"]
        await stage.until(lambda: "spec.replicas" in stage.pane("changes"))
        assert all(word in stage.bar("header") for word in ("PROD", "READ-ONLY", "heal OFF"))
        assert stage.bar("hints").rstrip().endswith("? help")


async def test_the_list_used_last_and_pane_0_from_100_columns() -> None:
    async with playing(size=(120, 40)) as stage:
        desk = stage.app.desk
        await stage.press("3", "0")
        shown = [name for name, pane in desk.panes.by_name.items() if pane.display]
        assert shown == ["commits", "changes"]
        assert not desk.frame.bars["crumb"].display
        assert "Scale api to three" in stage.pane("changes")


async def test_three_columns_from_160() -> None:
    async with playing(size=(160, 50)) as stage:
        desk = stage.app.desk
        shown = [name for name, pane in desk.panes.by_name.items() if pane.display]
        assert shown == ["apps", "resources", "changes"]
        assert "forbidden" in stage.pane("apps")
        assert "⇄ contested" in stage.pane("resources")
        assert "/srv/git/platform" in stage.pane("changes")


async def test_a_resize_keeps_cursor_and_focus() -> None:
    async with playing(size=(160, 50)) as stage:
        await stage.press("2", "j", "j")
        await stage.pilot.resize_terminal(80, 24)
        await stage.pilot.pause()
        assert stage.app.desk.panes.resources.cursor_id == samples.SECRET
        assert stage.focus == "resources"


async def test_too_small_says_so_and_only_quitting_acts() -> None:
    async with playing(size=(58, 12)) as stage:
        assert stage.bar("small") == "driftdeck needs 60x15, this is 58x12"
        await stage.press("s", "2", "?")
        assert stage.dialog == ""
        await stage.press("Q")
        await stage.until(lambda: stage.engine.ended)


async def test_the_cursor_stays_on_its_object_when_rows_move() -> None:
    async with playing() as stage:
        await stage.press("2", "j", "j", "j")
        assert stage.app.desk.panes.resources.cursor_id == samples.SERVICE
        world = stage.engine.newest
        rows = {key: row for key, row in world.rows.items() if key != samples.SECRET}
        new = samples.drift(samples.key("payments", "Job", "a"), Verdict.DRIFTED, since_ago=90_000)
        rows[new.key] = new
        await stage.say(replace(world, rows=rows))
        assert stage.app.desk.panes.resources.cursor_id == samples.SERVICE
        assert "Git states this object" in stage.pane("changes")


async def test_rows_that_come_above_what_is_in_sight_paint_nothing_of_it_again() -> None:
    async with playing((120, 24)) as stage:
        await stage.press("2", "G", "k")
        pane = stage.app.desk.panes.resources
        painted = pane._styles_cache._cache  # noqa: SLF001 - what was painted, line by line
        before, shown, at = dict(painted), stage.pane("resources"), pane.cursor_id
        new = [samples.drift(samples.key("payments", "Job", name), Verdict.EXTRA) for name in "ab"]
        rows = {**stage.engine.newest.rows, **{row.key: row for row in new}}
        await stage.say(replace(stage.engine.newest, rows=rows))
        assert stage.pane("resources") == shown
        assert (pane.cursor_id, pane.cursor) == (at, len(pane.rows) - 2)
        assert len(before) == 22
        assert [y for y, strip in before.items() if painted[y] is not strip] == []
        await stage.press("j")
        assert pane.cursor == len(pane.rows) - 1
        assert stage.pane("resources") != shown


async def test_who_and_why_are_looked_up_once_for_the_row_the_cursor_rests_on() -> None:
    rows = samples.rows()
    rows[samples.API] = replace(rows[samples.API], explained=False)
    async with playing(snapshot=replace(samples.world(), rows=rows)) as stage:
        await stage.press("2", "j")
        await stage.until(lambda: stage.asked(Explain))
        await stage.say(replace(stage.engine.newest, sequence=2))
        await stage.press("k", "j")
        await stage.pilot.pause(0.25)
        assert stage.asked(Explain) == [Explain(samples.API)]


async def test_whether_the_object_under_the_cursor_works_stands_below_its_verdict() -> None:
    world = samples.world()
    rows = dict(world.rows)
    rows[samples.API] = replace(rows[samples.API], stamp=Stamp("d", "5", "u"))
    words = "0 of 3 pods available; pod api-1: container api: ImagePullBackOff"

    def answer(command: object, newest: Snapshot) -> Snapshot | None:
        if not isinstance(command, Examine):
            return None
        found = Healths({key: Health(HealthState.IN_PROGRESS, words) for key in command.keys})
        return replace(newest, answers={**newest.answers, command.request: found})

    async with playing(size=(160, 50), snapshot=replace(world, rows=rows)) as stage:

        def about_it() -> list[Examine]:
            return [each for each in stage.asked(Examine) if each.keys == {samples.API}]

        stage.engine.answer = answer
        await stage.press("2", "j")
        await stage.until(lambda: "health  not ready: 0 of 3 pods" in stage.pane("changes"))
        assert "≠ drifted  Deployment payments/api" in stage.pane("changes")
        (asked,) = about_it()  # slow keys ask about the row on the way, too
        assert asked.closely
        await stage.say(replace(stage.engine.newest, sequence=9))
        moved = replace(rows[samples.API], stamp=Stamp("d", "6", "u"))
        await stage.say(replace(stage.engine.newest, rows={**rows, samples.API: moved}))
        assert "health  not ready" in stage.pane("changes")
        await stage.until(lambda: len(about_it()) == 2)
        await stage.press("k")
        assert "health" not in stage.pane("changes")


async def test_a_filter_by_somebody_looks_up_who_is_behind_the_rows_it_asks_about() -> None:
    world = samples.world()
    rows = dict(world.rows)
    of_api = replace(
        rows[samples.API],
        changes=tuple(replace(each, actor=None) for each in samples.CHANGES),
        explained=False,
    )
    rows[samples.API] = of_api
    async with playing(snapshot=replace(world, rows=rows)) as stage:
        await stage.press("2", "G", "slash")
        assert "actor:" in stage.app.desk.frame.prompt.placeholder
        await stage.press(*"actor:dana", "enter")
        assert "api" not in stage.pane("resources")
        assert stage.asked(Explain) == [Explain(samples.API)]
        await stage.say(replace(stage.engine.newest, sequence=2))
        assert len(stage.asked(Explain)) == 1
        told = {**stage.engine.newest.rows, samples.API: world.rows[samples.API]}
        await stage.say(replace(stage.engine.newest, rows=told))
        assert "api" in stage.pane("resources")


async def test_pane_0_names_who_and_which_commit() -> None:
    async with playing(size=(160, 50)) as stage:
        await stage.press("2", "j")
        text = stage.pane("changes")
        assert "- kubectl scale, seen 11m ago, user unknown (observed)" in text
        assert "+ a1b2c3d Bob Marsh, 3d: " in text
        assert "for 12m · changed in the cluster · confirmed by the server" in text
        title = str(stage.app.desk.panes.changes.border_title)
        assert "- live prod-eu-1" in title
        assert "+ Git main@a1b2c3d" in title


async def test_secrets_show_neither_value_nor_hash() -> None:
    async with playing() as stage:
        await stage.press("2", "j", "j")
        assert "secret value changed" in stage.pane("changes")
        await stage.press("r")
        assert "token: secret value changed" in stage.pane("changes")
        assert "aaaa" not in stage.screen
        assert "bbbb" not in stage.screen


async def test_an_event_is_told_in_pane_0() -> None:
    async with playing() as stage:
        await stage.press("4")
        assert "sync fail" in stage.pane("timeline")
        assert "no latest tags" in stage.pane("changes")


async def test_nothing_read_yet_is_not_empty() -> None:
    reading = replace(samples.app("payments"), revision=None, counts={}, complete=False, history=())
    async with playing(snapshot=Snapshot(apps=(reading,))) as stage:
        assert "… reading" in stage.pane("apps")
        assert "Git reading" in stage.bar("header")
        await stage.press("2")
        assert "reading Git and the cluster" in stage.pane("resources")
        await stage.press("3")
        assert "reading the history" in stage.pane("commits")


async def test_an_app_that_cannot_be_read_says_why() -> None:
    async with playing() as stage:
        await stage.press("j", "j")
        assert "forbidden: list deployments in ledger" in stage.pane("changes")


async def test_a_lost_cluster_is_said_in_the_header() -> None:
    world = samples.world()
    lost = replace(world.clusters[0], connected=False, seen_at=samples.NOW - 300)
    async with playing(snapshot=replace(world, clusters=(lost,))) as stage:
        assert "live lost 5m" in stage.bar("header")


async def test_an_expected_failure_of_the_engine_ends_with_its_words_and_code() -> None:
    async with playing() as stage:
        stage.engine.fail(DeniedError("may not list pods \x1b[2J"))
        await stage.until(lambda: stage.app.return_code is not None)
        assert stage.app.return_code == 4
        assert stage.app.farewell == "may not list pods ␛[2J"


async def test_the_header_says_heal_by_flag() -> None:
    async with playing(healing=True) as stage:
        await stage.press("G")
        assert "heal ON (flag)" in stage.bar("header")


async def test_ascii_terminals_get_ascii_only() -> None:
    async with playing(ascii=True, color=False) as stage:
        await stage.press("2", "j")
        pane = stage.app.desk.panes.resources
        assert "~ drifted" in stage.pane("resources")
        assert "->" in stage.pane("changes")
        assert pane.styles.border_top[0] == "ascii"


async def test_a_click_moves_the_cursor_and_two_open() -> None:
    async with playing() as stage:
        await stage.pilot.click("#apps", offset=(5, 2))
        assert stage.app.desk.view.app == "checkout"
        await stage.pilot.click("#apps", offset=(5, 2), times=2)
        assert stage.focus == "resources"


async def test_10_000_rows_are_set_and_jumped_through_quickly() -> None:
    keys = [
        Key("payments", ObjectRef("", "ConfigMap", "payments", f"c-{n:05}")) for n in range(10_000)
    ]
    rows = {key: samples.drift(key, Verdict.DRIFTED, samples.CHANGES[:1]) for key in keys}
    world = replace(samples.world(), rows=rows)
    async with playing() as stage:
        await stage.press("2")
        began = process_time()
        stage.app.desk.take(world)
        assert process_time() - began < 0.5
        await stage.press("G")
        assert stage.app.desk.panes.resources.cursor_id == keys[-1]
        assert "c-09999" in stage.pane("resources")


async def test_an_unchanged_row_is_not_drawn_again() -> None:
    drawn: list[str] = []

    def draw(row: str, _: int) -> tuple[()]:
        drawn.append(row)
        return ()

    async with playing() as stage:
        lines: Lines[str] = Lines(draw, id="extra")
        lines.styles.height = 4
        await stage.app.desk.mount(lines)
        rows = ["a", "b"]
        lines.show(rows, rows)
        await stage.pilot.pause()
        drawn.clear()
        lines.show(["a", "c"], ["a", "c"])
        await stage.pilot.pause()
        assert drawn == ["c"]


def test_a_row_has_the_width_it_is_given() -> None:
    for width in (40, 57, 62, 80, 120):
        for row in samples.rows().values():
            text = "".join(part for part, _ in resource_line(row, width, Looks(samples.NOW)))
            assert len(text) == width


async def test_the_cursor_floats_on_the_worst_row_until_somebody_moves_it() -> None:
    world = samples.world()
    calm = replace(world, rows={})
    async with playing(snapshot=calm) as stage:
        assert stage.app.desk.view.app == "ledger"
        await stage.say(world)
        assert stage.app.desk.view.app == "payments"
        await stage.press("j")
        assert stage.app.desk.view.app == "checkout"
        await stage.say(replace(calm, sequence=3))
        assert stage.app.desk.view.app == "checkout"


async def test_another_app_begins_at_its_worst_row() -> None:
    async with playing(size=(160, 50)) as stage:
        await stage.press("2", "G", "1", "j")
        assert stage.app.desk.panes.resources.cursor_id == samples.WEB


async def test_a_cluster_that_is_lost_and_found_changes_what_its_rows_say_at_once() -> None:
    async with playing() as stage:
        await stage.press("2")
        world = stage.engine.newest
        first, *others = world.clusters
        gone = replace(first, connected=False, seen_at=samples.NOW - 130)
        await stage.say(replace(world, clusters=(gone, *others)))
        assert "✓ last seen in sync 2m ago" in stage.pane("resources")
        await stage.say(world)
        assert "last seen" not in stage.pane("resources")


async def test_a_commit_shows_its_body_its_files_and_its_diff() -> None:
    async with playing() as stage:
        stage.engine.answer = None
        await stage.press("3")
        await stage.until(lambda: stage.asked(ShowCommit))
        assert "reading what it changes" in stage.pane("changes")
        (asked,) = stage.asked(ShowCommit)
        shown = {asked.request: samples.shown_commit(asked.commit)}
        await stage.say(replace(stage.engine.newest, answers=shown))
        await stage.until(lambda: "+  replicas: 3" in stage.pane("changes"))
        for words in ("The sale needs three.", "See SHOP-12.", "files  payments/api.yaml"):
            assert words in stage.pane("changes")
        await stage.press("j", "k")
        await stage.pilot.pause(0.3)
        again = [each.commit for each in stage.asked(ShowCommit)]
        assert again.count(asked.commit) == 1  # what was read is not read again


async def test_apps_come_and_go_and_the_lists_are_those_of_one_that_is_there() -> None:
    async with playing(size=(160, 50)) as stage:
        world, shape = stage.engine.newest, "clusters/{cluster}/{name}"
        standing = replace(world, apps=(samples.app(shape),), rows={})
        await stage.say(standing)
        assert stage.app.desk.view.app == shape
        await stage.say(world)
        assert stage.app.desk.view.app == "payments"
        assert shape not in stage.pane("apps")
        assert "⇄ contested" in stage.pane("resources")


async def test_what_is_typed_at_once_after_the_key_of_an_input_is_its_text() -> None:
    async with playing() as stage:
        await stage.burst("/web !test:/")
        await stage.until(lambda: stage.app.desk.frame.prompt.value == "web !test:/")
        await stage.press("escape")
        await stage.burst(":sync")
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        await stage.until(lambda: stage.app.screen.query_one(Input).value == "sync")
        for typed, text in (("Clab", "cluster lab"), ("Vsearch", "compare payments search")):
            await stage.press("escape")
            await stage.burst(typed)
            await stage.until(lambda text=text: stage.app.screen.query_one(Input).value == text)  # type: ignore[misc]
        await stage.press("escape")
        await stage.burst("a2h why")
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        await stage.until(lambda: stage.app.screen.query_one(Input).value == "2h why")
        await stage.press("escape")
        assert stage.app.screen is stage.app.desk
        assert stage.engine.commands == []
