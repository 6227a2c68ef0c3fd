"""The tail of an API server's audit log: who wrote what, as far back as memory allows.

Reading is done when somebody asks, and every few seconds besides, so that nothing is overtaken by
the file's rotation.  Only successful writes are kept, and of them only names and times: the bodies
that a chatty policy logs may hold secrets, and are never decoded.
"""

import asyncio
import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import parse_qs, urlsplit

import msgspec

from core.clock import Clock
from core.model import DELETIONS, AuditEvent, ObjectRef

LOOK_S: Final = 5.0
TAIL_BYTES: Final = 32 << 20  # of an unread stretch; some 30,000 events at level Metadata
EVENTS_MAX: Final = 20_000  # some 10 MB
LINE_BYTES_MAX: Final = 8 << 20
_CHUNK_BYTES: Final = 1 << 20
_TEXT_MAX: Final = 256
_VERBS: Final = frozenset({"create", "update", "patch"}) | DELETIONS
_BUSY: Final = frozenset({"events", "leases"})  # written all the time, and never compared

Place: TypeAlias = tuple[str, str, str, str]  # group, resource, namespace, name


class _User(msgspec.Struct):
    username: str = ""


class _ObjectRef(msgspec.Struct, rename="camel"):
    resource: str = ""
    namespace: str = ""
    name: str = ""
    api_group: str = ""
    subresource: str = ""


class _Status(msgspec.Struct):
    code: int = 0


class _Line(msgspec.Struct, rename="camel"):
    """What is read of an event of audit.k8s.io/v1; all else is skipped undecoded."""

    stage: str
    verb: str
    request_received_timestamp: datetime
    stage_timestamp: datetime
    uri: str = msgspec.field(default="", name="requestURI")
    user: _User = msgspec.field(default_factory=_User)
    impersonated_user: _User | None = None
    user_agent: str = ""
    object_ref: _ObjectRef | None = None
    response_status: _Status | None = None


_DECODER: Final = msgspec.json.Decoder(_Line)


class AuditLog:
    """One file, followed through rotation and truncation."""

    def __init__(self, path: str, clock: Clock) -> None:
        """Open nothing yet."""
        self.problem = ""  # why it cannot be read
        self._path, self._clock = Path(path), clock
        self._busy = threading.Lock()  # reading is done in threads
        self._file: BufferedReader | None = None
        self._rest: bytes | None = b""  # of an unfinished line; None: too long, skip to its end
        self._events: dict[Place, deque[AuditEvent]] = {}
        self._oldest_first: deque[Place] = deque()

    async def follow(self, tell: Callable[[str], None]) -> None:
        """Keep up until cancelled; *tell* hears why the log cannot be read, and "" once it can."""
        told = ""
        while True:
            await self.catch_up()
            if self.problem != told:
                told = self.problem
                tell(told)
            await self._clock.sleep(LOOK_S)

    async def catch_up(self) -> None:
        """Read what was written since."""
        await asyncio.to_thread(self.read)

    def about(self, resource: str, ref: ObjectRef) -> Sequence[AuditEvent]:
        """Return the writes and deletions of one object, oldest first."""
        names = (ref.name, "")  # a deletion of a whole collection names none
        places = ((ref.group, resource, ref.namespace, name) for name in names)
        found = (event for place in places for event in self._events.get(place, ()))
        return tuple(sorted(found, key=lambda event: event.began))

    def close(self) -> None:
        """Close the file; a reader that comes later finds it closed."""
        with self._busy:
            self._close()

    def read(self) -> None:
        """Read what was written since; blocks."""
        with self._busy:
            self._read()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self) -> None:
        try:
            self._read_open()
            if self._file is None or self._is_replaced():
                self._close()
                self._file, self._rest = _opened(self._path), b""
                self._read_open()
        except OSError as error:
            self._close()
            self.problem = f"audit log {self._path} cannot be read: {error.strerror or error}"
        else:
            self.problem = ""

    def _is_replaced(self) -> bool:
        assert self._file is not None
        there, ours = self._path.stat(), os.fstat(self._file.fileno())
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)

    def _read_open(self) -> None:
        if self._file is None:
            return
        size, at = os.fstat(self._file.fileno()).st_size, self._file.tell()
        if size < at:  # truncated in place
            at, self._rest = self._file.seek(0), b""
        if size - at > TAIL_BYTES:
            self._file.seek(size - TAIL_BYTES)
            self._rest = None  # in the middle of a line
        while chunk := self._file.read(_CHUNK_BYTES):
            self._take(chunk)

    def _take(self, chunk: bytes) -> None:
        if self._rest is None:
            _, end, chunk = chunk.partition(b"\n")
            if not end:
                return
            self._rest = b""
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest if len(rest) <= LINE_BYTES_MAX else None
        for line in lines:
            self._keep(line)

    def _keep(self, line: bytes) -> None:
        try:
            found = _DECODER.decode(line)
        except (msgspec.DecodeError, RecursionError):  # no event, or one of another kind
            return
        place = _place_of(found)
        if place is None:
            return
        self._events.setdefault(place, deque()).append(_event_of(found))
        self._oldest_first.append(place)
        if len(self._oldest_first) > EVENTS_MAX:
            oldest = self._oldest_first.popleft()
            self._events[oldest].popleft()
            if not self._events[oldest]:
                del self._events[oldest]


def _opened(path: Path) -> BufferedReader:
    """Open a regular file; a FIFO must not make us wait for its writer."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(0, "it is no regular file")
    return file


def _place_of(found: _Line) -> Place | None:
    """Return which object was written; None if none was, or nobody will ask."""
    ref, status = found.object_ref, found.response_status
    if found.stage != "ResponseComplete" or found.verb not in _VERBS or ref is None:
        return None
    if status is None or not 200 <= status.code < 300:  # noqa: PLR2004 - 2xx
        return None
    if ref.resource in _BUSY or ref.subresource == "status" or "dryRun" in _query(found):
        return None
    # The server takes a Namespace to be in itself.
    namespace = "" if ref.resource == "namespaces" and not ref.api_group else ref.namespace
    return ref.api_group, ref.resource, namespace, ref.name


def _event_of(found: _Line) -> AuditEvent:
    assert found.object_ref is not None
    named = _query(found).get("fieldManager", [""])[0]
    user = found.user.username
    if found.impersonated_user is not None:
        user = f"{user} as {found.impersonated_user.username}"
    return AuditEvent(
        user[:_TEXT_MAX],
        found.verb,
        found.user_agent[:_TEXT_MAX],
        (named or found.user_agent.partition("/")[0])[:_TEXT_MAX],
        found.object_ref.subresource,
        found.request_received_timestamp.timestamp(),
        found.stage_timestamp.timestamp(),
    )


def _query(found: _Line) -> Mapping[str, list[str]]:
    try:
        return parse_qs(urlsplit(found.uri).query, keep_blank_values=True)
    except ValueError:
        return {"dryRun": []}  # what cannot be read is not counted
