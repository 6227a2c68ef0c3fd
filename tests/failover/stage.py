"""The place of a failover: a real API server, one repository, apps that drift all the time."""

import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import yaml

from core.git import commit_files
from core.model.controllers.leads import lease_name
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.commands import PROGRAM
from tests.failover.accounts import Log, log_of
from tests.soak.engine import started
from tests.soak.proxy import Proxy
from tests.soak.stage import environment_of

USERS: Final = ("alice", "bob", "carol")  # a replica each: so the audit log tells them apart
NAMESPACE: Final = "shop"
HOME: Final = "driftdeck"
_KEYS: Final = 300  # of each map; each drifts once before the first does again
_ANY: Final = "127.0.0.1:0"  # a port for the metrics of each
_LEASES: Final = "/apis/coordination.k8s.io/v1/namespaces/driftdeck/leases"


class Replica:
    """One process of `driftdeck --headless --autoheal`, behind a proxy of its own."""

    def __init__(self, stage: "Stage", user: str, shards: int) -> None:
        """Start nothing yet."""
        self.user = user
        self.proxy = Proxy(urlsplit(stage.server.url).port or 0)
        self._folder = stage.folder / f"{user}-{time.time_ns()}"
        self._stage, self._shards = stage, shards
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder.mkdir()
        self.proxy.__enter__()
        server, kubeconfig = self._stage.server, self._folder / "kubeconfig.yaml"
        text = server.kubeconfig(self.user).read_text()
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_text(text.replace(server.url, f"https://127.0.0.1:{self.proxy.port}"))
        command = [*PROGRAM, "--headless", "--autoheal", "--config"]
        command += [str(self._stage.settings), "--shards", str(self._shards), "--listen", _ANY]
        environment = environment_of(self._folder, kubeconfig)
        self._process = started(command, environment, self.lines, self._words)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.running:
            self._child.kill()
        self._child.wait()
        self.proxy.__exit__(kind, error, trace)

    @property
    def lines(self) -> Path:
        """What it told programs."""
        return self._folder / "lines.jsonl"

    @property
    def words(self) -> str:
        """What it told people."""
        return self._words.read_text()

    @property
    def _words(self) -> Path:
        return self._folder / "words.txt"

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._child.poll() is None

    @property
    def ready(self) -> bool:
        """Whether it follows the cluster."""
        return "cluster_synced" in self.lines.read_text()

    def signal(self, number: signal.Signals) -> float:
        """Send it a signal; when that was."""
        at = time.time()
        self._child.send_signal(number)
        return at

    def code(self, within_s: float) -> int | None:
        """Return what it ended with; None if it did not."""
        try:
            return self._child.wait(within_s)
        except subprocess.TimeoutExpired:
            return None

    @property
    def _child(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was started"
        return self._process


@dataclass
class Stage:
    """Everything that a story is played on."""

    folder: Path
    server: ApiServer
    apps: tuple[str, ...]
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def settings(self) -> Path:
        """The settings of all replicas."""
        return self.folder / "driftdeck.yaml"

    @contextmanager
    def replicas(self, count: int, shards: int) -> Iterator[tuple[Replica, ...]]:
        """Start replicas, the Leases held by nobody; return when all follow the cluster."""
        self._make_leases(shards)
        with ExitStack() as stack:
            made = tuple(stack.enter_context(Replica(self, user, shards)) for user in USERS[:count])
            if not eventually(lambda: all(one.ready for one in made), within_s=60):
                raise AssertionError("\n".join(one.words for one in made))
            yield made

    def replica(self, shards: int) -> Replica:
        """One that is not started yet."""
        return Replica(self, USERS[0], shards)

    def delete_lease(self) -> None:
        """Somebody deletes the only Lease."""
        self.server.client("admin").call("DELETE", f"{_LEASES}/{lease_name(0, 1)}")

    def steal_lease(self, holder: str) -> None:
        """Somebody writes another holder into the only Lease."""
        body = {"spec": {"holderIdentity": holder, "leaseDurationSeconds": 12}}
        kind = "application/merge-patch+json"
        path = f"{_LEASES}/{lease_name(0, 1)}"
        self.server.client("admin").call("PATCH", path, body, content_type=kind)

    @contextmanager
    def drifting(self, apps: Sequence[str], per_second: float) -> Iterator[None]:
        """Have somebody edit one app after the other for the block."""
        over = threading.Event()
        thread = threading.Thread(target=self._drift, args=(apps, 1 / per_second, over))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def edit(self, apps: Sequence[str]) -> None:
        """Somebody edits each of some apps once, as fast as he can."""
        admin = self.server.client("admin")
        with admin.connection() as connection:
            for app in apps:
                body = {"data": {f"k{_KEYS - 1}": "edited last"}}
                admin.merge(connection, _map_path(app), body)

    def holders(self, shards: int) -> dict[int, str]:
        """Say which user holds which share now."""
        log, found = self.log(), dict[int, str]()
        for share in range(shards):
            holds = [one for one in log.holds if one.lease == lease_name(share, shards)]
            if holds and holds[-1].holder:
                found[share] = holds[-1].user
        return found

    def log(self) -> Log:
        """Read the audit log."""
        whole, _, _ = self.server.audit_path.read_text().rpartition("\n")
        return log_of(whole.splitlines(), frozenset(USERS))

    def missing(self) -> frozenset[str]:
        """Name the objects of apps that nobody made yet."""
        path = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
        items = self.server.client("admin").call("GET", path).json()["items"]
        return frozenset(f"{a}-map" for a in self.apps) - {one["metadata"]["name"] for one in items}

    def _make_leases(self, shards: int) -> None:
        admin = self.server.client("admin")
        admin.call("DELETE", _LEASES)
        for share in range(shards):
            body = {"metadata": {"name": lease_name(share, shards)}}
            assert admin.call("POST", _LEASES, body).status == HTTPStatus.CREATED

    def _drift(self, apps: Sequence[str], pause_s: float, over: threading.Event) -> None:
        admin, turn = self.server.client("admin"), 0
        with admin.connection() as connection:
            while not over.wait(pause_s):
                app, key = apps[turn % len(apps)], turn // len(apps) % _KEYS
                body = {"data": {f"k{key}": f"edited {turn}"}}
                admin.merge(connection, _map_path(app), body)
                turn += 1


def _map_path(app: str) -> str:
    return f"/api/v1/namespaces/{NAMESPACE}/configmaps/{app}-map?fieldManager=kubectl-edit"


def _data() -> dict[str, str]:
    return {f"k{number}": "as Git says" for number in range(_KEYS)}


@contextmanager
def stage(name: str, count: int) -> Iterator[Stage]:
    """Start the server, with so many apps in Git and none applied; *name* is an empty folder."""
    folder = Path(name)
    apps = tuple(f"a{number}" for number in range(count))
    files = {f"{app}/map.yaml": _manifest(app) for app in apps}
    commit_files(
        folder / "repo", files, author="Robin <robin@example>", message="All", when=1e9, init=True
    )
    (folder / "driftdeck.yaml").write_text(_settings(apps))
    with ApiServer() as server:
        for place in (NAMESPACE, HOME):
            server.client("admin").call("POST", "/api/v1/namespaces", {"metadata": {"name": place}})
        yield Stage(folder, server, apps)


def _manifest(app: str) -> bytes:
    body: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{app}-map", "namespace": NAMESPACE},
        "data": _data(),
    }
    return yaml.dump(body, Dumper=yaml.CSafeDumper, encoding="utf-8")


def _settings(apps: Sequence[str]) -> str:
    entries = (
        f"  - {{name: {app}, repo: repo, path: {app}, namespace: {NAMESPACE}}}" for app in apps
    )
    # Whoever drifts all the time is more than the breaker lets through.
    return "\n".join(("clusters: {here: {heals_per_minute: 100000}}", "apps:", *entries, ""))
