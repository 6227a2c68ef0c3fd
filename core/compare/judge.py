"""The verdict of one object: Git's canonical form against what the API server returned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from core.compare.evidence import Evidence
from core.compare.schema import UNKNOWN, Schema
from core.compare.verdicts import Case, Policy
from core.compare.walk import differences
from core.model import (
    ABSENT,
    Absent,
    Desired,
    FieldChange,
    FieldVerdict,
    Json,
    JsonObject,
    Live,
    Verdict,
)

_OBJECT: Final = msgspec.json.Decoder(dict)
_UNREADABLE: Final = (msgspec.DecodeError, RecursionError)  # the latter: nested for ever
_LEVELS_MAX: Final = 100  # as many as the loader of manifests takes
_DEFAULT: Final = Policy()
_COUNTED: Final = frozenset({FieldVerdict.DRIFT, FieldVerdict.CONTESTED})
_NOT_COMPARED: Final = frozenset(
    {
        ("discovery.k8s.io", "EndpointSlice"),
        ("apps", "ControllerRevision"),
        ("coordination.k8s.io", "Lease"),
    }
)


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
    appeared: frozenset[str] = frozenset(),
) -> Judgement:
    """Compare one live object with what Git states.

    Args:
        desired: Git's side, from `canonical`.
        live: The cluster's side, read at the apiVersion that Git writes.
        schema: What the cluster publishes about the kind; None is compared exactly.
        predicted: The answer to a dry-run apply of `desired` on this very `live`, if there is one.
        policy: What the settings of the app say about judging.
        appeared: The paths that our own watch saw come into the object after it was created.

    Returns:
        The verdict and every field that differs, each with the actor that managedFields shows.
    """
    if (desired.ref.group, desired.ref.kind) in _NOT_COMPARED:
        warning = FieldChange("", FieldVerdict.WARN, ABSENT, ABSENT, note="not compared")
        return Judgement(Verdict.IN_SYNC, (*desired.warnings, warning))
    try:
        return _compared(desired, live, schema, predicted, policy, appeared)
    except _UNREADABLE:
        return Judgement(Verdict.UNKNOWN, desired.warnings, reason="compare-failed")


def _compared(
    desired: Desired,
    live: Live,
    schema: Schema | None,
    predicted: bytes | None,
    policy: Policy,
    appeared: frozenset[str],
) -> Judgement:
    git, found, answer = _decoded(desired.body), _decoded(live.body), _decoded(predicted)
    if _terminating(found):
        return Judgement(Verdict.UNKNOWN, desired.warnings, reason="terminating")
    places = differences(git, found, schema.root if schema is not None else UNKNOWN)
    if not places:
        return Judgement(Verdict.IN_SYNC, desired.warnings)
    evidence = Evidence(found, policy.classes, appeared)
    local = Case(desired.kind, git, found, evidence, None, policy)
    changes = [change for each in places for change in local.decide(each)]
    suspect = any(change.verdict in _COUNTED for change in changes)
    if suspect and predicted is not None:
        case = Case(desired.kind, git, found, evidence, answer, policy)
        changes = [change for each in places for change in case.decide(each)]
    if suspect and predicted is None and schema is None:
        return Judgement(
            Verdict.UNKNOWN, desired.warnings, suspect=suspect, reason="schema-unavailable"
        )
    return _judged([*desired.warnings, *changes], suspect=suspect)


def _judged(changes: Sequence[FieldChange], *, suspect: bool) -> Judgement:
    if any(_is_deep(side) for change in changes for side in (change.git, change.live)):
        raise RecursionError  # nobody after us could print it
    verdicts = {change.verdict for change in changes}
    if FieldVerdict.DRIFT in verdicts:
        verdict = Verdict.DRIFTED
    elif FieldVerdict.CONTESTED in verdicts:
        verdict = Verdict.CONTESTED
    else:
        verdict = Verdict.IN_SYNC
    return Judgement(verdict, _sorted(changes), suspect=suspect)


def _is_deep(value: Json | Absent, levels: int = _LEVELS_MAX) -> bool:
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
