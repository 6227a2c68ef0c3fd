"""A chart repository and a registry on loopback: files, and what registries say about them."""

import base64
import gzip
import hashlib
import io
import json
import ssl
import tarfile
import threading
from collections.abc import Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from typing_extensions import override

from tests.apiserver.ports import ReservedPort
from tests.githost.certificate import write_certificate

MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}", namespace: "{{ .Release.Namespace }}"}
data: {a: "{{ .Values.a }}", version: "{{ .Chart.Version }}"}
"""
LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"


def packed(members: Mapping[str, bytes | tarfile.TarInfo]) -> bytes:
    """An archive with these members, whatever they are called; the same for the same ones."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
                continue
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(made.getvalue(), mtime=0)


def packaged(name: str, version: str, **templates: str) -> bytes:
    """A chart as `helm package` packs it."""
    files = {
        "Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: {version}\n",
        "values.yaml": "a: own\n",
        **{f"templates/{key}.yaml": text for key, text in (templates or {"m": MAP}).items()},
    }
    return packed({f"{name}/{path}": text.encode() for path, text in files.items()})


class ChartHost:
    """Serves charts until it is closed; can be stopped and started on the same port."""

    def __init__(self, keys: Path | None = None) -> None:
        """Speak TLS where there is a folder for *keys*, whose `cert.pem` is its authority."""
        self._context: ssl.SSLContext | None = None
        if keys is not None:
            write_certificate(keys / "key.pem", keys / "cert.pem")
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(keys / "cert.pem", keys / "key.pem")
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.charts: dict[str, dict[str, bytes]] = {}  # name -> version -> archive
        self.token = ""  # that Basic credentials must hold
        self.realm = ""  # of tokens, where the registry wants one
        self.asked: list[tuple[str, str]] = []  # path, Authorization
        self.status = 0
        self._reserved = ReservedPort()  # it is stopped, and started there again
        self.port = self._reserved.number
        self.start()

    @property
    def address(self) -> str:
        return f"http{'s' if self._context else ''}://127.0.0.1:{self.port}"

    def start(self) -> None:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = host.answer(self.path, self.headers)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        if self._context is not None:
            plain = self._server.socket
            self._server.socket = self._context.wrap_socket(plain, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._reserved.release()

    def add(self, name: str, version: str, archive: bytes | None = None) -> None:
        """Publish a version, in the index and in the registry."""
        content = packaged(name, version) if archive is None else archive
        self.charts.setdefault(name, {})[version] = content
        self.files[f"/stable/{name}-{version}.tgz"] = content
        self.index()

    def index(self, base: str = "", *, digests: bool = True) -> None:
        """Write the index as `helm repo index` does."""
        lines = ["apiVersion: v1", "entries:"]
        for name, versions in sorted(self.charts.items()):
            lines.append(f"  {name}:")
            for version, content in versions.items():
                lines += ["  - apiVersion: v2"]
                lines += [f"    digest: {_digest(content)}"] if digests else []
                lines += [f"    name: {name}", "    urls:"]
                lines += [f"    - {base}{name}-{version}.tgz", f"    version: {version}"]
        text = "\n".join([*lines, 'generated: "2026-11-27T13:00:00Z"', ""])
        self.files["/stable/index.yaml"] = text.encode()

    def answer(self, path: str, headers: Message) -> tuple[int, dict[str, str], bytes]:
        shown = headers.get("Authorization", "")
        self.asked.append((path, shown))
        if self.status:
            return self.status, {}, b"not now"
        if path in self.redirects:
            return 302, {"Location": self.redirects[path]}, b""
        if path.startswith("/v2/"):
            return self._registry(path, shown)
        if path.startswith("/token"):
            right = not self.token or shown == self._basic()
            return (200, {}, b'{"token": "t0k"}') if right else (401, {}, b"")
        if self.token and shown != self._basic():
            return 401, {}, b""
        content = self.files.get(path)
        if content is None:
            return 404, {}, b""
        tag = f'"{_digest(content)[:16]}"'
        if headers.get("If-None-Match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"ETag": tag}, content

    def _registry(self, path: str, shown: str) -> tuple[int, dict[str, str], bytes]:
        if self.realm and shown != "Bearer t0k":
            challenge = f'Bearer realm="{self.realm}",service="here",scope="repository:pull"'
            return 401, {"WWW-Authenticate": challenge}, b"{}"
        if self.token and not self.realm and shown != self._basic():
            return 401, {}, b"{}"
        prefix, _, rest = path.partition("/stable/")
        name, kind, last = rest.split("/", 2)
        versions = self.charts.get(name)
        if prefix != "/v2" or versions is None:
            return 404, {}, b"{}"
        tags = {version.replace("+", "_"): content for version, content in versions.items()}
        if kind == "tags":
            return self._tags(sorted(tags), last)
        if kind == "manifests" and last in tags:
            digest = f"sha256:{_digest(tags[last])}"
            layers = [{"mediaType": "x/provenance"}, {"mediaType": LAYER, "digest": digest}]
            return 200, {}, json.dumps({"layers": layers}).encode()
        found = [one for one in tags.values() if last == f"sha256:{_digest(one)}"]
        return (200, {}, found[0]) if kind == "blobs" and found else (404, {}, b"{}")

    def _tags(self, tags: list[str], asked: str) -> tuple[int, dict[str, str], bytes]:
        """A page of two, and where the next one is."""
        begin = int(asked.partition("from=")[2] or 0)
        more = begin + 2 < len(tags)
        link = {"Link": f'</v2/stable/web/tags/list?from={begin + 2}>; rel="next"'} if more else {}
        return 200, link, json.dumps({"tags": tags[begin : begin + 2]}).encode()

    def _basic(self) -> str:
        return "Basic " + base64.b64encode(f"git:{self.token}".encode()).decode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
