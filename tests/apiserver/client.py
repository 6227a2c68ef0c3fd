"""The smallest client that can drive a test: no retries, no cache.

A connection over TLS is kept for the next call, whoever makes it: to make one costs three times
what a small request does, and the tests make thousands.

It shares nothing with `core.cluster`, so that a fault there cannot hide itself in its own test.
"""

import atexit
import functools
import http.client
import json
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import urlsplit

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")
_GONE: Final = (http.client.RemoteDisconnected, ConnectionError, ssl.SSLError)
_Place: TypeAlias = tuple[str, ssl.SSLContext]  # an address, and who is trusted there
_idle: Final[dict[_Place, list[http.client.HTTPSConnection]]] = defaultdict(list)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: any status is an answer, and the test judges it."""

    status: int
    body: bytes

    def json(self) -> Json:
        """The body as an object."""
        parsed: Json = json.loads(self.body)
        return parsed


class Client:
    """One user's view of one API server."""

    def __init__(self, url: str, ca_file: Path | None, token: str) -> None:
        """Trust *ca_file* alone (None: plain HTTP); an empty *token* is the anonymous user."""
        self._address = urlsplit(url).netloc
        self._trust = trust_in(ca_file) if ca_file else None
        self._token = token

    def call(
        self,
        method: str,
        path: str,
        body: Json | list[Json] | None = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
        timeout_s: float = 30.0,
    ) -> Answer:
        """Send one request; *path* carries the query.

        Raises:
            OSError: Nobody listens, or the connection broke.
            http.client.HTTPException: The connection broke within the answer.
        """

        def ask(connection: http.client.HTTPConnection) -> Answer:
            connection.request(method, path, _encoded(body), self._headers(content_type, accept))
            response = connection.getresponse()
            return Answer(response.status, response.read())

        return exchanged(self._address, self._trust, ask, timeout_s=timeout_s)

    @contextmanager
    def connection(self, timeout_s: float = 30.0) -> Iterator[http.client.HTTPConnection]:
        """Open a connection for more than one request."""
        connection = self._connect(timeout_s)
        try:
            yield connection
        finally:
            connection.close()

    def merge(self, connection: http.client.HTTPConnection, path: str, body: Json) -> int:
        """Send a merge patch over an open connection; the status."""
        headers = self._headers("application/merge-patch+json")
        connection.request("PATCH", path, _encoded(body), headers)
        response = connection.getresponse()
        response.read()
        return response.status

    def watch(self, path: str, *, timeout_s: float = 30.0) -> Iterator[Json]:
        """Yield watch events until the server ends the watch; *path* has `watch=true` in it.

        Raises:
            OSError: Nothing came for *timeout_s*, or the connection broke.
            http.client.IncompleteRead: The server went away without ending the watch.
        """
        connection = self._connect(timeout_s)
        try:
            connection.request("GET", path, headers=self._headers())
            response = connection.getresponse()
            assert response.status == HTTPStatus.OK, response.read()
            rest = b""
            while some := response.read1():  # `for line in response` ends quietly when it breaks
                *lines, rest = (rest + some).split(b"\n")
                yield from map(json.loads, lines)
        finally:
            connection.close()

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        return connected(self._address, self._trust, timeout_s=timeout_s)

    def _headers(
        self, content_type: str = "application/json", accept: str = "application/json"
    ) -> dict[str, str]:
        headers = {"Content-Type": content_type, "Accept": accept}
        return headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})


def _encoded(body: Json | list[Json] | None) -> bytes | None:
    return None if body is None else json.dumps(body).encode()


# Connections --------------------------------------------------------------------------------------


def trust_in(ca_file: Path) -> ssl.SSLContext:
    """Trust *ca_file* alone."""
    return _trust_in(ca_file, ca_file.stat().st_mtime_ns)


@functools.cache
def _trust_in(ca_file: Path, _: int) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca_file))


def connected(
    address: str, trust: ssl.SSLContext | None, *, timeout_s: float
) -> http.client.HTTPConnection:
    """Make a connection; without *trust* over plain HTTP."""
    if trust is None:
        return http.client.HTTPConnection(address, timeout=timeout_s)
    return http.client.HTTPSConnection(address, timeout=timeout_s, context=trust)


def exchanged(
    address: str,
    trust: ssl.SSLContext | None,
    ask: Callable[[http.client.HTTPConnection], T],
    *,
    timeout_s: float,
) -> T:
    """Let *ask* send a request and read its answer to the end; what it returns.

    A kept connection that the server closed meanwhile, or died with, is no answer of the server
    that runs now: then it asks on another one.
    """
    if trust is None:
        with closing(connected(address, None, timeout_s=timeout_s)) as plain:
            return ask(plain)
    place = address, trust
    while (kept := _taken(place)) is not None:
        assert kept.sock is not None
        kept.sock.settimeout(timeout_s)
        with suppress(*_GONE):
            return _asked(place, kept, ask)
    fresh = http.client.HTTPSConnection(address, timeout=timeout_s, context=trust)
    return _asked(place, fresh, ask)


def forget(address: str) -> None:
    """Close what is kept: the server goes."""
    for place, kept in [*_idle.items()]:
        while place[0] == address and kept:
            kept.pop().close()


def _taken(place: _Place) -> http.client.HTTPSConnection | None:
    """Take a kept connection, which no other thread can take then."""
    with suppress(IndexError):
        return _idle[place].pop()
    return None


def _asked(
    place: _Place,
    connection: http.client.HTTPSConnection,
    ask: Callable[[http.client.HTTPConnection], T],
) -> T:
    try:
        answer = ask(connection)
    except BaseException:
        connection.close()
        raise
    if connection.sock is not None:  # else the server closed it after its answer
        _idle[place].append(connection)
    return answer


@atexit.register
def _close_all() -> None:
    for address, _ in [*_idle]:
        forget(address)
