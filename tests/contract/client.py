"""The suite's own HTTP client: one request, one reply, nothing hidden."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tests.apiserver.client import connected, exchanged, trust_in

TIMEOUT_S = 30.0
Json = dict[str, Any]
APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
PARTIAL = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


@dataclass(frozen=True, slots=True)
class Server:
    """One of the two servers the statements are made about."""

    name: str
    url: str
    ca_file: Path | None
    tokens: dict[str, str]
    audit_path: Path | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said."""

    status: int
    raw: bytes
    warnings: tuple[str, ...] = field(default=())

    @property
    def body(self) -> Json:
        """The body as an object."""
        parsed: Json = json.loads(self.raw)
        return parsed

    @property
    def meta(self) -> Json:
        """The metadata of the object in the body."""
        metadata: Json = self.body["metadata"]
        return metadata

    @property
    def version(self) -> str:
        """The resourceVersion."""
        version: str = self.meta["resourceVersion"]
        return version

    def causes(self) -> set[tuple[str, str]]:
        """(reason, field) of each cause."""
        return {(one["reason"], one["field"]) for one in self.body["details"]["causes"]}

    def owners(self) -> dict[tuple[str, str, str], Json]:
        """The managedFields entries by (manager, operation, subresource)."""
        return {
            (one["manager"], one["operation"], one.get("subresource", "")): one
            for one in self.meta.get("managedFields", [])
        }

    def owned_by(self, manager: str, operation: str = "Apply") -> Json:
        """The fieldsV1 of one manager."""
        fields: Json = self.owners()[manager, operation, ""]["fieldsV1"]
        return fields


class Client:
    """One user's view of one server."""

    def __init__(self, server: Server, user: str = "admin", agent: str = "suite/1.0") -> None:
        self.server, self._agent = server, agent
        self._address = urlsplit(server.url).netloc
        self._trust = trust_in(server.ca_file) if server.ca_file else None
        self._token = server.tokens.get(user, "a-token-nobody-has") if user else ""

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Reply:
        raw = None if body is None else json.dumps(body).encode()

        def ask(connection: http.client.HTTPConnection) -> Reply:
            connection.request(method, path, raw, self._headers(content_type, accept))
            response = connection.getresponse()
            warnings = tuple(response.headers.get_all("Warning") or ())
            return Reply(response.status, response.read(), warnings)

        return exchanged(self._address, self._trust, ask, timeout_s=TIMEOUT_S)

    def get(self, path: str, **query: str) -> Reply:
        return self.call("GET", _with(path, query))

    def create(self, path: str, body: Json, **query: str) -> Reply:
        return self.call("POST", _with(path, query), body)

    def replace(self, path: str, body: Json, **query: str) -> Reply:
        return self.call("PUT", _with(path, query), body)

    def delete(self, path: str, options: Json | None = None, **query: str) -> Reply:
        return self.call("DELETE", _with(path, query), options)

    def patch(self, path: str, body: object, content_type: str = MERGE, **query: str) -> Reply:
        return self.call("PATCH", _with(path, query), body, content_type=content_type)

    def apply(self, path: str, body: Json, manager: str = "driftdeck", **query: str) -> Reply:
        query = {"fieldManager": manager, **query}
        return self.call("PATCH", _with(path, query), body, content_type=APPLY)

    def watch(self, path: str, *, accept: str = "application/json", **query: str) -> Iterator[Json]:
        """Yield the events until the server ends the watch."""
        connection = self._connect()
        try:
            where = _with(path, {"watch": "1", **query})
            connection.request("GET", where, headers=self._headers("application/json", accept))
            response = connection.getresponse()
            assert response.status == 200, response.read()
            while line := response.readline():
                event: Json = json.loads(line)
                yield event
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return connected(self._address, self._trust, timeout_s=TIMEOUT_S)

    def _headers(self, content_type: str, accept: str) -> dict[str, str]:
        headers = {"Content-Type": content_type, "Accept": accept, "User-Agent": self._agent}
        return headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})


def _with(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path
