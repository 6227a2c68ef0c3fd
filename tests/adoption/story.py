"""From the first day on a cluster that others deployed to a commit that is undone, by one hand."""

import json
import secrets
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from core.git import commit_files
from tests.adoption.hands import HANDS, Place
from tests.adoption.objects import ADDED, DROPPED, Json, after, before, text
from tests.apiserver.server import ApiServer
from tests.loop.clusters import Place as Home

ADA = "Ada <ada@example>"
_BOOKKEEPING = frozenset({"managedFields", "resourceVersion", "generation"})


@dataclass
class Told:
    """How many of how many, by what was looked at; and what took how long."""

    of: int = 0
    shown: list[str] = field(default_factory=list)  # on the first day
    left: int = 0  # to the engine that tracks them
    taken: int = 0
    changed: list[str] = field(default_factory=list)  # by the take-over
    odd_causes: list[str] = field(default_factory=list)
    not_followed: list[str] = field(default_factory=list)
    not_undone: list[str] = field(default_factory=list)
    took_s: dict[str, float] = field(default_factory=dict)


class Story:
    """One hand's objects in a namespace and a folder of their own."""

    def __init__(self, server: ApiServer, folder: Path, hand: str) -> None:
        self.deploy, self.tracker = HANDS[hand]
        self.folder = folder
        self.namespace = f"adopt-{secrets.token_hex(4)}"
        client = server.client("alice")
        kubeconfig = server.kubeconfig("alice")
        self.place = Place(client, kubeconfig, self.namespace, folder)
        self.home = Home(server.kubeconfig("driftdeck"), client, folder)
        body: Json = {"metadata": {"name": self.namespace}}
        assert client.call("POST", "/api/v1/namespaces", body).status == HTTPStatus.CREATED
        self.told = Told(len(before()))

    def run(self) -> Told:
        """Play it to its end."""
        self._settings()
        self._commit(before())
        self.deploy(self.place, before())
        self._first_day()
        self._take_over()
        self._follow(after(), before())
        self._undo()
        return self.told

    # Scenes --------------------------------------------------------------------------------------

    def _first_day(self) -> None:
        for row in self._rows().values():
            if row["verdict"] != "in_sync":
                self.told.shown.append(f"{row['name']}: {row['changes']}")
        done = self._driftdeck("diff")
        assert done.returncode == len(self.told.shown) > 0 or not self.told.shown, done.stdout

    def _take_over(self) -> None:
        there = self._objects()
        if self.tracker:
            done = self._driftdeck("sync", "--yes")
            assert (done.returncode, done.stderr) == (0, "")
            assert f"left to {self.tracker}" in " ".join(done.stdout.split()), done.stdout
            assert "take over" not in done.stdout.replace("`take_over", "")
            self.told.left = sum(bool(row["tracked_by"]) for row in self._rows().values())
            assert self._objects() == there
            self._settings(", take_over: true")
        listed = self._driftdeck("sync", "--dry-run").stdout
        self.told.taken = listed.count("take over ")
        began = time.monotonic()
        done = self._driftdeck("sync", "--yes")
        self.told.took_s["take over"] = time.monotonic() - began
        assert done.returncode == 0, done.stdout + done.stderr
        now = {name: _plain(body) for name, body in self._objects().items()}
        self.told.changed = [name for name in there if _plain(there[name]) != now[name]]
        assert "nothing to do" in self._driftdeck("sync", "--yes").stdout

    def _follow(self, wanted: Mapping[str, Json], earlier: Mapping[str, Json]) -> None:
        self._commit(wanted)
        rows = self._rows()
        assert rows[ADDED]["verdict"] == "missing"
        assert rows[DROPPED]["verdict"] == "extra"
        for row in rows.values():
            causes = {change["cause"] for change in row["changes"] if change["verdict"] == "drift"}
            if row["cause"] != "git_ahead" or causes - {"git_ahead"}:
                self.told.odd_causes.append(f"{row['name']}: {row['cause']} {row['changes']}")
        began = time.monotonic()
        done = self._driftdeck("sync", "--yes")
        self.told.took_s["follow a commit"] = time.monotonic() - began
        assert done.returncode == 0, done.stdout + done.stderr
        self.told.not_followed = self._unlike(wanted, earlier)

    def _undo(self) -> None:
        self._commit(before())
        done = self._driftdeck("sync", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        self.told.not_undone = self._unlike(before(), after())

    def apply_again(self) -> float:
        """Return how many seconds `kubectl apply --server-side` takes for the same objects."""
        began = time.monotonic()
        self.place.kubectl("apply", "--server-side", "--force-conflicts", objects=before())
        return time.monotonic() - began

    def _unlike(self, wanted: Mapping[str, Json], earlier: Mapping[str, Json]) -> list[str]:
        """Name what is not as Git says, or still has what only the commit before stated."""
        rows, found = self._rows(), self._objects(wanted)
        names = [body["metadata"]["name"] for body in wanted.values()]
        odd = [name for name in names if rows[name]["verdict"] != "in_sync"]
        for name, body in wanted.items():
            for holder in ("labels", "annotations"):
                both = (earlier.get(name, body), body)
                had, has = (each["metadata"].get(holder, {}) for each in both)
                kept = found[name]["metadata"].get(holder, {})
                if has.items() - kept.items() or (had.keys() - has.keys()) & kept.keys():
                    odd.append(f"{name}: {holder} {kept}")
            if _content(found[name]) != _content(self._made(body)):
                odd.append(f"{name}: {_content(found[name])}")
        return odd

    def _made(self, body: Json) -> Json:
        """Return what the server would make of an object that nobody made before."""
        fresh = {**body, "metadata": {"name": f"{body['metadata']['name']}-fresh"}}
        path = f"{self.place.url(fresh).rpartition('/')[0]}?dryRun=All"
        answer = self.place.client.call("POST", path, fresh)
        assert answer.status == HTTPStatus.CREATED, answer.body
        return answer.json()

    # Means ---------------------------------------------------------------------------------------

    def _settings(self, more: str = "") -> None:
        app = f"{{name: web, repo: repo, namespace: {self.namespace}{more}}}"
        (self.folder / "driftdeck.yaml").write_text(f"apps:\n  - {app}\n")

    def _commit(self, objects: Mapping[str, Json]) -> None:
        repo = self.folder / "repo"
        every = {f"{name}.yaml": None for name in (*before(), *after())} if repo.exists() else {}
        files = {f"{name}.yaml": text(body).encode() for name, body in objects.items()}
        commit_files(
            repo,
            {**every, **files},
            author=ADA,
            message="Change",
            when=time.time(),
            init=not repo.exists(),
        )

    def _driftdeck(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own command line
            self.home.command(*words),
            env=dict(self.home.environment()),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    def _rows(self) -> dict[str, Any]:
        """What `diff --all` says of each object, by its name."""
        done = self._driftdeck("diff", "-o", "json", "--all")
        assert done.stdout, done.stderr
        page = json.loads(done.stdout)
        assert page["complete"], done.stdout
        return {row["name"]: row for row in page["objects"]}

    def _objects(self, named: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """Read the objects, those of the first commit unless others are named."""
        found: dict[str, Json] = {}
        for name, body in (named or before()).items():
            answer = self.place.client.call("GET", self.place.url(body))
            assert answer.status == HTTPStatus.OK, name
            found[name] = answer.json()
        return found


def _plain(body: Json) -> Json:
    """Leave out what says only who owns what, and since when."""
    metadata = {k: v for k, v in body["metadata"].items() if k not in _BOOKKEEPING}
    return {**body, "metadata": metadata}


def _content(body: Json) -> Json:
    """Return what an object says, without what the server allocates."""
    kept = {k: v for k, v in body.items() if k not in {"metadata", "status"}}
    spec = {k: v for k, v in kept.get("spec", {}).items() if k not in {"clusterIP", "clusterIPs"}}
    return {**kept, "spec": spec}
