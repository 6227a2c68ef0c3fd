"""The connection that is current, and whether the server can be reached at all.

Many readers share one server.  When it goes, only the prober in `Cluster.run` asks for it, by the
backoff; all others wait for `up`.  So an outage costs one request per attempt, not one per
reflector, and is reported once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from core.clock import Clock
from core.cluster.connection.answers import Answer, LinkError
from core.cluster.connection.counting import Counted
from core.cluster.connection.request import Request
from core.cluster.login.login import Login
from core.errors import DeniedError, ProductError, UnavailableError
from core.meter import UNMETERED, Meter, Watched
from core.model import ClusterName

if TYPE_CHECKING:  # aiohttp costs 0.2 s: loaded while connecting, not when imported
    from core.cluster.connection.transport import Stream, Transport


class Connection:
    """One login with its sessions; a refused token is renewed once and the request repeated."""

    def __init__(self, login: Login, transport: Counted) -> None:
        """Use `open_connection`."""
        self.login, self._transport = login, transport

    async def call(self, request: Request) -> Answer:
        """Send one request; any HTTP status is an answer.

        Raises:
            LinkError: There is no whole answer.
            DeniedError: There is no credential.
        """
        header = await self.login.bearer.header()
        answer = await self._transport.call(request, _authorization(header))
        if answer.status == HTTPStatus.UNAUTHORIZED and await self.login.bearer.refused(header):
            renewed = await self.login.bearer.header()
            return await self._transport.call(request, _authorization(renewed))
        return answer

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator["Stream"]:
        """Open an answer that is read as it comes; the same errors as `call`."""
        bearer = self.login.bearer
        header = await bearer.header()
        async with self._transport.stream(request, _authorization(header)) as stream:
            if stream.status != HTTPStatus.UNAUTHORIZED or not await bearer.refused(header):
                yield stream
                return
        renewed = await bearer.header()
        async with self._transport.stream(request, _authorization(renewed)) as stream:
            yield stream

    async def close(self) -> None:
        """Close its sessions."""
        await self._transport.close()


def _authorization(header: str | None) -> dict[str, str]:
    return {} if header is None else {"Authorization": header}


async def open_connection(
    login: Login, clock: Clock | None = None, meter: Meter = UNMETERED
) -> Connection:
    """Make the sessions for *login*, whose requests *meter* hears of; nothing is sent yet."""
    make = await asyncio.to_thread(_transport)
    return Connection(login, Counted(make(login), login.host, clock or Clock(), meter))


def _transport() -> "type[Transport]":
    from core.cluster.connection.transport import Transport  # noqa: PLC0415 - lazily, in a thread

    return Transport


class Link:
    """What everything in this package calls through."""

    def __init__(
        self,
        name: str,
        went_back: Callable[[], None] = lambda: None,
        meter: Meter = UNMETERED,
    ) -> None:
        """Begin without a connection to the cluster that the settings call *name*.

        *went_back* is called where it has an older state than it told before; *meter* hears of
        requests and watches.
        """
        self._name, self._went_back, self.meter = ClusterName(name), went_back, meter
        self._told_at = 0  # the connection that `went_back` was called about
        self._connection: Connection | None = None
        self.up = asyncio.Event()
        self.trouble = asyncio.Event()  # somebody failed to reach the server: probe it
        self.problem: ProductError | None = None
        self.adopted = 0  # connections so far: each may lead to a server with another history

    @property
    def what(self) -> str:
        """How errors name the cluster."""
        return f"cluster {self._name.short}"

    async def adopt(self, connection: Connection) -> None:
        """Use *connection* from now on; what still reads from the one before is cut."""
        before, self._connection = self._connection, connection
        self._name = replace(self._name, context=connection.login.context)
        self.problem = None
        self.adopted += 1
        self.trouble.clear()
        self.up.set()
        if before is not None and before is not connection:
            await before.close()

    def suspect(self, problem: ProductError) -> None:
        """Note that the server may be gone, or may not know us any more."""
        self.problem = problem
        self.up.clear()
        self.trouble.set()

    def note(self, what: Watched, count: int = 1) -> None:
        """Have counted what happened to a watch."""
        self.meter.watched(self._name.stated, what, count)

    def went_back(self) -> None:
        """Note that the server has an older state than before; it is told once a connection."""
        if self._told_at != self.adopted:
            self._told_at = self.adopted
            self._went_back()

    async def call(self, request: Request) -> Answer:
        """Send one request; the same errors as `Connection.call`, and `UnavailableError`.

        What was still waiting for its turn when the connection was replaced goes through the next.
        """
        connection = self._current()
        try:
            answer = await connection.call(request)
        except LinkError as error:
            if not error.sent and connection is not self._connection:
                return await self.call(request)
            self._suspect_of(connection, error)
            raise
        except DeniedError as error:
            self._suspect_of(connection, error)
            raise
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._suspect_of(connection, refused_login(self.what))
        return answer

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator["Stream"]:
        """Open an answer that is read as it comes; only failing to open it is suspicious."""
        connection = self._current()
        opened = False
        try:
            async with connection.stream(request) as stream:
                opened = True
                if stream.status == HTTPStatus.UNAUTHORIZED:
                    self._suspect_of(connection, refused_login(self.what))
                yield stream
        except (LinkError, DeniedError) as error:
            if not opened:
                self._suspect_of(connection, error)
            raise

    async def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        self.up.clear()
        if connection is not None:
            await connection.close()

    def _current(self) -> Connection:
        if self._connection is None:
            raise self.problem or UnavailableError(f"{self.what}: not connected yet")
        return self._connection

    def _suspect_of(self, connection: Connection, problem: ProductError) -> None:
        if connection is self._connection:  # else it is about one that was replaced
            self.suspect(problem)


def refused_login(what: str) -> DeniedError:
    """Return the error for a 401 that a fresh credential did not cure."""
    return DeniedError(f"{what}: the server does not accept our credentials (401)")
