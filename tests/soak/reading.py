"""From the audit log and driftdeck's lines to the values of the accounts."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from tests.soak.accounting import Request, Told
from tests.soak.objects import Ref

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


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
