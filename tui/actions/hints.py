"""The hint bar: the most wanted keys that fit whole, the help always last."""

from collections.abc import Container
from typing import Final

from core.telling.spans import Line, Role
from tui.actions.registry import ACTIONS, BY_ID
from tui.keys import key_name
from tui.model.focus import Pane
from tui.surface import Action

_HELP: Final = BY_ID["help"]
_MOST_WANTED_FIRST: Final = sorted(
    (action for action in ACTIONS if action.priority and action is not _HELP),
    key=lambda action: -action.priority,
)


def hints(width: int, last_list: Pane | None = None) -> list[Action]:
    """Choose the hints that fit whole into *width* cells; those of *last_list* go first."""
    room = width - hint_cells(_HELP)
    chosen: list[Action] = []
    of_the_moment = [a for a in _MOST_WANTED_FIRST if last_list and a.first_in is last_list]
    for action in (*of_the_moment, *_MOST_WANTED_FIRST):
        if action not in chosen and hint_cells(action) <= room:
            room -= hint_cells(action)
            chosen.append(action)
    return [*chosen, _HELP]


def hint_cells(action: Action) -> int:
    """Cells of ` s sync `, the gap to the next hint included."""
    return len(key_name(action.keys[0])) + len(action.words) + 3


def hint_line(width: int, disabled: Container[str], last_list: Pane | None = None) -> Line:
    """The hints for *width* cells; what cannot be done now is dimmed, never missing."""
    spans: list[tuple[str, Role]] = []
    for action in hints(width - 1, last_list):
        spans += [(" ", Role.TEXT), *_hint(action, off=action.id in disabled), (" ", Role.TEXT)]
    return tuple(spans)


def _hint(action: Action, *, off: bool) -> Line:
    key = key_name(action.keys[0])
    if off:
        return ((f"{key} {action.words}", Role.MUTED),)
    return ((key, Role.KEY), (f" {action.words}", Role.TEXT))
