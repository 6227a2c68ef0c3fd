"""A TCP proxy before the API server, whose connections can be cut, stalled and left stale."""

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import Final, Self

from tests.apiserver.ports import LOOPBACK, ReservedPort

_CHUNK: Final = 1 << 16
_FAREWELL_S: Final = 1.0


class Proxy:
    """Runs in a thread of its own; faults are given from any other."""

    def __init__(self, target: int) -> None:
        """Lead to the port *target* of this machine."""
        self._target = target
        self._reserved = ReservedPort()
        self.port = self._reserved.number
        self._loop = asyncio.new_event_loop()
        self._open: set[_Pair] = set()
        self._gate = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._over = asyncio.Event()
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()
        self._reserved.release()

    def cut(self) -> None:
        """Reset all connections."""
        self._loop.call_soon_threadsafe(self._cut)

    def stall(self) -> None:
        """Let nothing through, in neither direction; no connection is closed."""
        self._loop.call_soon_threadsafe(self._gate.clear)

    def make_stale(self) -> None:
        """Hold back what the server says on connections that are open now; new ones are well."""
        self._loop.call_soon_threadsafe(self._make_stale)

    def resume(self) -> None:
        """Let everything through that was held."""
        self._loop.call_soon_threadsafe(self._resume)

    def _cut(self) -> None:
        for pair in self._open:
            pair.reset()

    def _make_stale(self) -> None:
        for pair in self._open:
            pair.heard.clear()

    def _resume(self) -> None:
        self._gate.set()
        for pair in self._open:
            pair.heard.set()

    async def _serve(self) -> None:
        self._gate.set()
        server = await asyncio.start_server(self._accept, LOOPBACK, self.port)
        self._ready.set()
        async with server:
            await self._over.wait()
        self._cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:  # that were cut see it by themselves
            await asyncio.wait(others, timeout=_FAREWELL_S)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:  # nobody listens: the client is told so as far as a proxy can
            writer.transport.abort()
            return
        pair = _Pair(writer, back)
        self._open.add(pair)
        up = asyncio.create_task(self._carry(reader, back, self._gate))
        down = asyncio.create_task(self._carry(there, writer, self._gate, pair.heard))
        await asyncio.gather(up, down)
        self._open.discard(pair)
        pair.reset()

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *gates: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):  # either end went away
            while some := await source.read(_CHUNK):
                for gate in gates:
                    await gate.wait()
                sink.write(some)
                await sink.drain()
            sink.write_eof()


class _Pair:
    """The two ends of a connection."""

    def __init__(self, *ends: asyncio.StreamWriter) -> None:
        self._ends = ends
        self.heard = asyncio.Event()
        self.heard.set()

    def reset(self) -> None:
        for end in self._ends:
            end.transport.abort()
