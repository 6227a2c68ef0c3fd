"""What counts as drift (first cut: names and signatures; the bodies follow)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.model import (
    Desired,
    Document,
    FieldChange,
    Json,
    JsonObject,
    KindRef,
    Live,
    ObjectRef,
    Resource,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Schema:
    """The tree of fields of one kind, from the cluster's OpenAPI v3; opaque."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one object compares with Git."""

    verdict: Verdict
    changes: tuple[FieldChange, ...]
    suspect: bool
    reason: str


def schemas(document: JsonObject) -> Mapping[KindRef, Schema]:
    """Return the kinds that one OpenAPI v3 group-version document describes."""
    raise NotImplementedError


def canonical(
    document: Document,
    resource: Resource,
    schema: Schema | None,
    *,
    namespace: str,
    digest_key: bytes,
) -> Desired:
    """Make one document canonical (verdicts.md 2.1)."""
    raise NotImplementedError


def judge(
    desired: Desired, live: Live, schema: Schema | None, *, predicted: bytes | None = None
) -> Judgement:
    """Compare one object with Git."""
    raise NotImplementedError


def mask(
    changes: Sequence[FieldChange], ref: ObjectRef, *, key: bytes
) -> tuple[FieldChange, ...]:
    """Hide secret values."""
    raise NotImplementedError


def masked_object(body: bytes, kind: KindRef, *, key: bytes) -> JsonObject:
    """Return an object for display."""
    raise NotImplementedError


def explain(changes: Sequence[FieldChange]) -> tuple[FieldChange, ...]:
    """Fill in the details."""
    raise NotImplementedError


def changed_paths(before: bytes, after: bytes, schema: Schema | None) -> tuple[str, ...]:
    """List the paths that differ between two states of one live object."""
    raise NotImplementedError


__all__ = [
    "Json",
    "Judgement",
    "Schema",
    "canonical",
    "changed_paths",
    "explain",
    "judge",
    "mask",
    "masked_object",
    "schemas",
]
