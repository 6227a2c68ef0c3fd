"""Requests as they are counted: by the server, the method, and the status of their answer."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from core.clock import Clock
from core.cluster.connection.answers import Answer, LinkError
from core.cluster.connection.request import Request
from core.meter import NO_ANSWER, Meter

if TYPE_CHECKING:  # aiohttp costs 0.2 s: loaded while connecting, not when imported
    from core.cluster.connection.transport import Stream, Transport


class Counted:
    """The sessions of one login, each request noted."""

    def __init__(self, transport: "Transport", host: str, clock: Clock, meter: Meter) -> None:
        """Send through *transport*, which leads to *host*."""
        self._transport, self._host = transport, host
        self._clock, self._meter = clock, meter

    async def call(self, request: Request, headers: Mapping[str, str]) -> Answer:
        """Send one request and read its answer; the same errors as `Transport.call`."""
        began = self._clock.monotonic()
        try:
            answer = await self._transport.call(request, headers)
        except LinkError:
            self._note(request, NO_ANSWER, began)
            raise
        self._note(request, str(answer.status), began)
        return answer

    @asynccontextmanager
    async def stream(self, request: Request, headers: Mapping[str, str]) -> AsyncIterator["Stream"]:
        """Open an answer that is read as it comes; the same errors as `Transport.stream`."""
        began, noted = self._clock.monotonic(), False
        try:
            async with self._transport.stream(request, headers) as stream:
                self._note(request, str(stream.status), began)
                noted = True
                yield stream
        except LinkError:
            if not noted:
                self._note(request, NO_ANSWER, began)
            raise

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.close()

    def _note(self, request: Request, code: str, began: float) -> None:
        took_s = self._clock.monotonic() - began
        self._meter.requested(self._host, request.method, code, took_s)
