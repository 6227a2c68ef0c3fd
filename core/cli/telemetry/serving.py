"""The door of metrics and health: four paths, which only tell.

It is bounded whoever asks (F72): connections are few and short, each answers one request, and the
oldest makes room for the newest, so that a probe gets through where a thousand hold theirs open.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final, TypeAlias

from aiohttp import web
from typing_extensions import override

from core.errors import UsageError

CONNECTIONS_MAX: Final = 32
BACKLOG: Final = 512  # who waits to be let in while others are thrown out
DEADLINE_S: Final = 10.0  # of a connection, whatever it is about
LINE_BYTES: Final = 2_048
Answering: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
_METHODS: Final = frozenset({"GET", "HEAD"})


def meet(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Whether who listens at one address keeps another socket from listening at the other."""
    a, b = ip_address(one[0]), ip_address(other[0])
    wide = a.version == b.version and (a.is_unspecified or b.is_unspecified)
    return one[1] == other[1] != 0 and (a == b or wide)


def named(where: tuple[str, int]) -> str:
    """Return an address as settings write it."""
    host, port = where
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def see_free(where: tuple[str, int], what: str) -> None:
    """See that an address can be listened on now, for *what* is wanted there.

    Raises:
        UsageError: It is taken, or none of this machine's.
    """
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    try:
        socket.create_server(where, family=family).close()
    except OSError as error:
        raise _taken(where, error, what) from error


def _taken(where: tuple[str, int], error: OSError, what: str = "metrics") -> UsageError:
    reason = os.strerror(error.errno).lower() if error.errno else "no such address"
    return UsageError(f"{what}: cannot listen on {named(where)}: {reason}")


@dataclass(frozen=True, slots=True)
class Page:
    """What is at a path now."""

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = "text/plain; charset=utf-8"


class Door:
    """Listens at one address."""

    def __init__(
        self,
        where: tuple[str, int],
        page_of: Callable[[str, bool], Page | None],
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """Listen to nothing yet.

        Args:
            where: The address, and the port.
            page_of: Takes a path, and whether all of it is wanted to be told.
            deadline_s: How long a connection may last.
        """
        self._where, self._page_of, self._deadline_s = where, page_of, deadline_s
        self._server: asyncio.Server | None = None
        self._bounded: _Bounded | None = None
        self.port = 0

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            UsageError: The address is taken, or none of this machine's.
        """
        loop = asyncio.get_running_loop()
        self._bounded = _Bounded(
            self._answer,
            deadline_s=self._deadline_s,
        )
        try:
            self._server = await loop.create_server(self._bounded, *self._where, backlog=BACKLOG)
        except OSError as error:
            raise _taken(self._where, error) from error
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._bounded.connections) if self._bounded is not None else 0

    async def close(self) -> None:
        """Listen no more, and end what is still open."""
        if self._server is None or self._bounded is None:
            return
        self._server.close()
        await asyncio.sleep(0)  # what was accepted last is a connection now
        self._bounded.end()
        await asyncio.sleep(0)  # and closed after another turn

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        if request.method not in _METHODS:
            return _response(Page(b"only GET\n", HTTPStatus.METHOD_NOT_ALLOWED))
        page = self._page_of(request.path, "verbose" in request.query)
        return _response(page or Page(b"there is nothing here\n", HTTPStatus.NOT_FOUND))


def _response(page: Page) -> web.Response:
    headers = {"Content-Type": page.content_type, "X-Content-Type-Options": "nosniff"}
    made = web.Response(status=page.status, body=page.body, headers=headers)
    made.force_close()
    return made


class _Bounded(web.Server):
    """Keeps connections few and short."""

    def __init__(self, handler: Answering, *, deadline_s: float) -> None:
        super().__init__(
            handler,
            access_log=None,
            lingering_time=0,
            max_line_size=LINE_BYTES,
            max_field_size=LINE_BYTES,
        )
        self._deadline_s = deadline_s

    def end(self) -> None:
        """End every connection."""
        for transport in self._connections.values():
            transport.abort()

    @override
    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        while len(self._connections) >= CONNECTIONS_MAX:
            oldest = next(iter(self._connections))
            self._connections.pop(oldest).abort()
        super().connection_made(handler, transport)
        asyncio.get_running_loop().call_later(self._deadline_s, transport.abort)
