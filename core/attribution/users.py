"""Which request set a field: matching drift with the API server's audit log (verdicts.md 3).

managedFields names a client, the audit log the user behind it.  A user is claimed only where
exactly one request fits; where several do, their users are suspects and none is claimed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from core.compare import MANAGER, NOBODY
from core.model import (
    DELETIONS,
    Absent,
    Actor,
    AuditEvent,
    Confidence,
    FieldChange,
    InfoClass,
    Seen,
)

SKEW_S: Final = 2.0  # between the server's clock and ours, and from a write to its watch event


def attribute(
    changes: Iterable[FieldChange], events: Sequence[AuditEvent], *, applied: bool
) -> tuple[FieldChange, ...]:
    """Give each change of one object the user whose request set it.

    Args:
        changes: With the actors and steps that are known already.
        events: The writes and deletions of that very object, oldest first.
        applied: What Git states was applied by us, so that what is not there was taken away.
    """
    writes = _of_this_life(events)
    return tuple(_attributed(change, writes, applied=applied) for change in changes)


def maker(actor: Actor | None, events: Sequence[AuditEvent]) -> Actor | None:
    """Return who made an object, as surely as the log tells; *actor* is who its fields name."""
    first = next(iter(_of_this_life(events)), None)
    if first is None or (first.verb != "create" and actor is None):
        return actor
    if first.verb == "create" or (actor and actor.manager == first.manager):
        return _known(actor or NOBODY, first)
    return actor


def remover(events: Sequence[AuditEvent]) -> Actor | None:
    """Return who deleted an object that is not there, None if the log does not tell."""
    last = next((event for event in reversed(events) if event.verb in DELETIONS), None)
    return _known(NOBODY, last) if last is not None else None


def _of_this_life(events: Sequence[AuditEvent]) -> Sequence[AuditEvent]:
    """Leave out what came before the last deletion: that was another object."""
    born = max((at + 1 for at, event in enumerate(events) if event.verb in DELETIONS), default=0)
    return events[born:]


def _attributed(change: FieldChange, events: Sequence[AuditEvent], *, applied: bool) -> FieldChange:
    actor = change.actor
    if actor is None or change.info is InfoClass.ORDER:
        return change
    found = _matching(actor, change.seen, events)
    if applied and change.seen is None and isinstance(change.live, Absent):
        found = _since_ours(events)
    if not found:
        return change
    if len(found) > 1:
        users = tuple(dict.fromkeys(event.user for event in found))
        clients = {event.manager for event in found}
        manager = actor.manager or (clients.pop() if len(clients) == 1 else None)
        return replace(change, actor=replace(actor, manager=manager, suspects=users))
    (event,) = found
    return replace(change, actor=_known(actor, event))


def _since_ours(events: Sequence[AuditEvent]) -> Sequence[AuditEvent]:
    """Return what was written after our last apply, which had put there what is gone now."""
    ours = _last_of_ours(events)
    if ours is None:
        return ()
    return [event for event in events[ours + 1 :] if not event.subresource]


def _last_of_ours(events: Sequence[AuditEvent]) -> int | None:
    return max((at for at, event in enumerate(events) if event.manager == MANAGER), default=None)


def _known(actor: Actor, event: AuditEvent) -> Actor:
    return replace(
        actor,
        manager=event.manager,
        subresource=event.subresource or None,
        time=_iso(event.ended),
        user=event.user,
        verb=event.verb,
        user_agent=event.user_agent,
        confidence=Confidence.AUDIT,
    )


def _matching(
    actor: Actor, seen: Seen | None, events: Sequence[AuditEvent]
) -> Sequence[AuditEvent]:
    ours = _last_of_ours(events)
    since_ours = events[ours + 1 :] if ours is not None else events
    if actor.manager is not None:
        events, since_ours = _by_client(actor, events), _by_client(actor, since_ours)
    if seen is None and actor.manager is not None and actor.subresource and actor.time is None:
        return _by_subresource(since_ours or events)
    entry = _seconds(actor.time) if actor.time else None
    if seen is None:
        return _by_entry(entry, events)
    within = _within(seen, events)
    if len(within) > 1 and actor.confidence is Confidence.OBSERVED and entry is not None:
        return [event for event in within if _is_of_second(event, entry)] or within
    return within


def _by_client(actor: Actor, events: Sequence[AuditEvent]) -> Sequence[AuditEvent]:
    place = (actor.manager, actor.subresource or "")
    return [event for event in events if (event.manager, event.subresource) == place]


def _by_subresource(events: Sequence[AuditEvent]) -> Sequence[AuditEvent]:
    """Return what may have made an entry without a time, as a scale leaves it (verdicts.md 3).

    All of them set the same field, so that the last one counts; of two users it may be either,
    for the later one may have asked for what was there already.
    """
    return events[-1:] if len({event.user for event in events}) == 1 else events


def _within(seen: Seen, events: Sequence[AuditEvent]) -> Sequence[AuditEvent]:
    """Return what was written while the step happened that our watch saw."""
    until, since = _seconds(seen.at), _seconds(seen.since or seen.at)
    if until is None or since is None:
        return ()
    return [
        event
        for event in events
        if event.began <= until + 1 + SKEW_S and event.ended >= since - SKEW_S
    ]


def _by_entry(entry: float | None, events: Sequence[AuditEvent]) -> Sequence[AuditEvent]:
    """Return what may have made the managedFields entry of that second."""
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
