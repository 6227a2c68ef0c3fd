"""The audit log: a line of JSON for every write, as a real server's policy of level Metadata says.

Names, times and users, never a body.  A line is in the file before the answer and the watch event
leave, so that whoever hears of a write can look up who made it.
"""

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from core.sandbox.serve.routes import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One write that was answered; times are seconds since the epoch."""

    target: Target
    verb: str
    name: str  # also where the path has none, as that of a create
    uri: str
    user: str
    user_agent: str
    status: int
    began: float
    ended: float


class AuditLog:
    """Appends to one file."""

    def __init__(self, path: Path) -> None:
        """Make the file, so that it can be followed from the start."""
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, written: Written) -> None:
        """Append one event."""
        os.write(self._fd, msgspec.json.encode(event_of(written)) + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def event_of(written: Written) -> Mapping[str, object]:
    """Return the event of audit.k8s.io/v1 that tells of a write."""
    kind, target = written.target.kind, written.target
    place = {
        "resource": kind.plural,
        "namespace": target.namespace,
        "name": written.name,
        "apiGroup": kind.group,
        "apiVersion": kind.version,
        "subresource": target.subresource,
    }
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": str(uuid.uuid4()),
        "stage": "ResponseComplete",
        "requestURI": written.uri,
        "verb": written.verb,
        "user": {"username": written.user, "groups": ["system:authenticated"]},
        "sourceIPs": ["127.0.0.1"],
        "userAgent": written.user_agent,
        "objectRef": {name: value for name, value in place.items() if value},
        "responseStatus": {"metadata": {}, "code": written.status},
        "requestReceivedTimestamp": _micro(written.began),
        "stageTimestamp": _micro(written.ended),
        "annotations": {"authorization.k8s.io/decision": "allow"},
    }


def _micro(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
