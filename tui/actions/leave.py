"""The help, the way back and the way out."""

from typing import Final

from core.telling.spans import Role
from tui.dialogs.asking import Question
from tui.dialogs.help import HelpDialog
from tui.model.focus import Pane
from tui.surface import Action, Group, Surface, reasons

ALWAYS_QUIT: Final = ("ctrl+c", "ctrl+q")  # from everywhere, dialogs and inputs included


def _help(on: Surface) -> None:
    ids = {action.id for action in on.actions}
    own = [phrase for phrase in on.phrases if phrase.takes or phrase.name not in ids]
    told = {**reasons(on), **{f":{phrase.name}": phrase.why_not(on) for phrase in own}}
    on.show(HelpDialog(on.actions, told, on.role_styles, on.options.welcome, own))


# Back, from the inside out (K5); each says whether there was something to close ------------------


def _leaves_prompt(on: Surface) -> bool:
    if on.view.focus.typing:
        on.set_filter("")
        on.close_prompt()
        return True
    return False


def _dismisses_message(on: Surface) -> bool:
    if on.troubled:
        on.hush()
        return True
    return False


def _clears_filter(on: Surface) -> bool:
    focus = on.view.focus
    if focus.pane is focus.last_list and on.view.filter_of(focus.last_list).source:
        on.set_filter("")
        return True
    return False


def _clears_marks(on: Surface) -> bool:
    had_marks = bool(on.view.marks) or on.view.range_from is not None
    on.view.marks, on.view.range_from = frozenset(), None
    return had_marks


def _leaves_fleet(on: Surface) -> bool:
    if not on.view.fleet or on.view.focus.pane is not Pane.RESOURCES:
        return False
    on.view.fleet = False
    on.set_filter("")
    return True


def _leaves_pane(on: Surface) -> bool:
    outer = on.view.focus.back()
    if outer is not None:
        on.go(outer)
    return outer is not None


_INSIDE_OUT: Final = (
    _leaves_prompt,
    _dismisses_message,
    _clears_filter,
    _clears_marks,
    _leaves_fleet,
    _leaves_pane,
)


def _back(on: Surface) -> None:
    """Close the innermost; at the top say how to leave."""
    if not any(closes(on) for closes in _INSIDE_OUT):
        on.note("Q quits", Role.WARNING)


# Out --------------------------------------------------------------------------------------------


def _quit(on: Surface) -> None:
    if not on.session.writing_now:
        on.leave()
    elif not on.questioned:
        on.show(
            Question(
                "Quit during a write",
                "A sync or a revert is not finished. What was sent to the cluster stays; what "
                "was not sent yet will not be.",
                "Quit now",
                on.leave,
                styles=on.role_styles,
                opened_by="Q",
            )
        )


ACTIONS: Final = (
    Action(
        id="help",
        keys=("?", "f1"),
        words="help",
        group=Group.LEAVE,
        priority=100,
        does="this page",
        do=_help,
    ),
    Action(
        id="back",
        keys=("escape", "q"),
        words="back",
        group=Group.LEAVE,
        does="close the innermost: message, filter, marks, full screen, pane",
        do=_back,
    ),
    Action(
        id="suspend",
        keys=("ctrl+z", "!"),
        words="shell",
        group=Group.LEAVE,
        does="to the shell; fg comes back",
        do=lambda on: on.suspend(),
    ),
    Action(
        id="quit",
        keys=("Q", *ALWAYS_QUIT),
        words="quit",
        group=Group.LEAVE,
        at_any_size=True,
        does="end; asks only while a write is in flight",
        do=_quit,
    ),
)
