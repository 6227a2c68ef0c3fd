"""Plays all rows on one server with the real commands, and says what was reported of each."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from core.git import commit_files
from core.sandbox import SandboxThread
from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer
from tests.loop.clusters import Place, run
from tests.verdicts.case import Case
from tests.verdicts.definitions import define
from tests.verdicts.stage import Kind, Stage
from tests.verdicts.webhooks import webhooks

JUDGES: Final = {"confirmed": "driftdeck", "local": "viewer"}
"""Who asks: one who may dry-run, and one who may only read."""

APPS: Final = {"rows": "", "jobs": "", "owned": ", owns: [SPACE]"}
"""Apps, and what their settings add.

`jobs` is synced once more while its rows are played, for the end of a Job must be seen; `owned` has
its namespace to itself.
"""

_STAMPED: Final = frozenset({"X-18"})  # nothing but the rows themselves changes these objects
_AUTHOR: Final = "Ada <ada@example>"
_COMMAND_MAX_S: Final = 120
_CONTROLLERS: Final = (
    "clusterrole-aggregation-controller",
    "deployment-controller",
    "garbage-collector-controller",
    "horizontal-pod-autoscaler-controller",
    "job-controller",
    "persistentvolume-binder-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "ttl-after-finished-controller",
)


@dataclass(frozen=True, slots=True)
class Theatre:
    """One server, and a place from which each judge looks at it."""

    server: str
    client: Client  # as admin
    places: Mapping[str, Place]
    folder: Path
    namespace: str

    def space(self, app: str) -> str:
        """Return the namespace of an app."""
        return f"{self.namespace}-{app}"


@dataclass(slots=True)
class Played:
    """What was said of each row."""

    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # judge, name
    failed: dict[str, str] = field(default_factory=dict)  # name: why its story did not happen
    revisions: dict[str, str] = field(default_factory=dict)  # judge: the commit that was judged
    head: str = ""  # the newest commit
    versions: dict[str, str] = field(default_factory=dict)  # name: the newest resourceVersion
    printed: list[str] = field(default_factory=list)  # everything that any command printed

    def found(self, judge: str, case: Case, name: str) -> dict[str, Any]:
        """Return the object of one row; `{}` where nothing was said of it."""
        return self.rows[judge].get(case.name.replace("NAME", name), {})


@contextmanager
def sandbox_theatre(folder: Path) -> Iterator[Theatre]:
    """The embedded server."""
    with SandboxThread() as server:
        configs = {user: folder / user for user in JUDGES.values()}
        for path in configs.values():
            path.mkdir()
        files = {user: server.kubeconfig(path, user) for user, path in configs.items()}
        yield _theatre("sandbox", Client(server.url, None, server.tokens["admin"]), files, folder)


@contextmanager
def real_theatre(folder: Path, server: ApiServer) -> Iterator[Theatre]:
    """A real server, with controllers while it lasts, and with webhooks."""
    made = _theatre(
        "real",
        server.client("admin"),
        {user: server.kubeconfig(user) for user in JUDGES.values()},
        folder,
    )
    stop = server.start_controllers(*_CONTROLLERS)
    try:
        with webhooks(made.client, made.space("rows")):
            yield made
    finally:
        stop()


def _theatre(server: str, client: Client, files: Mapping[str, Path], folder: Path) -> Theatre:
    places = {judge: Place(files[user], client, folder) for judge, user in JUDGES.items()}
    theatre = Theatre(server, client, places, folder, f"verdicts-{secrets.token_hex(3)}")
    for app in APPS:
        body = {"metadata": {"name": theatre.space(app), "labels": {"verdicts": "here"}}}
        assert client.call("POST", "/api/v1/namespaces", body).status == HTTPStatus.CREATED
    return theatre


def names_of(cases: Sequence[Case]) -> dict[Case, str]:
    """Give every row a name of its own for its objects: fp-01-1, fp-01-2."""
    seen: dict[str, int] = {}
    named: dict[Case, str] = {}
    for case in cases:
        seen[case.id] = seen.get(case.id, 0) + 1
        named[case] = f"{case.id.lower()}-{seen[case.id]}"
    return named


def play(theatre: Theatre, cases: Sequence[Case]) -> Played:
    """Play *cases*, those that this server can play."""
    define(theatre.client)
    (theatre.folder / "driftdeck.yaml").write_text(_settings(theatre))
    kinds: dict[tuple[str, str], Kind] = {}
    played = Played()
    stages = {
        case: Stage(
            theatre.server,
            theatre.client,
            theatre.space(case.app),
            name,
            case.made or case.git or case.stated_first,
            kinds,
            partial(_run, theatre, played, "confirmed"),
        )
        for case, name in names_of(cases).items()
        if theatre.server in case.on
    }
    first = {_file(c, stage): stage.filled(c.stated_first) for c, stage in stages.items()}
    earlier = {
        _file(c, stage): stage.filled(c.earlier)
        for c, stage in stages.items()
        if c.earlier is not None
    }
    last = {_file(c, stage): stage.filled(c.git) for c, stage in stages.items()}
    _commit(theatre, first, {}, "What the rows begin with", init=True)
    _run(theatre, played, "confirmed", "sync", "--yes")
    for case, stage in stages.items():
        _act(case, stage, played)
    _commit(theatre, earlier, first, "What nobody applies", init=False)
    played.head = _commit(theatre, last, {**first, **earlier}, "What the rows end with", init=False)
    for judge in JUDGES:
        said = json.loads(_run(theatre, played, judge, "diff", "--all", "-o", "json"))
        played.rows[judge] = {found["name"]: found for found in said["objects"]}
        played.revisions[judge] = said["apps"][0]["revision"]
    played.versions = {
        stage.name: found["metadata"]["resourceVersion"]
        for case, stage in stages.items()
        if case.id in _STAMPED and (found := stage.read()) is not None
    }
    return played


def _settings(theatre: Theatre) -> str:
    lines = ["clusters:", "  here: {}", "apps:"]
    for app, more in APPS.items():
        space = theatre.space(app)
        words = f"name: {app}, repo: repo, path: {app}, cluster: here, namespace: {space}"
        lines.append(f"  - {{{words}{more.replace('SPACE', space)}}}")
    return "\n".join(lines)


def _file(case: Case, stage: Stage) -> str:
    return f"{case.app}/{stage.name}.yaml"


def _act(case: Case, stage: Stage, played: Played) -> None:
    try:
        if case.made:
            stage.create(case.made, case.by)
        for act in case.acts:
            act(stage)
    except AssertionError as error:
        played.failed[stage.name] = str(error)


def _commit(
    theatre: Theatre,
    files: Mapping[str, str],
    before: Mapping[str, str],
    message: str,
    *,
    init: bool,
) -> str:
    changed: dict[str, bytes | None] = {
        path: text.encode() if text else None
        for path, text in files.items()
        if text != before.get(path, "")
    }
    repo = theatre.folder / "repo"
    return commit_files(repo, changed, author=_AUTHOR, message=message, when=time.time(), init=init)


def _run(theatre: Theatre, played: Played, judge: str, *words: str) -> str:
    done = run(theatre.places[judge], *words, timeout_s=_COMMAND_MAX_S)
    played.printed += [done.stdout, done.stderr]
    return done.stdout
