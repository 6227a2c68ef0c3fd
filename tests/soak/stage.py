"""The place of a soak: servers, a repository, an engine behind a proxy, and all their faults."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from core.git import commit_files
from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer
from tests.commands import PROGRAM
from tests.soak.account import Account
from tests.soak.accounting import Window
from tests.soak.edits import Edit
from tests.soak.engine import Engine
from tests.soak.objects import APPS, Ref, Stated, apart, first_statement, namespace_of
from tests.soak.proxy import Proxy
from tests.soak.script import Commit, Fault, FaultKind

CONTROLLERS: Final = (
    "deployment-controller",
    "replicaset-controller",
    "garbage-collector-controller",
)
AUTHOR: Final = "Robin <robin@example>"
_BURST: Final = 20
_BURST_EVERY_S: Final = 0.015
_CALL_S: Final = 10.0
_AMISS: Final = ("drifted", "missing", "unknown", "contested")
_MERGE: Final = "application/merge-patch+json"


@dataclass
class Stage:
    """Everything that a script is played on."""

    folder: Path
    server: ApiServer
    proxy: Proxy
    engine: Engine
    account: Account
    windows: list[Window] = field(default_factory=list)  # the faults, as they came
    over: threading.Event = field(default_factory=threading.Event)

    # What people do -----------------------------------------------------------------------------

    def edit(self, edit: Edit) -> int:
        """Send it; the status, 0 where the server cannot be reached now."""
        client = self.server.client(edit.user)
        body = None if edit.body is None else dict(edit.body)
        try:
            answer = client.call(
                edit.method, edit.path, body, content_type=edit.content_type, timeout_s=_CALL_S
            )
        except (OSError, http.client.HTTPException):
            return 0
        return answer.status

    def commit(self, commit: Commit) -> None:
        """Add it to the branch that the apps follow."""
        commit_files(
            self.folder / "repo",
            commit.files,
            author=AUTHOR,
            message=commit.message,
            when=time.time(),
        )

    # What goes wrong ----------------------------------------------------------------------------

    def fail(self, fault: Fault) -> None:
        """Let a fault happen, and see it end."""
        since = time.time()
        with self._failing(fault):
            self.over.wait(fault.lasts_s)
        self.windows.append(Window(fault.kind.value, since, time.time()))

    @contextmanager
    def _failing(self, fault: Fault) -> Iterator[None]:
        match fault.kind:
            case FaultKind.API_KILLED:
                self.server.kill()
                yield
                self.server.restart()
            case FaultKind.CUT:
                self.proxy.cut()
                yield
            case FaultKind.STALL:
                self.proxy.stall()
                yield
                self.proxy.resume()
            case FaultKind.STALE:
                self.proxy.make_stale()
                yield
                self.proxy.resume()
            case FaultKind.ETCD_STOPPED:
                with self.server.etcd_stopped():
                    yield
            case FaultKind.BURST:
                self._burst(Stated(fault.app, "Deployment", "dep-0").ref)
                yield
            case kind if kind.value.startswith("inventory"):
                with self._inventory_edited(fault):
                    yield
            case _:
                with self._around_the_engine(fault):
                    yield

    @contextmanager
    def _around_the_engine(self, fault: Fault) -> Iterator[None]:
        match fault.kind:
            case FaultKind.ENGINE_KILLED:
                self.engine.restart(signal.SIGKILL)
                yield
            case FaultKind.ENGINE_ENDED:
                self.engine.restart(signal.SIGTERM)
                yield
            case FaultKind.RIGHTS_TAKEN:
                self.account.take()
                yield
                self.account.grant()
            case FaultKind.TOKEN_ROTATED:
                self.account.rotate()
                yield
            case FaultKind.SETTINGS_CHANGED:
                _settle(self.folder, (app for app in APPS if app != fault.app))
                yield
                _settle(self.folder, APPS)
            case _:
                raise AssertionError(fault)

    def _burst(self, ref: Ref) -> None:
        """A drift, and then version after version of the same object in its way."""
        note = {"metadata": {"annotations": {f"burst-{time.time_ns()}": "x"}}}
        self._as_admin("PATCH", f"{ref.path}?fieldManager=kubectl-annotate", note)
        for number in range(_BURST):
            status = {"status": {"observedGeneration": number % 2}}
            self._as_admin("PATCH", f"{ref.path}/status?fieldManager=soak", status)
            time.sleep(_BURST_EVERY_S)

    @contextmanager
    def _inventory_edited(self, fault: Fault) -> Iterator[None]:
        path = Ref("configmaps", namespace_of(fault.app), f"driftdeck-{fault.app}-0").path
        before = self._as_admin("GET", path)
        match fault.kind:
            case FaultKind.INVENTORY_DELETED:
                self._as_admin("DELETE", path)
            case FaultKind.INVENTORY_EMPTIED:
                self._as_admin("PATCH", path, {"data": {"rows": ""}})
            case _:
                self._as_admin("PATCH", path, {"data": {"rows": "no row"}})
        yield
        broken = fault.kind is FaultKind.INVENTORY_BROKEN
        if broken and "data" in before:  # only a person can mend it, and does
            self._as_admin("PATCH", path, {"data": before["data"]})

    def _as_admin(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        kind = _MERGE if method == "PATCH" else "application/json"
        answer = self.server.client("admin").call(method, path, body, content_type=kind)
        return answer.json()

    # What it looks like -------------------------------------------------------------------------

    def apart(self, outcome: tuple[Stated, ...]) -> list[str]:
        """Name the objects that are not as Git states them, and where."""
        client = self.server.client("admin")
        return [line for stated in outcome for line in _apart(client, stated)]

    def keep_logs(self) -> None:
        """Save what else would be gone: the audit log, the faults, and the memory of each life."""
        shutil.copy(self.server.audit_path, self.folder / "audit.jsonl")
        faults = [f"{w.since:.3f} {w.until:.3f} {w.kind}\n" for w in self.windows]
        (self.folder / "faults.txt").write_text("".join(faults))
        lives = [f"{life.began:.3f} {life.code} {life.memory_mb}\n" for life in self.engine.lives]
        (self.folder / "lives.txt").write_text("".join(lives))

    def verdicts(self) -> list[str]:
        """Name what a new driftdeck, as nobody of the users, finds amiss in any app."""
        environment = environment_of(self.folder, self.server.kubeconfig("admin"))
        environment = {**environment, "XDG_STATE_HOME": str(self.folder / "admin")}
        said = _output(self.folder, environment, "diff", "-o", "json")
        return [line for app in json.loads(said)["apps"] for line in _amiss(app)]


def _amiss(app: dict[str, Any]) -> list[str]:
    counts = {verdict: app["counts"][verdict] for verdict in _AMISS}
    found = [
        f"diff finds {count} {verdict} in {app['name']}"
        for verdict, count in counts.items()
        if count
    ]
    return [*found, *([f"{app['name']}: {app['problem']}"] if app["problem"] else [])]


def _apart(client: Client, stated: Stated) -> list[str]:
    answer = client.call("GET", stated.ref.path)
    if answer.status != HTTPStatus.OK:
        return [f"{stated.ref}: HTTP status {answer.status}"]
    return [f"{stated.ref}: {place}" for place in apart(stated.manifest(), answer.json())]


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Start everything, everything in sync; the engine last."""
    first = first_statement()
    files = {each.file: each.text() for each in first}
    repo = folder / "repo"
    commit_files(repo, files, author=AUTHOR, message="All", when=time.time(), init=True)
    _settle(folder, APPS)
    with ApiServer() as server, Proxy(urlsplit(server.url).port or 0) as proxy:
        server.start_controllers(*CONTROLLERS)
        for app in APPS:
            body = {"metadata": {"name": namespace_of(app)}}
            server.client("admin").call("POST", "/api/v1/namespaces", body)
        account = Account(server, folder)
        kubeconfig = folder / "kubeconfig.yaml"
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_text(account.kubeconfig(f"https://127.0.0.1:{proxy.port}"))
        environment = environment_of(folder, kubeconfig)
        _output(folder, environment, "sync", "--yes")
        command = _command(folder, "--headless", "--autoheal")
        with Engine(command, environment, folder) as engine:
            yield Stage(folder, server, proxy, engine, account)


def _settle(folder: Path, names: Iterable[str]) -> None:
    """Let the settings name these apps."""
    apps = "".join(
        f"  - {{name: {app}, repo: repo, path: {app}, namespace: {namespace_of(app)}, "
        f"namespaces: [{namespace_of(app)}], owns: [{namespace_of(app)}], mass_drift: 100}}\n"
        for app in names
    )
    # Three people who do nothing but edit are more than the breaker lets through.
    text = f"clusters: {{soak: {{heals_per_minute: 100000}}}}\napps:\n{apps}"
    (folder / "driftdeck.yaml").write_text(text)


def _command(folder: Path, *words: str) -> list[str]:
    return [*PROGRAM, *words, "--config", str(folder / "driftdeck.yaml")]


def _output(folder: Path, environment: Mapping[str, str], *words: str) -> str:
    """Run a command to its end; its words for people go to `commands.txt`."""
    with (folder / "commands.txt").open("ab") as log:
        done = subprocess.run(  # noqa: S603 - our own command line
            _command(folder, *words),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            check=False,
            timeout=120,
        )
    return done.stdout


def environment_of(folder: Path, kubeconfig: Path) -> Mapping[str, str]:
    """The environment of a command."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "KUBECONFIG": str(kubeconfig),
        "XDG_STATE_HOME": str(folder / "state"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
