"""What one difference means: tables A and B of verdicts.md 2.4.

Table A is for what Git states, table B for what only live has.  The walk has already left out what
is equal or a default; here the evidence of who wrote a field decides.  Ignore rules (A1) are
decided by those who know them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from core.compare.equality.builtin import RESTARTED_AT
from core.compare.equality.filled import is_servers_own
from core.compare.equality.walk import Difference, How, Walk, inside, same
from core.compare.evidence.evidence import Evidence
from core.compare.evidence.ownership import NOBODY, Owner
from core.compare.evidence.scaling import ScaleRange
from core.compare.evidence.writers import CLIENT_SIDE, CLUSTER_PARTS, OwnerClass
from core.compare.masking import is_secret_kind
from core.model import (
    ABSENT,
    Absent,
    Actor,
    Contested,
    Extras,
    FieldChange,
    FieldVerdict,
    IgnoreRule,
    InfoClass,
    Json,
    JsonObject,
    KindRef,
)
from core.model.paths import Parts, format_path, value_at

_GUARDED_GROUPS: Final = frozenset({"admissionregistration.k8s.io", "apiextensions.k8s.io"})
_RESTARTED: Final = ("template", "metadata", "annotations", RESTARTED_AT)
_REPLICAS: Final = ("spec", "replicas")
_EGRESS, _POLICY_TYPES = ("spec", "egress"), ("spec", "policyTypes")
_DENIES: Final = (
    "no rule in Git lets anything out, and no apply takes Egress away from here: state policyTypes"
)
_REFERENCE: Final = re.compile(r"\$\(([^)]+)\)")


@dataclass(frozen=True, slots=True)
class Policy:
    """What the settings of one app say about judging its objects."""

    extras: Extras = Extras.HUMAN
    contested: Contested = Contested.SHOW
    rules: tuple[IgnoreRule, ...] = ()
    classes: Mapping[str, OwnerClass] = field(default_factory=dict)  # managers that were moved


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision about one object rests on."""

    kind: KindRef
    git: JsonObject
    live: JsonObject
    evidence: Evidence
    predicted: JsonObject | None  # the server's answer to a dry-run, if it was asked
    policy: Policy
    scale: ScaleRange | None = None  # of the autoscaler that drives the object
    whole: bool = False  # that dry-run took away what Git does not state, too
    sealed: bool = False  # every value is a secret, whatever the kind

    def decide(self, each: Difference) -> Iterator[FieldChange]:
        """Say what one difference means; nothing at all if it is clean."""
        match each.how:
            case How.VALUE if self.evidence.dropped_nulls(each.parts, each.git, each.live):
                pass  # A2
            case How.VALUE:
                yield self._confirmed(each, self._stated(each))
            case How.EXTRA:
                yield from self._extra(each)
            case How.RENAMED:
                yield from self._renamed(each)
            case How.ORDER:
                yield self._ordered(each)

    def _stated(self, each: Difference) -> FieldChange:
        """Table A: Git states the field, and live differs or lacks it."""
        gone = isinstance(each.live, Absent)
        owner = None if gone else self.evidence.decisive(each.parts)
        actor = owner.actor if owner is not None else NOBODY
        if self.scale is not None and each.parts == _REPLICAS and not gone:  # A5
            return self._scaled(each, actor, self.scale)
        contested = owner is not None and owner.kind is OwnerClass.CONTROLLER
        if contested and owner is not None and not self._guarded(each.parts):  # A6, but for A4
            return self._contested(each, owner, "owned by")
        return _change(each, FieldVerdict.DRIFT, actor, _through(owner))  # A4, A7

    def _contested(self, each: Difference, opponent: Owner, words: str) -> FieldChange:
        if self.policy.contested is Contested.ENFORCE:
            return _change(each, FieldVerdict.DRIFT, opponent.actor)
        note = f"{words} {opponent.manager}"
        return _change(each, FieldVerdict.CONTESTED, opponent.actor, note)

    def _scaled(self, each: Difference, actor: Actor, scale: ScaleRange) -> FieldChange:
        """A5: an autoscaler moves replicas within its range; outside it somebody else did.

        Where Git states no number there is none to put back: taking the field away would leave a
        single replica until the autoscaler acts, which puts the number right by itself.
        """
        if not isinstance(each.live, Absent) and scale.holds(each.live):
            return _info(each, actor, InfoClass.BOOKKEEPING, f"within {scale}")
        return _change(each, FieldVerdict.DRIFT, actor, f"outside {scale}")

    def _confirmed(self, each: Difference, change: FieldChange) -> FieldChange:
        """A3: what an apply would not change is harmless, or cannot be had."""
        if self.predicted is None:
            return change
        predicted, live = (value_at(side, each.parts) for side in (self.predicted, self.live))
        if isinstance(predicted, Absent) and isinstance(live, Absent):
            note = "the server does not keep this field"
            return _change(each, FieldVerdict.WARN, None, note)
        if isinstance(predicted, Absent) or isinstance(live, Absent):
            return change
        if not same(predicted, live, each.node, self.live):
            return change
        return _info(each, change.actor, InfoClass.INJECTED)

    def _extra(self, each: Difference) -> Iterator[FieldChange]:
        """Table B: live has the field, and Git does not state it."""
        owners = self.evidence.owners_of(each.parts)
        actor = owners[0].actor if owners else NOBODY
        filled = each.filled and _person(owners) is None
        if self._denies(each, owners):
            yield _change(each, FieldVerdict.WARN, actor, _DENIES)
            return
        if filled and (each.kept or not self.evidence.was_gits(each.parts)):  # B1
            return
        if self.scale is not None and each.parts == _REPLICAS:  # B2, A5
            change = self._scaled(each, actor, self.scale)
            yield replace(change, healable=change.verdict is not FieldVerdict.DRIFT)
            return
        if (sharer := self._shared(each)) is not None:  # B4
            yield self._contested(each, sharer, "Git dropped it, and it is applied by")
        elif (holder := self._held(each, owners)) is not None:
            yield self._contested(each, holder, "Git dropped it, and it is owned by")
        elif self._is_drift(each, owners):
            adder = _adder(each.parts, owners)
            who = adder.actor if adder else actor
            change = _change(each, FieldVerdict.DRIFT, who, _through(adder))
            yield self._taken_away(each, change)
        elif each.parts[-4:] == _RESTARTED:  # B3
            note = f"restarted at {each.live} by {actor.manager or 'someone'}"
            yield _info(each, actor, InfoClass.BOOKKEEPING, note)
        elif not owners or owners[0].manager not in CLIENT_SIDE:  # B7 else
            yield _info(each, actor, InfoClass.INJECTED)  # B9
            yield from self.added_inside(each)

    def _taken_away(self, each: Difference, change: FieldChange) -> FieldChange:
        """Say of a field that is to go what the server puts in its place.

        What is there again as it was cannot be had otherwise.
        """
        after = value_at(self.predicted, each.parts) if self.predicted is not None else ABSENT
        if isinstance(after, Absent) or isinstance(each.live, Absent):
            return change
        if same(after, each.live, each.node, self.live):
            back = _info(each, change.actor, InfoClass.INJECTED, "the server puts it back")
            return back if self.whole else change
        shown = after if isinstance(after, str | int | float) else ""
        secret = self.sealed or is_secret_kind(self.kind.kind) or shown == ""
        note = "the server's default" if secret else f"{shown}, the server's default,"
        return replace(change, note=f"{note} takes its place")

    def _denies(self, each: Difference, owners: tuple[Owner, ...]) -> bool:
        """Tell whether what the server filled in for rules that Git dropped denies all egress."""
        if self.kind.kind != "NetworkPolicy" or each.parts != _POLICY_TYPES:
            return False
        wanted, rules = (value_at(side, _EGRESS) for side in (self.git, self.live))
        stays = not isinstance(rules, Absent) and not self.evidence.was_gits(_EGRESS)
        if wanted not in (ABSENT, []) or stays or self.evidence.was_gits(each.parts):
            return False
        by_default = not owners or owners[0].manager in CLIENT_SIDE
        return by_default and isinstance(each.live, list) and "Egress" in each.live

    def added_inside(self, each: Difference, maker: str = "") -> Iterator[FieldChange]:
        """B6 for a list entry that admission, or *maker*, added and another then edited."""
        for inner in inside(each, self.live) if each.how is How.EXTRA else ():
            adder = _adder(inner.parts, self.evidence.owners_of(inner.parts))
            if adder is not None and adder.manager != maker:
                yield _change(inner, FieldVerdict.DRIFT, adder.actor)

    def _held(self, each: Difference, owners: tuple[Owner, ...]) -> Owner | None:
        """B4: which controller owns a field that Git dropped while we own it, too."""
        if self._guarded(each.parts) or not self.evidence.was_ours(each.parts):
            return None
        held = owners[0] if owners and owners[0].kind is OwnerClass.CONTROLLER else None
        return held if any(owner.kind is OwnerClass.OURS for owner in owners) else None

    def _shared(self, each: Difference) -> Owner | None:
        """B4: who else applies a field that Git once stated and has dropped; B2 and B3 go first."""
        if self._guarded(each.parts) or each.parts[-4:] == _RESTARTED:
            return None
        if not self.evidence.was_gits(each.parts):
            return None
        return self.evidence.applied_by_another(each.parts)

    def _is_drift(self, each: Difference, owners: tuple[Owner, ...]) -> bool:
        if self._guarded(each.parts):  # B2
            return True
        added = _adder(each.parts, owners) is not None
        if each.parts[-4:] == _RESTARTED:  # B3, but for what Git itself stated
            return not added and self.evidence.was_gits(each.parts)
        if added or self.evidence.was_gits(each.parts):  # B6, B4
            return True
        if not owners:
            in_secret = self.kind == KindRef("v1", "Secret") and each.parts[0] == "data"
            return in_secret or self._came_unowned(each)  # B5, B8
        strict = self.policy.extras is Extras.ANY and owners[0].manager not in CLIENT_SIDE
        return strict and owners[0].manager not in CLUSTER_PARTS  # B9

    def _came_unowned(self, each: Difference) -> bool:
        """B8: an object without managedFields says of nothing in it who put it there."""
        assert not isinstance(each.live, Absent)
        own = is_servers_own(self.live, each.parts, each.live)
        return not self.evidence.owners and not own

    def _renamed(self, each: Difference) -> Iterator[FieldChange]:
        """One entry stands where Git states another: one drift, unless the two are strangers."""
        assert each.replaced is not None
        live_parts = (*each.parts[:-1], each.replaced)
        extra = Difference(How.EXTRA, live_parts, ABSENT, each.live, each.node)
        owners = self.evidence.owners_of(live_parts)
        if self._takes_its_place(each, extra, owners):
            actor = owners[0].actor if owners else NOBODY
            note = f"replaces {format_path(live_parts)}"
            change = _change(each, FieldVerdict.DRIFT, actor, note)
            yield self._confirmed(each, replace(change, place=format_path(live_parts)))
            return
        missing = Difference(How.VALUE, each.parts, each.git, ABSENT, each.node)
        yield self._confirmed(missing, self._stated(missing))
        yield from self._extra(extra)

    def _takes_its_place(
        self, each: Difference, extra: Difference, owners: tuple[Owner, ...]
    ) -> bool:
        """Tell whether the live entry is Git's under another key, or a stranger.

        Whatever the two look like, what others keep there is no renamed entry of Git's.  What
        nobody owns was added by admission, so only the likeness speaks for it: a container that a
        person removed and a sidecar are also each the only one of their side.
        """
        strange = bool(owners) and _keeps(owners[0]) and not self.evidence.was_gits(extra.parts)
        if strange or self._shared(extra) is not None:
            return False
        return each.agreed or self._is_drift(extra, owners) or not self.evidence.owners

    def _ordered(self, each: Difference) -> FieldChange:
        """Init containers run in their order; most other orders mean nothing."""
        if each.node.items.component == "core.Container" and each.parts[-1] == "initContainers":
            if self.predicted is not None and not self._reordered(each):
                return _info(each, None, InfoClass.INJECTED)
            return _change(each, FieldVerdict.DRIFT, NOBODY, "order of execution")
        variables = each.node.items.component == "core.EnvVar"
        if variables and _relies_on_order(value_at(self.git, each.parts)):
            note = "a value uses $(VAR) of this list, and the server may keep another order"
            return _change(each, FieldVerdict.WARN, None, note)
        return _info(each, NOBODY, InfoClass.ORDER)

    def _reordered(self, each: Difference) -> bool:
        predicted, live = (value_at(side, each.parts) for side in (self.predicted, self.live))
        if isinstance(predicted, Absent) or isinstance(live, Absent):
            return True
        walk = Walk(self.live)
        walk.values(predicted, live, each.node, (), {})
        return any(found.how is How.ORDER and not found.parts for found in walk.found)

    def _guarded(self, parts: Parts) -> bool:
        """A4: where a controller's word does not count, because it grants or redirects power."""
        if self.kind.group == "rbac.authorization.k8s.io":
            return parts[:1] == ("rules",)
        if self.kind.group not in _GUARDED_GROUPS or "clientConfig" not in parts:
            return False
        after = parts[parts.index("clientConfig") + 1 :]
        return after[:1] in {("url",), ("service",)}


def _adder(parts: Parts, owners: tuple[Owner, ...]) -> Owner | None:
    """B6: who added a field so that it counts: a person, outside `metadata` any unknown program."""
    person = _person(owners)
    converted = any(owner.through for owner in owners)  # no metadata where it was written
    if person is not None or (parts[:1] == ("metadata",) and not converted):
        return person
    return next((owner for owner in owners if owner.kind is OwnerClass.UNKNOWN), None)


def _through(owner: Owner | None) -> str:
    """Say that a field was written as another one of another version of the kind."""
    return f"written through {owner.through}" if owner is not None and owner.through else ""


def _keeps(owner: Owner) -> bool:
    """Tell whether an owner of a list entry put it there to stay, as its own."""
    if owner.kind is OwnerClass.UNKNOWN:
        return owner.operation == "Apply"
    return owner.kind in {OwnerClass.CONTROLLER, OwnerClass.DEPLOYER}


def _person(owners: tuple[Owner, ...]) -> Owner | None:
    """Return the person's entry; of a client-side apply its last-applied annotation decides."""
    people = (owner for owner in owners if owner.kind is OwnerClass.HUMAN)
    return next((owner for owner in people if owner.manager not in CLIENT_SIDE), None)


def _relies_on_order(env: Json | Absent) -> bool:
    """Tell whether an environment variable is used by another of the same list."""
    variables = [item for item in env if isinstance(item, dict)] if isinstance(env, list) else []
    names = {item.get("name") for item in variables}
    texts = (value for item in variables if isinstance(value := item.get("value"), str))
    return any(name in names for text in texts for name in _REFERENCE.findall(text))


def _info(each: Difference, actor: Actor | None, info: InfoClass, note: str = "") -> FieldChange:
    return replace(_change(each, FieldVerdict.INFO, actor, note), info=info)


def _change(
    each: Difference, verdict: FieldVerdict, actor: Actor | None, note: str = ""
) -> FieldChange:
    place = format_path(each.within)
    return FieldChange(
        format_path(each.parts), verdict, each.live, each.git, actor, note=note, place=place
    )
