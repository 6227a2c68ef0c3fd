"""Dialogs: nothing is confirmed by accident, and what was shown is what runs."""

from dataclasses import replace
from functools import partial
from time import monotonic

import pytest
from rich.cells import cell_len

from core.model import (
    Key,
    Masked,
    Plan,
    Problem,
    Remedy,
    Run,
    Snapshot,
    Stamp,
    Value,
    Verb,
)
from core.reconcile.memory.commands import (
    Command,
    Execute,
    ExecuteRevert,
    Explain,
    PrepareHeal,
    PreparePlan,
    PrepareRevert,
    SetHeal,
    SetWriting,
)
from core.telling.spans import plain
from tests.tui import samples
from tests.tui.stage import ARMED_S, Stage, answered, playing
from tui.dialogs.guard import ARM_S, Guard
from tui.dialogs.naming import NameStep
from tui.dialogs.preview import Buttons
from tui.dialogs.proposals.sync import outdated

DENIED = Problem(Remedy.GRANT, "Deployment/payments/api: denied")
OUTDATED = Problem(Remedy.LOOK_AGAIN, "changed since")


async def _preview(stage: Stage) -> None:
    await stage.press("2", "j", "s")
    await stage.until(lambda: "spec.replicas" in stage.dialog)


async def test_confirming_is_dead_for_400_ms() -> None:
    async with playing(write=True) as stage:
        before = monotonic()
        await _preview(stage)
        await stage.press("y")
        if monotonic() - before < ARM_S:  # a machine that is slower than a person shows nothing
            assert not isinstance(stage.app.screen, NameStep)
        assert not stage.asked(Execute)
        await stage.confirm()
        assert len(stage.asked(Execute)) == 1


async def test_cancel_has_the_focus_and_tab_moves_it() -> None:
    async with playing(write=True) as stage:
        await _preview(stage)
        await stage.pilot.pause(ARMED_S)
        await stage.press("enter")
        assert stage.dialog == ""
        assert not stage.asked(Execute)
        await stage.press("s")
        await stage.until(lambda: "spec.replicas" in stage.dialog)
        await stage.pilot.pause(ARMED_S)
        await stage.press("tab", "enter")
        await stage.type_name()
        assert len(stage.asked(Execute)) == 1


@pytest.mark.parametrize("key", ["escape", "n", "q"])
async def test_cancelling_works_at_any_time(key: str) -> None:
    async with playing(write=True) as stage:
        await stage.press("s", key)
        assert stage.dialog == ""
        assert not stage.asked(Execute)


def test_a_key_that_is_held_confirms_nothing() -> None:
    guard = Guard()
    guard.painted(10.0)
    at = [10.2 + 0.05 * step for step in range(20)]
    assert not any(guard.allows("y", now) for now in at)
    assert guard.allows("y", at[-1] + 0.2)


def test_the_key_that_opened_the_dialog_is_dead_until_another_was_pressed() -> None:
    guard = Guard(opened_by="y")
    guard.painted(10.0)
    assert not guard.allows("y", 11.0)
    assert guard.allows("j", 12.0)
    assert guard.allows("y", 13.0)


async def test_read_only_shows_the_preview_and_says_why_it_cannot_run() -> None:
    async with playing() as stage:
        await _preview(stage)
        assert "read-only: W allows writing" in stage.dialog
        await stage.confirm()
        assert stage.dialog
        assert not stage.asked(Execute)


@pytest.mark.parametrize("size", [(60, 15), (80, 15), (60, 24), (80, 24), (120, 40), (200, 60)])
async def test_both_buttons_and_the_reason_are_on_the_screen_at_every_size(
    size: tuple[int, int],
) -> None:
    async with playing(size) as stage:
        await stage.press("1", "s")
        wanted = ("Cancel Esc", "Sync 3 objects y", "read-only: W allows writing")
        await stage.until(lambda: all(words in stage.screen for words in wanted))
        bottom = stage.screen.splitlines()[-3:]
        assert any("╰" in line for line in bottom)  # the dialog's own border is there, too


async def test_writing_is_allowed_from_inside_a_preview() -> None:
    async with playing() as stage:
        await _preview(stage)
        await stage.press("W")
        assert "Allow writing" in stage.dialog
        await stage.confirm()
        assert [command.enabled for command in stage.asked(SetWriting)] == [True]
        await stage.until(lambda: "spec.replicas" in stage.dialog)
        await stage.say(replace(stage.engine.newest, writing=True))
        await stage.press("y")  # typed for the question above: dead for a moment
        assert not stage.asked(Execute)
        await stage.confirm()
        assert len(stage.asked(Execute)) == 1


async def test_the_read_only_flag_cannot_be_undone_inside() -> None:
    async with playing(read_only=True, write=True) as stage:
        await stage.press("W")
        assert stage.bar("note") == "read-only: started with --read-only"
        await _preview(stage)
        assert "read-only: started with --read-only" in stage.dialog


def _moved(snapshot: Snapshot, key: Key) -> Snapshot:
    row = replace(snapshot.rows[key], stamp=Stamp("0123456789abcdef", "124", "uid-1"))
    return replace(snapshot, rows={**snapshot.rows, key: row})


async def test_a_changed_world_makes_a_new_plan_and_confirming_waits_again() -> None:
    async with playing(write=True) as stage:
        await _preview(stage)
        await stage.pilot.pause(ARMED_S)
        stage.engine.answer = None
        await stage.say(_moved(stage.engine.newest, samples.API))
        first, second = stage.asked(PreparePlan)
        assert first.keys == second.keys
        assert "the world changed" in stage.dialog
        await stage.press("y")
        stage.engine.answer = answered
        again = answered(second, stage.engine.newest)
        assert again is not None
        await stage.say(again)
        assert "(made again)" in stage.dialog
        await stage.press("y")
        assert not stage.asked(Execute)
        await stage.confirm()
        assert stage.asked(Execute)[0].plan is again.plan_for(second.request)


async def test_a_plan_for_another_request_is_not_shown() -> None:
    async with playing(write=True) as stage:
        stage.engine.answer = None
        await stage.press("2", "j", "s")
        other = samples.plan_of(stage.engine.newest, frozenset({samples.FLAGS}))
        await stage.say(replace(stage.engine.newest, answers={99: other}))
        assert "flags" not in stage.dialog


def test_a_plan_is_outdated_when_an_object_or_git_moved() -> None:
    world = samples.world()
    plan = samples.plan_of(world, frozenset({samples.API, samples.SERVICE}))
    assert not outdated(plan.steps, world.rows)
    assert outdated(plan.steps, _moved(world, samples.SERVICE).rows)
    without = {key: row for key, row in world.rows.items() if key != samples.API}
    assert outdated(plan.steps, without)
    row = replace(world.rows[samples.API], stamp=Stamp("fedcba9876543210", "123", "uid-1"))
    assert outdated(plan.steps, {**world.rows, samples.API: row})


async def test_what_cannot_be_done_is_listed_with_its_reason_and_counted() -> None:
    async with playing(write=True) as stage:
        await stage.press("s")
        await stage.until(lambda: "1 to create, 2 to change, 1 left out" in stage.dialog)
        assert "may not patch secrets in payments" in stage.dialog
        assert "Sync 3 objects on prod-eu-1" in stage.dialog


async def test_a_failed_sync_stays_until_it_is_dismissed() -> None:
    def refused(command: Command, snapshot: Snapshot) -> Snapshot | None:
        if isinstance(command, Execute):
            run = Run(command.run, "sync", 2, 1, (DENIED,), True)
            return replace(snapshot, runs=(run,))
        return answered(command, snapshot)

    async with playing(write=True) as stage:
        stage.engine.answer = refused
        await _preview(stage)
        await stage.confirm()
        wanted = "sync: 1 of 2 done, 1 refused: Deployment/payments/api: denied"
        await stage.until(lambda: stage.bar("note") == wanted)
        await stage.press("ctrl+r")
        assert stage.bar("note") == wanted
        await stage.press("escape")
        assert stage.bar("note") == ""


async def test_a_plan_that_the_world_overtook_is_made_and_shown_again() -> None:
    def overtaken(command: Command, snapshot: Snapshot) -> Snapshot | None:
        if isinstance(command, Execute):
            run = Run(command.run, "sync", 1, 0, (OUTDATED,), True)
            return replace(snapshot, runs=(run,))
        return answered(command, snapshot)

    async with playing(write=True) as stage:
        stage.engine.answer = overtaken
        await _preview(stage)
        await stage.confirm()
        await stage.until(lambda: len(stage.asked(PreparePlan)) == 2)
        await stage.until(lambda: "spec.replicas" in stage.dialog)


async def test_marks_of_two_clusters_give_one_preview_each() -> None:
    rows = samples.rows()
    rows[samples.FLAGS] = replace(rows[samples.FLAGS], cluster="lab")
    async with playing(snapshot=replace(samples.world(), rows=rows), write=True) as stage:
        await stage.press("2", "space", "space", "s", "escape")
        asked = [ask.keys for ask in stage.asked(PreparePlan)]
        assert asked == [frozenset({samples.FLAGS}), frozenset({samples.API})]


async def test_marks_end_with_the_order_and_not_with_a_cancelled_preview() -> None:
    async with playing(write=True) as stage:
        await stage.press("2", "space", "space", "s", "escape")
        assert stage.app.desk.view.marks == {samples.FLAGS, samples.API}
        await stage.press("s")
        await stage.until(lambda: "Sync 2 objects on" in stage.dialog)
        await stage.confirm()
        assert stage.app.desk.view.marks == frozenset()


async def test_a_preview_below_a_question_still_hears_of_the_world() -> None:
    def slow(command: Command, snapshot: Snapshot) -> Snapshot | None:
        if isinstance(command, Execute):
            return replace(snapshot, runs=(Run(command.run, "sync", 3, 1),))
        return answered(command, snapshot)

    async with playing(write=True) as stage:
        stage.engine.answer = slow
        await _preview(stage)
        await stage.confirm()
        await stage.press("s")
        await stage.until(lambda: "spec.replicas" in stage.dialog)
        await stage.press("ctrl+c")
        assert "Quit during a write" in stage.dialog
        await stage.say(_moved(stage.engine.newest, samples.API))
        assert len(stage.asked(PreparePlan)) == 3


async def test_ctrl_c_quits_from_a_dialog_and_from_the_filter() -> None:
    for keys in (("s",), ("slash", "x"), ("?",)):
        async with playing() as stage:
            await stage.press(*keys, "ctrl+c")
            await stage.until(partial(getattr, stage.engine, "ended"))


async def test_quitting_during_a_write_asks() -> None:
    def slow(command: Command, snapshot: Snapshot) -> Snapshot | None:
        if isinstance(command, Execute):
            return replace(snapshot, runs=(Run(command.run, "sync", 3, 1),))
        return answered(command, snapshot)

    async with playing(write=True) as stage:
        stage.engine.answer = slow
        await _preview(stage)
        await stage.confirm()
        await stage.until(lambda: stage.bar("note") == "sync: 1 of 3")
        await stage.press("Q")
        assert "Quit during a write" in stage.dialog
        await stage.confirm()
        await stage.until(lambda: stage.engine.ended)


async def test_a_revert_that_cannot_be_made_says_why() -> None:
    def stuck(command: Command, snapshot: Snapshot) -> Snapshot | None:
        if isinstance(command, PrepareRevert):
            plan = replace(
                samples.revert_of(samples.HISTORY[1]),
                problem=Problem(Remedy.CHANGE_GIT, "api.yaml changed since"),
            )
            return replace(snapshot, answers={command.request: plan})
        return answered(command, snapshot)

    async with playing(write=True) as stage:
        stage.engine.answer = stuck
        await stage.press("3", "j", "t")
        await stage.until(lambda: "api.yaml changed since" in stage.dialog)
        await stage.confirm()
        assert not stage.asked(ExecuteRevert)


async def test_a_branch_that_moved_makes_the_revert_again() -> None:
    async with playing(write=True) as stage:
        await stage.press("3", "j", "t")
        await stage.until(lambda: "+  replicas: 2" in stage.dialog)
        world = stage.engine.newest
        moved = tuple(replace(view, revision=samples.HISTORY[2]) for view in world.apps)
        await stage.say(replace(world, apps=moved))
        assert len(stage.asked(PrepareRevert)) == 2


async def test_heal_in_read_only_says_what_would_happen_and_does_nothing() -> None:
    async with playing() as stage:
        await stage.press("H")
        await stage.confirm()
        assert "read-only: W allows writing" in stage.dialog
        assert not stage.asked(SetHeal)


async def test_the_buttons_can_be_clicked() -> None:
    async with playing(write=True) as stage:
        await _preview(stage)
        await stage.pilot.pause(ARMED_S)
        await stage.pilot.click("#buttons", offset=(24, 0))
        await stage.type_name()
        assert len(stage.asked(Execute)) == 1


def _created(snapshot: Snapshot, keys: frozenset[Key]) -> Plan:
    body: Value = {"kind": "Service", "spec": {"ports": [{"port": 80}], "token": Masked("ab12")}}
    plan = samples.plan_of(snapshot, keys)
    steps = (replace(s, creates=body) if s.verb is Verb.CREATE else s for s in plan.steps)
    return replace(plan, steps=tuple(steps))


async def test_a_plan_shows_whole_what_it_creates_and_hides_secrets() -> None:
    async with playing() as stage:
        stage.engine.answer = lambda ask, world: (
            replace(world, answers={ask.request: _created(world, ask.keys)})
            if isinstance(ask, PreparePlan)
            else None
        )
        await stage.press("]", "]", "]", "]", "s")
        await stage.until(lambda: "create  prod-eu-1 / payments / Service api" in stage.dialog)
        for line in ("+ kind: Service", "+ spec:", "- port: 80", "token: (secret)"):
            assert line in stage.dialog
        assert "ab12" not in stage.dialog


async def test_a_plan_says_who_and_why_once_that_was_looked_up() -> None:
    world = samples.world()
    api = world.rows[samples.API]
    bare = tuple(replace(change, actor=None, origin=None) for change in api.changes)
    rows = {**world.rows, samples.API: replace(api, changes=bare, explained=False)}
    async with playing((80, 40), snapshot=replace(world, rows=rows)) as stage:
        await _preview(stage)
        assert Explain(samples.API) in stage.engine.commands
        assert "looking up who" in stage.dialog
        await stage.say(replace(stage.engine.newest, rows={**rows, samples.API: api}))
        await stage.until(lambda: "dana@example.com" in stage.dialog)
        for words in ("Bob Marsh", "Scale api to three for the sale", "api.yaml:14"):
            assert words in stage.dialog


async def test_heal_names_its_objects_with_their_fields_and_what_it_leaves_and_why() -> None:
    async with playing((120, 90)) as stage:
        await stage.press("H")
        await stage.until(lambda: "Now, on" in stage.dialog)
        for words in (
            "3 objects would be put back, 1 object left as it is.",
            "change  prod-eu-1 / payments / Deployment api",
            "create  prod-eu-1 / payments / Service api",
            "leave out  prod-eu-1 / payments / Secret card-gateway",
            "may not patch secrets in payments",
            "spec.replicas",
            "5  →  3",
        ):
            assert words in stage.dialog
        assert "HorizontalPodAutoscaler" not in stage.dialog  # contested: left alone
        assert "old-front" not in stage.dialog


async def test_heal_is_the_engine_s_to_answer_and_can_be_switched_on_with_nothing_to_do() -> None:
    def calm(command: Command, snapshot: Snapshot) -> Snapshot | None:
        if isinstance(command, PrepareHeal):
            return replace(snapshot, answers={command.request: Plan("", ())})
        return answered(command, snapshot)

    async with playing(write=True) as stage:
        stage.engine.answer = None
        await stage.press("H")
        await stage.until(lambda: "working out what would be put back now" in stage.dialog)
        assert stage.asked(PrepareHeal) == [PrepareHeal(1, "payments")]
        await stage.confirm()
        assert not stage.asked(SetHeal)
        stage.engine.answer = calm
        await stage.press("escape", "H")
        await stage.until(lambda: "nothing would be put back." in stage.dialog)
        await stage.confirm()
        assert stage.asked(SetHeal) == [SetHeal(frozenset({"payments"}), enabled=True)]


@pytest.mark.parametrize(("width", "rows"), [(200, 1), (90, 2), (60, 3), (40, 3), (30, 3)])
def test_the_buttons_keep_their_keys_and_the_reason_at_every_width(width: int, rows: int) -> None:
    buttons = Buttons()
    buttons.words = "Commit the revert to main, then change 1 object"
    buttons.reason = "read-only: W allows writing"
    assert buttons.fit(width) == rows
    lines = [plain(line) for line in buttons._rows]  # noqa: SLF001 - what is drawn
    assert all(cell_len(line) <= width for line in lines)
    text = " ".join(line.strip() for line in lines)
    assert "Cancel Esc" in text
    assert " y " in f"{text} "
    assert "read-only: W allows writing" in text
    assert buttons.at(3, 0) == 0
    below = width < 70
    assert buttons.at(3, 1) == (1 if below else None)
    assert buttons.at(20, 0) == (None if below else 1)
