"""The embedded API server: in this process, on loopback, ready at once."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from typing_extensions import override

from core.sandbox.auditing import AuditLog
from core.sandbox.serve.api import Api
from core.sandbox.serve.faults import Faults
from core.sandbox.serve.http import Audit, Face
from core.sandbox.serve.kubeconfig import kubeconfig
from core.sandbox.serve.wire import BODY_MAX_BYTES

_HOST = "127.0.0.1"
_STARTING_MAX_S = 60.0


class Sandbox:
    """A Kubernetes API server over plain HTTP.  Use it as an async context manager."""

    def __init__(
        self,
        *,
        history_max: int = 1000,
        bookmark_period_s: float = 60.0,
        clock: Callable[[], float] = time.time,
        audit_log: Path | None = None,
    ) -> None:
        """Make an empty world.

        Args:
            history_max: How many changes of a kind a watch can resume over.
            bookmark_period_s: How often a quiet watch hears a bookmark.
            clock: Seconds since 1970, for timestamps.
            audit_log: File that tells of every write; None for none.
        """
        self.audit_log = audit_log
        self._log = AuditLog(audit_log) if audit_log is not None else None
        self._face = Face(Api(clock, history_max=history_max), clock, bookmark_period_s, self._log)
        self._runner: web.AppRunner | None = None
        self.url = ""
        self.tokens: dict[str, str] = self._face.tokens
        self.faults: Faults = self._face.faults
        self.requests: deque[Audit] = self._face.requests

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; *port* 0 takes a free one."""
        app = web.Application(client_max_size=BODY_MAX_BYTES + 1024)
        app.router.add_route("*", "/{path:.*}", self._face.handle)
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5
        )
        await runner.setup()
        site = web.TCPSite(runner, _HOST, port)
        await site.start()
        self._runner = runner
        chosen = int(runner.addresses[0][1])
        self._face.address = f"{_HOST}:{chosen}"
        self.url = f"http://{self._face.address}"

    async def stop(self) -> None:
        """Break what is open and stop listening."""
        runner, self._runner = self._runner, None
        if runner is not None:
            self.faults.clear()
            self._face.cut_watches()
            await runner.cleanup()
        if self._log is not None:
            self._log.close()
            self._log = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def kubeconfig(self, folder: Path, user: str = "admin", *, namespace: str = "default") -> Path:
        """Write a kubeconfig into *folder*, with a context for each user; *user*'s is current."""
        path = folder / "kubeconfig"
        path.write_text(kubeconfig(self.url, self.tokens, user, namespace))
        path.chmod(0o600)
        return path


class _ThreadFaults(Faults):
    """The switches of a sandbox that lives in another thread."""

    def __init__(self, inner: Faults, run: Callable[[Callable[[], None]], None]) -> None:
        """Pass everything on to *inner* by *run*, which waits until it happened."""
        super().__init__(
            lambda: run(inner.cut_watches),
            lambda: run(inner.expire_history),
            inner.remember,
        )
        self._inner, self._run = inner, run

    @override
    def remember(self) -> Callable[[int], None]:
        restore = super().remember()
        return lambda since: self._run(partial(restore, since))

    @override
    def answer(
        self,
        status: int,
        *,
        method: str | None = None,
        path_contains: str = "",
        times: int = 1,
        retry_after: float | None = None,
        body: bytes | None = None,
    ) -> None:
        self._run(
            lambda: self._inner.answer(
                status,
                method=method,
                path_contains=path_contains,
                times=times,
                retry_after=retry_after,
                body=body,
            )
        )

    @override
    def stall(self, path_contains: str = "") -> None:
        self._run(lambda: self._inner.stall(path_contains))

    @override
    def clear(self) -> None:
        self._run(self._inner.clear)


class SandboxThread:
    """A sandbox in a thread and an event loop of its own.  Use it as a context manager."""

    def __init__(
        self,
        *,
        history_max: int = 1000,
        bookmark_period_s: float = 60.0,
        clock: Callable[[], float] = time.time,
        audit_log: Path | None = None,
    ) -> None:
        """Make an empty world; see `Sandbox`."""
        self._inner = Sandbox(
            history_max=history_max,
            bookmark_period_s=bookmark_period_s,
            clock=clock,
            audit_log=audit_log,
        )
        self.audit_log = audit_log
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)
        self.tokens = self._inner.tokens
        self.requests = self._inner.requests
        self.faults: Faults = _ThreadFaults(self._inner.faults, self._do)

    @property
    def url(self) -> str:
        """Where the server listens."""
        return self._inner.url

    def start(self, port: int = 0) -> None:
        """Start the thread and wait until the server listens."""
        self._thread.start()
        waiting = asyncio.run_coroutine_threadsafe(self._inner.start(port), self._loop)
        waiting.result(_STARTING_MAX_S)

    def stop(self) -> None:
        """Stop the server, then the thread."""
        if not self._thread.is_alive():
            return
        waiting = asyncio.run_coroutine_threadsafe(self._inner.stop(), self._loop)
        waiting.result(_STARTING_MAX_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STARTING_MAX_S)

    def kubeconfig(self, folder: Path, user: str = "admin", *, namespace: str = "default") -> Path:
        """Write a kubeconfig into *folder*; see `Sandbox.kubeconfig`."""
        return self._inner.kubeconfig(folder, user, namespace=namespace)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _do(self, action: Callable[[], None]) -> None:
        async def done() -> None:
            action()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(_STARTING_MAX_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
