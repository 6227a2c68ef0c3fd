"""From the audit log and driftdeck's lines to the values of the accounts."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, Final

from core.journal import Entry, Store, journal_file
from tests.soak.accounting import Request, Told
from tests.soak.objects import Ref
from tests.soak.recording import Recorded

_VERBS: Final = frozenset({"get", "create", "update", "patch", "delete"})


def requests_of(lines: Iterable[str]) -> Iterator[Request]:
    """Read an audit log, oldest first: requests for single objects that were answered."""
    for line in lines:
        entry = json.loads(line)
        about = entry.get("objectRef") or {}
        named = about.get("namespace") and about.get("name")
        if entry["stage"] == "ResponseComplete" and named and entry["verb"] in _VERBS:
            yield _request(entry, about)


def _request(entry: Mapping[str, Any], about: Mapping[str, Any]) -> Request:
    return Request(
        _seconds(entry["requestReceivedTimestamp"]),
        _seconds(entry["stageTimestamp"]),
        entry["user"].get("username", ""),
        entry["verb"],
        Ref(about["resource"], about["namespace"], about["name"]),
        entry.get("responseStatus", {}).get("code", 0),
        "dryRun=" in entry["requestURI"],
        "force=true" in entry["requestURI"],
    )


def told_of(lines: Iterable[str]) -> Iterator[Told]:
    """Read what driftdeck printed, as far as it names objects."""
    for line in lines:
        event = json.loads(line)
        about = event["object"]
        if about is not None:
            ref = Ref(f"{about['kind'].lower()}s", about["namespace"], about["name"])
            yield Told(_seconds(event["ts"]), event["event"], ref)


def renewals_of(lines: Iterable[str]) -> Iterator[float]:
    """Yield when new settings were taken."""
    for line in lines:
        event = json.loads(line)
        if event["event"] == "started" and event["message"].startswith("new settings"):
            yield _seconds(event["ts"])


def recorded_of(environment: Mapping[str, str], since: float) -> list[Recorded]:
    """Read what the journal has of objects."""
    path = journal_file(environment)
    assert path is not None
    with closing(Store(path)) as store:
        return [_recorded(each) for each in store.since(since) if each.intent["object"]]


def _recorded(entry: Entry) -> Recorded:
    about: Any = entry.intent["object"]
    ref = Ref(f"{about['kind'].lower()}s", about["namespace"], about["name"])
    done = entry.outcome is not None and entry.outcome["ending"] == "done"
    return Recorded(entry.at, entry.ended_at, ref, done)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
