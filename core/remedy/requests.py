"""What is written to bring one object back to Git: decided here and nowhere else.

Three kinds of write can be needed, and the API has no request that does all of it:

- An *apply* states Git's fields and makes them ours, which a patch cannot: what is put back by a
  patch is owned by `Update`, so that the field would stay when Git drops it.
- A *removal* takes away what others added, which an apply cannot: it leaves the fields of other
  managers alone.  What only our own applies own goes by itself when it is no longer stated.
- A *replacement* puts Git's entry of a list where another stands.  Left to an apply the two would
  stand side by side, or the server would refuse them both (two ports of one number).

Removals and replacements are one edit, and one write heals what needs either only an apply or only
an edit.  Where both are needed there are two.  An edit that only removes comes after the apply.
One that replaces goes first, and so does one that takes away what stands in the way of a field of
Git's (`core.compare.unions`): the apply would be refused before it.  Such an edit is the whole heal
in one write, Git's values included, for the server takes the one only with the other; the apply
after it makes Git's fields ours and changes no value.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Final, assert_never

import msgspec

from core.compare import Policy, Schema
from core.compare.equality.schema import UNKNOWN
from core.compare.evidence.ownership import Owners
from core.model import (
    Absent,
    Desired,
    FieldChange,
    JsonObject,
    KindRef,
    Live,
    ObjectRef,
    Step,
    Verb,
)
from core.model.paths import Parts, locate, parse_path, value_at
from core.model.requests import (
    Add,
    Apply,
    Awaited,
    Delete,
    Edit,
    Operation,
    Precondition,
    Remove,
    Replace,
    Request,
    Version,
)
from core.remedy.claims import applied_by_us, fields_applied, is_claimed
from core.remedy.inverses import made_again, put_back, restored
from core.remedy.patching import with_twin
from core.remedy.payload import payload

_CREATION_VERBS: Final = ("patch", "create")
_CHANGE_VERBS: Final = ("patch",)
_DELETION_VERBS: Final = ("delete",)


def requests(
    desired: Desired, live: Live | None, step: Step, schema: Schema | None, policy: Policy
) -> tuple[Request, ...]:
    """Return what carries out one step, in the order in which it is sent.

    Args:
        desired: What Git states.
        live: The very object that the step was decided on, None where there is none.
        step: What is to be done, and the differences that it is about.
        schema: What the cluster publishes about the kind.
        policy: Of the app: what rules leave alone.
    """
    match step.verb:
        case Verb.CREATE:
            return (creation(desired),)
        case Verb.APPLY:
            assert live is not None, "only a create needs no object to be there"
            left = (change.path for change in step.left)
            others = (change.place for change in step.left if change.swaps)
            spared = (*left, *others)
            return _Heal(desired, live, step.changes, schema, policy, spared).requests()
        case Verb.TAKE_OVER:
            assert live is not None, "what is not there cannot be taken over"
            left = (change.path for change in step.left)
            stated = statement(desired, live, schema, policy, tuple(left))
            return (replace(stated, unchanging=True),)
        case Verb.PRUNE:
            raise AssertionError("what Git dropped has no statement: see `deletion`")
        case Verb.UNDO:
            return step.requests
        case _:
            assert_never(step.verb)


def verbs(step: Step) -> tuple[str, ...]:
    """Return the permissions that a step takes, also where its kind is still to come."""
    if step.requests:
        return tuple(dict.fromkeys(verb for each in step.requests for verb in each.verbs))
    match step.verb:
        case Verb.CREATE:
            return _CREATION_VERBS
        case Verb.APPLY | Verb.TAKE_OVER | Verb.UNDO:
            return _CHANGE_VERBS
        case Verb.PRUNE:
            return _DELETION_VERBS
        case _:
            assert_never(step.verb)


def creation(desired: Desired) -> Apply:
    """Return the request that makes an object which is not there."""
    undo = Delete(desired.ref, desired.kind, Awaited.LEFT)
    sealed = desired.document.sealed
    return Apply(desired.ref, desired.kind, desired.body, Awaited.NOTHING, undo, sealed=sealed)


def deletion(ref: ObjectRef, kind: KindRef, live: Live) -> Delete:
    """Return the request that takes *live* away."""
    return Delete(ref, kind, Version.of(live), made_again(ref, kind, live))


def statement(
    desired: Desired, live: Live, schema: Schema | None, policy: Policy, left: tuple[str, ...] = ()
) -> Apply:
    """Return the apply of what Git states to *live*: what a dry-run asks about, too."""
    sent = payload(desired, live, schema, policy, left)
    sealed = desired.document.sealed
    return Apply(desired.ref, desired.kind, sent.body, Version.of(live), sealed=sealed)


def owns_its_statement(desired: Desired, live: Live, schema: Schema | None, policy: Policy) -> bool:
    """Tell whether our own applies own just what one would state, so that none is needed."""
    fields = fields_applied(live, desired.kind)
    if fields is None:
        return False
    root = schema.root if schema is not None else UNKNOWN
    sent = msgspec.json.decode(payload(desired, live, schema, policy).body, type=dict)
    return is_claimed(sent, fields, root)


def patch(
    desired: Desired,
    live: Live,
    changes: Iterable[FieldChange],
    schema: Schema | None,
    policy: Policy,
) -> Edit | None:
    """Return all of a heal as one edit, for a dry-run; None where the statement alone is all.

    Args:
        desired: What Git states.
        live: The object as it is.
        changes: What is to be put right.
        schema: What the cluster publishes about the kind.
        policy: Of the app: what rules leave alone.
    """
    heal = _Heal(desired, live, tuple(changes), schema, policy)
    return heal.whole() if heal.takes_an_edit else None


class _Heal:
    """One object that is there and not as Git states it."""

    def __init__(
        self,
        desired: Desired,
        live: Live,
        changes: tuple[FieldChange, ...],
        schema: Schema | None,
        policy: Policy,
        left: tuple[str, ...] = (),
    ) -> None:
        self._desired, self._live, self._changes = desired, live, changes
        self._schema = schema
        self._apply = statement(desired, live, schema, policy, left)
        self._is = Version.of(live)

    def requests(self) -> tuple[Request, ...]:
        removed = self._removed
        if self._goes_first:
            return (self.whole(), replace(self._apply, on=Awaited.LEFT))
        if removed and self._is_ours_already():
            return (self._edit((*removed, *self._dropped), self._is),)
        if removed:
            return (self._applied(self._is), self._edit(removed, Awaited.LEFT))
        return (self._applied(self._is),)

    @property
    def takes_an_edit(self) -> bool:
        """Whether an apply cannot do it all."""
        return self._goes_first or bool(self._removed)

    @property
    def _goes_first(self) -> bool:
        """Whether an apply would be refused, or do something else, before the edit was made."""
        return bool(self._swaps) or any(change.blocks for change in self._changes)

    def whole(self) -> Edit:
        """Everything at once; the apply that follows it only makes Git's fields ours."""
        undo = [
            Replace(path, old)
            for place, path in self._swaps
            if not isinstance(old := value_at(self._found, place), Absent)
        ]
        gone = [each for parts in self._extra for each in with_twin(parts)]
        return Edit(
            self._desired.ref,
            self._desired.kind,
            (*self._replacing(), *self._setting(), *map(Remove, self._extra)),
            self._is,
            self._undoing((*undo, *restored(self._found, self._set), *put_back(self._found, gone))),
            sealed=self._apply.sealed,
        )

    # What is to be done ---------------------------------------------------------------------------

    @cached_property
    def _sent(self) -> JsonObject:
        document: JsonObject = msgspec.json.decode(self._apply.body)
        return document

    @cached_property
    def _found(self) -> JsonObject:
        document: JsonObject = msgspec.json.decode(self._live.body)
        return document

    @cached_property
    def _owners(self) -> Owners:
        return Owners.parse(self._found)

    @cached_property
    def _swaps(self) -> tuple[tuple[Parts, Parts], ...]:
        """Where live entries stand that Git's take the place of, and where Git's do."""
        return tuple((parse_path(c.place), parse_path(c.path)) for c in self._changes if c.swaps)

    @cached_property
    def _stated(self) -> tuple[Parts, ...]:
        """What has another value in Git."""
        return tuple(
            parse_path(change.path)
            for change in self._changes
            if not isinstance(change.git, Absent) and not change.swaps
        )

    @cached_property
    def _set(self) -> tuple[Parts, ...]:
        """The same without lists whose order alone differs: the apply sees to that."""
        orders = {
            parse_path(change.path)
            for change in self._changes
            if isinstance(change.git, list)
            and change.git != value_at(self._sent, parse_path(change.path))
        }
        return tuple(parts for parts in self._stated if parts not in orders)

    @cached_property
    def _extra(self) -> tuple[Parts, ...]:
        """What Git does not have; of places inside others only the outer ones."""
        gone = (change for change in self._changes if isinstance(change.git, Absent))
        found = dict.fromkeys(parse_path(change.place or change.path) for change in gone)
        return tuple(
            parts for parts in found if not any(parts[:n] in found for n in range(len(parts)))
        )

    @cached_property
    def _dropped(self) -> tuple[Parts, ...]:
        """What only our own applies own: the next one takes it away by leaving it out."""
        return tuple(parts for parts in self._extra if self._goes_by_itself(parts))

    @property
    def _removed(self) -> tuple[Parts, ...]:
        return tuple(parts for parts in self._extra if parts not in self._dropped)

    def _goes_by_itself(self, parts: Parts) -> bool:
        ours = applied_by_us(self._owners, self._desired.kind)
        meeting = [owner for owner in self._owners.entries if owner.meets(parts)]
        return meeting == [ours] and len(with_twin(parts)) == 1

    def _is_ours_already(self) -> bool:
        """Tell whether an apply would change nothing but what is removed."""
        fields = fields_applied(self._live, self._desired.kind)
        if fields is None or not all(isinstance(change.git, Absent) for change in self._changes):
            return False
        root = self._schema.root if self._schema is not None else UNKNOWN
        return is_claimed(self._sent, fields, root, self._extra)

    # How ------------------------------------------------------------------------------------------

    def _edit(self, removed: tuple[Parts, ...], on: Precondition) -> Edit:
        gone = [each for parts in removed for each in with_twin(parts)]
        return Edit(
            self._desired.ref,
            self._desired.kind,
            tuple(map(Remove, removed)),
            on,
            self._undoing(tuple(put_back(self._found, gone))),
            sealed=self._apply.sealed,
        )

    def _replacing(self) -> Iterator[Operation]:
        for place, path in self._swaps:
            value = value_at(self._sent, path)
            if not isinstance(value, Absent):
                yield Replace(place, value)

    def _setting(self) -> Iterator[Operation]:
        for parts in self._set:
            value = value_at(self._sent, parts)
            if not isinstance(value, Absent):
                there = locate(self._found, parts) is not None
                yield Replace(parts, value) if there else Add(parts, value)

    def _applied(self, on: Precondition) -> Apply:
        undo = (*restored(self._found, self._stated), *put_back(self._found, self._dropped))
        return replace(self._apply, on=on, inverse=self._undoing(undo))

    def _undoing(self, operations: tuple[Operation, ...]) -> Edit | None:
        if not operations:
            return None
        return Edit(
            self._desired.ref,
            self._desired.kind,
            operations,
            Awaited.LEFT,
            sealed=self._apply.sealed,
        )
