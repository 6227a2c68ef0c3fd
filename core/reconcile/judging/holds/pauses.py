"""What people set aside: an app or an object, for a time, with a reason.

It is kept in the cluster, beside the inventory, so every process of ours obeys it; a person's sync
goes on.  A pause ends by itself, at its time.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from core.model import EventName, Held, HeldBy, Key, ObjectRef, Pause
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WakeAt
from core.reconcile.memory.inputs import PausesRead
from core.reconcile.memory.state import AppState


def pause_of(app: AppState, ref: ObjectRef | None, now: float) -> Pause | None:
    """Return what sets an object aside: a pause of its own, else that of its app."""
    if not app.pauses:
        return None
    found = [each for each in app.pauses if each.until > now and each.ref in {None, ref}]
    return max(found, key=lambda each: (each.ref is not None, each.until), default=None)


def held_by(pause: Pause) -> Held:
    """Say in a row or of an app that it is set aside."""
    return Held(HeldBy.PAUSE, pause_words(pause), pause.until, pause)


def pause_words(pause: Pause) -> str:
    """Say until when something is set aside, by whom and why."""
    until = datetime.fromtimestamp(pause.until, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"paused until {until} by {pause.author}: {pause.reason}"


def take_pauses(draft: Draft, read: PausesRead) -> None:
    """Learn what is set aside of an app; what is new of that, and what is over, is said once."""
    app = draft.app(read.app)
    pauses = tuple(each for each in read.pauses if each.until > draft.now)
    begun = [each for each in pauses if each not in app.pauses]
    kept = {each.ref for each in pauses}
    ended = [each for each in app.pauses if each.ref not in kept]
    if not begun and not ended:
        return
    draft.put_app(replace(app, pauses=pauses))
    for each in begun:
        draft.effects.append(WakeAt(each.until))
    _tell(draft, app, begun, ended)


def end_pauses(draft: Draft) -> None:
    """End the pauses whose time is over."""
    for app in tuple(draft.apps.values()):
        if any(each.until <= draft.now for each in app.pauses):
            take_pauses(draft, PausesRead(app.spec.name, app.pauses))


def _tell(draft: Draft, app: AppState, begun: Iterable[Pause], ended: Iterable[Pause]) -> None:
    name = app.spec.name
    told = [(EventName.PAUSED, each, pause_words(each)) for each in begun]
    told += [(EventName.RESUMED, each, f"it was {pause_words(each)}") for each in ended]
    refs: set[ObjectRef | None] = set()
    for event, each, words in told:
        refs.add(each.ref)
        row = draft.row(Key(name, each.ref)) if each.ref is not None else None
        kind = row.kind if row is not None else None
        draft.tell(
            event, app=name, cluster=app.spec.cluster, kind=kind, ref=each.ref, message=words
        )
    rows = draft.rows
    draft.judge_all_again(
        key for key in rows if key.app == name and (None in refs or key.ref in refs)
    )
