"""What is compared: objects as Git states them and as the cluster has them."""

from dataclasses import dataclass, field
from typing import Final

from core.model.judgement import FieldChange, Stamp
from core.model.packing import with_body_packed
from core.model.sources.documents import Document
from core.model.values import KindRef, ObjectRef

SEALED: Final = "enc-"  # how the digest begins of an object whose file is encrypted


@with_body_packed
@dataclass(frozen=True, slots=True)
class Desired:
    """One object in canonical form (the payload of an apply), and where Git states it."""

    ref: ObjectRef
    kind: KindRef
    body: bytes = field(repr=False)  # canonical JSON, secrets included; never printed
    digest: str  # of `body`, 16 hex digits; keyed for Secrets and, after SEALED, what was sealed
    document: Document
    warnings: tuple[FieldChange, ...] = ()  # WARN entries found while canonicalising


@with_body_packed
@dataclass(frozen=True, slots=True)
class Live:
    """One object as the API server returned it."""

    uid: str
    resource_version: str
    body: bytes = field(repr=False)  # JSON, as received


def stamp_of(desired: Desired | None, live: Live | None) -> Stamp:
    """Say what a verdict about these two is made from; None: that side does not have the object."""
    digest = None if desired is None else desired.digest
    return Stamp(digest) if live is None else Stamp(digest, live.resource_version, live.uid)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the history."""

    id: str  # 40 hex digits
    author: str  # "Name <mail>"
    date: str  # RFC 3339, UTC
    subject: str
    parents: tuple[str, ...] = ()
