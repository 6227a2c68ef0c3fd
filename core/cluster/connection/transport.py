"""HTTP to one API server: the only module that knows aiohttp.

Two sessions: in one pool the watches, which never end, starve the calls.  Every fault of aiohttp
leaves here as a `LinkError` that says whether the request may have been seen.
"""

import asyncio
import asyncio.sslproto
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final
from weakref import WeakSet

import aiohttp
from aiohttp.connector import AddrInfoType
from yarl import URL

from core.cluster.connection.answers import Answer, LinkError
from core.cluster.connection.request import Request
from core.cluster.login.login import Login
from core.garbage import LOOKS

CALLS_MAX: Final = 32  # connections for calls; the gateway allows 16 dry-runs at a time
CONNECT_S: Final = 10.0
SILENCE_S: Final = 310.0  # backstop under the reflector's own timer, which is at most 300 s
READ_BYTES: Final = 1024 * 1024
TLS_READ_BYTES: Final = 16 * 1024  # a record; four at once are read no faster (measured)
CLOSED_MAX: Final = 32  # streams whose remains may lie about; some 100 KiB each
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))
_USER_TIMEOUT_MS: Final = 60_000
_PIECES_MAX: Final = 1_000
_CLOSING_STEP_S: Final = 0.001
_CLOSING_STEPS_MAX: Final = 500

# asyncio lets each TLS connection keep 256 KiB to read into.  With a watch for each kind and
# namespace that was a fifth of our memory, and more at each reconnection: glibc takes blocks of
# that size from the heap once it has seen one freed, and leaves holes between them.  Over
# reconnections of 112 watches 110 MB became 171; with 64 KiB 89 became 99 and stayed.  A watch
# takes 320 KiB with 256, 130 with 64 and 80 with 16 (measured).
asyncio.sslproto.SSLProtocol.max_size = TLS_READ_BYTES


class Stream:
    """The body of an answer that goes on until somebody closes it."""

    def __init__(self, response: aiohttp.ClientResponse, what: str) -> None:
        """Wrap *response*; *what* names the server in errors."""
        self._response, self._what = response, what
        self.status = response.status

    async def read(self) -> bytes:
        """Return what has arrived, b"" at the end.

        Raises:
            LinkError: The connection broke.
        """
        try:
            return await self._response.content.readany()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LinkError(f"{self._what}: the connection broke", sent=True) from error

    async def answer(self) -> Answer:
        """Read all of it, for an answer that is a refusal."""
        pieces: list[bytes] = []
        while len(pieces) < _PIECES_MAX and (piece := await self.read()):
            pieces.append(piece)
        return _answer(self._response, b"".join(pieces))

    def close(self) -> None:
        """Give up; a `read` that waits ends with a `LinkError`."""
        self._response.close()


class Transport:
    """The two sessions of one login."""

    def __init__(self, login: Login) -> None:
        """Open no connection yet."""
        self._login = login
        self._root = login.server.rstrip("/")
        self._what = f"cannot reach {login.address}"
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._reading: WeakSet[aiohttp.ClientResponse] = WeakSet()
        self._closed = 0
        self._calls = self._session(limit=CALLS_MAX)
        self._watches = self._session(limit=0)

    async def call(self, request: Request, headers: Mapping[str, str]) -> Answer:
        """Send one request and read its answer.

        Raises:
            LinkError: There is no whole answer.
        """
        if self._calls.closed:
            raise self._replaced()
        timeout = aiohttp.ClientTimeout(total=request.timeout_s, sock_connect=CONNECT_S)
        try:
            async with self._send(self._calls, request, headers, timeout) as response:
                self._reading.add(response)
                return _answer(response, await response.read())
        except asyncio.CancelledError as error:
            # aiohttp cancels who waits for a free connection when all are closed: unseen, the task
            # that called would end as if it had been told to, and a sync wait for it for ever.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise self._replaced() from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._translated(error) from error

    def _replaced(self) -> LinkError:
        return LinkError(f"{self._what}: the connection was replaced", sent=False)

    @asynccontextmanager
    async def stream(self, request: Request, headers: Mapping[str, str]) -> AsyncIterator[Stream]:
        """Open an answer that is read as it comes.

        Raises:
            LinkError: There is no answer, or no headers within the backstop.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S)
        sending = self._send(self._watches, request, headers, timeout)
        try:
            response = await sending
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._translated(error) from error
        self._reading.add(response)
        stream = Stream(response, self._what)
        try:
            yield stream
        finally:
            stream.close()  # not released: what is left of a watch is never worth reading
            self._tidy_up()

    async def close(self) -> None:
        """Close every connection, and return when they are closed.

        A TLS connection would first wait for the peer's farewell, longer than the loop may live.
        Whoever waits for more of an answer is told: aiohttp forgets it with the connection, and it
        would wait until its own time is up.
        """
        for response in tuple(self._reading):
            response.content.set_exception(aiohttp.ClientConnectionError("closed"))
        await asyncio.gather(self._calls.close(), self._watches.close())
        for open_socket in self._open_sockets():
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
        for _ in range(_CLOSING_STEPS_MAX):
            if not self._open_sockets():
                break
            await asyncio.sleep(_CLOSING_STEP_S)
        LOOKS.look()  # each attempt has sessions of its own, too few closed to be counted below

    def _tidy_up(self) -> None:
        """Free what closed streams leave: cycles, which an engine looks for rarely.

        Reconnecting 106 watches left 137 TLS objects, and the memory grew each time (measured).
        """
        self._closed += 1
        if self._closed % CLOSED_MAX == 0:
            LOOKS.look()

    def _open_sockets(self) -> list[socket.socket]:
        return [made for made in self._sockets if made.fileno() != -1]

    def _session(self, *, limit: int) -> aiohttp.ClientSession:
        tls: ssl.SSLContext | bool = self._login.tls if self._login.tls is not None else True
        connector = aiohttp.TCPConnector(limit=limit, ssl=tls, socket_factory=self._socket)
        # Unless told so aiohttp asks for gzip.
        plain = {} if self._login.compressed else {"Accept-Encoding": "identity"}
        return aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            read_bufsize=READ_BYTES,
            headers={"User-Agent": "driftdeck", **plain},
        )

    def _socket(self, address: AddrInfoType) -> socket.socket:
        made = new_socket(address)
        self._sockets.add(made)
        return made

    def _send(
        self,
        session: aiohttp.ClientSession,
        request: Request,
        headers: Mapping[str, str],
        timeout: aiohttp.ClientTimeout,
    ) -> "aiohttp.client._RequestContextManager":
        query = f"?{request.query}" if request.query else ""
        named = [("Accept", request.accept), *headers.items(), *self._login.headers]
        if request.body is not None:
            named.append(("Content-Type", request.content_type))
        return session.request(
            request.method,
            URL(f"{self._root}{request.path}{query}", encoded=True),
            data=request.body,
            headers=named,
            timeout=timeout,
            allow_redirects=False,
            proxy=self._login.proxy,
            server_hostname=self._login.server_hostname,
        )

    def _translated(self, error: Exception) -> LinkError:
        """Say in one line why; aiohttp's own text can hold the whole request."""
        unsent = isinstance(
            error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | ssl.SSLError
        )
        return LinkError(f"{self._what}: {_reason(error)}", sent=not unsent)


def _reason(error: Exception) -> str:
    match error:
        case aiohttp.ClientProxyConnectionError():
            return "the proxy does not answer"
        case aiohttp.ClientHttpProxyError():
            return f"the proxy refuses (HTTP {error.status})"
        case aiohttp.ClientConnectorCertificateError():
            return f"its certificate is not trusted ({error.certificate_error})"
        case aiohttp.ClientConnectorDNSError():
            return "its name cannot be resolved"
        case aiohttp.ClientConnectorError():
            number = error.os_error.errno
            return os.strerror(number).lower() if number else "no connection"
        case TimeoutError():
            return "no answer in time"
        case aiohttp.ServerDisconnectedError() | ConnectionError():
            return "the connection broke"
        case _:
            return type(error).__name__


def _answer(response: aiohttp.ClientResponse, body: bytes) -> Answer:
    headers = response.headers
    return Answer(
        status=response.status,
        body=body,
        retry_after=headers.get("Retry-After", ""),
        content_type=headers.get("Content-Type", ""),
    )


def new_socket(address: AddrInfoType) -> socket.socket:
    """Make a socket that notices a peer that is gone: 60 s instead of the kernel's hours."""
    family, kind, protocol, _, _ = address
    made = socket.socket(family=family, type=kind, proto=protocol)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:  # not every system has all of them
        if hasattr(socket, name):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _USER_TIMEOUT_MS)
    return made
