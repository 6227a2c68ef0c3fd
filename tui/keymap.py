"""The one table of keys.  Bindings, help and the hint bar are made from it, so they agree.

A key has one meaning in every pane; only dialogs and text inputs differ (K1).  Never bound:
ctrl+a, ctrl+b, ctrl+h/i/j/m, ctrl+k and ctrl+backslash, which terminals and multiplexers own (K4).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Group(StrEnum):
    """Where the help lists a key."""

    ACT = "Act (each shows what it would do first)"
    FIND = "Find"
    MOVE = "Move"
    LOOK = "Look"
    LEAVE = "Leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a person can do."""

    id: str
    keys: tuple[str, ...]  # the first is shown; all names are Textual's
    words: str  # in the hint bar
    does: str  # in the help
    group: Group
    priority: int = 0  # of the hint bar; 0 is not shown there


_G = Group
ACTIONS: Final[tuple[Action, ...]] = (
    Action(
        id="sync",
        keys=("s",),
        words="sync",
        group=_G.ACT,
        priority=90,
        does="make the cluster match Git: this object, the marked ones, or the app's drift",
    ),
    Action(
        id="revert",
        keys=("t",),
        words="revert",
        group=_G.ACT,
        priority=70,
        does="undo the commit under the cursor (pane 3) with a new commit, then sync",
    ),
    Action(
        id="heal",
        keys=("H",),
        words="heal",
        group=_G.ACT,
        priority=60,
        does="put drift of this app back without asking: on after a preview, off at once",
    ),
    Action(
        id="write",
        keys=("W",),
        words="write",
        group=_G.ACT,
        priority=65,
        does="allow writing for 30 minutes; off at once",
    ),
    Action(
        id="mark",
        keys=("space",),
        words="mark",
        group=_G.ACT,
        priority=20,
        does="mark this object; sync then works on the marked ones",
    ),
    Action(
        id="next_drift",
        keys=("]",),
        words="next drift",
        group=_G.FIND,
        priority=80,
        does="next object that is not in sync, across apps",
    ),
    Action(
        id="previous_drift",
        keys=("[",),
        words="previous drift",
        group=_G.FIND,
        does="the one before",
    ),
    Action(
        id="filter",
        keys=("/",),
        words="filter",
        group=_G.FIND,
        priority=50,
        does="words that must all hold: web !test kind:deploy ns:prod verdict:drifted",
    ),
    Action(
        id="refresh",
        keys=("ctrl+r",),
        words="refresh",
        group=_G.FIND,
        does="read Git again and ask again for what is not confirmed",
    ),
    Action(id="down", keys=("j", "down"), words="down", group=_G.MOVE, does="down"),
    Action(id="up", keys=("k", "up"), words="up", group=_G.MOVE, does="up"),
    Action(id="left", keys=("h", "left"), words="left", group=_G.MOVE, does="pane to the left"),
    Action(id="right", keys=("l", "right"), words="right", group=_G.MOVE, does="pane to the right"),
    Action(id="top", keys=("g", "home"), words="top", group=_G.MOVE, does="first row"),
    Action(id="bottom", keys=("G", "end"), words="bottom", group=_G.MOVE, does="last row"),
    Action(
        id="half_down",
        keys=("ctrl+d",),
        words="half page down",
        group=_G.MOVE,
        does="half a page down",
    ),
    Action(
        id="half_up", keys=("ctrl+u",), words="half page up", group=_G.MOVE, does="half a page up"
    ),
    Action(
        id="page_down", keys=("pagedown",), words="page down", group=_G.MOVE, does="a page down"
    ),
    Action(id="page_up", keys=("pageup",), words="page up", group=_G.MOVE, does="a page up"),
    Action(id="next_pane", keys=("tab",), words="next pane", group=_G.MOVE, does="next pane"),
    Action(
        id="previous_pane",
        keys=("shift+tab",),
        words="previous pane",
        group=_G.MOVE,
        does="previous pane",
    ),
    Action(id="pane_0", keys=("0",), words="changes", group=_G.MOVE, does="Changes"),
    Action(id="pane_1", keys=("1",), words="apps", group=_G.MOVE, does="Apps"),
    Action(id="pane_2", keys=("2",), words="resources", group=_G.MOVE, does="Resources"),
    Action(id="pane_3", keys=("3",), words="commits", group=_G.MOVE, does="Commits", priority=30),
    Action(id="pane_4", keys=("4",), words="timeline", group=_G.MOVE, does="Timeline"),
    Action(
        id="open",
        keys=("enter",),
        words="open",
        group=_G.MOVE,
        priority=40,
        does="into the row: app, then its objects, then the changes",
    ),
    Action(
        id="diff_down",
        keys=("J", "shift+down"),
        words="scroll changes",
        group=_G.LOOK,
        does="scroll pane 0 down, from anywhere",
    ),
    Action(
        id="diff_up",
        keys=("K", "shift+up"),
        words="scroll changes up",
        group=_G.LOOK,
        does="scroll pane 0 up, from anywhere",
    ),
    Action(
        id="text",
        keys=("r",),
        words="text",
        group=_G.LOOK,
        priority=25,
        does="fields with who and why, or the same as unified text",
    ),
    Action(
        id="noise",
        keys=("w",),
        words="noise",
        group=_G.LOOK,
        priority=15,
        does="show or hide bookkeeping, remarks and ignored fields",
    ),
    Action(
        id="full_screen",
        keys=("f",),
        words="full screen",
        group=_G.LOOK,
        priority=10,
        does="this pane alone, or all again",
    ),
    Action(
        id="help", keys=("?", "f1"), words="help", group=_G.LEAVE, priority=100, does="this page"
    ),
    Action(
        id="back",
        keys=("escape", "q"),
        words="back",
        group=_G.LEAVE,
        does="close the innermost: message, filter, marks, full screen, pane",
    ),
    Action(
        id="quit",
        keys=("Q", "ctrl+c", "ctrl+q"),
        words="quit",
        group=_G.LEAVE,
        does="end; asks only while a write is in flight",
    ),
)
BY_ID: Final = {action.id: action for action in ACTIONS}

# These end the program from everywhere, dialogs and inputs included.
ALWAYS_QUIT: Final = ("ctrl+c", "ctrl+q")

# In a dialog keys mean other things, the same in every dialog.
DIALOG_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "confirm": ("y",),
    "cancel": ("escape", "n", "q"),
    "press": ("enter",),
    "move": ("tab", "shift+tab", "left", "right", "h", "l"),
    "down": ("j", "down"),
    "up": ("k", "up"),
    "page_down": ("pagedown", "ctrl+d"),
    "page_up": ("pageup", "ctrl+u"),
    "top": ("g", "home"),
    "bottom": ("G", "end"),
}
DIALOG_WORDS: Final = "y confirms, Esc cancels, Tab moves, Enter presses, j k PgDn PgUp scroll"

_NAMES: Final = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "down": "Down",
    "up": "Up",
    "left": "Left",
    "right": "Right",
    "shift+tab": "shift+Tab",
    "shift+down": "shift+Down",
    "shift+up": "shift+Up",
    "f1": "F1",
}


def key_name(key: str) -> str:
    """How a key is written for people."""
    return _NAMES.get(key, key)


def hints(width: int, first: tuple[str, ...] = ()) -> list[Action]:
    """The hints that fit whole into *width* cells, most wanted first, help always last.

    *first* names ids that the moment makes useful; they go before the others.
    """
    last = BY_ID["help"]
    room = width - hint_cells(last)
    chosen: list[Action] = []
    wanted = sorted(
        (action for action in ACTIONS if action.priority and action is not last),
        key=lambda action: (action.id not in first, -action.priority),
    )
    for action in wanted:
        if hint_cells(action) <= room:
            room -= hint_cells(action)
            chosen.append(action)
    return [*chosen, last]


def hint_cells(action: Action) -> int:
    """Cells of ` s sync `, the gap to the next hint included."""
    return len(key_name(action.keys[0])) + len(action.words) + 3
