"""What is typed after `:` to change something: the same dialogs as the keys, and what is wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.model import Pause
from core.reconcile.memory.commands import EndPause, SetHeal, SetPause, SetWriting
from core.telling.spans import Role
from tests.tui import samples
from tests.tui.stage import playing
from tests.tui.standin import Standin
from tui.dialogs.asking import Question
from tui.dialogs.pausing import PauseStep
from tui.dialogs.proposals.heal import Heal
from tui.dialogs.proposals.proposed import Proposed
from tui.dialogs.proposals.revert import Revert
from tui.dialogs.proposals.undo import Undo
from tui.model.focus import Pane
from tui.options import TerminalOptions
from tui.theme.palette import PALETTES
from tui.theme.styles import styles_of


def writing() -> Standin:
    return Standin(replace(samples.world(), writing=True))


def on_objects() -> Standin:
    made = writing()
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.view.marks = frozenset({samples.API, samples.FLAGS})
    return made


def paused() -> Standin:
    made = writing()
    aside = Pause(None, samples.NOW + 60, "incident 7", "dana", samples.NOW)
    first, *others = made.world.apps
    made.view.take(replace(made.world, apps=(replace(first, pauses=(aside,)), *others)))
    return made


@pytest.mark.parametrize(
    ("line", "seconds", "reason"),
    [
        ("pause 2h incident 7", 7200.0, "incident 7"),
        ("pause 30m why", 1800.0, "why"),
        ("ack dana is on it", 7200.0, "dana is on it"),
        ("ack 1d known", 86400.0, "known"),
    ],
)
def test_an_app_is_set_aside_by_one_line(line: str, seconds: float, reason: str) -> None:
    made = writing()
    assert made.speak(line) == ""
    (command,) = made.commands
    assert isinstance(command, SetPause)
    pause = command.pause
    assert (command.app, pause.ref) == ("payments", None)
    assert (pause.until - samples.NOW, pause.reason) == (seconds, reason)
    assert command.run in made.session.orders  # so its end is told


def test_marked_objects_are_set_aside_each() -> None:
    made = on_objects()
    made.speak("pause 2h why")
    assert [c.pause.ref for c in made.commands if isinstance(c, SetPause)] == [
        samples.FLAGS.ref,
        samples.API.ref,
    ]


def test_without_words_it_asks_as_the_key_does() -> None:
    made = writing()
    for line in ("pause", "ack"):
        assert made.speak(line) == ""
    assert [type(each) for each in made.dialogs] == [PauseStep, PauseStep]


def test_taking_up_again_is_a_question() -> None:
    made = paused()
    assert made.speak("resume") == ""
    (question,) = made.dialogs
    assert isinstance(question, Question)
    assert made.commands == []
    question.confirmed()
    assert [type(each) for each in made.commands] == [EndPause]


def test_heal_is_on_for_a_time_after_its_preview_and_ends_by_itself() -> None:
    made = writing()
    assert made.speak("heal on 2h") == ""
    (dialog,) = made.dialogs
    assert isinstance(dialog, Proposed)
    heal = dialog._proposal  # noqa: SLF001 - what it proposes
    assert isinstance(heal, Heal)
    assert heal.for_s == 7200.0
    heal.ordered(made.session, samples.NOW)
    assert made.session.healed_out(samples.NOW + 7199) == []
    assert made.session.healed_out(samples.NOW + 7200) == ["payments"]
    assert made.session.healed_out(samples.NOW + 9000) == []


def test_heal_off_and_readonly_are_at_once() -> None:
    made = writing()
    made.select_app("search")
    made.session.heal_until["search"] = samples.NOW + 60
    assert made.speak("heal off") == ""
    assert made.speak("readonly") == ""
    assert made.commands == [
        SetHeal(frozenset({"search"}), enabled=False),
        SetWriting(enabled=False),
    ]
    assert not made.session.heal_until
    assert made.dialogs == []


def test_writing_is_asked_for_and_ends_when_it_was_said() -> None:
    made = Standin()
    assert made.speak("write 90m") == ""
    (question,) = made.dialogs
    assert isinstance(question, Question)
    assert "For 1h 30m " in question._text  # noqa: SLF001 - what it says
    question.confirmed()
    assert made.session.write_until == samples.NOW + 5400
    assert made.commands == [SetWriting(enabled=True)]


@pytest.mark.parametrize(("name", "back"), [("revert", False), ("rollback", True)])
def test_a_commit_is_named_by_the_beginning_of_its_id(name: str, back: bool) -> None:
    made = writing()
    target = samples.HISTORY[2]
    assert made.speak(f"{name} {target.id[:7]}") == ""
    (dialog,) = made.dialogs
    assert isinstance(dialog, Proposed)
    assert dialog._proposal == Revert("payments", target, back)  # noqa: SLF001 - what it proposes
    phrase = next(each for each in made.phrases if each.name == name)
    assert [each.text for each in phrase.offers(made, "")] == [c.id[:7] for c in samples.HISTORY]


def test_an_entry_of_the_journal_is_undone_by_its_number() -> None:
    made = writing()
    made.speak("undo 7")
    made.speak("undo")
    found = [each._proposal for each in made.dialogs if isinstance(each, Proposed)]  # noqa: SLF001 - what they propose
    assert found == [Undo(7), Undo(None)]
    assert found[0].title == "Undo entry 7"


def flag() -> Standin:
    return Standin(options=TerminalOptions(read_only=True))


@pytest.mark.parametrize(
    ("stand", "line", "why"),
    [
        (Standin, "pause 2h why", "read-only: W allows writing"),
        (writing, "pause 2h", "write how long and why"),
        (writing, "pause why", "write how long and why"),
        (writing, "ack 2h", "write how long and why"),
        (writing, "resume", "nothing of it is paused"),
        (writing, "resume all", "resume takes nothing"),
        (writing, "heal on soon", "write heal on 30m, or heal off"),
        (writing, "heal maybe", "write heal on 30m, or heal off"),
        (writing, "heal off", "heal is off for payments"),
        (flag, "heal on 5m", "read-only: started with --read-only"),
        (flag, "write 5m", "read-only: started with --read-only"),
        (writing, "write long", "write how long: write 30m"),
        (Standin, "readonly", "it is read-only"),
        (writing, "readonly now", "readonly takes nothing"),
        (writing, "revert a1", '"a1" is none of the commits'),
        (writing, "revert ffffffff", '"ffffffff" is none of the commits'),
        (writing, "undo last", "write the number of an entry"),
        (writing, "sync all", "sync takes nothing"),
        (writing, "sunc", 'there is no command "sunc"'),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(
    stand: Callable[[], Standin], line: str, why: str
) -> None:
    made = stand()
    assert why in made.speak(line)
    assert (made.commands, made.dialogs) == ([], [])


@pytest.mark.parametrize("line", ["pause 2h w", "resume", "heal on", "revert a1b2c3d"])
def test_without_an_app_there_is_nothing_to_act_on(line: str) -> None:
    made = Standin(replace(samples.world(), apps=(), rows={}, writing=True))
    assert made.speak(line) == "there is no app"


async def test_lines_act_as_the_keys_do_and_the_header_counts_down() -> None:
    async with playing(write=True) as stage:
        desk = stage.app.desk
        await stage.press(":", *"heal on 10m", "enter")
        await stage.until(lambda: "This ends by itself in 10m" in " ".join(stage.dialog.split()))
        await stage.confirm()
        await stage.until(lambda: "heal ON 10m" in stage.bar("header"))
        desk.session.heal_until["payments"] = samples.NOW
        desk._tick()  # noqa: SLF001 - a second went by
        assert stage.asked(SetHeal)[-1] == SetHeal(frozenset({"payments"}), enabled=False)
        await stage.until(lambda: "heal OFF" in stage.bar("header"))
        assert stage.bar("note") == "the time is over: heal is off for payments"
        await stage.press(":", *"pause 2h", "enter", "enter")  # the first makes room for why
        await stage.until(lambda: "write how long and why" in stage.screen)
        await stage.press(*"INC-7", "enter")
        await stage.until(lambda: stage.asked(SetPause))
        await stage.press(":", *"theme light", "enter")
        assert stage.app.theme == "driftdeck-light"
        ground = PALETTES["light"].ground
        await stage.until(
            lambda: all(str(s.style).endswith(ground) for s in desk.panes.apps.render_line(2))
        )
        assert desk.role_styles[Role.GIT] == styles_of(PALETTES["light"])[Role.GIT]
        assert stage.asked(SetPause)[0].pause.reason == "INC-7"
