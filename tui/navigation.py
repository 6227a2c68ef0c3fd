"""Moving about: the cursor, the panes, back and out.  Nothing here changes anything."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from core.model import Key
from tui.arrange import PANES, TABS, cycled, sideways
from tui.dialogs.asking import Question
from tui.dialogs.help import HelpDialog
from tui.ordering import next_drift
from tui.palette import Role

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.widgets.lines import Lines


class Navigation:
    """Handlers by action id, for one desk."""

    def __init__(self, desk: "Desk", quit_now: Callable[[], None]) -> None:
        """Move in *desk*; *quit_now* ends the program."""
        self._desk, self._quit_now = desk, quit_now

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Handlers by action id."""
        panes = {f"pane_{number}": partial(self.focus, name) for number, name in enumerate(PANES)}
        return {
            **self._moves(),
            **panes,
            "left": lambda: self.focus(sideways(self._desk.pane, -1, self._tab())),
            "right": lambda: self.focus(sideways(self._desk.pane, 1, self._tab())),
            "next_pane": lambda: self.focus(cycled(self._desk.pane, 1)),
            "previous_pane": lambda: self.focus(cycled(self._desk.pane, -1)),
            "open": self._open,
            "next_drift": partial(self._drift, 1),
            "previous_drift": partial(self._drift, -1),
            "filter": self._filter,
            "mark": self._mark,
            "text": self._toggle_text,
            "noise": self._toggle_noise,
            "full_screen": self._toggle_full_screen,
            "help": self._help,
            "back": self._back,
            "quit": self._quit,
        }

    # The cursor ---------------------------------------------------------------------------------

    def _moves(self) -> Mapping[str, Callable[[], None]]:
        return {
            "down": lambda: self._list.move(1),
            "up": lambda: self._list.move(-1),
            "half_down": lambda: self._list.move(self._list.page // 2),
            "half_up": lambda: self._list.move(-(self._list.page // 2)),
            "page_down": lambda: self._list.move(self._list.page),
            "page_up": lambda: self._list.move(-self._list.page),
            "top": lambda: self._list.to_end(last=False),
            "bottom": lambda: self._list.to_end(last=True),
            "diff_down": lambda: self._desk.changes.scroll_by(1),
            "diff_up": lambda: self._desk.changes.scroll_by(-1),
        }

    @property
    def _list(self) -> "Lines[Any]":
        return self._desk.panes[self._desk.pane]

    def _tab(self) -> str:
        last = self._desk.view.last_list
        return last if last in TABS else "resources"

    def _drift(self, step: int) -> None:
        """Across apps: the app is selected, the object too, and pane 2 has the focus."""
        desk, view = self._desk, self._desk.view
        at = desk.resources.cursor_id
        found = next_drift(view.drift_order(), at if isinstance(at, Key) else None, step)
        if found is None:
            return
        if found.key.app != view.app:
            desk.apps.go_to(found.key.app)
            desk.select_app(found.key.app)
        if not desk.resources.go_to(found.key):
            view.last_list = "resources"
            desk.set_filter("")
            desk.resources.go_to(found.key)
        self.focus("resources")

    # Panes --------------------------------------------------------------------------------------

    def focus(self, name: str) -> None:
        """Focus a pane; it is on the screen before it takes the focus."""
        desk = self._desk
        pane = desk.panes[name]
        if name in desk.view_lists:
            desk.view.last_list = name
        pane.display = True
        desk.set_focus(pane)

    def _open(self) -> None:
        """Into the row: an app opens its objects, everything else pane 0."""
        self.focus("resources" if self._desk.pane == "apps" else "changes")

    def _toggle_full_screen(self) -> None:
        self._desk.full_screen = not self._desk.full_screen

    def _toggle_text(self) -> None:
        self._desk.view.text = not self._desk.view.text

    def _toggle_noise(self) -> None:
        self._desk.view.noise = not self._desk.view.noise

    def _mark(self) -> None:
        """Mark or unmark the object, and go on to the next."""
        desk = self._desk
        key = desk.resources.cursor_id
        if isinstance(key, Key):
            desk.view.marks ^= {key}
            desk.resources.mark(desk.view.marks)
            desk.resources.move(1)

    # Filter and help ----------------------------------------------------------------------------

    def _filter(self) -> None:
        desk = self._desk
        desk.prompt.border_title = None
        desk.prompt.value = desk.view.filter_of(desk.view.last_list).source
        desk.prompt.placeholder = f"filter {desk.view.last_list}: words !word kind: ns: verdict:"
        desk.prompt.display = True
        desk.set_focus(desk.prompt)

    def close_prompt(self) -> None:
        """Back to the list that was filtered."""
        self._desk.prompt.display = False
        self._desk.note_bar.say("")
        self.focus(self._desk.view.last_list)

    def _help(self) -> None:
        self._desk.app.push_screen(HelpDialog(self._desk.reasons, self._desk.role_styles))

    # Out ----------------------------------------------------------------------------------------

    def _back(self) -> None:
        """Close the innermost; at the top say how to leave (K5)."""
        desk = self._desk
        name = desk.view.last_list
        if desk.prompt.has_focus:
            desk.set_filter("")
            self.close_prompt()
        elif desk.note_bar.sticky:
            desk.note_bar.say("")
        elif desk.view.filter_of(name).source and desk.pane != "changes":
            desk.set_filter("")
        elif desk.view.marks:
            desk.view.marks = frozenset()
            desk.resources.mark(frozenset())
        elif desk.full_screen:
            desk.full_screen = False
        elif desk.pane == "changes" and name:
            self.focus(name)
        elif name != "apps":
            self.focus("apps")
        else:
            desk.note("Q quits", Role.AMBER, False)

    def _quit(self) -> None:
        if not self._desk.flows.writing_now:
            self._quit_now()
            return
        if isinstance(self._desk.app.screen, Question):
            return  # it is being asked
        self._desk.app.push_screen(
            Question(
                "Quit during a write",
                "A sync or a revert is not finished. What was sent to the cluster stays; what "
                "was not sent yet will not be.",
                "Quit now",
                self._quit_now,
                styles=self._desk.role_styles,
                opened_by="Q",
            )
        )
