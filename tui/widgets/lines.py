"""The one list: a virtualised view of rows, drawn line by line.

Only visible rows are drawn.  Stock tables measure every cell (10,000 rows: 1.5 s against 0.03),
so lists and changes share this widget.  Rows are immutable and an unchanged row is the same
object: a cached strip is valid while its row `is` the current one.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from typing_extensions import override

from core.telling.spans import Line, Role, plain
from tui.text.spans import clip
from tui.theme.styles import MONO_STYLES

Row = TypeVar("Row")
_GUTTER = 2  # cells before the text: cursor and mark


@dataclass(frozen=True, slots=True)
class _Drawn:
    row: object
    width: int
    state: tuple[bool, bool, bool]  # cursor, focus, mark
    strip: Strip


class Lines(ScrollView, Generic[Row], can_focus=True, inherit_bindings=False):
    """Rows with a cursor that stays on its object when rows move."""

    @dataclass
    class Moved(Message):
        """The cursor came to another row, or its row changed."""

        lines: "Lines[object]"

        @property
        @override
        def control(self) -> "Lines[object]":
            return self.lines

    @dataclass
    class Opened(Message):
        """A row was clicked twice."""

        lines: "Lines[object]"

    def __init__(
        self,
        draw: Callable[[Row, int], Line],
        *,
        id: str,  # noqa: A002 - Textual's own name
        cursor: bool = True,
        ascii_only: bool = False,
    ) -> None:
        """Draw rows by *draw*; without *cursor* the view only scrolls."""
        super().__init__(id=id)
        self._draw = draw
        self._with_cursor = cursor
        self._pointer = ">" if ascii_only else "›"  # noqa: RUF001 - a pointer, not a quote
        self._dot = "*" if ascii_only else "●"
        self._rows: Sequence[Row] = ()
        self._ids: Sequence[Hashable] = ()
        self._cursor = 0
        self._pointed = -1  # the row with a pointer where there is no cursor; -1: none
        self._marks: frozenset[Hashable] = frozenset()
        self._role_styles: Mapping[Role, Style] = MONO_STYLES
        self._cache: dict[int, _Drawn] = {}
        self._said_row: object = None
        self._empty: Line = ()
        self._base: Style | None = None
        self._floating = True

    # What it shows ------------------------------------------------------------------------------

    def set_roles(self, styles: Mapping[Role, Style]) -> None:
        """Take the theme's styles."""
        self._role_styles = styles
        self.redraw()

    def show(self, rows: Sequence[Row], ids: Sequence[Hashable] = ()) -> None:
        """Show *rows*; the cursor follows the id it was on."""
        held = self.cursor_id
        before = self._visible()
        offset = self._cursor - round(self.scroll_y)
        count_changed = len(rows) != len(self._rows)
        self._rows, self._ids = rows, ids
        if count_changed:
            self._set_height(len(rows))
        place = 0 if self._floating else self._place_of(held)
        if place != self._cursor:
            self._cursor = place
            self._scroll_along(place - offset)
        self._reveal()
        self._repaint_changed(before)
        self._tell()

    def _set_height(self, lines: int) -> None:
        """Tell the scrollbar; assigning `virtual_size` would lay out and paint the whole screen."""
        size = Size(0, lines)
        self.set_reactive(Lines.virtual_size, size)
        self._scroll_update(size)

    def _place_of(self, held: Hashable | None) -> int:
        last = max(0, len(self._rows) - 1)
        here = min(self._cursor, last)
        if held is None or not self._ids or self._ids[here] == held:
            return here
        return next((place for place, id_ in enumerate(self._ids) if id_ == held), here)

    def _visible(self) -> Sequence[Row]:
        top = round(self.scroll_y)
        return self._rows[top : top + self.size.height]

    def _scroll_along(self, top: int) -> None:
        """Stay with rows that moved.  `scroll_to` would paint those that are where they were."""
        y = float(max(0, min(top, self.max_scroll_y)))
        self.set_reactive(Lines.scroll_y, y)
        self.set_reactive(Lines.scroll_target_y, y)
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = y

    def _repaint_changed(self, before: Sequence[Row]) -> None:
        """Repaint, one by one, the rows in sight where another object stands now."""
        top = round(self.scroll_y)
        for y, (old, new) in enumerate(zip_longest(before, self._visible())):
            if old is not new:
                self._refresh_row(top + y)

    def hold(self) -> None:
        """From now on the cursor stays on its object; until then it floats on the worst row."""
        self._floating = False

    def start_over(self) -> None:
        """Other rows come: begin at the top."""
        self._floating = True
        self._cursor = 0
        self.scroll_to(y=0, animate=False, immediate=True)

    def say_empty(self, words: str, role: Role = Role.MUTED) -> None:
        """What stands there while there is no row."""
        if self._empty != ((words, role),):
            self._empty = ((words, role),)
            self.refresh()

    def redraw(self) -> None:
        """Draw everything again: ages moved on, or the theme did."""
        self._cache.clear()
        self._base = None
        self.refresh()

    def mark(self, ids: frozenset[Hashable]) -> None:
        """Show *ids* as marked."""
        if ids != self._marks:
            self._marks = ids
            self.refresh()

    # The cursor ---------------------------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """Where the cursor is."""
        return self._cursor

    @property
    def cursor_id(self) -> Hashable | None:
        """The id under the cursor."""
        return self._ids[self._cursor] if self._cursor < len(self._ids) else None

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown."""
        return self._rows

    def text(self, width: int) -> Iterator[str]:
        """Every row as a reader sees it, in *width* cells."""
        return (plain(self._draw(row, width)).rstrip() for row in self._rows)

    def go_to(self, wanted: Hashable) -> bool:
        """Move the cursor to an id; False where it is not in the list."""
        place = next((place for place, id_ in enumerate(self._ids) if id_ == wanted), None)
        if place is None:
            return False
        self.move(place - self._cursor)
        return True

    def move(self, step: int) -> None:
        """Move by *step* rows; without a cursor scroll by as many lines."""
        if not self._with_cursor:
            self.scroll_by(step)
            return
        self.hold()
        before = self._cursor
        self._cursor = min(max(0, before + step), max(0, len(self._rows) - 1))
        if before != self._cursor:
            self._refresh_row(before)
            self._refresh_row(self._cursor)
            self._reveal()
            self._tell()

    def point(self, place: int) -> None:
        """Point at a row without a cursor; -1 points at none."""
        if place != self._pointed:
            before, self._pointed = self._pointed, place
            self._refresh_row(before)
            self._refresh_row(place)

    def scroll_by(self, step: int) -> None:
        """Scroll without moving a cursor."""
        self.scroll_to(y=round(self.scroll_y) + step, animate=False, immediate=True)

    def to_end(self, *, last: bool) -> None:
        """Go to the first or the last row."""
        self.move(len(self._rows) if last else -len(self._rows))

    @property
    def cells(self) -> int:
        """Cells of a line, the scrollbar not counted."""
        return self.scrollable_content_region.width

    @property
    def page(self) -> int:
        """Rows that are visible at once."""
        return max(1, self.size.height)

    def _reveal(self) -> None:
        if not self._with_cursor or not self.size.height:
            return
        top, height = round(self.scroll_y), self.size.height
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, immediate=True)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, immediate=True)

    def _tell(self) -> None:
        """Say that the row under the cursor is another one; not when nothing changed."""
        row = self.cursor_row
        if self._with_cursor and row is not self._said_row:
            self._said_row = row
            self.post_message(self.Moved(self))  # type: ignore[arg-type] # rows are opaque here

    # Painting -----------------------------------------------------------------------------------

    def _refresh_row(self, place: int) -> None:
        self.refresh(Region(0, place - round(self.scroll_y), self.cells, 1))

    @override
    def render_line(self, y: int) -> Strip:
        place, width = round(self.scroll_y) + y, self.cells
        if place >= len(self._rows):
            empty = self._empty if place == 0 else ()
            return self._based(self._plain_strip(empty, width))
        row = self._rows[place]
        at_cursor = place == (self._cursor if self._with_cursor else self._pointed)
        marked = bool(self._marks) and self._ids[place] in self._marks
        state = (at_cursor, at_cursor and self.has_focus, marked)
        drawn = self._cache.get(place)
        if drawn is None or drawn.row is not row or (drawn.width, drawn.state) != (width, state):
            if len(self._cache) > 4 * self.page:
                self._cache.clear()
            drawn = _Drawn(row, width, state, self._based(self._strip(row, width, state)))
            self._cache[place] = drawn
        return drawn.strip

    def _based(self, strip: Strip) -> Strip:
        """On the widget's own colours, which cost 0.2 ms a line to work out each time."""
        if self._base is None:
            self._base = self.rich_style
        return strip.apply_style(self._base)

    def _plain_strip(self, line: Line, width: int) -> Strip:
        spans = clip(((" ", Role.TEXT), *line), width)
        segments = [Segment(text, self._role_styles[role]) for text, role in spans]
        return Strip(segments).adjust_cell_length(width)

    def _strip(self, row: Row, width: int, state: tuple[bool, bool, bool]) -> Strip:
        at_cursor, focused, marked = state
        gutter = _GUTTER if self._with_cursor else 1
        line = self._draw(row, max(1, width - gutter - (1 if self._with_cursor else 0)))
        pointer = self._pointer if at_cursor else " "
        mark = self._dot if marked else " "
        lead = f"{pointer}{mark}" if self._with_cursor else pointer if focused else " "
        spans: Line = ((lead, Role.KEY), *line)
        if not self._with_cursor:
            segments = [Segment(text, self._role_styles[role]) for text, role in spans]
            return Strip(segments).adjust_cell_length(width)
        if focused:
            style = self._role_styles[Role.CURSOR]
            segments = [Segment(text, style) for text, _ in spans]
            return Strip(segments).adjust_cell_length(width, style)
        over = self._role_styles[Role.SELECTED] if at_cursor else None
        segments = [Segment(text, self._under(role, over)) for text, role in spans]
        return Strip(segments).adjust_cell_length(width, over)

    def _under(self, role: Role, over: Style | None) -> Style:
        style = self._role_styles[role]
        return style if over is None else over + style

    # Events -------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._cache.clear()
        self._reveal()

    def on_focus(self) -> None:
        """The cursor row looks different now."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor row looks different now."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Move to the row; twice opens it."""
        inside = event.get_content_offset(self)
        if inside is None:
            return
        place = round(self.scroll_y) + inside.y
        if self._with_cursor and place < len(self._rows):
            self.move(place - self._cursor)
            if event.chain > 1:
                self.post_message(self.Opened(self))  # type: ignore[arg-type] # as above
