"""The journal in pane 0: what was written from here, the newest first, and what was refused."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from core.cli.output.journal_text import object_of, writer_of
from core.journal import Entry
from core.model import Event
from core.telling import events
from core.telling.moments import age
from core.telling.spans import Line, Role, say
from tui.text.rows import Looks, clock_of
from tui.text.spans import flow, wrap

ENTRIES_MAX: Final = 500
_LEFT_OPEN: Final = "no outcome"
_ROLES: Final = {"done": Role.GIT, "refused": Role.ERROR}
_HASH: Final = "sha256"  # all that is written down of a secret


def journal_lines(
    entries: Sequence[Entry], errors: Iterable[tuple[float, str]], width: int, looks: Looks
) -> list[Line]:
    """Every entry with its fields, `before -> after`; then the errors that were said here."""
    lines: list[Line] = [] if entries else [(("nothing was written", Role.MUTED),)]
    newest = list(reversed(entries))
    for entry in newest[:ENTRIES_MAX]:
        lines += [*_entry_lines(entry, width, looks), ()]
    if len(newest) > ENTRIES_MAX:
        words = f"{len(newest) - ENTRIES_MAX} older ones; driftdeck journal has all"
        lines += [((words, Role.MUTED),), ()]
    told = [(at, words) for at, words in reversed([*errors])]
    lines += [(("Errors said here", Role.TITLE),)] if told else []
    for at, words in told:
        lines += flow((_moment(at, looks), (words, Role.ERROR)), width, indent=2)
    return lines


def told_lines(told: Sequence[Event], width: int, looks: Looks) -> list[Line]:
    """What controllers in the clusters say that they wrote, newest first."""
    lines: list[Line] = [(), (("By the controller", Role.TITLE),)] if told else []
    for event in told:
        what = (_moment(event.time, looks), events.word(event), ("  ", Role.TEXT))
        about = say(str(event.ref or event.app), Role.STRONG)
        line = (*what, about, ("  ", Role.TEXT), say(event.message, Role.MUTED))
        lines += flow(line, width, indent=2)
    return lines


def _moment(at: float, looks: Looks) -> tuple[str, Role]:
    old = looks.now - at
    when = f"{age(old)} ago" if old >= 86400 else f"{clock_of(at)}, {age(old)} ago"  # noqa: PLR2004 - a day
    return (f"{when}  ", Role.MUTED)


def _entry_lines(entry: Entry, width: int, looks: Looks) -> list[Line]:
    row: dict[str, Any] = entry.intent
    outcome: dict[str, Any] = entry.outcome or {"ending": _LEFT_OPEN, "words": None}
    ending = str(outcome["ending"])
    what: Line = (
        (f"{entry.number}  ", Role.KEY),
        _moment(entry.at, looks),
        say(f"{row['deed']} "),
        say(f"{object_of(row)}  ", Role.STRONG),
        say(ending, _ROLES.get(ending, Role.UNKNOWN)),
    )
    commit = f", at {str(row['revision'])[:7]}" if row["revision"] else ""
    inside = max(8, width - 2)
    below = flow((say(f"{row['app']}, {writer_of(row)}{commit}", Role.MUTED),), inside)
    words = wrap(say(str(outcome["words"] or ""))[0], inside)
    below += [((part, Role.ERROR),) for part in words]
    for change in row["changes"]:
        below += flow(_change(change, looks), inside, indent=2)
    return [*flow(what, width, indent=2), *((("  ", Role.TEXT), *line) for line in below)]


def _change(change: dict[str, Any], looks: Looks) -> Line:
    by = change.get("by") or {}
    who = " ".join(str(part) for part in (by.get("user"), by.get("manager")) if part)
    path = say(f"{change['path']}  ", Role.STRONG)
    told = say(f"  {who}" if who else "", Role.MUTED)
    if any(_is_secret(change.get(side)) for side in ("live", "git")):
        return (path, ("secret value", Role.LIVE), told)
    live, git = (_value(change, side) for side in ("live", "git"))
    return (
        path,
        say(live, Role.LIVE),
        (f" {looks.arrow} ", Role.MUTED),
        say(git, Role.GIT),
        told,
    )


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {_HASH}


def _value(change: dict[str, Any], side: str) -> str:
    return json.dumps(change[side], ensure_ascii=False) if side in change else "(not there)"
