"""Each cluster gets exactly its folder, and one that goes away leaves the others as they were."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.git import commit_files
from tests import commands
from tests.apiserver.client import Client
from tests.apiserver.waiting import eventually
from tests.commands import Piped
from tests.controller import Controller
from tests.loop.clusters import MERGE_PATCH
from tests.loop.test_loop import of

NAMES = ("eu", "us", "ap")
AUTHOR = "Ada <ada@example>"
MAPS = "/api/v1/namespaces/default/configmaps"
MAP = "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{a: '{value}'}}}}"


@dataclass(frozen=True)
class Server:
    """One API server of the fleet."""

    kubeconfig: Path
    client: Client  # as alice, a colleague with all rights
    stop: Callable[[], None]
    start: Callable[[], None] | None  # None: it stays away


def tell(servers: Mapping[str, Server], folder: Path) -> list[tuple[str, float]]:
    """Tell the story; how long its steps took, in seconds."""
    clusters = (f"{name}: {{kubeconfig: {one.kubeconfig}}}" for name, one in servers.items())
    layout = "{layout: 'clusters/{cluster}/{name}', repo: repo, namespace: default}"
    settings = f"clusters: {{{', '.join(clusters)}}}\napps: [{layout}]\n"
    (folder / "driftdeck.yaml").write_text(settings)
    _state(folder, dict.fromkeys(servers, 1))
    words = ("--headless", "--autoheal", "--config", str(folder / "driftdeck.yaml"))
    took: list[tuple[str, float]] = []

    def seen(what: str, holds: Callable[[], bool], within_s: float = 60) -> None:
        began = time.monotonic()
        assert eventually(holds, within_s=within_s), f"not seen: {what}"
        took.append((what, time.monotonic() - began))

    with Controller(words, _environment(folder), Piped) as controller:
        seen("each has what its folder states", lambda: _all_have(servers, 1))
        assert all(_maps(one) == {name} for name, one in servers.items())
        _state(folder, {"us": 2})
        seen("a commit to one folder", lambda: _value(servers, "us") == "2")
        away, *others = servers
        servers[away].stop()
        controller.take(of("cluster_unavailable"), within_s=60)
        for name in others:
            _change(servers, name, "9")
        stated = {"us": "2", "ap": "1"}
        seen("drift on the others", lambda: {o: _value(servers, o) for o in others} == stated)
        _state(folder, dict.fromkeys(servers, 3))
        seen("a commit to all", lambda: all(_value(servers, each) == "3" for each in others))
        start = servers[away].start
        if start is not None:
            start()
            seen("the one that was away", lambda: _value(servers, away) == "3", within_s=60)
            assert _maps(servers[away]) == {away}
        assert all(_maps(servers[name]) == {name} for name in others)
    return took


def _state(folder: Path, values: Mapping[str, int]) -> None:
    """Commit what the maps of some clusters hold."""
    files: dict[str, bytes | None] = {
        f"clusters/{name}/shop/map.yaml": MAP.format(name=name, value=value).encode()
        for name, value in values.items()
    }
    repo, when = folder / "repo", time.time()
    commit_files(repo, files, author=AUTHOR, message="Maps", when=when, branch="main", init=True)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "PYTHONPATH": str(commands.ROOT),
    }


def _maps(server: Server) -> set[str]:
    """What was made there: names of its ConfigMaps but for ours and the system's."""
    items = server.client.call("GET", MAPS).json()["items"]
    names = {item["metadata"]["name"] for item in items}
    return {name for name in names if not name.startswith(("driftdeck-", "kube-"))}


def _value(servers: Mapping[str, Server], name: str) -> str:
    answer = servers[name].client.call("GET", f"{MAPS}/{name}")
    return str(answer.json()["data"]["a"]) if answer.status == 200 else ""


def _all_have(servers: Mapping[str, Server], value: int) -> bool:
    return all(_value(servers, name) == str(value) for name in servers)


def _change(servers: Mapping[str, Server], name: str, value: str) -> None:
    path = f"{MAPS}/{name}?fieldManager=kubectl-edit"
    body = {"data": {"a": value}}
    assert servers[name].client.call("PATCH", path, body, content_type=MERGE_PATCH).status == 200
