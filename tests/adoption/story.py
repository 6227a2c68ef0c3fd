"""From the first day on a cluster that others deployed to a commit that is reverted."""

import json
import re
import secrets
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from core.cli.exit_codes import DRIFT
from core.git import commit_files
from tests.adoption.hands import HANDS, Place
from tests.adoption.objects import ADDED, DROPPED, Json, after, before, text
from tests.apiserver.server import ApiServer
from tests.loop.clusters import Place as Home
from tests.loop.clusters import run

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


class Hand:
    """Who deployed objects into a namespace of its own, as Git states them in a repository."""

    def __init__(self, server: ApiServer, folder: Path, name: str) -> None:
        self.deploy, self.tracker = HANDS[name]
        self.app = name.lower().replace(" ", "-")
        self.repo = folder / self.app
        self.namespace = f"adopt-{secrets.token_hex(4)}"
        client = server.client("alice")
        self.place = Place(client, server.kubeconfig("alice"), self.namespace, folder)
        body: Json = {"metadata": {"name": self.namespace}}
        assert client.call("POST", "/api/v1/namespaces", body).status == HTTPStatus.CREATED
        self.told = Told(len(before()))

    def settings(self, *, take_over: bool) -> str:
        """Return its app."""
        more = ", take_over: true" if take_over and self.tracker else ""
        return f"  - {{name: {self.app}, repo: {self.app}, namespace: {self.namespace}{more}}}\n"

    def commit(self, objects: Mapping[str, Json]) -> str:
        """Have Git state *objects* and nothing else."""
        init = not self.repo.exists()
        every = {} if init else {f"{name}.yaml": None for name in (*before(), *after())}
        files = {f"{name}.yaml": text(body).encode() for name, body in objects.items()}
        content = {**every, **files}
        when = time.time()
        return commit_files(self.repo, content, author=ADA, message="Change", when=when, init=init)

    def objects(self, named: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """Read the objects, those of the first commit unless others are named."""
        found: dict[str, Json] = {}
        for name, body in (named or before()).items():
            answer = self.place.client.call("GET", self.place.url(body))
            assert answer.status == HTTPStatus.OK, name
            found[name] = answer.json()
        return found

    def unlike(
        self, rows: Mapping[str, Any], wanted: Mapping[str, Json], earlier: Mapping[str, Json]
    ) -> list[str]:
        """Name what is not as Git says, or still has what only the commit before stated."""
        found = self.objects(wanted)
        gone = {body["metadata"]["name"] for body in earlier.values()}
        gone -= {body["metadata"]["name"] for body in wanted.values()}
        odd = [
            f"{name}: {row['verdict']}"
            for name, row in rows.items()
            if row["verdict"] != ("extra" if name in gone else "in_sync")
        ]
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

    def apply_again(self) -> float:
        """Return how many seconds `kubectl apply --server-side` takes for the same objects."""
        began = time.monotonic()
        self.place.kubectl("apply", "--server-side", "--force-conflicts", objects=before())
        return time.monotonic() - began


class Story:
    """The objects of some hands, each an app; every command but a revert is for all of them."""

    def __init__(self, server: ApiServer, folder: Path, *hands: str) -> None:
        self.home = Home(server.kubeconfig("driftdeck"), server.client("alice"), folder)
        self.hands = {name: Hand(server, folder, name) for name in hands}

    def run(self) -> dict[str, Told]:
        """Play it to its end; say what came of it by the name of the hand."""
        for hand in self.hands.values():
            hand.commit(before())
            hand.deploy(hand.place, before())
        self._first_day()
        self._take_over()
        self._follow_and_undo()
        return {name: hand.told for name, hand in self.hands.items()}

    # Scenes --------------------------------------------------------------------------------------

    def _first_day(self) -> None:
        self._settings(take_over=False)
        for hand, rows in self._rows():
            told = hand.told
            for row in rows.values():
                if row["verdict"] != "in_sync":
                    told.shown.append(f"{row['name']}: {row['changes']}")
            told.left = sum(bool(row["tracked_by"]) for row in rows.values())

    def _take_over(self) -> None:
        """Those whose objects no engine tracks come first, the others when the settings say so."""
        for tracked in (False, True):
            hands = [hand for hand in self.hands.values() if bool(hand.tracker) is tracked]
            others = [hand for hand in self.hands.values() if bool(hand.tracker) is not tracked]
            self._settings(take_over=tracked)
            there, apart = ([each.objects() for each in some] for some in (hands, others))
            done, took_s = self._driftdeck("sync", "--yes")
            said = " ".join(done.stdout.split())
            listed = Counter(re.findall(r"take over \S+ \S+ \((\S+)\)", said))
            told = (line for line in done.stderr.splitlines() if "waiting: " not in line)
            assert (done.returncode, *told) == (0,), done.stderr
            for hand, earlier in zip(hands, there, strict=True):
                hand.told.taken, hand.told.took_s["take over"] = listed[hand.app], took_s
                now = hand.objects()
                changed = [name for name in now if _plain(earlier[name]) != _plain(now[name])]
                hand.told.changed = changed
            for hand, earlier in zip(others, apart, strict=True):
                assert hand.objects() == earlier
                assert listed[hand.app] == 0
                assert tracked or f"left to {hand.tracker}" in said, done.stdout
        again = self._driftdeck("sync", "--yes")[0]
        assert "nothing to do" in again.stdout, again.stderr

    def _follow_and_undo(self) -> None:
        commits = [hand.commit(after()) for hand in self.hands.values()]
        for hand, rows in self._rows():
            assert rows[ADDED]["verdict"] == "missing"
            assert rows[DROPPED]["verdict"] == "extra"
            hand.told.odd_causes = [
                f"{row['name']}: {row['cause']} {row['changes']}"
                for row in rows.values()
                if {row["cause"], *_causes(row)} != {"git_ahead"}
            ]
        done, took_s = self._driftdeck("sync", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        for hand, rows in self._rows():
            hand.told.took_s["follow a commit"] = took_s
            hand.told.not_followed = hand.unlike(rows, after(), before())
        for hand, commit in zip(self.hands.values(), commits, strict=True):
            done, _ = self._driftdeck("revert", commit, "--app", hand.app, "--yes")
            assert done.returncode == 0, done.stdout + done.stderr
        for hand, rows in self._rows():
            hand.told.not_undone = hand.unlike(rows, before(), after())

    # Means ---------------------------------------------------------------------------------------

    def _settings(self, *, take_over: bool) -> None:
        apps = "".join(hand.settings(take_over=take_over) for hand in self.hands.values())
        (self.home.folder / "driftdeck.yaml").write_text(f"apps:\n{apps}")

    def _driftdeck(self, *words: str) -> tuple[subprocess.CompletedProcess[str], float]:
        """Run a command, and say how many seconds it took."""
        began = time.monotonic()
        return run(self.home, *words, timeout_s=120), time.monotonic() - began

    def _rows(self) -> Iterator[tuple[Hand, dict[str, Any]]]:
        """Yield what `diff --all` says of the objects of each hand, by their names."""
        done, _ = self._driftdeck("diff", "-o", "json", "--all")
        assert done.stdout, done.stderr
        page = json.loads(done.stdout)
        assert page["complete"], done.stdout
        odd = any(row["verdict"] != "in_sync" for row in page["objects"])
        assert done.returncode == (DRIFT if odd else 0), f"{done.stdout}\n{done.stderr}"
        for hand in self.hands.values():
            yield hand, {row["name"]: row for row in page["objects"] if row["app"] == hand.app}


def _causes(row: Mapping[str, Any]) -> set[str]:
    return {change["cause"] for change in row["changes"] if change["verdict"] == "drift"}


def _plain(body: Json) -> Json:
    """Leave out what says only who owns what, and since when."""
    metadata = {k: v for k, v in body["metadata"].items() if k not in _BOOKKEEPING}
    return {**body, "metadata": metadata}


def _content(body: Json) -> Json:
    """Return what an object says, without what the server allocates."""
    kept = {k: v for k, v in body.items() if k not in {"metadata", "status"}}
    spec = {k: v for k, v in kept.get("spec", {}).items() if k not in {"clusterIP", "clusterIPs"}}
    return {**kept, "spec": spec}
