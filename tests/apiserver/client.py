"""The smallest client that can drive a test: one connection per call, no retries, no cache.

It shares nothing with `core.cluster`, so that a fault there cannot hide itself in its own test.
"""

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Json: TypeAlias = dict[str, Any]


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
        self._trust = ssl.create_default_context(cafile=str(ca_file)) if ca_file else None
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
        with self.connection(timeout_s) as connection:
            connection.request(method, path, _encoded(body), self._headers(content_type, accept))
            response = connection.getresponse()
            return Answer(response.status, response.read())

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
        if self._trust is None:
            return http.client.HTTPConnection(self._address, timeout=timeout_s)
        return http.client.HTTPSConnection(self._address, timeout=timeout_s, context=self._trust)

    def _headers(
        self, content_type: str = "application/json", accept: str = "application/json"
    ) -> dict[str, str]:
        headers = {"Content-Type": content_type, "Accept": accept}
        return headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})


def _encoded(body: Json | list[Json] | None) -> bytes | None:
    return None if body is None else json.dumps(body).encode()
