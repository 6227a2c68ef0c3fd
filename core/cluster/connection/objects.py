"""Objects as bytes: only what identifies one is decoded, the rest stays JSON (kubernetes.md 9)."""

from dataclasses import dataclass
from typing import Final

import msgspec

from core.cluster.connection.answers import Answer
from core.errors import UnavailableError
from core.model import KindRef, Live, ObjectRef

INITIAL_END: Final = "k8s.io/initial-events-end"
_PARTIAL: Final = "PartialObjectMetadata"


class UnreadableError(UnavailableError):
    """Bytes that are no Kubernetes object: what they would have said is lost (R9)."""


class _Metadata(msgspec.Struct, rename="camel"):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""


class _Head(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _Mark(msgspec.Struct, rename="camel"):
    resource_version: str = ""
    annotations: dict[str, str] | None = None


class _Bookmark(msgspec.Struct):
    metadata: _Mark = msgspec.field(default_factory=_Mark)


class Event(msgspec.Struct):
    """One line of a watch."""

    type: str
    object: msgspec.Raw


class _ListMetadata(
    msgspec.Struct,
    rename={
        "resource_version": "resourceVersion",
        "go_on": "continue",
        "remaining": "remainingItemCount",
    },
):
    resource_version: str = ""
    go_on: str = ""
    remaining: int | None = None


class _List(msgspec.Struct, rename={"api_version": "apiVersion"}):
    api_version: str
    kind: str
    metadata: _ListMetadata
    items: list[msgspec.Raw] | None


class _Error(msgspec.Struct):
    code: int = 500


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    resource_version: str
    go_on: str  # the `continue` of the next page, "" on the last
    items: list[msgspec.Raw]


_head: Final = msgspec.json.Decoder(_Head)
_event: Final = msgspec.json.Decoder(Event)
_bookmark: Final = msgspec.json.Decoder(_Bookmark)
_list: Final = msgspec.json.Decoder(_List)
_error: Final = msgspec.json.Decoder(_Error, strict=False)
_FAULTS: Final = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)


def event_of(line: bytes) -> Event:
    """Read one line of a watch.

    Raises:
        UnreadableError: It is none.
    """
    try:
        return _event.decode(line)
    except _FAULTS as error:
        raise UnreadableError("a watch event could not be read") from error


def object_of(
    raw: msgspec.Raw | bytes, kind: KindRef, namespace: str = ""
) -> tuple[ObjectRef, Live]:
    """Read what identifies one object and keep its bytes.

    Objects inside a list lack apiVersion and kind; they are put in front.

    Args:
        raw: The object as the server sent it.
        kind: What was asked for.
        namespace: Where it was asked for; "" for everywhere.

    Raises:
        UnreadableError: It has no name, uid or resourceVersion, or is not what was asked for.
    """
    try:
        head = _head.decode(raw)
    except _FAULTS as error:
        raise UnreadableError(f"a {kind.kind} could not be read") from error
    metadata = head.metadata
    if not (metadata.name and metadata.uid and metadata.resource_version):
        raise UnreadableError(f"a {kind.kind} without name, uid or resourceVersion")
    if head.kind not in {"", kind.kind, _PARTIAL} or namespace not in {"", metadata.namespace}:
        raise UnreadableError(f"an object that is no {kind.kind} of where it was asked for")
    body = bytes(raw) if head.kind and head.api_version else _completed(bytes(raw), kind)
    ref = ObjectRef.read(kind.group, kind.kind, metadata.namespace, metadata.name)
    return ref, Live(metadata.uid, metadata.resource_version, body)


def _completed(body: bytes, kind: KindRef) -> bytes:
    api_version, name = msgspec.json.encode(kind.api_version), msgspec.json.encode(kind.kind)
    return b'{"apiVersion":%b,"kind":%b,%b' % (api_version, name, body.lstrip()[1:])


def bookmark_of(raw: msgspec.Raw) -> tuple[str, bool]:
    """Return a bookmark's resourceVersion, and whether it ends the initial events.

    Raises:
        UnreadableError: It has no resourceVersion.
    """
    try:
        mark = _bookmark.decode(raw).metadata
    except _FAULTS as error:
        raise UnreadableError("a bookmark could not be read") from error
    if not mark.resource_version:
        raise UnreadableError("a bookmark without resourceVersion")
    return mark.resource_version, (mark.annotations or {}).get(INITIAL_END) == "true"


def page_of(answer: Answer, kind: KindRef) -> Page:
    """Read a 200 to a LIST; it counts only if it is a list of *kind* (kubernetes.md section 4).

    Raises:
        UnreadableError: It is a page for people, half a document, something else.
    """
    try:
        listed = _list.decode(answer.body)
    except _FAULTS as error:
        raise UnreadableError("the server answered with something that is no list") from error
    if not _lists(listed, kind) or not listed.metadata.resource_version:
        raise UnreadableError(f"the server answered with something that is no list of {kind.kind}")
    if listed.metadata.remaining and not listed.metadata.go_on:
        raise UnreadableError("a page of a listing says that more is to come, and not where")
    return Page(listed.metadata.resource_version, listed.metadata.go_on, listed.items or [])


def _lists(listed: _List, kind: KindRef) -> bool:
    """Tell whether a list is one of *kind*; a definition may give its lists a name of their own."""
    if listed.kind == f"{_PARTIAL}List":
        return True  # also with null items: so the API server writes that there are none (measured)
    if listed.items is None:
        return False  # whole objects have an empty list then, and all of them would be gone
    if listed.api_version != kind.api_version:
        return False
    own_name = "." in kind.group and listed.kind.endswith("List")
    return listed.kind == f"{kind.kind}List" or own_name


def refusal_of(raw: msgspec.Raw) -> Answer:
    """Return the ERROR event of a watch as the answer it stands for."""
    try:
        code = _error.decode(raw).code
    except _FAULTS:
        code = 500  # python client: KeyError for an error without code
    return Answer(code, bytes(raw))
