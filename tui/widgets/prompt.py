"""Where a filter is typed."""

from textual.widgets import Input

from tui.model.focus import Pane


class Prompt(Input):
    """One row above the hints, which is there only while it is used."""

    def __init__(self) -> None:
        """Start hidden."""
        super().__init__(id="prompt", compact=True, select_on_focus=False)
        self.display = False

    def open(self, pane: Pane, source: str) -> None:
        """Show the filter of *pane*, to be changed."""
        self.value = source
        self.placeholder = f"filter {pane}: words !word kind: ns: actor: verdict:"
        self.display = True
