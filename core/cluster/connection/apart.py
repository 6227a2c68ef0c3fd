"""Connections beside the one that all readers share: for a while, or kept for one task.

Nothing else waits for what goes through them, and their failures are nobody else's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from core.clock import Clock
from core.cluster.connection.answers import Answer, LinkError
from core.cluster.connection.link import Connection, open_connection
from core.cluster.connection.request import Request
from core.cluster.login.credentials import log_in
from core.errors import ProductError
from core.meter import UNMETERED, Meter
from core.model import ClusterSpec


@asynccontextmanager
async def connected(spec: ClusterSpec, clock: Clock) -> AsyncIterator[Connection]:
    """Connect to a server for a while.

    Raises:
        ProductError: Who we are there is not known.
    """
    connection = await open_connection(await log_in(spec, clock))
    try:
        yield connection
    finally:
        await connection.close()


class Apart:
    """A connection of one's own, made when it is needed.

    Who we are is found out anew after a 401, and whom we trust where the server could not be
    reached: credentials and authorities are replaced while we run (F65).
    """

    def __init__(self, spec: ClusterSpec, clock: Clock, meter: Meter = UNMETERED) -> None:
        """Connect to nothing yet."""
        self._spec, self._clock, self._meter = spec, clock, meter
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> Connection:
        """Log in, unless that is done; nothing is sent to the server.

        Raises:
            ProductError: Who we are there is not known.
        """
        async with self._opening:
            if self._connection is None:
                login = await log_in(self._spec, self._clock)
                self._connection = await open_connection(login, self._clock, self._meter)
            return self._connection

    async def call(self, request: Request) -> Answer:
        """Send one request; the same errors as `Connection.call`, and those of `open`."""
        connection = await self.open()
        try:
            answer = await connection.call(request)
        except ProductError as error:
            if not (isinstance(error, LinkError) and error.sent):
                await self._give_up(connection)
            raise
        if answer.status == HTTPStatus.UNAUTHORIZED:
            await self._give_up(connection)
        return answer

    async def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _give_up(self, connection: Connection) -> None:
        if connection is self._connection:  # else another one was made meanwhile
            await self.close()
