"""The registry: complete, without doubles, and the only source of bindings, hints and help."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.cli.output.external import VARIABLE
from core.telling.spans import Role, plain
from tests.tui import samples
from tests.tui.standin import Standin
from tui.actions.hints import hint_cells, hint_line, hints
from tui.actions.leave import ALWAYS_QUIT
from tui.actions.registry import ACTIONS, BY_ID, registered
from tui.app import DriftApp
from tui.commands.registry import PHRASES
from tui.desk import Desk
from tui.dialogs.command.line import CommandLine
from tui.dialogs.help_page import help_lines, phrase_lines, welcome_lines
from tui.dialogs.typed import TypedStep
from tui.keys import DIALOG_KEYS, NEVER_BOUND, key_name
from tui.model.focus import Pane
from tui.options import TerminalOptions
from tui.surface import reasons


def test_no_key_and_no_id_stands_twice() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    assert len(BY_ID) == len(ACTIONS)
    dialog = [key for keys in DIALOG_KEYS.values() for key in keys]
    assert len(dialog) == len(set(dialog))


def test_every_action_has_keys_and_words() -> None:
    assert all(action.words and action.does and action.keys for action in ACTIONS)


def test_keys_that_terminals_own_are_never_bound() -> None:
    owned = {"ctrl+a", "ctrl+b", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+k"}
    assert owned | {"ctrl+backslash"} == NEVER_BOUND
    assert not NEVER_BOUND & {key for action in ACTIONS for key in action.keys}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "sync"}, "two actions are called sync"),
        ({"id": "other"}, "s is the key of sync and of other"),
        ({"id": "other", "keys": ("ctrl+k",)}, "ctrl\\+k is never bound, and other wants it"),
    ],
)
def test_a_double_or_a_forbidden_key_is_refused_naming_both(
    changes: dict[str, object], words: str
) -> None:
    other = replace(BY_ID["sync"], **changes)  # type: ignore[arg-type] # names of its fields
    with pytest.raises(ValueError, match=words):
        registered((BY_ID["sync"],), (other,))


def test_every_key_is_bound_to_its_action() -> None:
    bound = {binding.key: binding.action for binding in Desk.BINDINGS}  # type: ignore[union-attr] # we use no tuples
    bound |= {binding.key: "do('quit')" for binding in DriftApp.BINDINGS}  # type: ignore[union-attr] # as above
    assert bound == {key: f"do({action.id!r})" for action in ACTIONS for key in action.keys}
    assert {binding.key for binding in DriftApp.BINDINGS} == set(ALWAYS_QUIT)  # type: ignore[union-attr] # as above


def test_help_names_every_action_and_every_key() -> None:
    text = "\n".join(plain(line) for line in help_lines(ACTIONS, 100, {}))
    for action in ACTIONS:
        assert all(key_name(key) in text for key in action.keys)
        assert action.does in text


def test_help_lists_what_can_be_typed_and_is_searched_as_keys_are() -> None:
    own = [each for each in PHRASES if each.takes]
    text = "\n".join(plain(line) for line in phrase_lines(own, 200, {":heal": "there is no app"}))
    for phrase in own:
        assert f":{phrase.name} {phrase.takes}" in text
        assert phrase.does in text
    assert "(there is no app)" in text
    found = [plain(line) for line in phrase_lines(own, 100, {}, "incident")]
    assert len(found) == 3
    assert found[2].startswith("  :report [FILE]")
    assert phrase_lines(own, 100, {}, "zzz") == []


# What cannot be done ----------------------------------------------------------------------------


def _nothing() -> Standin:
    return Standin(replace(samples.world(), apps=(), rows={}, events=()))


def _calm() -> Standin:
    world = samples.world()
    apps = tuple(replace(view, counts={}) for view in world.apps)
    return Standin(replace(world, apps=apps, rows={}))


def _flag() -> Standin:
    return Standin(options=TerminalOptions(read_only=True))


def _on(pane: Pane) -> Callable[[], Standin]:
    def stand() -> Standin:
        made = Standin()
        made.go(made.view.focus.on(pane))
        return made

    return stand


def _remote() -> Standin:
    world = samples.world()
    first, *others = world.apps
    remote = replace(
        first, spec=replace(first.spec, repo="https://git.example.com/team/config.git")
    )
    return Standin(replace(world, apps=(remote, *others)))


def _no_commit() -> Standin:
    made = _nothing()
    made.go(made.view.focus.on(Pane.COMMITS))
    return made


WHY_NOT = [
    ("sync", _calm, "nothing in this app has drifted"),
    ("sync", _on(Pane.TIMELINE), "choose an app (1) or an object (2) first"),
    ("revert", Standin, "choose a commit in pane 3 first"),
    ("revert", _no_commit, "there is no commit"),
    ("rollback", Standin, "choose a commit in pane 3 first"),
    ("adopt", Standin, "choose an object (2) first"),
    ("heal", _nothing, "there is no app"),
    ("pause", _nothing, "there is no app"),
    ("heal", _flag, "read-only: started with --read-only"),
    ("write", _flag, "read-only: started with --read-only"),
    ("mark", Standin, "marks are for objects (2)"),
    ("mark_range", Standin, "marks are for objects (2)"),
    ("next_drift", _calm, "nothing has drifted"),
    ("previous_drift", _calm, "nothing has drifted"),
    ("text", Standin, "pane 0 shows no differences"),
    ("compare", _nothing, "there is no app"),
    ("compare", _no_commit, "there is no app"),
    ("compare", _on(Pane.COMMITS), "this commit is the one that is followed: choose another"),
    ("noise", Standin, "pane 0 shows no differences"),
    ("explain", Standin, "choose an object (2)"),
    ("external_diff", Standin, "choose an object (2) first"),
    ("browse", Standin, "its repository has no pages: it is not asked by https or ssh"),
    ("browse", _nothing, "there is no app"),
    ("bookmark", _nothing, "there is no app"),
    ("reviewed", Standin, "choose an object (2) first"),
    ("yaml", Standin, "choose an object (2) first"),
    ("ignore", Standin, "choose an object (2) first"),
    ("copy", Standin, "choose an object (2) first"),
    ("next_change", Standin, "pane 0 shows no fields"),
    ("previous_change", Standin, "pane 0 shows no fields"),
]
OF_OBJECTS = (
    "adopt",
    "mark",
    "mark_range",
    "explain",
    "text",
    "noise",
    "reviewed",
    "yaml",
    "ignore",
    "copy",
    "external_diff",
    "next_change",
    "previous_change",
)
CAN = dict.fromkeys(("revert", "rollback"), _on(Pane.COMMITS)) | dict.fromkeys(
    OF_OBJECTS, _on(Pane.RESOURCES)
)
CAN["browse"] = _remote


def test_why_not_of_every_action_is_exercised() -> None:
    silent = BY_ID["down"].why_not
    assert {action.id for action in ACTIONS if action.why_not is not silent} == {
        id_ for id_, _, _ in WHY_NOT
    }


@pytest.mark.parametrize(("id_", "stand", "why"), WHY_NOT)
def test_what_cannot_be_done_stays_visible_and_says_why(
    id_: str, stand: Callable[[], Standin], why: str
) -> None:
    made, action = stand(), BY_ID[id_]
    assert made.do(id_) == why
    assert (made.commands, made.dialogs, made.notes) == ([], [], [])
    disabled = reasons(made)
    assert disabled[id_] == why
    text = " ".join(plain(line).strip() for line in help_lines((action,), 200, disabled))
    assert f"{action.does} ({why})" in text
    if action.priority:
        hint = (f"{key_name(action.keys[0])} {action.words}", Role.MUTED)
        assert hint in hint_line(300, disabled)


@pytest.mark.parametrize("id_", BY_ID)
def test_every_action_can_be_done_somewhere(
    id_: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, "diff -N")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = CAN.get(id_, Standin)()
    assert made.do(id_) == ""
    typed = any(isinstance(dialog, CommandLine | TypedStep) for dialog in made.dialogs)
    assert BY_ID[id_].opens_input or not typed  # what follows its key is text


# Hints ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_hints_are_whole_and_help_is_always_last(width: int) -> None:
    shown = hints(width)
    assert shown[-1].id == "help"
    assert sum(map(hint_cells, shown)) <= width
    assert plain(hint_line(width, {})).rstrip().endswith("? help")
    assert len(plain(hint_line(width, {}))) <= width


def test_the_most_wanted_hint_comes_first_and_the_moment_can_ask_for_one() -> None:
    assert hints(80)[0].id == "sync"
    assert hints(80, Pane.COMMITS)[0].id == "revert"
    assert len(hints(300, Pane.COMMITS)) == len(hints(300)) == 20


def test_what_was_said_at_the_start_stands_on_top_of_the_help() -> None:
    lines = welcome_lines("export KUBECONFIG=/tmp/\x1b[2J/kubeconfig", 60)
    assert [plain(line) for line in lines] == ["  export KUBECONFIG=/tmp/␛[2J/kubeconfig", ""]
    assert welcome_lines("", 30) == []
