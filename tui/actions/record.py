"""What was done, and putting on disk what is seen: the journal, and a pane as a file."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from core.errors import ProductError
from core.journal import Entry
from core.settings.readers import seconds_in
from core.telling.moments import lasting
from core.telling.spans import Line, Role, say
from tui.actions.places import to_sheet
from tui.dialogs.command.line import CommandLine
from tui.surface import Action, Group, Surface
from tui.text.rows import Looks
from tui.text.sheets.journal import journal_lines, told_lines
from tui.text.sheets.sheet import Sheet
from tui.text.spans import wrap

DAY_S: Final = 86_400.0
ALL: Final = "all"


def records_since(on: Surface, since: float) -> Sequence[Entry] | ProductError:
    """Read the journal; for a thread."""
    try:
        return on.options.records(since)
    except ProductError as error:
        return error


def open_journal(on: Surface, for_s: float | None = DAY_S) -> None:
    """Show the journal of the last day, or of so long, in pane 0."""
    since = 0.0 if for_s is None else on.looks().now - for_s
    span = "all of it" if for_s is None else f"of the last {lasting(for_s)}"
    reading = _sheet(span, lambda _, __: [(("reading the journal", Role.MUTED),)])
    to_sheet(on, reading)

    def shown(found: Sequence[Entry] | ProductError) -> None:
        if on.view.sheet is reading:
            on.view.lay(_sheet(span, partial(_lines, on, found, since)))

    on.beside(partial(records_since, on, since), shown)


def _sheet(span: str, draw: Callable[[int, Looks], list[Line]]) -> Sheet:
    return Sheet("Journal", (("Journal", Role.TITLE), (f"  {span}", Role.MUTED)), draw)


def _lines(
    on: Surface, found: Sequence[Entry] | ProductError, since: float, width: int, looks: Looks
) -> list[Line]:
    told = [event for event in on.view.told if event.time >= since]
    more = told_lines(told, width, looks)
    if isinstance(found, ProductError):
        return [*(((part, Role.ERROR),) for part in wrap(say(str(found))[0], width)), *more]
    return [*journal_lines(found, on.session.errors, width, looks), *more]


def say_journal(on: Surface, text: str) -> str:
    """Do `:journal`, `:journal 2h` or `:journal all`."""
    for_s = DAY_S if not text else seconds_in(text, "smhd")
    if text != ALL and not for_s:
        return "write how far back: journal 2h, or journal all"
    open_journal(on, for_s)
    return ""


def dated(what: str, ending: str, now: float) -> str:
    """Name a file that is to be made now."""
    return f"driftdeck-{what}-{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}.{ending}"


def _save(on: Surface) -> None:
    """Ask for the name of the file; Enter writes it."""
    on.show(CommandLine(on, f"save {dated('view', 'txt', on.looks().now)}"))


ACTIONS: Final = (
    Action(
        id="journal",
        keys=("@",),
        words="journal",
        group=Group.LOOK,
        priority=12,
        does="what was written from here in the last day, and errors that were said",
        do=open_journal,
    ),
    Action(
        id="save",
        keys=("ctrl+s",),
        words="save",
        group=Group.LOOK,
        opens_input=True,
        does="what this pane shows, to a file whose name is asked for",
        do=_save,
    ),
)
