"""An incident written down: what differs now, and what was done about it from here."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from core.cli.output.forms import SCHEMA, diff_form, time_text
from core.cli.output.journal_text import journal_form, object_of, writer_of
from core.cli.output.markdown import Field, Item, Section, markdown_of, sections_of_snapshot
from core.journal import Entry
from core.model import JsonObject, Snapshot
from core.telling.moments import moment
from core.telling.values import cut

_COLUMNS: Final = ("before", "Git", "who had set it, and which commit said otherwise")
_OPEN: Final = "no outcome"


def about(snapshot: Snapshot, entries: Sequence[Entry]) -> list[Entry]:
    """Return what was written for the apps of a snapshot, where it was not another cluster."""
    views = {view.spec.name: view for view in snapshot.clusters}
    uids = {app.spec.name: views[app.spec.cluster].uid for app in snapshot.apps}
    return [entry for entry in entries if _is_about(entry, uids)]


def _is_about(entry: Entry, uids: dict[str, str]) -> bool:
    uid = uids.get(str(entry.intent["app"]))
    there = entry.intent["cluster_uid"]
    return uid is not None and (not uid or not there or uid == there)


def incident_form(
    snapshot: Snapshot, entries: Iterable[Entry], since: float, now: float
) -> JsonObject:
    """Put an incident into the form of `driftdeck report -o json`."""
    return {
        "schema": SCHEMA,
        "at": time_text(now),
        "since": time_text(since),
        "diff": diff_form(snapshot, everything=False),
        "journal": journal_form(entries)["entries"],
    }


def incident_text(snapshot: Snapshot, entries: Iterable[Entry], since: float, now: float) -> str:
    """Write an incident as Markdown, whole: it is a document, and not a comment."""
    span = f"{moment(time_text(since))} to {moment(time_text(now))}"
    parts = (
        f"# What differs, and what was done: {span}\n",
        "## What differs now\n",
        markdown_of(sections_of_snapshot(snapshot, now, everything=False), limit=None),
        "## What was done from here\n",
        markdown_of(_sections(entries), limit=None) or "Nothing was written.\n",
    )
    return "\n".join(parts)


def _sections(entries: Iterable[Entry]) -> Iterator[Section]:
    by_app: dict[str, list[Entry]] = {}
    for entry in entries:
        by_app.setdefault(str(entry.intent["app"]), []).append(entry)
    for app, written in by_app.items():
        endings = [_ending(entry) for entry in written]
        counts = ", ".join(f"{endings.count(each)} {each}" for each in dict.fromkeys(endings))
        yield Section(app, counts, _COLUMNS, (), tuple(map(_item, written)))


def _item(entry: Entry) -> Item:
    row: dict[str, Any] = entry.intent
    outcome: dict[str, Any] = entry.outcome or {}
    commit = f"Git at {str(row['revision'])[:12]}" if row["revision"] else ""
    ended = moment(time_text(entry.ended_at)) if entry.ended_at is not None else ""
    said = (writer_of(row), commit, f"ended {ended}" if ended else "", outcome.get("words") or "")
    return Item(
        f"{moment(time_text(entry.at))} {object_of(row)}",
        f"{row['deed']}, {_ending(entry)}",
        tuple(filter(None, said)),
        tuple(map(_field, row["changes"])),
    )


def _ending(entry: Entry) -> str:
    return str(entry.outcome["ending"]) if entry.outcome is not None else _OPEN


def _field(change: dict[str, Any]) -> Field:
    by = change.get("by") or {}
    when = moment(by["time"]) if by.get("time") else ""
    commit = f"commit {str(change['commit'])[:12]}" if change.get("commit") else ""
    who = ", ".join(filter(None, (by.get("user"), by.get("manager"), when, commit)))
    return Field((str(change["path"]), _value(change, "live"), _value(change, "git"), who))


def _value(change: dict[str, Any], side: str) -> str:
    return cut(json.dumps(change[side], ensure_ascii=False)) if side in change else ""
