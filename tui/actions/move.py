"""Moving about: the cursor in its pane, and the focus from pane to pane.  Nothing changes."""

from collections.abc import Callable
from typing import Final

from core.model import Drift, Event, Key
from core.telling import objects
from core.telling.spans import Role, say
from tui.actions.places import to_commit, to_object
from tui.model.focus import NUMBERED, Focus, Pane
from tui.surface import Action, Group, Rows, Surface


def _cursor(move: Callable[[Rows], None]) -> Callable[[Surface], None]:
    """Move in the pane that has the focus."""
    return lambda on: move(on.rows(on.view.focus.pane))


def _focus(step: Callable[[Focus], Focus]) -> Callable[[Surface], None]:
    """Take a step from the pane that has the focus."""
    return lambda on: on.go(step(on.view.focus))


def _to(number: int) -> Callable[[Surface], None]:
    """Go to the pane with this number."""
    return _focus(lambda focus: focus.on(NUMBERED[number]))


def _open(on: Surface) -> None:
    """An event opens its object, a field its commit, everything else the pane behind it."""
    event = _event(on)
    of = on.subject.of
    if on.view.focus.pane is Pane.CHANGES and isinstance(of, Drift):
        _open_commit(on, of)
        return
    if event is None or event.ref is None:
        on.go(on.view.focus.opened())
        return
    key = Key(event.app, event.ref)
    if key in on.view.snapshot.rows:
        to_object(on, key)
    else:
        on.go(on.view.focus.opened())
        on.note(f"{say(objects.name_of(event.ref))[0]} is not there any more", Role.WARNING)


def _open_commit(on: Surface, drift: Drift) -> None:
    """Go to the commit that states what pane 0 points at; where one pane is shown, to its text."""
    origin = on.field.origin if on.field is not None else drift.origin
    if origin is None or not origin.commit:
        on.note("no commit is known that states this", Role.WARNING)
    elif all(commit.id != origin.commit for commit in on.view.history_of(drift.key.app)):
        on.note(f"{origin.commit[:7]} is not among the newest commits of this app", Role.WARNING)
    else:
        alone = on.alone
        to_commit(on, drift.key.app, origin.commit)
        if alone:
            on.go(on.view.focus.on(Pane.CHANGES))


def _event(on: Surface) -> Event | None:
    """The event under the cursor, where the timeline was used last."""
    if on.view.focus.last_list is not Pane.TIMELINE:
        return None
    return next((event for event in on.view.events() if event.sequence == on.selected), None)


ACTIONS: Final = (
    Action(
        id="down",
        keys=("j", "down"),
        words="down",
        group=Group.MOVE,
        does="down",
        do=_cursor(lambda rows: rows.move(1)),
    ),
    Action(
        id="up",
        keys=("k", "up"),
        words="up",
        group=Group.MOVE,
        does="up",
        do=_cursor(lambda rows: rows.move(-1)),
    ),
    Action(
        id="left",
        keys=("h", "left"),
        words="left",
        group=Group.MOVE,
        does="pane to the left",
        do=_focus(lambda focus: focus.sideways(-1)),
    ),
    Action(
        id="right",
        keys=("l", "right"),
        words="right",
        group=Group.MOVE,
        does="pane to the right",
        do=_focus(lambda focus: focus.sideways(1)),
    ),
    Action(
        id="top",
        keys=("g", "home"),
        words="top",
        group=Group.MOVE,
        does="first row",
        do=_cursor(lambda rows: rows.to_end(last=False)),
    ),
    Action(
        id="bottom",
        keys=("G", "end"),
        words="bottom",
        group=Group.MOVE,
        does="last row",
        do=_cursor(lambda rows: rows.to_end(last=True)),
    ),
    Action(
        id="half_down",
        keys=("ctrl+d",),
        words="half page down",
        group=Group.MOVE,
        does="half a page down",
        do=_cursor(lambda rows: rows.move(rows.page // 2)),
    ),
    Action(
        id="half_up",
        keys=("ctrl+u",),
        words="half page up",
        group=Group.MOVE,
        does="half a page up",
        do=_cursor(lambda rows: rows.move(-(rows.page // 2))),
    ),
    Action(
        id="page_down",
        keys=("pagedown",),
        words="page down",
        group=Group.MOVE,
        does="a page down",
        do=_cursor(lambda rows: rows.move(rows.page)),
    ),
    Action(
        id="page_up",
        keys=("pageup",),
        words="page up",
        group=Group.MOVE,
        does="a page up",
        do=_cursor(lambda rows: rows.move(-rows.page)),
    ),
    Action(
        id="next_pane",
        keys=("tab",),
        words="next pane",
        group=Group.MOVE,
        does="next pane",
        do=_focus(lambda focus: focus.cycled(1)),
    ),
    Action(
        id="previous_pane",
        keys=("shift+tab",),
        words="previous pane",
        group=Group.MOVE,
        does="previous pane",
        do=_focus(lambda focus: focus.cycled(-1)),
    ),
    Action(
        id="pane_0",
        keys=("0",),
        words="changes",
        group=Group.MOVE,
        does="Changes",
        do=_to(0),
    ),
    Action(
        id="pane_1",
        keys=("1",),
        words="apps",
        group=Group.MOVE,
        does="Apps",
        do=_to(1),
    ),
    Action(
        id="pane_2",
        keys=("2",),
        words="resources",
        group=Group.MOVE,
        does="Resources",
        do=_to(2),
    ),
    Action(
        id="pane_3",
        keys=("3",),
        words="commits",
        group=Group.MOVE,
        priority=30,
        does="Commits",
        do=_to(3),
    ),
    Action(
        id="pane_4",
        keys=("4",),
        words="timeline",
        group=Group.MOVE,
        does="Timeline",
        do=_to(4),
    ),
    Action(
        id="open",
        keys=("enter",),
        words="open",
        group=Group.MOVE,
        priority=40,
        does="into the row; from an event to its object, from a field to its commit",
        do=_open,
    ),
)
