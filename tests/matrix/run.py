"""One run of the drift matrix: sync, change everything, compare, heal; what came of each change."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.git import commit_files
from tests import commands
from tests.apiserver.server import ApiServer
from tests.commands import Piped
from tests.controller import Controller
from tests.matrix.catalogue import CASES
from tests.matrix.changes import SETTINGS, Case, Nature, Setting
from tests.matrix.hands import LAST_APPLIED, Hands
from tests.matrix.objects import COLLECTIONS, NAMESPACE, NAMESPACE_OBJECT, Json

KUBECTL_DIFFS: Mapping[str, tuple[str, ...]] = {
    "kubectl diff": (),
    "kubectl diff --server-side": ("--server-side", "--force-conflicts", "--concurrency=8"),
}
_SERVERS_OWN = frozenset({"managedFields", "resourceVersion", "generation", "uid"})
_NOISE = re.compile(r"[-+] +(generation|resourceVersion|uid|creationTimestamp):")


@dataclass
class Outcome:
    """What came of one change."""

    case: Case
    verdicts: dict[Setting, str] = field(default_factory=dict)  # "" where nothing showed
    actor: str = ""  # who is named, by `diff` or by the engine that watched
    healed: dict[Setting, bool] = field(default_factory=dict)
    shown_by: dict[str, bool] = field(default_factory=dict)  # other programs

    @property
    def title(self) -> str:
        """What was done, and by whom."""
        return f"{self.case.change.title}, by {self.case.who}"


@dataclass(frozen=True)
class Matrix:
    """A repository with an object for each case, a server, and the hands."""

    server: ApiServer
    folder: Path
    hands: Hands

    def run(self, *, kubectl_diff: bool) -> list[Outcome]:
        """Make every change once and see what comes of it."""
        outcomes = [Outcome(case) for case in CASES]
        self._driftdeck("sync", "--yes", setting=SETTINGS[0])
        before = self._objects()
        watched = self._change_while_watching()
        for setting in SETTINGS:
            page = json.loads(self._driftdeck("diff", "--all", "-o", "json", setting=setting))
            rows = {(row["kind"], row["name"]): row for row in page["objects"]}
            for each in outcomes:
                self._note(each, setting, rows.get((each.case.change.kind, each.case.name)))
        for each in outcomes:
            each.actor = each.actor or watched.get(each.case.name, "")
        for name, words in KUBECTL_DIFFS.items() if kubectl_diff else ():
            shown = self._kubectl_diff(words)
            for each in outcomes:
                each.shown_by[name] = each.case.name in shown
        for setting in SETTINGS:
            self._driftdeck("sync", "--yes", setting=setting)
            after = self._objects()
            for each in outcomes:
                name = each.case.name
                each.healed[setting] = _plain(after.get(name)) == _plain(before.get(name))
        return outcomes

    def _change_while_watching(self) -> dict[str, str]:
        """Make the changes beside a running engine; whom its last word on an object names."""
        words = self._words("--headless", setting=SETTINGS[-1])
        last: dict[str, Json] = {}
        with Controller(words, self._environment(), Piped) as watcher:
            watcher.wait(lambda line: line["event"] == "cluster_synced")
            self.hands.make(CASES)

            def all_seen(line: Json) -> bool:
                if line["event"] == "drift_detected":
                    last[line["object"]["name"]] = line
                return all(_is_told(last.get(case.name), case) for case in CASES)

            watcher.take(all_seen, within_s=60)
        return {name: _named(line["changes"] or ()) for name, line in last.items()}

    def _note(self, outcome: Outcome, setting: Setting, row: Json | None) -> None:
        if row is None:
            outcome.verdicts[setting] = ""
            return
        if outcome.case.change.nature in {Nature.CREATED, Nature.DELETED}:
            outcome.verdicts[setting] = row["verdict"]
            outcome.actor = outcome.actor or _who(row["actor"])
            return
        found = [change for change in row["changes"] if _at(change["path"], outcome.case)]
        order = ("drift", "contested", "warn", "info")
        found.sort(key=lambda change: order.index(change["verdict"]))
        outcome.verdicts[setting] = found[0]["verdict"] if found else ""
        outcome.actor = outcome.actor or _named(found)

    def _objects(self) -> dict[str, Json]:
        admin = self.server.client("admin")
        lists = [admin.call("GET", path).json() for path in COLLECTIONS.values()]
        return {item["metadata"]["name"]: item for each in lists for item in each["items"]}

    def _kubectl_diff(self, words: Sequence[str]) -> frozenset[str]:
        """Which objects it shows with more than the server's own counters."""
        program = shutil.which("kubectl")
        assert program is not None
        done = subprocess.run(  # noqa: S603 - our own command line
            [program, f"--kubeconfig={self.hands.kubeconfig}", "diff", *words, "-f", "files"],
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stderr.decode()
        return frozenset(_shown(done.stdout.decode()))

    def _driftdeck(self, *words: str, setting: Setting) -> str:
        said = self._words(*words, setting=setting)
        done = commands.run(*said, environment=self._environment(), timeout_s=100)
        assert done.returncode in {0, 1}, (words, done.returncode, done.stderr[-2000:])
        return done.stdout

    def _words(self, *words: str, setting: Setting) -> list[str]:
        config = self.folder / f"{SETTINGS.index(setting)}.yaml"
        return [*words, "--config", str(config)]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder),
            "KUBECONFIG": str(self.server.kubeconfig("driftdeck")),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }


def prepared(server: ApiServer, folder: Path) -> Matrix:
    """Write the repository and the settings into *folder*."""
    stated = [case.git for case in CASES if case.change.nature is not Nature.CREATED]
    blobs = {
        f"files/{value['metadata']['name']}.json": json.dumps(value, indent=1).encode()
        for value in (NAMESPACE_OBJECT, *stated)
    }
    commit_files(
        folder / "repo",
        blobs,
        author="Robin <robin@example>",
        message="everything",
        when=time.time(),
        init=True,
    )
    (folder / "files").mkdir()
    for path, blob in blobs.items():
        (folder / path).write_bytes(blob)
    for number, setting in enumerate(SETTINGS):
        app = {
            "name": "matrix",
            "repo": str(folder / "repo"),
            "namespace": NAMESPACE,
            "owns": [NAMESPACE],
            "extras": setting.extras,
            "contested": setting.contested,
        }
        cluster = {"audit_log": str(server.audit_path)}
        settings = {"clusters": {"real": cluster}, "apps": [app]}
        (folder / f"{number}.yaml").write_text(json.dumps(settings))
    hands = Hands(server.client("alice"), server.kubeconfig("alice", namespace=NAMESPACE))
    return Matrix(server, folder, hands)


def _is_told(line: Json | None, case: Case) -> bool:
    """Whether an event tells the change as it is now, not as it was halfway."""
    if line is None or case.change.nature is not Nature.REMOVED:
        return line is not None
    return any(_at(each["path"], case) and "live" not in each for each in line["changes"])


def _named(changes: Iterable[Json]) -> str:
    """Whom the first change with an actor names."""
    return next(filter(None, (_who(each["actor"]) for each in changes)), "")


def _who(actor: Json | None) -> str:
    if actor is None:
        return ""
    said = " ".join(filter(None, (actor["manager"], actor["subresource"])))
    return f"{actor['user']} with {said}" if actor["user"] else said


def _at(path: str, case: Case) -> bool:
    """Whether a change shows at the place, in it or around it."""
    wanted = case.change.path
    return path.startswith(wanted) or (bool(path) and wanted.startswith(path))


def _plain(found: Json | None) -> Any:
    """An object without what the server and `kubectl apply` keep for themselves, order aside."""
    if found is None:
        return None
    metadata = {
        key: value
        for key, value in found["metadata"].items()
        if key not in {*_SERVERS_OWN, "creationTimestamp"}
    }
    annotations = metadata.get("annotations") or {}
    metadata["annotations"] = {k: v for k, v in annotations.items() if k != LAST_APPLIED}
    return _unordered({**found, "metadata": metadata, "status": None})


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unordered(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(item) for item in value), key=json.dumps)
    return value


def _shown(text: str) -> Iterator[str]:
    """Names of the objects in which a unified diff has a line that means something."""
    name = ""
    for line in text.splitlines():
        if line.startswith("diff "):
            name = line.split()[-1].rpartition(".")[2]
        elif line.startswith(("---", "+++")) or not line.startswith(("-", "+")):
            continue
        elif not _NOISE.match(line):
            yield name
