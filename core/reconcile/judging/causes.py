"""Which side moved, field by field: somebody in the cluster, or Git.

The base is what driftdeck applied, by its inventory.  While an object is not in it the evidence is,
in this order: what our own watch saw, the last client-side apply, whose entry in managedFields the
field stands in, and what earlier commits stated.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final

import msgspec

from core.compare import (
    MANAGER,
    Earlier,
    Evidence,
    Held,
    OwnerClass,
    Past,
    Schema,
    class_of,
)
from core.model import (
    Absent,
    AppSpec,
    Cause,
    Desired,
    Drift,
    FieldChange,
    FieldVerdict,
    InfoClass,
    JsonObject,
    Live,
    Operation,
    Verdict,
)
from core.model.paths import Parts, parse_path
from core.reconcile.memory.results import InventoryRow

_DEPLOYING: Final = frozenset(  # commands of kubectl that bring whole objects
    {
        "kubectl-client-side-apply",
        "kubectl-last-applied",
        "kubectl-create",
        "kubectl-replace",
        "kubectl-run",
        "kubectl-expose",
        "kubectl-autoscale",
    }
)
_NOT_GIT: Final = frozenset({OwnerClass.CONTROLLER, OwnerClass.OURS})


def cause_of(changes: Iterable[FieldChange]) -> Cause | None:
    """Return which side moved in an object, of whose fields that is known."""
    found = {change.cause for change in changes if change.verdict is FieldVerdict.DRIFT} - {None}
    return found.pop() if len(found) == 1 else Cause.BOTH if found else None


def withheld(spec: AppSpec, cause: Cause | None) -> str:
    """Name the setting that keeps the engine from putting right what has this cause; "": none."""
    if not spec.heal and cause is not Cause.GIT_AHEAD:
        return "heal: false"
    return "" if spec.follow or cause is Cause.LIVE_CHANGED else "follow: false"


def cause_of_absence(applied: InventoryRow | None, desired: Desired, before: Drift | None) -> Cause:
    """Return which side moved where the cluster lacks an object that Git states.

    *before* is its row until now: one that nobody recorded and that was seen was deleted.
    """
    if applied is not None and applied.uid:
        return Cause.LIVE_CHANGED if applied.digest == desired.digest else Cause.BOTH
    if before is None or before.stamp is None or before.stamp.digest != desired.digest:
        return Cause.GIT_AHEAD
    gone = before.verdict is Verdict.MISSING and before.cause is Cause.LIVE_CHANGED
    return Cause.LIVE_CHANGED if gone or before.stamp.version is not None else Cause.GIT_AHEAD


class Causes:
    """Finds which side moved in one object that is on both sides."""

    def __init__(
        self,
        applied: InventoryRow | None,
        desired: Desired,
        live: Live,
        schema: Schema | None,
        classes: Mapping[str, OwnerClass],
        earlier: tuple[Earlier, ...] | None,
    ) -> None:
        """Look at one object.

        Args:
            applied: What the inventory says of it.
            desired: What Git states.
            live: What the cluster has.
            schema: What the cluster publishes about the kind.
            classes: Field managers that settings moved to another class.
            earlier: What earlier commits stated, newest first; None: not known yet.
        """
        self._applied = applied.digest if applied is not None else None
        self._desired, self._found = desired, live
        self._schema, self._classes = schema, classes
        self._earlier = earlier

    def told(self, changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
        """Say of each change that is drift which side moved, as far as that is known."""
        return tuple(
            replace(each, cause=self._of(each)) if each.verdict is FieldVerdict.DRIFT else each
            for each in changes
        )

    def lacks_past(self, changes: Iterable[FieldChange]) -> bool:
        """Tell whether what earlier commits stated would tell more about *changes*.

        Of a field that only live has and nobody vouches for they say whether Git dropped it.
        """
        if self._earlier is not None:
            return False
        return any(
            each.cause is None
            if each.verdict is FieldVerdict.DRIFT
            else each.info is InfoClass.INJECTED and self._may_be_dropped(each)
            for each in changes
        )

    def _may_be_dropped(self, change: FieldChange) -> bool:
        if not isinstance(change.git, Absent) or self._applied is not None:
            return False
        if self._evidence.is_ours:
            return False
        manager = change.manager
        return manager is None or class_of(manager, self._classes) not in _NOT_GIT

    # What tells --------------------------------------------------------------------------------

    def _of(self, change: FieldChange) -> Cause | None:
        if self._applied is None:
            return self._unrecorded(change)
        if self._applied == self._desired.digest:
            return Cause.LIVE_CHANGED
        return self._since_applied(change)

    def _since_applied(self, change: FieldChange) -> Cause | None:
        """Git moved since we applied the object: did it in this field, and did anybody else?"""
        manager = change.manager
        if manager == MANAGER:
            return Cause.GIT_AHEAD
        if self._earlier is None:
            return None
        base = next((each.body for each in self._earlier if each.digest == self._applied), None)
        if base is None:  # the history has it no more
            others = manager is not None or change.seen is not None
            return Cause.BOTH if others else Cause.GIT_AHEAD
        stated = msgspec.json.decode(base, type=dict)
        if self._agree(stated, self._git, change) and self._agree(self._git, stated, change):
            return Cause.LIVE_CHANGED  # each way: a map that is new in Git is no addition of others
        return Cause.GIT_AHEAD if self._agree(stated, self._live, change) else Cause.BOTH

    def _agree(self, stated: JsonObject, found: JsonObject, change: FieldChange) -> bool:
        held = Held(stated, found, self._schema)
        return all(held.agrees(place) for place in _places(change))

    def _unrecorded(self, change: FieldChange) -> Cause | None:
        if change.seen is not None:
            return Cause.LIVE_CHANGED
        if change.manager == MANAGER:
            return Cause.GIT_AHEAD
        known = self._by_last_applied(change)
        if known is not None:
            return known
        if self._is_edited(change):
            return Cause.LIVE_CHANGED
        if self._earlier is None:
            return None
        past = Past([each.body for each in self._earlier], self._live, self._schema)
        (parts, *_) = _places(change)
        gone = isinstance(change.live, Absent)
        in_git = past.lacked(parts, self._git) if gone else past.stated(parts)
        return Cause.GIT_AHEAD if in_git else Cause.LIVE_CHANGED

    def _by_last_applied(self, change: FieldChange) -> Cause | None:
        """Ask the last client-side apply, if there was one: live is as it left it, or is not."""
        sent = self._evidence.last_applied
        if not sent:
            return None
        if self._agree(sent, self._live, change):
            return Cause.GIT_AHEAD
        return Cause.LIVE_CHANGED if isinstance(change.live, Absent) else None

    def _is_edited(self, change: FieldChange) -> bool:
        """Tell whether the owner of a field is not whoever deployed the object."""
        actor = change.actor
        if actor is None or actor.manager is None:
            return False
        if actor.subresource:
            return True
        whole = actor.operation is Operation.APPLY or actor.manager in _DEPLOYING
        if whole or class_of(actor.manager, self._classes) is OwnerClass.DEPLOYER:
            return False
        others = (each for each in self._evidence.owners.entries if not each.subresource)
        return any(each.manager != actor.manager and each.kind not in _NOT_GIT for each in others)

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence(self._live, self._classes)

    @cached_property
    def _live(self) -> JsonObject:
        document: JsonObject = msgspec.json.decode(self._found.body)
        return document

    @cached_property
    def _git(self) -> JsonObject:
        document: JsonObject = msgspec.json.decode(self._desired.body)
        return document


def _places(change: FieldChange) -> Iterator[Parts]:
    """Yield where a change is, and the entry that stands there instead, if one does."""
    yield parse_path(change.path)
    if change.swaps:
        yield parse_path(change.place)
