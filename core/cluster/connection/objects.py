"""Objects as bytes: only what identifies one is decoded, the rest stays JSON (kubernetes.md 9)."""

from dataclasses import dataclass
from typing import Final

import msgspec

from core.cluster.connection.answers import Answer
from core.errors import UnavailableError
from core.model import KindRef, Live, ObjectRef

INITIAL_END: Final = "k8s.io/initial-events-end"


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
    msgspec.Struct, rename={"resource_version": "resourceVersion", "go_on": "continue"}
):
    resource_version: str = ""
    go_on: str = ""


class _List(msgspec.Struct):
    kind: str
    metadata: _ListMetadata
    items: list[msgspec.Raw]


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


def object_of(raw: msgspec.Raw | bytes, kind: KindRef) -> tuple[ObjectRef, Live]:
    """Read what identifies one object and keep its bytes.

    Objects inside a list lack apiVersion and kind; they are put in front.

    Raises:
        UnreadableError: It has no name, uid or resourceVersion.
    """
    try:
        head = _head.decode(raw)
    except _FAULTS as error:
        raise UnreadableError(f"a {kind.kind} could not be read") from error
    metadata = head.metadata
    if not (metadata.name and metadata.uid and metadata.resource_version):
        raise UnreadableError(f"a {kind.kind} without name, uid or resourceVersion")
    body = bytes(raw) if head.kind and head.api_version else _completed(bytes(raw), kind)
    ref = ObjectRef(kind.group, kind.kind, metadata.namespace, metadata.name)
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


def page_of(answer: Answer) -> Page:
    """Read a 200 to a LIST; it counts only if it is a list (kubernetes.md section 4).

    Raises:
        UnreadableError: It is a page for people, half a document, something else.
    """
    try:
        listed = _list.decode(answer.body)
    except _FAULTS as error:
        raise UnreadableError("the server answered with something that is no list") from error
    if not listed.kind.endswith("List") or not listed.metadata.resource_version:
        raise UnreadableError("the server answered with something that is no list")
    return Page(listed.metadata.resource_version, listed.metadata.go_on, listed.items)


def refusal_of(raw: msgspec.Raw) -> Answer:
    """Return the ERROR event of a watch as the answer it stands for."""
    try:
        code = _error.decode(raw).code
    except _FAULTS:
        code = 500  # python client: KeyError for an error without code
    return Answer(code, bytes(raw))
