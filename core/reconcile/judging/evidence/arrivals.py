"""When the watch brought what is told of an object, so that it is known how long telling took.

A listing has no such time: what it shows may have happened at any moment since the one before.
"""

from dataclasses import replace

from core.model import Key
from core.reconcile.memory.draft import Draft


def note_arrival(draft: Draft, key: Key, at: float) -> None:
    """Note when the watch brought a change; the first since the last verdict counts."""
    subject = draft.subject(key)
    if not subject.arrived_at:
        draft.put(replace(subject, arrived_at=at))


def pass_verdict(draft: Draft, key: Key, *, drifts: bool) -> None:
    """Note that an object was judged for good: what comes from now on is another change."""
    subject = draft.subject(key)
    drifted_at = (subject.drifted_at or subject.arrived_at) if drifts else 0.0
    if (subject.arrived_at, subject.drifted_at) != (0.0, drifted_at):
        draft.put(replace(subject, arrived_at=0.0, drifted_at=drifted_at))
