"""Everything that stands on the screen below the dialogs, and how it is brought up to a view."""

from collections.abc import Callable, Mapping

from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size

from core.telling.spans import Role
from tui.actions.hints import hint_line
from tui.model.focus import TWO_FROM, too_small
from tui.model.session import Session
from tui.model.view import View
from tui.options import TerminalOptions
from tui.panes.panes import Panes
from tui.panes.titles import Titles, breadcrumb
from tui.text.header import Heading, header_line
from tui.text.rows import Looks
from tui.theme.palette import PALETTES
from tui.theme.styles import styles_of, textual_theme
from tui.widgets.bars import Bar, NoteBar
from tui.widgets.prompt import Prompt

_COLUMNS = 3  # the most that stand side by side


class Frame:
    """Header, panes and bars.  What did not change is not painted again."""

    def __init__(
        self, options: TerminalOptions, styles: Mapping[Role, Style], looks: Callable[[], Looks]
    ) -> None:
        """Draw with the *looks* of the moment."""
        self._options, self._styles, self._looks = options, styles, looks
        self.panes = Panes(looks, ascii_only=options.ascii)
        self.bars = {name: Bar(name) for name in ("header", "crumb", "hints", "small")}
        self.note_bar, self.prompt = NoteBar("note"), Prompt()
        self._columns = Horizontal(id="panes")
        self._titles = Titles(styles)

    def compose(self) -> ComposeResult:
        """Give the widgets from top to bottom."""
        yield self.bars["header"]
        yield self.bars["crumb"]
        with self._columns:
            yield from self.panes.by_name.values()
        yield self.bars["small"]
        yield self.note_bar
        yield self.prompt
        yield self.bars["hints"]

    def set_roles(self) -> None:
        """Dress the widgets, once they are mounted."""
        for widget in (*self.panes.by_name.values(), *self.bars.values(), self.note_bar):
            widget.set_roles(self._styles)

    def dress(self, app: App[object], theme: str) -> Mapping[Role, Style]:
        """Have *app* and all that stands here in the colours of a theme; return them."""
        app.register_theme(textual_theme(theme))
        app.theme = f"driftdeck-{theme}"
        styles = styles_of(PALETTES[theme])
        self._styles, self._titles = styles, Titles(styles)
        app.call_after_refresh(self.set_roles)  # lists keep their ground: it changes only then
        return styles

    def paint(self, view: View, session: Session, size: Size, disabled: Mapping[str, str]) -> None:
        """Paint what stands around the lists.

        Args:
            view: What is selected.
            session: How long may be written.
            size: Of the screen.
            disabled: Why actions cannot be done, by id.
        """
        self._arrange(view, size)
        subject, heading = self.panes.subject(view), self._heading(view, session)
        self.panes.changes.take(subject)
        self.panes.resources.note(view)
        self._titles.show(self.panes.by_name, view, subject, heading)
        self.bars["header"].show(lambda cells: header_line(heading, cells))
        crumb = breadcrumb(view, subject)
        self.bars["crumb"].show(lambda _: crumb)
        last_list = view.focus.last_list
        self.bars["hints"].show(lambda cells: hint_line(cells, disabled, last_list))

    def _arrange(self, view: View, size: Size) -> None:
        """Show what fits."""
        small, shown = too_small(*size), view.focus.shown(size.width)
        for name, pane in self.panes.by_name.items():
            pane.display = name in shown
        self._columns.display = not small
        self._columns.set_class(len(shown) == _COLUMNS, "-three")
        self.bars["small"].display = bool(small)
        self.bars["small"].show(lambda _: ((small, Role.STRONG),))
        self.bars["crumb"].display = not small and size.width < TWO_FROM

    def paint_times(self, view: View, session: Session) -> None:
        """Count down in the header."""
        heading = self._heading(view, session)
        self.bars["header"].show(lambda cells: header_line(heading, cells))

    def paint_ages(self, view: View) -> None:
        """Let everything grow older that shows an age."""
        self.panes.redraw()
        self.panes.changes.take(self.panes.subject(view), again=True)

    def _heading(self, view: View, session: Session) -> Heading:
        return Heading(
            cluster=view.cluster,
            app=view.app_view,
            now=self._looks().now,
            writing=view.snapshot.writing,
            write_until=session.write_until,
            heal_until=session.heal_until.get(view.app or ""),
            heal_by_flag=self._options.healing,
            title=self._options.title,
            ascii_only=self._options.ascii,
        )
