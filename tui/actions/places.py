"""Places to go to: an object or a commit, whichever app and filter they stand behind; a sheet."""

from collections.abc import Hashable

from core.model import Key
from tui.model.focus import Pane
from tui.model.view import News
from tui.surface import Surface
from tui.text.sheets.sheet import Sheet


def to_object(on: Surface, key: Key) -> None:
    """Put the cursor of pane 2 on an object, and the focus too; an open diff stays open."""
    in_diff = on.alone and on.view.focus.pane is Pane.CHANGES
    _to_row(on, key.app, Pane.RESOURCES, key)
    if in_diff:
        on.go(on.view.focus.on(Pane.CHANGES))


def to_app(on: Surface, name: str) -> bool:
    """Select an app, whatever filter it stands behind; False where there is none."""
    if on.view.snapshot.app(name) is None:
        return False
    on.go(on.view.focus.on(Pane.APPS))
    if not on.rows(Pane.APPS).go_to(name):
        on.set_filter("")
        on.rows(Pane.APPS).go_to(name)
    on.select_app(name)
    return True


def to_commit(on: Surface, app: str, commit: str) -> None:
    """Put the cursor of pane 3 on a commit, and the focus too."""
    _to_row(on, app, Pane.COMMITS, commit)


def to_sheet(on: Surface, sheet: Sheet, news: News | None = None) -> None:
    """Show *sheet* in pane 0, and what *news* makes of it, and go there."""
    on.view.lay(sheet, news)
    on.go(on.view.focus.on(Pane.CHANGES))


def _to_row(on: Surface, app: str, pane: Pane, id_: Hashable) -> None:
    """Select the app, then the row; a filter that hides it is cleared.

    Where every app's objects are one list the row may be in it.  To go comes first: it remembers
    where a person is, not what is passed on the way.
    """
    on.go(on.view.focus.on(pane))
    if on.view.fleet and pane is Pane.RESOURCES and on.rows(pane).go_to(id_):
        return
    if app != on.view.app:
        on.rows(Pane.APPS).go_to(app)
        on.select_app(app)
    if not on.rows(pane).go_to(id_):
        on.set_filter("")
        on.rows(pane).go_to(id_)
    on.view.remember(on.selected)
