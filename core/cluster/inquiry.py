"""A server that is asked a few things beside the engine, and let go."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeAlias

import msgspec

from core.clock import Clock
from core.cluster.connection.answers import AbsentError
from core.cluster.connection.apart import connected
from core.cluster.connection.calls import Calls
from core.cluster.connection.paths import object_path
from core.cluster.connection.request import Request, query_of
from core.cluster.discovery.discovery import decoded, discover, server_version
from core.cluster.login.login import Login
from core.cluster.login.secret import SECRETS
from core.cluster.writing.access import Access, Question
from core.cluster.writing.gateway import MANAGER
from core.errors import OutdatedError, RejectedError
from core.model import ClusterSpec, KindRef, Resource, mapping_of

IN_FLIGHT_MAX: Final = 16
_TRIES: Final = 5  # each is overtaken by another writer
_OURS: Final = query_of(fieldManager=MANAGER)
Answers: TypeAlias = Mapping[Question, bool]


class Inquiry:
    """What may be asked."""

    def __init__(self, login: Login, calls: Calls, clock: Clock) -> None:
        """Use `inquiry`."""
        self.login, self._calls = login, calls
        self._access = Access(calls, clock)

    async def version(self) -> str:
        """Return the server's version, "" if it does not say."""
        return await server_version(self._calls)

    async def resources(self) -> Mapping[KindRef, Resource]:
        """Return what it serves.

        Raises:
            ProductError: It does not say.
        """
        return (await discover(self._calls)).resources

    async def allowed(self, questions: Iterable[Question]) -> Answers:
        """Ask of each whether we may; each is a SelfSubjectAccessReview.

        Raises:
            ProductError: It does not say.
        """
        room = asyncio.Semaphore(IN_FLIGHT_MAX)

        async def ask(question: Question) -> bool:
            async with room:
                return await self._access.ask(question)

        distinct = tuple(dict.fromkeys(questions))
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(ask(question)) for question in distinct]
        return {question: one.result() for question, one in zip(distinct, asked, strict=True)}

    async def kept(self, namespace: str, name: str, key: str, fresh: bytes) -> bytes:
        """Return what a Secret of ours holds; *fresh*, put there, where it holds nothing yet.

        Of several who put something there the first one's stays.

        Raises:
            ProductError: It cannot be read, or not be written.
        """
        path, doing = object_path(SECRETS, namespace, name), f"secrets {name} in {namespace}"
        for _ in range(_TRIES):
            try:
                answer = await self._calls.expect(Request(path=path), f"get {doing}", secret=True)
            except AbsentError as error:
                raise RejectedError(f"{doing} are not there: apply the manifests again") from error
            found = decoded(answer, dict)
            held = mapping_of(found.get("data"))
            if key in held:
                return base64.b64decode(str(held[key]))
            value = base64.b64encode(fresh).decode()
            body = msgspec.json.encode({**found, "data": {**held, key: value}})
            put = Request(method="PUT", path=path, query=_OURS, body=body)
            with suppress(OutdatedError):
                await self._calls.expect(put, f"update {doing}", secret=True)
                return fresh
        raise OutdatedError(f"{doing} are written by others all the time")


@asynccontextmanager
async def inquiry(spec: ClusterSpec, clock: Clock | None = None) -> AsyncIterator[Inquiry]:
    """Connect to a server for a while.

    Raises:
        ProductError: Who we are there is not known.
    """
    clock = clock or Clock()
    async with connected(spec, clock) as connection:
        yield Inquiry(connection.login, Calls(connection, clock), clock)
