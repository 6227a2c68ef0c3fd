"""The cluster's OpenAPI v3, by kind: one document per group version, fetched once per content."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec

from core.cluster.connection.calls import Calls
from core.cluster.connection.paths import group_version_path
from core.cluster.connection.request import Request
from core.cluster.discovery.discovery import decoded
from core.compare import Schema, schemas
from core.errors import UnavailableError
from core.model import JsonObject, KindRef

_ROOT: Final = "/openapi/v3"


class _Entry(msgspec.Struct):
    location: str = msgspec.field(name="serverRelativeURL", default="")


class _Index(msgspec.Struct):
    paths: dict[str, _Entry] = {}


class OpenApi:
    """Schemas as the cluster publishes them."""

    def __init__(self, calls: Calls) -> None:
        """Fetch nothing yet."""
        self._calls = calls
        self._index: Mapping[str, str] | None = None
        self._documents: dict[str, Mapping[KindRef, Schema]] = {}  # by location, hash included
        self._flight = asyncio.Lock()

    def forget_index(self) -> None:
        """Look up next time what is there: discovery changed, so a schema may have."""
        self._index = None

    async def schema(self, kind: KindRef) -> Schema | None:
        """Return the schema of *kind*, None if the cluster publishes none.

        Raises:
            ProductError: It could not be read.
        """
        async with self._flight:  # many kinds share a document
            location = (await self._locations()).get(group_version_path(kind.api_version)[1:])
            if location is None:
                return None
            if location not in self._documents:
                self._documents[location] = await self._document(location)
            return self._documents[location].get(kind)

    async def _locations(self) -> Mapping[str, str]:
        if self._index is None:
            answer = await self._calls.expect(Request(path=_ROOT), "read the OpenAPI index")
            entries = decoded(answer, _Index).paths
            self._index = {path: entry.location for path, entry in entries.items()}
        return self._index

    async def _document(self, location: str) -> Mapping[KindRef, Schema]:
        path, _, query = location.partition("?")
        prefix, root, rest = path.partition(f"{_ROOT}/")  # a proxy may name its own prefix, too
        if not root:  # what the server says must not lead elsewhere
            raise UnavailableError(f"the OpenAPI index points at {prefix[:100]!r}")
        path = root + rest
        answer = await self._calls.send(Request(path=path, query=query))
        # The index lags behind while definitions come and go, and the server then names another
        # hash; without one it gives what it has.
        if answer.status == HTTPStatus.MOVED_PERMANENTLY:
            answer = await self._calls.send(Request(path=path))
        answer = self._calls.checked(answer, "read the OpenAPI of a group")
        return await asyncio.to_thread(_parsed, answer.body)


def _parsed(body: bytes) -> Mapping[KindRef, Schema]:
    try:
        document: JsonObject = msgspec.json.decode(body, type=dict)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnavailableError("an OpenAPI document could not be read") from error
    return schemas(document)
