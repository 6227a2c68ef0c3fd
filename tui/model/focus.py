"""Where the keys go: one value, and what each step makes of it.

The panes stand in a row: the apps, a column of three tabs, and pane 0, which shows what is behind
the row under the cursor of the list that was used last.  Nothing here knows a widget, so every
step and every width can be tested; the screen follows the value.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Pane(StrEnum):
    """The panes, from left to right; the value is the widget's id."""

    APPS = "apps"
    RESOURCES = "resources"
    COMMITS = "commits"
    TIMELINE = "timeline"
    CHANGES = "changes"


TABS: Final = (Pane.RESOURCES, Pane.COMMITS, Pane.TIMELINE)  # of one column
NUMBERED: Final = (Pane.CHANGES, Pane.APPS, *TABS)  # by the key that chooses it

LEAST: Final = (60, 15)  # columns, rows
TWO_FROM: Final = 100  # columns
THREE_FROM: Final = 160


@dataclass(frozen=True, slots=True)
class Focus:
    """Which pane has the keys, and what came before it."""

    pane: Pane = Pane.APPS
    last_list: Pane = Pane.APPS  # what an action works on; never pane 0
    full_screen: bool = False
    typing: bool = False  # keys are text of the filter of `last_list`

    def on(self, pane: Pane) -> "Focus":
        """Go to *pane*; whatever was being typed is left."""
        last_list = self.last_list if pane is Pane.CHANGES else pane
        return replace(self, pane=pane, last_list=last_list, typing=False)

    def typed(self) -> "Focus":
        """Type the filter of the list that was used last."""
        return replace(self, pane=self.last_list, typing=True)

    def opened(self) -> "Focus":
        """Go into the row: an app opens its objects, everything else pane 0."""
        return self.on(Pane.RESOURCES if self.pane is Pane.APPS else Pane.CHANGES)

    def sideways(self, step: int) -> "Focus":
        """Go to the pane on the left (-1) or on the right (1); the ends hold."""
        order = (Pane.APPS, self.tab, Pane.CHANGES)
        return self.on(order[min(2, max(0, order.index(self.pane) + step))])

    def cycled(self, step: int) -> "Focus":
        """Go to the pane before (-1) or after (1), around the end."""
        order = tuple(Pane)
        return self.on(order[(order.index(self.pane) + step) % len(order)])

    def zoomed(self) -> "Focus":
        """Show this pane alone, or all again."""
        return replace(self, full_screen=not self.full_screen)

    def back(self) -> "Focus | None":
        """Leave the innermost: full screen, pane 0, a tab; None at the top."""
        if self.full_screen:
            return self.zoomed()
        if self.pane is Pane.CHANGES:
            return self.on(self.last_list)
        return None if self.last_list is Pane.APPS else self.on(Pane.APPS)

    @property
    def tab(self) -> Pane:
        """The open tab of the middle column."""
        open_tabs = (pane for pane in (self.pane, self.last_list) if pane in TABS)
        return next(open_tabs, Pane.RESOURCES)

    def shown(self, width: int) -> frozenset[Pane]:
        """Which panes fit into *width* columns."""
        if self.full_screen or width < TWO_FROM:
            return frozenset({self.pane})
        if width < THREE_FROM:
            return frozenset({self.last_list, Pane.CHANGES})
        return frozenset({Pane.APPS, self.tab, Pane.CHANGES})


AT_THE_TOP: Final = Focus()


def too_small(width: int, height: int) -> str:
    """What to say where nothing fits; "" where it does."""
    if width >= LEAST[0] and height >= LEAST[1]:
        return ""
    return f"driftdeck needs {LEAST[0]}x{LEAST[1]}, this is {width}x{height}"
