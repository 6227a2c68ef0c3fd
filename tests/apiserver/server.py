"""One etcd and one kube-apiserver, started, broken and restarted by a test.

Killing means SIGKILL: after SIGTERM open watches live on for up to a minute, so a polite end
proves nothing about ours.  The data are worth nothing, so etcd does not wait for the disk.
"""

import atexit
import http.client
import json
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from typing_extensions import override

from tests.apiserver import binaries, commands, users
from tests.apiserver.client import Client, Json, forget
from tests.apiserver.leash import Leash
from tests.apiserver.ports import LOOPBACK, ReservedPort
from tests.apiserver.waiting import eventually

_START_MAX_S = 60.0  # 2 s alone; many times that when every core compiles something
_LOG_TAIL_LINES = 40


class StartError(Exception):
    """A program ended, or was not ready in time; its last words tell why."""

    def __init__(self, name: str, log: Path) -> None:
        """Read the end of *log* at once, for the folder is about to go."""
        tail = log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        super().__init__(name, tail)
        self.name, self.tail = name, tail

    @override
    def __str__(self) -> str:
        return "\n".join((f"{self.name} did not get ready; the end of its log:", *self.tail))


class ApiServer:
    """A Kubernetes API of one's own; see `tests.apiserver.users` for who may do what."""

    def __init__(self, *, flags: Sequence[str] = (), etcd_flags: Sequence[str] = ()) -> None:
        """Draw ports and tokens and make a folder; the `with` block, or `start`, does the rest.

        Args:
            flags: For the kube-apiserver, after ours, so that they win.
            etcd_flags: The same for etcd.
        """
        self.flags, self.etcd_flags = tuple(flags), tuple(etcd_flags)
        self.tokens = {user.name: secrets.token_urlsafe(16) for user in users.USERS}
        self._ports = tuple(ReservedPort() for _ in range(3))
        api, etcd, _ = (port.number for port in self._ports)
        self.url = f"https://{LOOPBACK}:{api}"
        self.etcd_url = f"http://{LOOPBACK}:{etcd}"
        self.folder = Path(tempfile.mkdtemp(prefix="driftdeck-real-"))
        self.ca_file = self.folder / "certs" / "apiserver.crt"
        self.audit_path = self.folder / "audit.jsonl"
        self._leash = Leash(self.folder)
        self._api: subprocess.Popen[bytes] | None = None
        self._etcd: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

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

    def start(self) -> None:
        """Start both programs, and return when every user has the rights that are promised.

        Raises:
            binaries.UnavailableError: A program is missing and cannot be built.
            StartError: A program did not get ready.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End both programs and remove the folder; once is enough, and twice does no harm."""
        atexit.unregister(self.stop)
        forget(urlsplit(self.url).netloc)
        self._leash.close()
        for port in self._ports:
            port.release()

    def kill(self) -> None:
        """SIGKILL the kube-apiserver: connections break, and etcd keeps what it has."""
        if self._api is not None:
            self._leash.end(self._api)
            self._api = None

    def restart(self, *, flags: Sequence[str] | None = None) -> None:
        """Kill the kube-apiserver if it runs, and start it with the same address and data.

        Args:
            flags: Replace the extra flags from now on; `None` leaves them alone.

        Raises:
            StartError: It did not get ready.
        """
        self.kill()
        self.flags = self.flags if flags is None else tuple(flags)
        self._start_api()

    def remember(self) -> Callable[[], None]:
        """Copy what etcd holds; the answer restores it, under the same addresses.

        Source:
            An etcd that is killed leaves such a folder, and goes on from it.
        """
        data, kept = self.folder / "etcd", self.folder / "etcd-kept"
        with self.etcd_stopped():
            shutil.copytree(data, kept)

        def restore() -> None:
            self.kill()
            assert self._etcd is not None, "it runs"
            self._leash.end(self._etcd)
            shutil.rmtree(data)
            kept.rename(data)
            self._start_etcd()
            self._start_api()

        return restore

    @contextmanager
    def etcd_stopped(self) -> Iterator[None]:
        """Let etcd stand still for the block: whatever needs it waits, and then goes on."""
        assert self._etcd is not None, "it runs"
        self._etcd.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._etcd.send_signal(signal.SIGCONT)

    def start_controllers(self, *names: str) -> Callable[[], None]:
        """Run these controllers, such as `namespace-controller`, until the server stops.

        Returns:
            What ends them earlier, for tests that share the server with others.

        Raises:
            binaries.UnavailableError: The controller-manager cannot be built.
        """
        program = binaries.binary("kube-controller-manager")
        command = commands.controllers(program, self.folder, self.kubeconfig("admin"), names)
        process = self._leash.run(command, self.folder / "kube-controller-manager.log")
        return lambda: self._leash.end(process)

    def client(self, user: str) -> Client:
        """*user*'s own client."""
        return Client(self.url, self.ca_file, self.tokens[user])

    def kubeconfig(self, *names: str, namespace: str = "default", compressed: bool = True) -> Path:
        """A file with the context `real-<user>` for each of *names*, the first one current.

        It goes when the server goes.
        """
        tokens = {name: self.tokens[name] for name in names}
        plain = "" if compressed else "-plain"
        path = self.folder / f"kubeconfig-{'-'.join(names)}-{namespace}{plain}.yaml"
        path.touch(mode=0o600)  # kubectl plugins complain of a file that others can read
        text = users.kubeconfig(self.url, self.ca_file, tokens, namespace, compressed=compressed)
        path.write_text(text)
        return path

    def audit_events(self) -> list[Json]:
        """What the audit log holds, oldest first.

        An event is written a moment after its answer: wait for it with `waiting.eventually`.
        """
        whole_lines, _, _ = self.audit_path.read_bytes().rpartition(b"\n")
        return [json.loads(line) for line in whole_lines.splitlines()]

    def _start(self) -> None:
        binaries.binary("kube-apiserver")  # may take minutes: not with an etcd waiting for it
        commands.write_files(self.folder, self.tokens)
        self._start_etcd()
        self._start_api()
        self._give_rights()

    def _start_etcd(self) -> None:
        command = commands.etcd(
            binaries.binary("etcd"),
            self.folder,
            client_url=self.etcd_url,
            peer_port=self._ports[2].number,
        )
        self._etcd = self._launch("etcd", (*command, *self.etcd_flags), self._etcd_ready)

    def _start_api(self) -> None:
        command = commands.api_server(
            binaries.binary("kube-apiserver"),
            self.folder,
            etcd_url=self.etcd_url,
            port=self._ports[0].number,
        )
        self._api = self._launch("kube-apiserver", (*command, *self.flags), self._api_ready)

    def _launch(
        self, name: str, command: Sequence[str], ready: Callable[[], bool]
    ) -> subprocess.Popen[bytes]:
        log = self.folder / f"{name}.log"
        process = self._leash.run(command, log)

        def settled() -> bool:
            return process.poll() is not None or ready()

        if not eventually(settled, within_s=_START_MAX_S) or process.poll() is not None:
            self._leash.end(process)
            raise StartError(name, log)
        return process

    def _etcd_ready(self) -> bool:
        connection = http.client.HTTPConnection(urlsplit(self.etcd_url).netloc, timeout=1)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _api_ready(self) -> bool:
        """Both: `/readyz` says yes before the namespace that everybody uses exists."""
        return all(self._answers(path) for path in ("/readyz", "/api/v1/namespaces/default"))

    def _answers(self, path: str) -> bool:
        try:
            return self.client("admin").call("GET", path, timeout_s=1).status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):  # not yet listening, or no certificate yet
            return False

    def _give_rights(self) -> None:
        admin = self.client("admin")
        for path, body in users.rights():
            answer = admin.call("POST", path, body)
            assert answer.status == HTTPStatus.CREATED, answer.body
        if not eventually(self._rights_arrived, within_s=_START_MAX_S):
            raise StartError("kube-apiserver", self.folder / "kube-apiserver.log")

    def _rights_arrived(self) -> bool:
        """The server learns of new bindings by its own watch, so a moment later."""
        return all(self.may(user, verb, resource) for user, verb, resource in users.PROOFS)

    def may(self, user: str, verb: str, resource: str, *, group: str = "") -> bool:
        """Whether the server would let *user* do this in any namespace."""
        review = users.access_review(verb, resource, group=group)
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        return self.client(user).call("POST", path, review).json()["status"]["allowed"] is True
