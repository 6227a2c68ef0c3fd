"""core.engine: the real loop over real adapters, on embedded servers."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest

from core.engine import Engine, connect
from core.git import commit_files
from core.model import AppSpec, AppView, ClusterSpec, Snapshot
from core.reconcile.memory.commands import Execute, PreparePlan, SetHeal
from core.sandbox import SandboxThread
from core.settings.document import parse_settings
from tests.apiserver.client import Client

pytestmark = pytest.mark.outside

CLUSTERS = ("east", "west")
MERGE_PATCH = "application/merge-patch+json"
MANIFEST = b"""apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: production}
"""


@pytest.fixture
def servers() -> Iterator[dict[str, SandboxThread]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(SandboxThread()) for name in CLUSTERS}


@pytest.fixture
def engine(servers: dict[str, SandboxThread], tmp_path: Path) -> Engine:
    """One app for each of two clusters, from one repository with a folder for each."""
    repo = tmp_path / "repo"
    files = {f"{name}/settings.yaml": MANIFEST for name in CLUSTERS}
    commit_files(repo, files, author="A <a@b>", message="m", when=time.time(), init=True)
    specs = []
    for name, server in servers.items():
        folder = tmp_path / name
        folder.mkdir()
        kubeconfig = str(server.kubeconfig(folder, "driftdeck"))
        specs.append(ClusterSpec(name=name, kubeconfig=kubeconfig))
    apps = tuple(
        AppSpec(name=name, repo=str(repo), revision="HEAD", path=name, cluster=name)
        for name in CLUSTERS
    )
    return connect(apps, tuple(specs), writing=True)


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[None]:
    task = asyncio.create_task(engine.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(engine: Engine, true: Callable[[Snapshot], bool]) -> Snapshot:
    async with asyncio.timeout(60):
        async for snapshot in engine.snapshots():
            if true(snapshot):
                return snapshot
    raise AssertionError


def verdicts(snapshot: Snapshot) -> dict[str, str]:
    return {key.app: row.verdict.value for key, row in snapshot.rows.items()}


async def sync_all(engine: Engine) -> None:
    for number, name in enumerate(CLUSTERS, 1):
        whole = await until(engine, lambda s: s.complete)
        keys = frozenset(key for key in whole.rows if key.app == name)
        engine.submit(PreparePlan(number, keys))
        shown = await until(engine, lambda s, n=number: n in s.answers)  # type: ignore[misc]
        plan = shown.plan_for(number)
        assert plan is not None
        engine.submit(Execute(number, plan))
        await until(
            engine,
            lambda s, n=number: any(r.id == n and r.finished for r in s.runs),  # type: ignore[misc]
        )


async def test_two_clusters_are_kept_at_once(engine: Engine) -> None:
    async with running(engine):
        first = await until(engine, lambda s: s.complete)
        assert verdicts(first) == {"east": "missing", "west": "missing"}
        await sync_all(engine)
        await until(engine, lambda s: verdicts(s) == {"east": "in_sync", "west": "in_sync"})


async def test_one_cluster_that_is_lost_does_not_stop_the_other(
    engine: Engine, servers: dict[str, SandboxThread]
) -> None:
    west = Client(servers["west"].url, None, servers["west"].tokens["alice"])
    async with running(engine):
        await sync_all(engine)
        await until(engine, lambda s: verdicts(s) == {"east": "in_sync", "west": "in_sync"})
        engine.submit(SetHeal(frozenset(CLUSTERS), enabled=True))
        await asyncio.to_thread(servers["east"].stop)
        lost = await until(engine, lambda s: not s.clusters[0].connected)
        assert lost.apps[0].problem
        assert verdicts(lost)["east"] == "in_sync"  # stale, and said so; nothing is concluded
        path = "/api/v1/namespaces/default/configmaps/settings?fieldManager=kubectl-edit"
        change = {"data": {"mode": "debug"}}
        await asyncio.to_thread(west.call, "PATCH", path, change, content_type=MERGE_PATCH)
        shown = await until(engine, lambda s: any(e.name == "healed" for e in s.events))
        (healed,) = (event for event in shown.events if event.name == "healed")
        assert healed.cluster == "west"


async def test_a_new_commit_is_seen_at_once(engine: Engine, tmp_path: Path) -> None:
    async with running(engine):
        await until(engine, lambda s: s.complete and all(app.history for app in s.apps))
        took_s: list[float] = []
        while not took_s or (min(took_s) >= 1.0 and len(took_s) < 10):
            files = {f"east/more{len(took_s)}.yaml": MANIFEST.replace(b"settings", b"more")}
            head = commit_files(
                tmp_path / "repo", files, author="A <a@b>", message="more", when=time.time()
            )
            began = time.monotonic()
            await until(engine, lambda s, head=head: all(_is_at(app, head) for app in s.apps))  # type: ignore[misc]
            took_s.append(time.monotonic() - began)
    assert min(took_s) < 1.0  # 0.2 s on a quiet machine; a loaded one may have other things to do


def _is_at(app: AppView, head: str) -> bool:
    return app.revision is not None and app.revision.id == head


async def test_apps_of_a_layout_come_with_their_folders_and_do_not_go_with_them(
    servers: dict[str, SandboxThread], tmp_path: Path
) -> None:
    repo = tmp_path / "repo"

    def commit(**more: bytes | None) -> None:
        each = {name.replace("__", "/") + "/settings.yaml": data for name, data in more.items()}
        commit_files(repo, each, author="A <a@b>", message="m", when=time.time(), init=True)

    commit(east__web=MANIFEST)
    clusters = []
    for name, server in servers.items():
        folder = tmp_path / name
        folder.mkdir()
        kubeconfig = str(server.kubeconfig(folder, "driftdeck"))
        clusters.append(ClusterSpec(name=name, kubeconfig=kubeconfig))
    text = "clusters: {east: {context: e}, west: {context: w}}\n"
    text += f"apps: [{{layout: '{{cluster}}/{{name}}', repo: {repo}}}]"
    layouts = parse_settings("driftdeck.yaml", text.encode(), tmp_path).layouts
    engine = connect((), tuple(clusters), layouts=layouts, writing=True)
    async with running(engine):
        first = await until(engine, lambda s: s.complete)
        assert verdicts(first) == {"web-east": "missing"}
        assert [view.spec.name for view in first.clusters] == ["east"]
        commit(west__web=MANIFEST)
        both = {"web-east": "missing", "web-west": "missing"}
        second = await until(engine, lambda s: s.complete and verdicts(s) == both)
        assert len(second.clusters) == 2
        commit(east__web=None)
        gone = await until(engine, lambda s: any(app.problem for app in s.apps))
        assert verdicts(gone) == both
        commit(east__web=MANIFEST)
        await until(engine, lambda s: s.complete and not any(app.problem for app in s.apps))


# What a credential plugin does ------------------------------------------------------------------

PLUGIN = """import json, pathlib, sys
if pathlib.Path({broken!r}).exists():
    sys.exit("please log in")
status = {{"token": {token!r}, "expirationTimestamp": "2001-01-01T00:00:00Z"}}
version = "client.authentication.k8s.io/v1"
print(json.dumps({{"kind": "ExecCredential", "apiVersion": version, "status": status}}))
"""


def with_plugin(kubeconfig: Path, broken: Path) -> Path:
    """Give each user's token to a plugin, which fails while *broken* is there."""
    content = json.loads(kubeconfig.read_text())
    for user in content["users"]:
        code = PLUGIN.format(broken=str(broken), token=user["user"]["token"])
        user["user"] = {
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": sys.executable,
                "args": ["-c", code],
                "interactiveMode": "Never",
            }
        }
    kubeconfig.write_text(json.dumps(content))
    return kubeconfig


async def test_a_plan_while_the_credential_plugin_fails_is_answered_and_the_engine_goes_on(
    servers: dict[str, SandboxThread], tmp_path: Path
) -> None:
    repo, broken = tmp_path / "repo", tmp_path / "broken"
    commit_files(
        repo, {"a.yaml": MANIFEST}, author="A <a@b>", message="m", when=time.time(), init=True
    )
    kubeconfig = with_plugin(Path(servers["east"].kubeconfig(tmp_path, "driftdeck")), broken)
    app = AppSpec(name="a", repo=str(repo), revision="HEAD", path="", cluster="east")
    cluster = ClusterSpec(name="east", kubeconfig=str(kubeconfig))
    engine = connect((app,), (cluster,), writing=True)
    async with running(engine):
        whole = await until(engine, lambda s: s.complete)
        broken.touch()
        engine.submit(PreparePlan(1, frozenset(whole.rows)))
        shown = await until(engine, lambda s: s.plan_for(1) is not None)
        plan = shown.plan_for(1)
        assert plan is not None
        assert [step.problem.endswith("please log in") for step in plan.steps] == [True]
        broken.unlink()
        engine.submit(PreparePlan(2, frozenset(whole.rows)))
        again = (await until(engine, lambda s: s.plan_for(2) is not None)).plan_for(2)
        assert again is not None
        assert len(again.steps) == 1  # the engine still answers
