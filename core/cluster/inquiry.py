"""A server that is asked a few things beside the engine, and let go."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

from core.clock import Clock
from core.cluster.connection.calls import Calls
from core.cluster.connection.link import open_connection
from core.cluster.discovery.discovery import discover, server_version
from core.cluster.login.credentials import log_in
from core.cluster.login.login import Login
from core.cluster.writing.access import Access, Question
from core.model import ClusterSpec, KindRef, Resource

IN_FLIGHT_MAX: Final = 16
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


@asynccontextmanager
async def inquiry(spec: ClusterSpec, clock: Clock | None = None) -> AsyncIterator[Inquiry]:
    """Connect to a server for a while.

    Raises:
        ProductError: Who we are there is not known.
    """
    clock = clock or Clock()
    login = await log_in(spec, clock)
    connection = await open_connection(login)
    try:
        yield Inquiry(login, Calls(connection, clock), clock)
    finally:
        await connection.close()
