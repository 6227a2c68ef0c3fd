"""What the borders say: the tabs, the two sides in words, and how much a filter leaves."""

from collections.abc import Mapping

from rich.style import Style
from textual.content import Content
from textual.widget import Widget

from tui import arrange
from tui.palette import Role
from tui.text.header import Heading
from tui.text.spans import Line
from tui.view import View


class Titles:
    """Sets titles where they changed; setting one paints its whole pane."""

    def __init__(self, role_styles: Mapping[Role, Style]) -> None:
        """Write with these styles."""
        self._role_styles = role_styles
        self._shown: dict[str, tuple[Line, Line]] = {}

    def show(
        self, panes: Mapping[str, Widget], view: View, subject: object, heading: Heading
    ) -> None:
        """Bring the titles of all *panes* up to *view*."""
        counts = view.counts()
        titles = {name: arrange.tabs_title(name) for name in arrange.TABS}
        titles["apps"] = arrange.apps_title(view)
        titles["changes"] = arrange.changes_title(subject, heading, text=view.text)
        for name, pane in panes.items():
            shown, total = counts.get(name, (0, 0))
            said = (titles[name], arrange.subtitle(shown, total, view.filter_of(name)))
            if self._shown.get(name) != said:
                self._shown[name] = said
                pane.border_title = self._content(said[0])
                pane.border_subtitle = self._content(said[1])

    def _content(self, line: Line) -> Content:
        """A line with its styles, and never markup."""
        pairs = ((text, str(self._role_styles[role])) for text, role in line)
        return Content.assemble(
            *((text, "" if style == "none" else style) for text, style in pairs)
        )
