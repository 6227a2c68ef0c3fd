"""Bookmarks: `M` keeps an object or an app, `'` goes to one; the file is read by a thread.

It lies with the user's state and is theirs alone.  Where it cannot be written they last as long
as the terminal.
"""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

from core.model import Key
from core.state_folder import state_folder
from core.telling.spans import Role, say
from tui.actions.places import to_app, to_object
from tui.dialogs.command.line import CommandLine
from tui.model.bookmarks import Mark, called, decoded, encoded, toggled
from tui.model.focus import Pane
from tui.surface import Action, Group, Offer, Surface

_NONE_YET: Final = "there are no bookmarks; M keeps an object or an app"


def bookmarks_file() -> Path | None:
    """Return where they are kept; None where there is no home."""
    folder = state_folder(os.environ)
    return None if folder is None else folder / "bookmarks.json"


def read() -> tuple[Mark, ...]:
    """Read them; for a thread."""
    path = bookmarks_file()
    try:
        return decoded(path.read_bytes()) if path is not None else ()
    except OSError:  # there are none yet
        return ()


def written(mark: Mark) -> tuple[tuple[Mark, ...], str]:
    """Add one, or take it out again; return all, and why they will not last; for a thread."""
    marks = toggled(read(), mark)
    path = bookmarks_file()
    if path is None:
        return marks, "there is no home folder to keep it in"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(encoded(marks))
        draft.replace(path)
    except OSError as error:
        return marks, f"{path} cannot be written: {error.strerror}"
    return marks, ""


def _here(on: Surface) -> Mark | None:
    at = on.selected
    if on.view.focus.last_list is Pane.RESOURCES and isinstance(at, Key):
        return at
    return on.view.app


def _why_not(on: Surface) -> str:
    return "" if _here(on) is not None else "there is no app"


def _keep(on: Surface) -> None:
    mark = _here(on)
    if mark is None:
        return

    def told(found: tuple[tuple[Mark, ...], str]) -> None:
        on.session.bookmarks, problem = found
        kept = "kept" if mark in on.session.bookmarks else "no bookmark any more:"
        words = f"{problem}: it lasts until you leave" if problem else f"{kept} {called(mark)}"
        on.note(say(words)[0], Role.WARNING if problem else Role.TEXT)

    on.beside(partial(written, mark), told)


def _list(on: Surface) -> None:
    """Offer what there is."""

    def told(found: tuple[Mark, ...]) -> None:
        on.session.bookmarks = found or on.session.bookmarks
        if on.session.bookmarks:
            on.show(CommandLine(on, "bookmarks "))
        else:
            on.note(_NONE_YET, Role.TEXT)

    on.beside(read, told)


def say_bookmark(on: Surface, text: str) -> str:
    """Do `:bookmarks NAME`: go there."""
    mark = next((each for each in on.session.bookmarks if called(each) == text), None)
    if mark is None:
        return f'there is no bookmark "{text}"' if on.session.bookmarks else _NONE_YET
    if isinstance(mark, str):
        return "" if to_app(on, mark) else f'there is no app "{mark}" now'
    if mark not in on.view.snapshot.rows:
        return f"{called(mark)} is not there now"
    to_object(on, mark)
    return ""


def offers(on: Surface, _: str) -> Iterable[Offer]:
    """Offer them, the newest first."""
    rows = on.view.snapshot.rows
    for mark in reversed(on.session.bookmarks):
        if isinstance(mark, str):
            yield Offer(called(mark), "an app")
        else:
            yield Offer(called(mark), rows[mark].verdict if mark in rows else "not there now")


ACTIONS: Final = (
    Action(
        id="bookmark",
        keys=("M",),
        words="bookmark",
        group=Group.FIND,
        does="keep this object or app, or not any more; it lasts between runs",
        why_not=_why_not,
        do=_keep,
    ),
    Action(
        id="bookmarks",
        keys=("'",),
        words="bookmarks",
        group=Group.FIND,
        does="go to what was kept",
        do=_list,
    ),
)
