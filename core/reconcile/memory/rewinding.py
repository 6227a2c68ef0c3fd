"""A clock that was set back: what waits goes on waiting as long as it would have.

By how much is known from the step before, so the time since then is waited once more.
"""

from dataclasses import replace
from typing import Final

from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WakeAt
from core.reconcile.memory.phases import Applying, Waiting
from core.reconcile.memory.subjects import Heals, Subject
from core.reconcile.memory.tables import Map

SLEW_S: Final = 1.0  # less is a clock being corrected, and nothing waits so exactly


def rewind(draft: Draft, by_s: float) -> None:
    """Move every end of a wait back with the clock.

    Times that are only shown stay as they were told.
    """
    for subject in tuple(draft.subjects.values()):
        moved = _moved(subject, by_s)
        if moved != subject:
            draft.put(moved)
    draft.alarms = Map({key: at - by_s for key, at in draft.alarms.items()})
    draft.effects += [WakeAt(at) for at in {*draft.alarms.values()}]
    for app in tuple(draft.apps.values()):
        if app.store_at is not None:
            draft.put_app(replace(app, store_at=app.store_at - by_s))
            draft.effects.append(WakeAt(app.store_at - by_s))
    for number, run in tuple(draft.runs.items()):
        match run.phase:
            case Waiting() as phase:
                until = phase.until - by_s
                draft.runs[number] = replace(run, phase=replace(phase, until=until))
                draft.effects.append(WakeAt(until))
            case Applying() as phase:
                until = phase.patience_until - by_s
                draft.runs[number] = replace(run, phase=replace(phase, patience_until=until))
                draft.effects.append(WakeAt(until))
            case _:
                continue


def _moved(subject: Subject, by_s: float) -> Subject:
    hold, refusal, answered_at = subject.hold, subject.refusal, subject.answered_at
    awaited = subject.awaited
    return replace(
        subject,
        heals=Map({path: _heals(heals, by_s) for path, heals in subject.heals.items()}),
        awaited=awaited and replace(awaited, at=awaited.at - by_s),
        hold=hold and replace(hold, until=hold.until - by_s),
        refusal=refusal and replace(refusal, until=refusal.until - by_s),
        answered_at=None if answered_at is None else answered_at - by_s,
    )


def _heals(heals: Heals, by_s: float) -> Heals:
    calm = heals.calm_since
    return replace(
        heals,
        times=tuple(at - by_s for at in heals.times),
        calm_since=None if calm is None else calm - by_s,
    )
