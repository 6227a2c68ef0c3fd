"""How keys are written, which are never bound, and what they mean in dialogs.

What they mean elsewhere stands with each action, in `tui.actions`.
"""

from typing import Final

# Terminals and multiplexers own these: screen, tmux, Backspace, Tab, Newline, Enter, kill, SIGQUIT.
NEVER_BOUND: Final = frozenset(
    {"ctrl+a", "ctrl+b", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+k", "ctrl+backslash"}
)

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
DIALOG_WORDS: Final = (
    "y confirms, Esc cancels, Tab moves, Enter presses, j k PgDn PgUp scroll, p prunes,"
    " c lets a protected object go, whose name is typed"
)

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
