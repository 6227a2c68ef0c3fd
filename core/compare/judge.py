"""The verdict of one object: Git's canonical form against what the API server returned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from core.compare.containers import placed
from core.compare.equality.schema import UNKNOWN, Schema
from core.compare.equality.walk import Difference, How, differences
from core.compare.evidence.controlled import is_controlled
from core.compare.evidence.evidence import Evidence
from core.compare.evidence.past import Past
from core.compare.evidence.scaling import ScaleRange
from core.compare.rules.grafting import as_live
from core.compare.rules.ignoring import Spared, additions, spared
from core.compare.unions import with_blocking
from core.compare.verdicts import Case, Policy
from core.model import (
    ABSENT,
    Absent,
    Desired,
    FieldChange,
    FieldVerdict,
    JsonObject,
    Live,
    Value,
    Verdict,
)

_OBJECT: Final = msgspec.json.Decoder(dict)
_UNREADABLE: Final = (msgspec.DecodeError, RecursionError)  # the latter: nested for ever
_LEVELS_MAX: Final = 100  # as many as the loader of manifests takes
_DEFAULT: Final = Policy()
_COUNTED: Final = frozenset({FieldVerdict.DRIFT, FieldVerdict.CONTESTED})


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a live object and does not stand in it."""

    scale: ScaleRange | None = None  # of the autoscaler that drives it
    whole: bool = False  # what is predicted was asked with all that Git lacks taken away
    blocking: tuple[str, ...] | None = None  # what has to go, too; None: an apply was not refused
    persistent: Mapping[str, str] = field(
        default_factory=dict
    )  # paths that were healed twice and written again by one manager, and that manager
    past: tuple[bytes, ...] = ()  # canonical forms that earlier commits gave it, newest first


_NOTHING: Final = Beside()


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one object compares with Git."""

    verdict: Verdict
    changes: tuple[FieldChange, ...] = ()  # by path; secret values are real, `mask` hides them
    ignored: tuple[FieldChange, ...] = ()  # what a rule hides; `note` names the rule
    suspect: bool = False  # worth a dry-run: at least one local difference that would count
    reason: str = ""  # why it is UNKNOWN


def judge(
    desired: Desired,
    live: Live,
    schema: Schema | None,
    *,
    predicted: bytes | None = None,
    policy: Policy = _DEFAULT,
    beside: Beside = _NOTHING,
) -> Judgement:
    """Compare one live object with what Git states.

    Args:
        desired: Git's side, from `canonical`.
        live: The cluster's side, read at the apiVersion that Git writes.
        schema: What the cluster publishes about the kind; None is compared exactly.
        predicted: The answer to a dry-run of `desired` on this very `live`, if there is one.
        policy: What the settings of the app say about judging.
        beside: What else is known of the live object than what it says itself.

    Returns:
        The verdict and every field that differs, each with the actor that managedFields shows.
    """
    if not is_compared(desired, live):
        return not_compared(desired)
    try:
        return _compared(desired, live, schema, predicted, policy, beside)
    except _UNREADABLE:
        return Judgement(Verdict.UNKNOWN, desired.warnings, reason="compare-failed")


def is_compared(desired: Desired, live: Live | None) -> bool:
    """Tell whether an object is compared and created: what a controller writes is left to it."""
    sides = (desired,) if live is None else (desired, live)
    return not any(is_controlled(desired.kind, side) for side in sides)


def not_compared(desired: Desired) -> Judgement:
    """Say that Git states an object that is a controller's."""
    warning = FieldChange("", FieldVerdict.WARN, ABSENT, ABSENT, note="not compared")
    return Judgement(Verdict.IN_SYNC, (*desired.warnings, warning))


def _compared(
    desired: Desired,
    live: Live,
    schema: Schema | None,
    predicted: bytes | None,
    policy: Policy,
    beside: Beside,
) -> Judgement:
    git, found = _decoded(desired.body), _decoded(live.body)
    if _terminating(found):
        return Judgement(Verdict.UNKNOWN, desired.warnings, reason="terminating")
    root = schema.root if schema is not None else UNKNOWN
    apart = differences(git, found, root)
    if not apart:
        return Judgement(Verdict.IN_SYNC, desired.warnings)
    past = Past(beside.past, found, schema) if beside.past else None
    evidence = Evidence(found, policy.classes, root, beside.persistent, past)
    sealed = desired.document.sealed
    local = Case(desired.kind, git, found, evidence, None, policy, beside.scale, sealed=sealed)
    hidden = spared(policy.rules, desired, git, evidence, root)
    ignored: list[FieldChange] = []
    added: list[FieldChange] = []
    if hidden:
        local = replace(local, git=as_live(git, found, hidden, root))
        alone = differences(git, local.git, root)
        ignored, added = _named(hidden, alone, replace(local, git=git))
        apart = differences(local.git, found, root)
    changes, left = _decided(local, apart, additions(git, desired))
    ignored += left
    suspect = any(change.verdict in _COUNTED for change in (*changes, *added))
    if suspect and predicted is not None:
        case = replace(local, predicted=_decoded(predicted), whole=beside.whole)
        changes, _ = _decided(case, apart, additions(git, desired))
    if suspect and predicted is None and schema is None:
        reason = "schema-unavailable"
        return Judgement(
            Verdict.UNKNOWN, desired.warnings, _sorted(ignored), suspect=suspect, reason=reason
        )
    changes = placed([*changes, *added], ignored, found, root)
    if beside.blocking is not None:
        changes = with_blocking(changes, beside.blocking, evidence)
    return _judged([*desired.warnings, *changes], ignored, suspect=suspect)


def _decided(
    case: Case, apart: Iterable[Difference], others_may_add: str
) -> tuple[list[FieldChange], list[FieldChange]]:
    """Decide every difference; apart from them, what others added where that is left alone."""
    changes: list[FieldChange] = []
    left: list[FieldChange] = []
    for each in apart:
        added = others_may_add and each.how is How.EXTRA and not case.evidence.was_ours(each.parts)
        for change in case.decide(each):
            if added and change.verdict in _COUNTED:
                left.append(replace(change, note=others_may_add))
            else:
                changes.append(change)
    return changes, left


def _named(
    hidden: Sequence[Spared], apart: Iterable[Difference], case: Case
) -> tuple[list[FieldChange], list[FieldChange]]:
    """Say of each difference that is left alone which rule says so; the first one wins.

    Apart from them, what others put into an entry of the manager that a rule is about: it counts.
    """
    ignored: list[FieldChange] = []
    added: list[FieldChange] = []
    for each in apart:
        place = next(place for place in hidden if place.meets(each.parts))
        inner = list(case.added_inside(each, place.manager)) if place.manager else []
        known = {change.path for change in inner}
        left = (change for change in case.decide(each) if change.path not in known)
        ignored += [replace(change, note=place.note) for change in left]
        added += inner
    return ignored, added


def _judged(
    changes: Sequence[FieldChange], ignored: Sequence[FieldChange], *, suspect: bool
) -> Judgement:
    both = (*changes, *ignored)
    if any(_is_deep(side) for change in both for side in (change.git, change.live)):
        raise RecursionError  # nobody after us could print it
    verdicts = {change.verdict for change in changes}
    if FieldVerdict.DRIFT in verdicts:
        verdict = Verdict.DRIFTED
    elif FieldVerdict.CONTESTED in verdicts:
        verdict = Verdict.CONTESTED
    else:
        verdict = Verdict.IN_SYNC
    return Judgement(verdict, _sorted(changes), _sorted(ignored), suspect=suspect)


def _is_deep(value: Value | Absent, levels: int = _LEVELS_MAX) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return levels == 0 or any(_is_deep(item, levels - 1) for item in inner)
    return False


def _sorted(changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    return tuple(sorted(changes, key=lambda change: (change.path, change.verdict)))


def _decoded(body: bytes | None) -> JsonObject:
    found: JsonObject = _OBJECT.decode(body) if body is not None else {}
    return found


def _terminating(live: JsonObject) -> bool:
    metadata = live.get("metadata")
    return isinstance(metadata, dict) and metadata.get("deletionTimestamp") is not None
