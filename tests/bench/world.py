"""The world every benchmark runs in: N small objects of three kinds in ten namespaces."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core.git import commit_files
from tests.apiserver.server import ApiServer

NAMESPACES = 10
AUTHOR = "Bench <bench@localhost>"
MERGE_PATCH = "application/merge-patch+json"


def manifests(count: int) -> dict[str, dict[str, Any]]:
    """Path to object: six ConfigMaps, three Deployments and a Service of every ten."""
    made: dict[str, dict[str, Any]] = {}
    for number in range(NAMESPACES):
        namespace = f"bench-{number}"
        made[f"{namespace}/namespace.yaml"] = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": namespace},
        }
    for number in range(count - NAMESPACES):
        build = (config_map, deployment, service)[(0, 0, 1, 0, 0, 1, 0, 0, 1, 2)[number % 10]]
        made[f"bench-{number % NAMESPACES}/object-{number}.yaml"] = build(number)
    return made


def text_of(value: dict[str, Any]) -> bytes:
    """An object as people write it."""
    return yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, encoding="utf-8")


def _metadata(number: int) -> dict[str, Any]:
    labels = {"app": f"app-{number}", "team": "bench"}
    return {
        "name": f"object-{number}",
        "namespace": f"bench-{number % NAMESPACES}",
        "labels": labels,
    }


def config_map(number: int) -> dict[str, Any]:
    """A ConfigMap of ten keys."""
    data = {f"key-{index}": f"value {index} of {number}" for index in range(10)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _metadata(number), "data": data}


def deployment(number: int) -> dict[str, Any]:
    """A Deployment with one container, a probe and resources."""
    labels = {"app": f"app-{number}"}
    container = {
        "name": "web",
        "image": f"registry.example/web:{number}",
        "ports": [{"containerPort": 8080}],
        "env": [{"name": "MODE", "value": "production"}],
        "resources": {"requests": {"cpu": "1000m", "memory": "128Mi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(number),
        "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "template": template},
    }


def service(number: int) -> dict[str, Any]:
    """A headless Service with one port: the server has 254 addresses to give."""
    ports = [{"port": 80, "targetPort": 8080}]
    spec = {"clusterIP": "None", "selector": {"app": f"app-{number}"}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": _metadata(number), "spec": spec}


@dataclass(frozen=True)
class World:
    """A repository of N objects and a real API server."""

    server: ApiServer
    folder: Path
    repo: Path
    files: Path  # the same manifests in the file system, for kubectl
    count: int

    def environment(self, user: str = "driftdeck") -> dict[str, str]:
        """What a command needs to reach this world as *user*."""
        return {
            **os.environ,
            "KUBECONFIG": str(self.server.kubeconfig(user)),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }

    def command(self, *words: str) -> list[str]:
        """A driftdeck command on this world."""
        return [
            sys.executable,
            "-m",
            "tui",
            *words,
            "--repo",
            str(self.repo),
            "--revision",
            "main",
        ]

    def timed(self, command: list[str], *, codes: tuple[int, ...] = (0,)) -> float:
        """Run a command as a process of its own; how long it took, in seconds."""
        began = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own command line
            command,
            env=self.environment(),
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        took_s = time.perf_counter() - began
        if done.returncode not in codes:
            raise SystemExit(f"{command} exited {done.returncode}:\n{done.stderr.decode()[-2000:]}")
        return took_s


@contextmanager
def world(count: int) -> Iterator[World]:
    """Make the repository and start the server."""
    with tempfile.TemporaryDirectory(prefix="driftdeck-bench-") as name, ApiServer() as server:
        folder = Path(name)
        made = manifests(count)
        blobs = {path: text_of(value) for path, value in made.items()}
        commit_files(
            folder / "repo",
            blobs,
            author=AUTHOR,
            message="everything",
            when=time.time(),
            init=True,
        )
        for path, blob in blobs.items():
            target = folder / "files" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(blob)
        yield World(server, folder, folder / "repo", folder / "files", count)
