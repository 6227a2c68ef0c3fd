"""What is sent to an API server to change one object, as values: nothing else is ever written.

A request says what is sent, to which version of the object and no other, which permission that
takes and what would undo it.  Whoever shows, checks, sends, records or undoes a change reads the
same value.  Bodies can hold secrets, so none of them shows in a `repr`.
"""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from core.model.paths import Parts
from core.model.sides import Live
from core.model.values import Json, KindRef, ObjectRef


@dataclass(frozen=True, slots=True)
class Version:
    """One object at one resourceVersion, which is sent along: of any other the server says 409."""

    uid: str
    resource_version: str

    @classmethod
    def of(cls, live: Live) -> "Version":
        """Name the version that *live* is."""
        return cls(live.uid, live.resource_version)


class Awaited(Enum):
    """What must be there instead of a version that is known already."""

    NOTHING = "nothing"  # the request makes the object
    LEFT = "left"  # the object as the request before it leaves it


Precondition: TypeAlias = Version | Awaited


# Operations of an edit ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Add:
    """Put a value where none is."""

    parts: Parts
    value: Json = field(repr=False)
    at: int | None = None  # the position of a list entry; None is its end


@dataclass(frozen=True, slots=True)
class Replace:
    """Put a value in the place of another."""

    parts: Parts  # of the value that is there
    value: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a value away; nothing to do where it is gone already."""

    parts: Parts


Operation: TypeAlias = Add | Replace | Remove


# Requests -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edit:
    """Change exactly these places, whoever owns them: one JSON patch (RFC 6902)."""

    ref: ObjectRef
    kind: KindRef
    operations: tuple[Operation, ...]
    on: Precondition
    inverse: "Request | None" = None  # None: it is one itself, or changes no value
    sealed: bool = False  # its values are secret, so what the server says of them is not repeated

    @property
    def verbs(self) -> tuple[str, ...]:
        """The permissions it takes."""
        return ("patch",)


@dataclass(frozen=True, slots=True)
class Apply:
    """State fields as ours: a server-side apply, with force for exactly these fields."""

    ref: ObjectRef
    kind: KindRef
    body: bytes = field(repr=False)
    on: Precondition
    inverse: "Request | None" = None
    unchanging: bool = False  # sent only where a dry-run says that it changes no field
    sealed: bool = False  # as in `Edit`

    @property
    def verbs(self) -> tuple[str, ...]:
        """The permissions it takes: an apply that creates is a patch to the server, too."""
        return ("patch", "create") if self.on is Awaited.NOTHING else ("patch",)


@dataclass(frozen=True, slots=True)
class Delete:
    """Take the object away."""

    ref: ObjectRef
    kind: KindRef
    on: Precondition
    inverse: "Request | None" = None

    @property
    def verbs(self) -> tuple[str, ...]:
        """The permissions it takes."""
        return ("delete",)


Request: TypeAlias = Edit | Apply | Delete


def bound(request: Request, live: Live | None) -> Request:
    """Return *request* for the object as the request before it left it; others are as they were."""
    if request.on is not Awaited.LEFT:
        return request
    assert live is not None, "what follows a request is about the object that it left"
    return replace(request, on=Version.of(live))
