"""Which object is meant: the one under the cursor of pane 2, or the one that a sheet is about."""

from core.model import Drift, Key
from tui.model.focus import Pane
from tui.surface import Surface

NO_OBJECT = "choose an object (2) first"


def chosen(on: Surface) -> Drift | None:
    """Return the row under the cursor, where pane 2 was used last."""
    at = on.selected
    if on.view.focus.last_list is not Pane.RESOURCES or not isinstance(at, Key):
        return None
    return on.view.snapshot.rows.get(at)


def why_not_object(on: Surface) -> str:
    """Why there is nothing to do it with; "" where there is."""
    return "" if chosen(on) is not None else NO_OBJECT
