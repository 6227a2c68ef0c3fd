"""One kind of write after the other, killed at each of its writes, and taken up again."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

from tests import commands
from tests.apiserver.waiting import eventually
from tests.commands import Piped
from tests.core.git.sample import Sample
from tests.crashes.proxy import DeadlyProxy
from tests.loop.clusters import MERGE_PATCH, Place, entries, sandbox_place

MAPS: Final = "/api/v1/namespaces/default/configmaps"
KILLED: Final = -9
_APPS: Final = "apps:\n  - {name: shop, repo: repo, path: app, namespace: default, prune: true}\n"
_MAP: Final = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}}}\ndata: {{a: '{}'}}\n"
_ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:\d+")
_WRITES_MAX: Final = 20  # of one command here; more would be a storm


@dataclass(frozen=True)
class World:
    """A place, its repository, and the way to its server on which one dies."""

    place: Place
    sample: Sample
    proxy: DeadlyProxy

    def commit(self, message: str, **values: str | None) -> str:
        """State ConfigMaps with these values; None is one that goes."""
        files = {
            f"app/{name}.yaml": None if value is None else _MAP.format(name, value).encode()
            for name, value in values.items()
        }
        return self.sample.commit(files, message)

    def drift(self, *names: str) -> None:
        """Somebody edits ConfigMaps."""
        for name in names:
            path = f"{MAPS}/{name}?fieldManager=kubectl-edit"
            done = self.place.client.call(
                "PATCH", path, {"data": {"a": "9"}}, content_type=MERGE_PATCH
            )
            assert done.status == 200

    def values(self) -> dict[str, str]:
        """What the cluster holds of ours."""
        items: Any = self.place.client.call("GET", MAPS).json()["items"]
        found = {each["metadata"]["name"]: each["data"] for each in items}
        return {name: data["a"] for name, data in found.items() if "a" in data}

    def run(self, *words: str) -> int:
        """Run a command to its end, past the proxy."""
        return self._ran(*words).returncode

    def journal(self) -> list[dict[str, Any]]:
        """What is on record."""
        return entries(self.place.environment())

    def start(self, *words: str) -> Piped:
        """Start a command that is to die."""
        started = Piped(self.place.words(*words), self.place.environment())
        self.proxy.name(started)
        return started

    def _ran(self, *words: str) -> "CompletedProcess[str]":
        return commands.run(
            *self.place.words(*words), environment=self.place.environment(), timeout_s=120
        )


@dataclass(frozen=True)
class Deed:
    """Something that writes: what is there before, what it is, and what must be in the end."""

    name: str
    before: Callable[[World], tuple[str, ...]]  # returns the words of the command
    ends: Mapping[str, str]  # values in the cluster
    again: Callable[[World, tuple[str, ...]], None]  # takes it up after the crash
    commits: int  # in the repository, in the end
    writes: int = _WRITES_MAX  # of one that does not end by itself


@dataclass(frozen=True)
class Point:
    """One crash: the nth write, when it arrived or when it was carried out; and the next run."""

    deed: str
    nth: int
    after: bool
    write: str
    faults: tuple[str, ...]  # what was not as it must be


def sweep(deed: Deed, folder: Path) -> Iterator[Point]:
    """Crash at every write of a deed, each in a world of its own."""
    for after in (False, True):
        for nth in range(1, deed.writes + 1):
            point = crashed(deed, folder / f"{deed.name}-{nth}-{after}", nth, after=after)
            if point is None:
                break
            yield point


def crashed(deed: Deed, folder: Path, nth: int, *, after: bool) -> Point | None:
    """Return what came of one crash; None where the deed has fewer writes."""
    folder.mkdir()
    with sandbox_place(folder) as place, DeadlyProxy(_server_of(place)) as proxy:
        world = World(_behind(place, proxy), Sample(place.repo), proxy)
        (folder / "driftdeck.yaml").write_text(_APPS)
        bystander = _bystander(place)
        words = deed.before(world)
        proxy.arm(nth, after=after)
        with world.start(*words) as started, started.stdout, started.stderr:
            if started.wait(120) != KILLED:
                return None
        killed_at = proxy.writes[nth - 1]
        proxy.arm(0, after=False)
        deed.again(world, words)
        return Point(deed.name, nth, after, killed_at, _faults(deed, world, bystander))


def _faults(deed: Deed, world: World, bystander: str) -> tuple[str, ...]:
    found = []
    if world.values() != {**deed.ends, "bystander": "0"}:
        found.append(f"the cluster holds {world.values()}")
    if _version(world.place) != bystander:
        found.append("an object of others was written to")
    left = [each["number"] for each in world.journal() if each["outcome"] is None]
    if left:
        found.append(f"no outcome of {left}")
    count = len(world.sample.git("log", "--format=%h").split())
    if count != deed.commits:
        found.append(f"{count} commits")
    if world.run("diff") != 0:
        found.append("something differs")
    return tuple(found)


def _bystander(place: Place) -> str:
    body = {"metadata": {"name": "bystander"}, "data": {"a": "0"}}
    assert place.client.call("POST", MAPS, body).status == 201
    return _version(place)


def _version(place: Place) -> str:
    found = place.client.call("GET", f"{MAPS}/bystander").json()
    return str(found["metadata"]["resourceVersion"])


def _server_of(place: Place) -> str:
    found = _ADDRESS.search(place.kubeconfig.read_text())
    assert found is not None
    return found[0]


def _behind(place: Place, proxy: DeadlyProxy) -> Place:
    text = _ADDRESS.sub(proxy.url, place.kubeconfig.read_text())
    other = place.folder / "proxied.yaml"
    other.write_text(text)
    other.chmod(0o600)
    return replace(place, kubeconfig=other)


# What writes --------------------------------------------------------------------------------------


def _to_sync(world: World) -> tuple[str, ...]:
    world.commit("Begin", one="1", two="1")
    return ("sync", "--yes")


def _to_heal(world: World) -> tuple[str, ...]:
    world.commit("Begin", one="1", two="1")
    assert world.run("sync", "--yes") == 0
    world.drift("one", "two")
    return ("--headless", "--autoheal")


def _to_revert(world: World) -> tuple[str, ...]:
    world.commit("Begin", one="1", two="1")
    bad = world.commit("Bad", one="2", two="2")
    assert world.run("sync", "--yes") == 0
    return ("revert", bad, "--yes")


def _to_prune(world: World) -> tuple[str, ...]:
    world.commit("Begin", one="1", two="1", three="1")
    assert world.run("sync", "--yes") == 0
    world.commit("Drop", two=None)
    return ("sync", "--prune", "--yes")


def _run_again(world: World, words: tuple[str, ...]) -> None:
    assert world.run(*words) == 0


def _heal_again(world: World, words: tuple[str, ...]) -> None:
    with world.start(*words) as started, started.stdout, started.stderr:
        assert eventually(lambda: [*world.values().values()].count("1") == 2, within_s=60)
        assert eventually(lambda: all(each["outcome"] for each in world.journal()), within_s=60)


def _revert_again(world: World, words: tuple[str, ...]) -> None:
    assert world.run(*words) in {0, 5}  # 5: nothing of it is left to undo
    assert world.run("sync", "--yes") == 0


DEEDS: Final = (
    Deed("sync", _to_sync, {"one": "1", "two": "1"}, _run_again, 1),
    Deed("revert", _to_revert, {"one": "1", "two": "1"}, _revert_again, 3),
    Deed("heal", _to_heal, {"one": "1", "two": "1"}, _heal_again, 1, writes=2),
    Deed("prune", _to_prune, {"one": "1", "three": "1"}, _run_again, 2),
)
