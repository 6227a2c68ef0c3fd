"""What our own watch saw: how fields that differ now came to their present value.

Each version that the watch brings makes a sighting with the version before.  When the object is
judged, the newest sighting that moved a field is kept for as long as the field differs with that
value; managedFields is silent about a removed field and about the time of a scale, this is not.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from core.compare import NOBODY, Move, Schema, Transition, mask
from core.model import Confidence, FieldChange, FieldVerdict, InfoClass, Key, Live, Seen
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.subjects import NO_OBSERVATIONS, Observation, Sighting
from core.reconcile.memory.tables import Map

SIGHTINGS_MAX: Final = 16  # of one object between two judgements; older steps are forgotten


def note_sighting(
    draft: Draft,
    key: Key,
    before: Live | None,
    after: Live | None,
    *,
    at: float = 0.0,
    since: float = 0.0,
) -> None:
    """Note that *after* came in place of *before*; the times are those of a `Sighting`."""
    if before is None or after is None or before.uid != after.uid:
        _remember(draft, key, (), NO_OBSERVATIONS)
    elif before.resource_version != after.resource_version:
        subject = draft.subject(key)
        kept = subject.sightings[1 - SIGHTINGS_MAX :]
        sightings = (*kept, Sighting(before, after, at, since))
        draft.put(replace(subject, sightings=sightings))


def _remember(
    draft: Draft,
    key: Key,
    sightings: tuple[Sighting, ...],
    observed: Map[str, Observation],
) -> None:
    subject = draft.subject(key)
    if (subject.sightings, subject.observed) != (sightings, observed):
        draft.put(replace(subject, sightings=sightings, observed=observed))


def forget_sightings(draft: Draft, key: Key) -> None:
    """An object was judged: what led there is no news any more."""
    _remember(draft, key, (), draft.subject(key).observed)


def forget_observations(draft: Draft, key: Key) -> None:
    """An object was judged, and nothing differs."""
    _remember(draft, key, (), NO_OBSERVATIONS)


class Sights:
    """The sightings of one object since it was judged, and what is known from before."""

    def __init__(self, draft: Draft, key: Key, live: Live, schema: Schema | None) -> None:
        """Look at what led to *live*."""
        self._draft, self._key = draft, key
        subject = draft.subject(key)
        sightings = subject.sightings
        if sightings and sightings[-1].after != live:
            sightings = ()  # something in between was not seen
        self._known = subject.observed
        self._sightings, self._schema = sightings, schema

    @cached_property
    def _newest_first(self) -> list[tuple[Sighting, Transition]]:
        return [
            (each, Transition(each.before.body, each.after.body, self._schema))
            for each in reversed(self._sightings)
        ]

    def attach(
        self, real: Sequence[FieldChange], shown: Sequence[FieldChange]
    ) -> tuple[FieldChange, ...]:
        """Say of each change what was seen, and remember it.

        *real* and *shown* are the same changes, with real values and with masked ones.
        """
        kept: dict[str, Observation] = {}
        for change, masked in zip(real, shown, strict=True):
            found = self._newest(change, masked) if _is_of_live(change) else None
            if found is not None:
                kept[change.path] = found
        _remember(self._draft, self._key, (), Map(kept))
        return tuple(
            _told(masked, kept[masked.path]) if masked.path in kept else masked for masked in shown
        )

    def _newest(self, change: FieldChange, masked: FieldChange) -> Observation | None:
        known = self._known.get(change.path)
        for sighting, step in self._newest_first:
            move = step.of(change)
            if move is not None:
                return self._observation(sighting, move, masked)
        return known if known is not None and known.live == masked.live else None

    def _observation(self, sighting: Sighting, move: Move, masked: FieldChange) -> Observation:
        sides = FieldChange(masked.path, masked.verdict, live=move.after, git=move.before)
        sealed = self._draft.app(self._key.app).is_sealed(self._key.ref)
        (hidden,) = mask([sides], self._key.ref, key=self._draft.mask_key, sealed=sealed)
        seen = Seen(
            before=hidden.git,
            after=hidden.live,
            from_version=sighting.before.resource_version,
            to_version=sighting.after.resource_version,
            at=_iso(sighting.at),
            since=_iso(sighting.since) if sighting.since else "",
        )
        return Observation(seen, move.writer, masked.live)


def _is_of_live(change: FieldChange) -> bool:
    """Tell whether a change is one that somebody made in the cluster."""
    return change.verdict is not FieldVerdict.WARN and change.info is not InfoClass.ORDER


def _told(change: FieldChange, found: Observation) -> FieldChange:
    """Put into *change* what was seen, no surer than it is."""
    seen, owner = found.seen, change.actor or NOBODY
    if seen.since:  # several may have written meanwhile: managedFields alone speaks
        return replace(change, seen=seen)
    if found.writer is None and owner.manager is not None:
        return replace(change, seen=seen, actor=replace(owner, observed_at=seen.at))
    actor = replace(found.writer or NOBODY, observed_at=seen.at, confidence=Confidence.OBSERVED)
    return replace(change, seen=seen, actor=actor)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
