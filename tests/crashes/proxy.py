"""An HTTP proxy before the API server that kills its client at the nth write.

An intent is on record before its write is sent, and its outcome after the answer.  So a process
that dies when its write arrives, and one that dies when it was carried out and before the answer,
leave each state that a crash can leave.
"""

import http.client
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from tests.commands import Running

_WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_PASSED = ("Authorization", "Content-Type", "Accept")


class DeadlyProxy:
    """Stands before the server at *url*; one client at a time can be marked to die."""

    def __init__(self, url: str) -> None:
        """Lead to *url*."""
        self.target = urlsplit(url).netloc
        self.writes: list[str] = []  # since it was armed
        self._victim: Running | None = None
        self._named = threading.Event()
        self._at, self._after, self._lock = 0, False, threading.Lock()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def arm(self, nth: int, *, after: bool) -> None:
        """Kill at the *nth* write from now on: when it arrived, or when it was carried out."""
        self._at, self._after = nth, after
        self._named.clear()
        self.writes.clear()

    def name(self, victim: Running) -> None:
        """Say whom it is about; its writes wait for that."""
        self._victim = victim
        self._named.set()

    def kills(self, write: str) -> tuple[bool, bool]:
        """Count a write; tell whether its client dies before it is carried out, and after."""
        with self._lock:
            self.writes.append(write)
            dies = len(self.writes) == self._at
        return dies and not self._after, dies and self._after

    def kill(self) -> None:
        """Kill it."""
        assert self._named.wait(60)
        assert self._victim is not None
        os.kill(self._victim.pid, signal.SIGKILL)


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Connections of the killed break; that is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    proxy: ClassVar[DeadlyProxy]
    protocol_version = "HTTP/1.1"

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        writes = self.command in _WRITES and "dryRun=" not in self.path
        writes = writes and "selfsubject" not in self.path
        before, after = (
            self.proxy.kills(f"{self.command} {self.path}") if writes else (False, False)
        )
        if before:
            self.proxy.kill()
            self.close_connection = True
            return
        upstream = http.client.HTTPConnection(self.proxy.target)
        try:
            headers = {name: self.headers[name] for name in _PASSED if name in self.headers}
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            if after:
                answer.read()
                self.proxy.kill()
                self.close_connection = True
                return
            self._pass_on(answer)
        except (OSError, http.client.HTTPException):  # one of the two went away
            self.close_connection = True
        finally:
            upstream.close()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _forward  # noqa: N815 - http.server's names

    def _pass_on(self, answer: http.client.HTTPResponse) -> None:
        self.send_response(answer.status)
        for name in ("Content-Type", "Retry-After", "Warning"):
            if answer.headers.get(name):
                self.send_header(name, answer.headers[name])
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while some := answer.read1():
            self.wfile.write(b"%x\r\n%s\r\n" % (len(some), some))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
