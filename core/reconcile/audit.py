"""Which request set a field: matching drift with the API server's audit log (verdicts.md 3).

managedFields names a client, the audit log the user behind it.  A user is claimed only where
exactly one request fits; where several do, their users are suspects and none is claimed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from core.model import Actor, FieldChange, InfoClass, Seen

SKEW_S: Final = 2.0  # between the server's clock and ours, and from a write to its watch event


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One successful write; bodies and URIs of requests are never kept."""

    user: str
    verb: str
    user_agent: str
    manager: str  # the field manager that the request named, or that its user agent implies
    subresource: str
    began: float  # seconds since the epoch, by the server's clock
    ended: float


def attribute(
    changes: Iterable[FieldChange], events: Sequence[AuditEvent]
) -> tuple[FieldChange, ...]:
    """Give each change of one object the user whose request set it.

    Args:
        changes: With the actors and steps that are known already.
        events: The writes of that very object, oldest first.
    """
    return tuple(_attributed(change, events) for change in changes)


def _attributed(change: FieldChange, events: Sequence[AuditEvent]) -> FieldChange:
    actor = change.actor
    if actor is None or change.info is InfoClass.ORDER:
        return change
    found = _matching(actor, change.seen, events)
    if not found:
        return change
    if len(found) > 1:
        users = tuple(dict.fromkeys(event.user for event in found))
        return replace(change, actor=replace(actor, suspects=users))
    (event,) = found
    known = replace(
        actor,
        manager=event.manager,
        subresource=event.subresource or None,
        time=_iso(event.ended),
        user=event.user,
        verb=event.verb,
        user_agent=event.user_agent,
        confidence="audit",
    )
    return replace(change, actor=known)


def _matching(
    actor: Actor, seen: Seen | None, events: Sequence[AuditEvent]
) -> Sequence[AuditEvent]:
    if actor.manager is not None:
        place = (actor.manager, actor.subresource or "")
        events = [event for event in events if (event.manager, event.subresource) == place]
    entry = _seconds(actor.time) if actor.time else None
    if seen is not None:
        until, since = _seconds(seen.at), _seconds(seen.since or seen.at)
        if until is None or since is None:
            return ()
        within = [
            event
            for event in events
            if event.began <= until + 1 + SKEW_S and event.ended >= since - SKEW_S
        ]
        if len(within) > 1 and actor.confidence == "observed" and entry is not None:
            within = [event for event in within if _is_of_second(event, entry)] or within
        return within
    if entry is None:
        return ()
    found = [event for event in events if _is_of_second(event, entry)]
    if len(found) != 1:
        return found
    # The time is that of the entry's last write, which may have set another field: an earlier
    # write by somebody else with the same client could as well be the one.
    others = [e for e in events if e.ended < found[0].began and e.user != found[0].user]
    return [*others, *found]


def _is_of_second(event: AuditEvent, entry: float) -> bool:
    """Tell whether the server can have stamped *entry*, in whole seconds, during the request."""
    return int(event.began) <= entry <= int(event.ended)


def _seconds(rfc3339: str) -> float | None:
    try:
        return datetime.fromisoformat(rfc3339).timestamp()
    except ValueError:  # managedFields is written by clients
        return None


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
