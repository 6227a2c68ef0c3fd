"""The table of keys: complete, without doubles, and the only source of hints and help."""

from collections import Counter
from typing import Any, cast

import pytest

from tui.flows import Flows, Surface
from tui.keymap import ACTIONS, BY_ID, DIALOG_KEYS, hint_cells, hints, key_name
from tui.navigation import Navigation
from tui.text.help import help_lines
from tui.text.spans import plain
from tui.widgets.bars import hint_line

NEVER = {"ctrl+a", "ctrl+b", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+k", "ctrl+backslash"}


def test_no_key_stands_twice() -> None:
    counted = Counter(key for action in ACTIONS for key in action.keys)
    assert [key for key, count in counted.items() if count > 1] == []
    dialog = Counter(key for keys in DIALOG_KEYS.values() for key in keys)
    assert [key for key, count in dialog.items() if count > 1] == []


def test_every_id_has_a_handler_and_every_handler_an_id() -> None:
    navigation = Navigation(cast("Any", None), lambda: None).handlers()
    flows = Flows(cast("Surface", None)).handlers()
    assert not navigation.keys() & flows.keys()
    assert {*navigation, *flows} == set(BY_ID)


def test_every_id_has_words() -> None:
    assert all(action.words and action.does and action.keys for action in ACTIONS)
    assert len(BY_ID) == len(ACTIONS)


def test_keys_that_terminals_own_are_never_bound() -> None:
    assert not NEVER & {key for action in ACTIONS for key in action.keys}


def test_help_names_every_key() -> None:
    text = "\n".join(plain(line) for line in help_lines(100, {}))
    for action in ACTIONS:
        assert all(key_name(key) in text for key in action.keys)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_hints_are_whole_and_help_is_always_last(width: int) -> None:
    shown = hints(width)
    assert shown[-1].id == "help"
    assert sum(map(hint_cells, shown)) <= width
    assert plain(hint_line(width, {})).rstrip().endswith("? help")
    assert len(plain(hint_line(width, {}))) <= width


def test_the_most_wanted_hint_comes_first_and_the_moment_can_ask_for_one() -> None:
    assert hints(80)[0].id == "sync"
    assert hints(80, ("revert",))[0].id == "revert"
