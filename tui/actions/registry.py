"""Every action of the terminal, built once: bindings, help and hints come from here and agree.

A key has one meaning in every pane; only dialogs and text inputs differ (K1).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from tui.actions import act, compare, find, hold, leave, look, move, record
from tui.actions.objects import bookmarking, copying, ignoring, outside, whole
from tui.keys import NEVER_BOUND
from tui.surface import Action


def registered(*groups: Sequence[Action]) -> tuple[Action, ...]:
    """Put groups of actions together.

    Raises:
        ValueError: Two actions share an id or a key, or a key belongs to the terminal (K4).
    """
    actions = tuple(action for group in groups for action in group)
    ids: dict[str, Action] = {}
    owners: dict[str, Action] = {}
    for action in actions:
        if action.id in ids:
            raise ValueError(f"two actions are called {action.id}")
        ids[action.id] = action
        for key in action.keys:
            if key in NEVER_BOUND:
                raise ValueError(f"{key} is never bound, and {action.id} wants it")
            if key in owners:
                raise ValueError(f"{key} is the key of {owners[key].id} and of {action.id}")
            owners[key] = action
    return actions


ACTIONS: Final = registered(
    act.ACTIONS,
    hold.ACTIONS,
    find.ACTIONS,
    move.ACTIONS,
    look.ACTIONS,
    compare.ACTIONS,
    record.ACTIONS,
    whole.ACTIONS,
    ignoring.ACTIONS,
    copying.ACTIONS,
    outside.ACTIONS,
    bookmarking.ACTIONS,
    leave.ACTIONS,
)
BY_ID: Final[Mapping[str, Action]] = {action.id: action for action in ACTIONS}
