"""Annotations by which users of Argo CD and Flux already say what is to be left alone.

They are read from what Git states.  On the live object alone they mean nothing: whoever can edit
an object could otherwise hide what they did to it, and such an annotation is itself drift.

Not honoured, because nothing here would be different: `argocd.argoproj.io/sync-options` (`Prune=`
and `Delete=` guard a prune, which no sync does unasked; nothing is replaced or forced, so
`Replace=` and `Force=` ask for nothing; server-side apply and its diff are always used) and
`kustomize.toolkit.fluxcd.io/prune`, `force` and `substitute`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from core.model import Json, JsonObject


class Effect(Enum):
    """What an annotation asks for."""

    ALWAYS = auto()  # the whole object, whether it is there or not
    PRESENT = auto()  # the whole object, once it is there
    ADDITIONS = auto()  # fields that others added to it
    LEFT_BEHIND = auto()  # that it is still there when Git has dropped it


@dataclass(frozen=True, slots=True)
class OptOut:
    """One annotation that is honoured."""

    name: str
    value: str  # in lower case, as Flux compares; Argo CD's are lists with commas
    effect: Effect
    compare: str  # what a comparison does with it, for people
    apply: str  # and what an apply does
    label: bool = True  # Flux takes a label of that name as well


_FLUX: Final = "kustomize.toolkit.fluxcd.io"
OPT_OUTS: Final = (
    OptOut(
        f"{_FLUX}/reconcile",
        "disabled",
        Effect.ALWAYS,
        "every difference is ignored, also that the object is missing",
        "never creates it, never touches it",
    ),
    OptOut(
        f"{_FLUX}/ssa",
        "ignore",
        Effect.ALWAYS,
        "every difference is ignored, also that the object is missing",
        "never creates it, never touches it",
    ),
    OptOut(
        f"{_FLUX}/ssa",
        "ifnotpresent",
        Effect.PRESENT,
        "missing counts; once the object is there, every difference is ignored",
        "creates it as Git states it, never touches it again",
    ),
    OptOut(
        f"{_FLUX}/ssa",
        "merge",
        Effect.ADDITIONS,
        "fields that others added are ignored; what Git states or has dropped counts",
        "sends what Git states, removes nothing that others added",
    ),
    OptOut(
        "helm.toolkit.fluxcd.io/driftDetection",
        "disabled",
        Effect.PRESENT,
        "missing counts; once the object is there, every difference is ignored",
        "creates it as Git states it, never touches it again (new commits included)",
    ),
    OptOut(
        "argocd.argoproj.io/compare-options",
        "ignoreextraneous",
        Effect.LEFT_BEHIND,
        "extra is ignored, if our own apply set the annotation and nobody changed it since",
        "nothing: extra objects are never applied",
        label=False,
    ),
)
_MARKS: Final = (b"toolkit.fluxcd.io/", b"argocd.argoproj.io/")


def may_opt_out(body: bytes) -> bool:
    """Tell whether an object may carry such an annotation, without parsing it."""
    return any(mark in body for mark in _MARKS)


def opt_outs(document: JsonObject) -> Iterator[tuple[OptOut, tuple[str, ...]]]:
    """Yield what a document asks for, and where in it that stands."""
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        return
    for holder in ("annotations", "labels"):
        found = metadata.get(holder)
        if isinstance(found, dict):
            for each in OPT_OUTS:
                if each.name in found and _says(found[each.name], each, label=holder == "labels"):
                    yield each, ("metadata", holder, each.name)


def _says(value: Json, each: OptOut, *, label: bool) -> bool:
    words = value.lower().split(",") if isinstance(value, str) else []
    return (each.label or not label) and each.value in {word.strip() for word in words}
