"""git http-backend, the program that servers run, behind a small server with TLS and a password.

It can be stopped and started again on the same port, and told to misbehave.
"""

import base64
import functools
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import unquote

from typing_extensions import override

from tests.apiserver.ports import ReservedPort
from tests.githost.certificate import write_certificate

USER, TOKEN = "git", "t0k3n-of-the-tests"
Answer = Callable[["Handler"], bool]  # True: it answered, git is not asked


class Handler(BaseHTTPRequestHandler):
    """One request, given to git as a CGI program."""

    protocol_version = "HTTP/1.1"
    host: "HttpsHost"

    def do_GET(self) -> None:
        """Answer a listing of refs."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a fetch or a push."""
        self._serve()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer by hand."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _serve(self) -> None:
        body = self._body()
        self.host.asked.append(f"{self.command} {self.path}")
        if self.host.answer is not None and self.host.answer(self):
            return
        expected = base64.b64encode(f"{USER}:{self.host.token}".encode()).decode()
        if self.host.token and self.headers["Authorization"] != f"Basic {expected}":
            self.say(401, WWW_Authenticate='Basic realm="git"')
            return
        self._cgi(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _cgi(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.host.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_USER": USER,
            "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "GIT_CONFIG_KEY_1": "http.receivepack",
            "GIT_CONFIG_VALUE_1": "true",
        }
        done = subprocess.run([_backend()], input=body, env=environment, capture_output=True)  # noqa: S603, PLW1510
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().split("\r\n") if line]
        headers = {name.replace("-", "_"): value for name, _, value in lines}
        self.say(int(headers.pop("Status", "200").split()[0]), content, **headers)


class HttpsHost:
    """A server of the repositories in a folder, at `https://127.0.0.1:PORT/NAME`."""

    def __init__(self, folder: Path, *, token: str = TOKEN) -> None:
        """Serve nothing yet; an empty *token* lets everybody in."""
        self.folder, self.token = folder, token
        folder.mkdir(parents=True, exist_ok=True)
        self.ca_file = folder.parent / "githost-ca.pem"
        self._key_file = folder.parent / "githost-key.pem"
        write_certificate(self._key_file, self.ca_file)
        self.answer: Answer | None = None
        self.asked: list[str] = []
        self._reserved = ReservedPort()
        self.port = self._reserved.number
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._reserved.release()

    def start(self) -> None:
        """Listen, on the same port as before."""
        handler = type("Handler", (Handler,), {"host": self})
        server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        server.daemon_threads = True
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.ca_file, self._key_file)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def url(self, name: str) -> str:
        """Return where a repository is."""
        return f"https://127.0.0.1:{self.port}/{name}"


@functools.cache
def _backend() -> Path:
    return Path(_git("--exec-path")) / "git-http-backend"


def _git(*words: str) -> str:
    program = shutil.which("git")
    assert program is not None
    command = [program, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()
