"""The accounts of a failover: who held which Lease when, and which writes that did not cover.

They are made from the audit log alone, by rules that share nothing with driftdeck but the names.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

VALID_S: Final = 9.0  # of a renewal: two seconds before others may take the Lease
_WRITES: Final = frozenset({"create", "update", "patch", "delete"})


@dataclass(frozen=True, slots=True)
class Hold:
    """A Lease was written: who holds it from then on, "" for nobody; seconds since the epoch."""

    lease: str
    user: str
    holder: str
    since: float  # the request arrived
    until: float  # it was answered


@dataclass(frozen=True, slots=True)
class Write:
    """An object was changed; not a Lease, and no dry-run."""

    user: str
    name: str
    verb: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Log:
    """What the replicas did, oldest first."""

    holds: tuple[Hold, ...]
    writes: tuple[Write, ...]

    def after(self, at: float) -> "Log":
        """What began later than *at*."""
        return Log(
            tuple(one for one in self.holds if one.since > at),
            tuple(one for one in self.writes if one.since > at),
        )


def log_of(lines: Iterable[str], users: frozenset[str]) -> Log:
    """Read an audit log: what succeeded of what *users* asked to be changed."""
    holds: list[Hold] = []
    writes: list[Write] = []
    for line in lines:
        entry = json.loads(line)
        if not _counts(entry, users):
            continue
        about, user = entry["objectRef"], entry["user"]["username"]
        times = (
            _seconds(entry["requestReceivedTimestamp"]),
            _seconds(entry["stageTimestamp"]),
        )
        name = about.get("name") or _made(entry).get("metadata", {}).get("name", "")
        if about["resource"] == "events" or name.startswith("driftdeck-status"):
            continue  # what is told is no state of anything
        if about["resource"] == "leases":
            holder = _made(entry).get("spec", {}).get("holderIdentity", "")
            holds.append(Hold(name, user, holder, *times))
        else:
            writes.append(Write(user, name, entry["verb"], *times))
    return Log(tuple(sorted(holds, key=_at)), tuple(sorted(writes, key=_at)))


def _counts(entry: dict[str, Any], users: frozenset[str]) -> bool:
    done = 200 <= entry.get("responseStatus", {}).get("code", 0) < 300
    changes = entry["verb"] in _WRITES and "dryRun=" not in entry["requestURI"]
    reviews = (entry.get("objectRef") or {}).get("apiGroup") == "authorization.k8s.io"
    ours = entry["user"].get("username") in users and entry["stage"] == "ResponseComplete"
    return done and changes and ours and not reviews


def _made(entry: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = entry.get("responseObject") or {}
    return made


def _at(one: Hold | Write) -> float:
    return one.until


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def uncovered(log: Log, lease_of: Callable[[str], str]) -> Iterator[str]:
    """Find writes that no Lease of their writer covered: two writers, or one that was late.

    *lease_of* says which Lease an object is covered by.  A write counts as long as it takes, from
    its arrival to its answer; a Lease counts for a writer from the answer to his renewal, and to
    another one from the arrival of his.
    """
    for write in log.writes:
        lease = lease_of(write.name)
        holds = [one for one in log.holds if one.lease == lease]
        before = [one for one in holds if one.until <= write.since]
        taken = [one for one in holds if one.user != write.user and _meets(one, write)]
        words = f"{_clock(write.since)} {write.verb} of {write.name} by {write.user}"
        if taken:
            yield f"{words}, and {taken[0].user} took {lease} meanwhile"
        elif not before or before[-1].user != write.user:
            yield f"{words}, and {before[-1].user if before else 'nobody'} holds {lease}"
        elif not before[-1].holder:
            yield f"{words}, after it was released"
        elif write.since > before[-1].since + VALID_S:
            late = write.since - before[-1].since
            yield f"{words}, {late:.1f} s after the last renewal of {lease}"


def _meets(hold: Hold, write: Write) -> bool:
    return hold.since < write.until and hold.until > write.since and bool(hold.holder)


def first_write_after(log: Log, at: float, names: frozenset[str], other: str) -> Write | None:
    """Return the first write of one of the objects by anybody but *other*."""
    return next(
        (one for one in log.after(at).writes if one.user != other and one.name in names), None
    )


def writers(writes: Sequence[Write], app: str) -> frozenset[str]:
    """Return who wrote the objects of an app."""
    return frozenset(one.user for one in writes if app_of(one.name) == app)


def app_of(name: str) -> str:
    """Return the app of an object or of an inventory: "driftdeck-a1-0" is of "a1", so is "a1"."""
    return name.removeprefix("driftdeck-").partition("-")[0]


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at):%H:%M:%S.%f}"  # noqa: DTZ006 - shown beside other logs
