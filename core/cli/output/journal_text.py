"""What was written and what came of it, as text and as JSON."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from core.cli.output.forms import SCHEMA, time_text
from core.cli.output.report import Page
from core.journal import Entry
from core.model import JsonObject
from core.model.journal import Deed
from core.telling.moments import moment
from core.telling.spans import Line, Role, say

_LEFT_OPEN: Final = "no outcome"
_VALUE_CELLS: Final = 60
_ROLES: Final = {"done": Role.GIT, "refused": Role.ERROR}


def journal_form(entries: Iterable[Entry]) -> JsonObject:
    """Put entries into the form of `driftdeck journal -o json`."""
    return {"schema": SCHEMA, "entries": [_entry_form(entry) for entry in entries]}


def journal_lines(entries: Iterable[Entry], page: Page) -> Iterator[str]:
    """Yield an entry after the other, oldest first."""
    for entry in entries:
        yield from page.lines(_lines(entry, page))


def _entry_form(entry: Entry) -> JsonObject:
    return {
        "number": entry.number,
        "ts": time_text(entry.at),
        **entry.intent,
        "outcome": None
        if entry.outcome is None or entry.ended_at is None
        else {**entry.outcome, "ts": time_text(entry.ended_at)},
    }


def _lines(entry: Entry, page: Page) -> Iterator[Line]:
    row: dict[str, Any] = entry.intent
    outcome: dict[str, Any] = entry.outcome or {"ending": _LEFT_OPEN, "words": None}
    ending = str(outcome["ending"])
    what = (
        say(f"{entry.number}  {moment(time_text(entry.at))}  ", Role.MUTED),
        say(f"{row['deed']} "),
        say(f"{object_of(row)}  ", Role.STRONG),
        say(ending, _ROLES.get(ending, Role.UNKNOWN)),
    )
    wrapped = page.ink.wrapped
    yield from wrapped(what, indent=0)
    commit = f", at {str(row['revision'])[:7]}" if row["revision"] else ""
    yield from wrapped((say(f"{row['app']}, {writer_of(row)}{commit}", Role.MUTED),), indent=4)
    if outcome["words"]:
        yield from wrapped((say(str(outcome["words"]), Role.ERROR),), indent=4)
    for change in row["changes"]:
        yield from wrapped(_change(change), indent=4)


def writer_of(row: dict[str, Any]) -> str:
    """Say at whose order something was written."""
    named = ", who confirmed it by its name" if row.get("confirmed") else ""
    return "by itself" if row["auto"] else f"ordered by {row['writer']['user']}{named}"


def object_of(row: dict[str, Any]) -> str:
    """Name what was written to, or the commit."""
    about = row["object"]
    if about is None:
        where = "of live values" if row["deed"] == Deed.ADOPT else f"to {row['app']}"
        return f"of {str(row['revision'])[:7]}" if row["revision"] else where
    name = f"{about['namespace']}/{about['name']}" if about["namespace"] else str(about["name"])
    where = f" on {row['cluster']}" if row["cluster"] else ""
    return f"{about['kind']} {name}{where}"


def _change(change: dict[str, Any]) -> Line:
    by = change.get("by") or {}
    who = " ".join(str(part) for part in (by.get("user"), by.get("manager")) if part)
    told = f"  {who}" if who else ""
    values = f"{_value(change, 'live')} -> {_value(change, 'git')}"
    return (say(f"{change['path']}  "), say(values), say(told, Role.MUTED))


def _value(change: dict[str, Any], side: str) -> str:
    if side not in change:
        return "(not there)"
    text = json.dumps(change[side], ensure_ascii=False)
    return text if len(text) <= _VALUE_CELLS else f"{text[: _VALUE_CELLS - 1]}…"
