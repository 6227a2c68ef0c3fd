"""A sheet: what pane 0 shows instead of the row under the cursor, until it is left."""

from collections.abc import Callable
from dataclasses import dataclass

from core.telling.spans import Line
from tui.text.rows import Looks


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines with a title.  Another one of the same name takes its place where it was scrolled."""

    name: str  # in the breadcrumb: "Journal"
    title: Line
    draw: Callable[[int, Looks], list[Line]]  # for a width in cells
    plain: str = ""  # what `c` copies of it
