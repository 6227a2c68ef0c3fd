"""Measure a fleet: `python -m tests.bench.fleet [--apps 200 --objects 10000]`.

One repository of many apps, each with a namespace of its own, on a real API server; half of the
objects are ConfigMaps.  They are made as others make them, a controller takes them over, and then
another one is measured beside what it has to hold.  With `--namespaced` they have a role for each
namespace, and so a watch for each kind in each.  They stand for a controller in the cluster, and so
their kubeconfigs say that answers are not compressed.  Memory is of the controller and, apart, of
the process that parses for it.  Seconds depend on who else uses the machine: its load stands
beside.
"""

import argparse
import http.client
import json
import os
import re
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import yaml

from tests.apiserver.server import ApiServer
from tests.bench.memory import Memory
from tests.bench.rights import namespaced
from tests.bench.world import AUTHOR, MERGE_PATCH, config_map, deployment, service, text_of
from tests.commands import PROGRAM
from tests.controller import Controller

DRIFTS: Final = 100
PACE_S: Final = 1.1  # more heals than sixty a minute open the breaker, rightly
IDLE_S: Final = 30.0
QUIET_S: Final = 5.0  # the engine is at rest when it used hardly anything for so long
QUIET_CPU: Final = 0.05
ASK_S: Final = 2.0  # a page of 200 apps takes 35 ms to make
SOON_S: Final = 0.5  # once nine of ten apps are complete: 2 s of 15 are much
WRITERS: Final = 8
COMPLETE: Final = re.compile(rb"(?m)^driftdeck_app_complete\{.*\} 1\.0$")
LARGE: Final = 50_000  # objects; from here on the holds of the large fleet count
RESOURCES: Final = {"": ["configmaps", "services"], "apps": ["deployments"]}
BUILDERS: Final = (config_map, deployment, config_map, service, config_map)
BUILDERS_OF_TEN: Final = (*BUILDERS, config_map, deployment, config_map, deployment, service)


@dataclass(frozen=True)
class Holds:
    """What a fleet of some size has to hold."""

    memory_mb: float
    first_picture_s: float
    idle_percent: float = 2.0
    detect_ms: float = 100.0
    heal_ms: float = 200.0


SMALL_HOLDS: Final = Holds(memory_mb=250, first_picture_s=15)
LARGE_HOLDS: Final = Holds(memory_mb=600, first_picture_s=90)


@dataclass(frozen=True)
class Fleet:
    """A repository, the settings that name its apps, and a server."""

    server: ApiServer
    folder: Path
    apps: int
    objects: int  # in all, a Namespace for each app among them
    kubeconfig: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to reach it."""
        return {
            **os.environ,
            "KUBECONFIG": str(self.kubeconfig),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }

    def command(self, *words: str) -> list[str]:
        """A driftdeck command on it."""
        config = str(self.folder / "driftdeck.yaml")
        return [*PROGRAM, *words, "--config", config]

    def deployments(self) -> list[tuple[str, str]]:
        """Namespace and name of as many Deployments as drift, spread over all apps."""
        per_app = self.objects // self.apps - 1
        named = [
            (namespace_of(app), f"object-{number}")
            for number in range(per_app)
            for app in range(self.apps)
            if BUILDERS_OF_TEN[number % 10] is deployment
        ]
        return named[:: max(1, len(named) // DRIFTS)][:DRIFTS]


def namespace_of(app: int) -> str:
    """Each app has its own."""
    return f"fleet-{app}"


def manifests(apps: int, objects: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield path and object: of every ten five ConfigMaps, three Deployments and two Services."""
    for app in range(apps):
        namespace = namespace_of(app)
        folder = f"apps/{namespace}"
        head = {"apiVersion": "v1", "kind": "Namespace"}
        yield f"{folder}/namespace.yaml", {**head, "metadata": {"name": namespace}}
        for number in range(objects // apps - 1):
            made = BUILDERS_OF_TEN[number % 10](number)
            made["metadata"]["namespace"] = namespace
            yield f"{folder}/object-{number}.yaml", made


@contextmanager
def fleet(apps: int, objects: int) -> Iterator[Fleet]:
    """Make the repository and the settings, and start the server."""
    with tempfile.TemporaryDirectory(prefix="driftdeck-bench-") as name, ApiServer() as server:
        folder = Path(name)
        repo = folder / "repo"
        _git("init", "-q", "--bare", "-b", "main", str(repo))
        _git("-C", str(repo), "fast-import", "--quiet", stdin=b"".join(_stream(apps, objects)))
        names = [namespace_of(app) for app in range(apps)]
        shared = {"repo": "repo", "revision": "main"}
        stated = [{"name": n, "path": f"apps/{n}", "namespace": n, **shared} for n in names]
        (folder / "driftdeck.yaml").write_text(yaml.safe_dump({"apps": stated}))
        yield Fleet(server, folder, apps, objects, server.kubeconfig("driftdeck", compressed=False))


def _stream(apps: int, objects: int) -> Iterator[bytes]:
    yield f"commit refs/heads/main\ncommitter {AUTHOR} {int(time.time())} +0000\n".encode()
    yield b"data 10\neverything\n"
    for path, value in manifests(apps, objects):
        text = text_of(value)
        yield f"M 100644 inline {path}\ndata {len(text)}\n".encode() + text + b"\n"


def _git(*words: str, stdin: bytes = b"") -> None:
    subprocess.run(["git", *words], input=stdin, check=True, capture_output=True)  # noqa: S603, S607


@dataclass
class Table:
    """Prints a row at once: a fleet takes minutes."""

    missed: int = 0

    def row(self, name: str, figure: str) -> None:
        """Print one figure, and how busy the machine is."""
        print(f"{name:<46}  {figure:<34}  load {os.getloadavg()[0]:.1f}", flush=True)

    def held(self, name: str, value: float, hold: float, unit: str) -> None:
        """Print one figure beside what it has to hold."""
        verdict = "held" if value <= hold else "NOT HELD"
        self.missed += value > hold
        self.row(name, f"{value:,.1f} {unit}, at most {hold:,.0f}: {verdict}")


def main() -> int:
    """Measure and print; 1 if something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=200)
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--namespaced", action="store_true", help="with a role for each namespace")
    asked = parser.parse_args()
    holds = LARGE_HOLDS if asked.objects >= LARGE else SMALL_HOLDS
    table = Table()
    with fleet(asked.apps, asked.objects) as made:
        table.row("apps, objects", f"{asked.apps:,}, {asked.objects:,}")
        table.row("made, eight at a time", f"{_made(made):.1f} s")
        if asked.namespaced:
            places = map(namespace_of, range(made.apps))
            granted = namespaced(made.server, places, RESOURCES, made.folder)
            made = replace(made, kubeconfig=granted)  # noqa: PLW2901 - the same one, as another user
        _taken_over(made, holds, table)
        _controller(made, holds, table)
    return 1 if table.missed else 0


def _made(made: Fleet) -> float:
    """Apply every object as driftdeck would, and record nothing: it is taken over later."""
    began = time.perf_counter()
    every = [value for _, value in manifests(made.apps, made.objects)]
    for first in (True, False):  # what is in a namespace comes after it
        chosen = [each for each in every if (each["kind"] == "Namespace") is first]
        with ThreadPoolExecutor(WRITERS) as threads:
            parts = (chosen[at::WRITERS] for at in range(WRITERS))
            for _ in threads.map(lambda part: _applied(made.server, part), parts):
                pass
    return time.perf_counter() - began


def _applied(server: ApiServer, objects: Sequence[dict[str, Any]]) -> None:
    trust = ssl.create_default_context(cafile=str(server.ca_file))
    address = server.url.removeprefix("https://")
    connection = http.client.HTTPSConnection(address, context=trust, timeout=60)
    headers = {
        "Authorization": f"Bearer {server.tokens['driftdeck']}",
        "Content-Type": "application/apply-patch+yaml",
    }
    for each in objects:
        connection.request("PATCH", _path(each), json.dumps(each), headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}, said
    connection.close()


def _path(value: dict[str, Any]) -> str:
    root = "/apis/apps/v1" if value["kind"] == "Deployment" else "/api/v1"
    namespace = value["metadata"].get("namespace")
    place = f"/namespaces/{namespace}" if namespace else ""
    plural = f"{value['kind'].lower()}s"
    name = value["metadata"]["name"]
    return f"{root}{place}/{plural}/{name}?fieldManager=driftdeck&force=true"


def _taken_over(made: Fleet, holds: Holds, table: Table) -> None:
    """Let a controller record what others made: an apply of each that changes nothing."""
    with _healer(made) as healer, Memory(healer.pid).looked_at():
        _complete(healer, made.apps)
        took_s = time.perf_counter() - healer.began
        table.held("first sync: every verdict", took_s, holds.first_picture_s, "s")
        table.row("the same, of the processor", f"{healer.cpu_s():.1f} s")
        table.held("memory at its peak until then", healer.memory_mb()[1], holds.memory_mb, "MB")
        _rest(healer)
        table.row("first sync to rest, of the processor", f"{healer.cpu_s():.1f} s")
        table.held(
            "memory at its peak, all taken over", healer.memory_mb()[1], holds.memory_mb, "MB"
        )


def _healer(made: Fleet) -> Controller:
    command = made.command("--headless", "--autoheal", "--listen", "127.0.0.1:0")
    return Controller(command, made.environment)


def _controller(made: Fleet, holds: Holds, table: Table) -> None:
    with _healer(made) as healer, Memory(healer.pid).looked_at() as memory:
        _complete(healer, made.apps)
        took_s = time.perf_counter() - healer.began
        table.held("cold start to every verdict", took_s, holds.first_picture_s, "s")
        table.row("the same, of the processor", f"{healer.cpu_s():.1f} s")
        table.row("memory then", f"{memory.own_mb[-1]:.0f} MB")
        _rest(healer)
        table.row("cold start to rest, of the processor", f"{healer.cpu_s():.1f} s")
        cpu_s = healer.cpu_s()
        time.sleep(IDLE_S)
        used = (healer.cpu_s() - cpu_s) / IDLE_S * 100
        table.held("idle CPU", used, holds.idle_percent, "%")
        table.row("memory at rest", f"{memory.own_mb[-1]:.0f} MB, {memory.children_mb[-1]:.0f} MB")
        _drifts(made, healer, holds, table)
        _, peak = healer.memory_mb()
        table.held("memory at its peak", peak, holds.memory_mb, "MB")
        table.row("memory after", f"{memory.own_mb[-1]:.0f} MB")
        table.row("the process that parses, at its peak", f"{max(memory.children_mb):.0f} MB")
        table.row("threads, open files", f"{_counted(healer, 'task')}, {_counted(healer, 'fd')}")


def _complete(healer: Controller, apps: int) -> None:
    """Wait until every app says of itself that each of its objects has its verdict."""
    address = f"http://127.0.0.1:{healer.port()}/metrics"
    while (complete := len(COMPLETE.findall(urllib.request.urlopen(address).read()))) != apps:
        time.sleep(SOON_S if complete >= 0.9 * apps else ASK_S)


def _counted(healer: Controller, what: str) -> int:
    return len(list(Path(f"/proc/{healer.pid}/{what}").iterdir()))


def _rest(healer: Controller) -> None:
    """Wait until nothing is judged any more."""
    before = healer.cpu_s()
    while True:
        time.sleep(QUIET_S)
        now = healer.cpu_s()
        if now - before < QUIET_CPU * QUIET_S:
            return
        before = now


def _drifts(made: Fleet, healer: Controller, holds: Holds, table: Table) -> None:
    """Scale one Deployment after the other as another user, until it is told and put right."""
    client = made.server.client("alice")
    detected: list[float] = []
    healed: list[float] = []
    for namespace, name in made.deployments():
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale?fieldManager=kubectl"
        began = time.perf_counter()
        client.call("PATCH", path, {"spec": {"replicas": 7}}, content_type=MERGE_PATCH)
        for event, took_ms in (("drift_detected", detected), ("healed", healed)):
            at = healer.wait(
                lambda line, event=event, where=(namespace, name): (  # type: ignore[misc]
                    line["event"] == event
                    and (line["object"]["namespace"], line["object"]["name"]) == where
                )
            )
            took_ms.append((at - began) * 1000)
        time.sleep(max(0.0, began + PACE_S - time.perf_counter()))
    for name, took_ms, hold in (
        ("API write to drift_detected", detected, holds.detect_ms),
        ("API write to healed", healed, holds.heal_ms),
    ):
        table.row(f"{name}, p50 of {len(took_ms)}", f"{statistics.median(took_ms):.0f} ms")
        table.held(f"{name}, p95", percentile(took_ms, 0.95), hold, "ms")


def percentile(values: Sequence[float], part: float) -> float:
    """The value that such a part of all values does not exceed."""
    return sorted(values)[max(0, round(len(values) * part) - 1)]


if __name__ == "__main__":
    sys.exit(main())
