"""Who, when and how it was before, as a user sees it: on a real API server with its audit log."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.cli.session import beside, until
from core.engine import Engine, connect
from core.model import Drift, FieldChange, Key, ObjectRef, Snapshot, Verdict
from core.reconcile.memory.commands import Explain
from core.settings.reading import Flags, read_settings
from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.loop.clusters import MERGE_PATCH, Place, real_place, run
from tests.loop.test_loop import commit, deployment, of, rest

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

APP = "{{name: shop, repo: repo, path: shop, cluster: here, namespace: {namespace}}}"
SETTINGS = "clusters: {{here: {{audit_log: {log}}}}}\napps: [" + APP + "]\n"
PATIENCE_S = 60.0


@pytest.fixture
def place(tmp_path: Path, real_server: ApiServer, real_namespace: str) -> Iterator[Place]:
    """One app, in sync."""
    files = {
        "shop/web.yaml": deployment(real_namespace),
        "shop/rest.yaml": rest(real_namespace),
    }
    commit(tmp_path / "repo", files, "Everything", init=True)
    text = SETTINGS.format(log=real_server.audit_path, namespace=real_namespace)
    (tmp_path / "driftdeck.yaml").write_text(text)
    with real_place(tmp_path, real_server) as made:
        done = run(made, "sync", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        yield made


def web(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments/web"


def patch(client: Client, path: str, body: dict[str, Any]) -> None:
    answer = client.call("PATCH", path, body, content_type=MERGE_PATCH)
    assert answer.status == 200, answer.body


def scale(client: Client, namespace: str, replicas: int) -> None:
    patch(client, f"{web(namespace)}/scale?fieldManager=kubectl", {"spec": {"replicas": replicas}})


def logged(server: ApiServer, namespace: str, user: str) -> bool:
    return any(
        event["user"].get("username") == user and event["objectRef"].get("namespace") == namespace
        for event in server.audit_events()
        if "objectRef" in event and event["verb"] == "patch"
    )


def test_one_look_names_the_user_whose_edit_the_audit_log_has(
    place: Place, real_server: ApiServer, real_namespace: str
) -> None:
    path = f"{web(real_namespace)}?fieldManager=kubectl-edit"
    patch(real_server.client("bob"), path, {"spec": {"replicas": 7}})
    assert eventually(lambda: logged(real_server, real_namespace, "bob"), within_s=PATIENCE_S)
    done = run(place, "diff", "-o", "json")
    assert done.returncode == 1, done.stderr
    (change,) = json.loads(done.stdout)["objects"][0]["changes"]
    actor = change["actor"]
    assert (actor["user"], actor["verb"], actor["confidence"]) == ("bob", "patch", "audit")
    assert actor["manager"] == "kubectl-edit"
    text = run(place, "diff").stdout
    assert re.search(r"bob, \d+[sm] ago \(20.*\), kubectl edit \(audit\)", text)


def test_one_look_names_the_user_of_a_scale_though_its_entry_has_no_time(
    place: Place, real_server: ApiServer, real_namespace: str
) -> None:
    scale(real_server.client("bob"), real_namespace, 7)
    assert eventually(lambda: logged(real_server, real_namespace, "bob"), within_s=PATIENCE_S)
    report = json.loads(run(place, "diff", "-o", "json").stdout)
    (change,) = report["objects"][0]["changes"]
    actor = change["actor"]
    assert (actor["user"], actor["confidence"], actor["verb"]) == ("bob", "audit", "patch")
    assert (actor["manager"], actor["subresource"]) == ("kubectl", "scale")
    assert actor["time"] is not None
    assert re.search(r"bob, .*, kubectl scale \(audit\)", run(place, "diff").stdout)
    assert run(place, "sync", "--yes").returncode == 0
    scale(real_server.client("alice"), real_namespace, 5)  # bob's was before our apply
    assert eventually(lambda: logged(real_server, real_namespace, "alice"), within_s=PATIENCE_S)
    report = json.loads(run(place, "diff", "-o", "json").stdout)
    assert report["objects"][0]["changes"][0]["actor"]["user"] == "alice"


def test_two_users_with_one_client_are_both_suspects(
    place: Place, real_server: ApiServer, real_namespace: str
) -> None:
    path = f"{web(real_namespace)}?fieldManager=kubectl-edit"
    patch(real_server.client("bob"), path, {"spec": {"replicas": 7}})
    patch(real_server.client("alice"), path, {"spec": {"minReadySeconds": 9}})
    for user in ("bob", "alice"):
        assert eventually(partial(logged, real_server, real_namespace, user), within_s=PATIENCE_S)
    report = json.loads(run(place, "diff", "-o", "json").stdout)
    for change in report["objects"][0]["changes"]:
        assert change["actor"]["user"] is None
        assert change["actor"]["suspects"] == ["bob", "alice"]


def test_the_announcement_of_a_scale_says_when_and_what_it_was(
    place: Place, real_namespace: str
) -> None:
    with place.controller() as controller:
        controller.take(of("cluster_synced"), within_s=PATIENCE_S)
        scale(place.client, real_namespace, 7)
        _, line = controller.take(of("drift_detected", kind="Deployment"), within_s=PATIENCE_S)
    (change,) = line["changes"]
    actor, seen = change["actor"], change["seen"]
    assert (actor["manager"], actor["subresource"]) == ("kubectl", "scale")
    assert (actor["confidence"], actor["time"]) == ("observed", None)
    assert (seen["before"], seen["after"], seen["since"]) == (3, 7, None)
    assert actor["observed_at"] == seen["at"]
    assert seen["from_version"] != seen["to_version"]


def test_b8_a_label_whose_owner_was_wiped_is_drift_since_we_saw_it_come(
    place: Place, real_namespace: str
) -> None:
    with place.controller() as controller:
        controller.take(of("cluster_synced"), within_s=PATIENCE_S)
        wiped = {"labels": {"sneaky": "yes"}, "managedFields": [{}]}
        patch(place.client, f"{web(real_namespace)}?fieldManager=x", {"metadata": wiped})
        _, line = controller.take(of("drift_detected", kind="Deployment"), within_s=PATIENCE_S)
    (change,) = line["changes"]
    assert (change["path"], change["live"]) == ("metadata.labels.sneaky", "yes")
    assert (change["actor"]["manager"], change["actor"]["confidence"]) == (None, "observed")
    assert "before" not in change["seen"]


async def changed(
    engine: Engine, key: Key, holds: Callable[[FieldChange], bool] = lambda _: True
) -> FieldChange:
    """The one change of a row once it is explained and *holds*."""
    asked: list[Drift] = []

    def is_there(snapshot: Snapshot) -> bool:
        row = snapshot.rows.get(key)
        if row is None or row.verdict is not Verdict.DRIFTED or row.confirming:
            return False
        if not row.explained and row not in asked:
            asked.append(row)
            engine.submit(Explain(key))
        return row.explained and holds(row.changes[0])

    snapshot, whole = await until(engine, is_there, deadline_s=PATIENCE_S)
    assert whole, snapshot.rows
    return snapshot.rows[key].changes[0]


async def test_a_running_engine_names_the_users_of_what_managed_fields_cannot_tell(
    place: Place,
    real_server: ApiServer,
    real_namespace: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(place.kubeconfig))
    settings = read_settings(Flags(), place.folder)
    key = Key("shop", ObjectRef("apps", "Deployment", real_namespace, "web"))

    async def in_log(user: str) -> None:
        probe = partial(logged, real_server, real_namespace, user)
        assert await asyncio.to_thread(eventually, probe, within_s=PATIENCE_S)

    async def play(engine: Engine) -> None:
        _, whole = await until(engine, lambda s: s.complete, deadline_s=PATIENCE_S)
        assert whole
        scale(real_server.client("bob"), real_namespace, 7)
        await in_log("bob")
        first = await changed(engine, key)
        assert first.actor is not None
        assert (first.actor.user, first.actor.confidence) == ("bob", "audit")
        scale(place.client, real_namespace, 9)  # leaves no trace in managedFields
        await in_log("alice")
        second = await changed(engine, key, lambda change: change.live == 9)
        assert second.actor is not None
        assert second.seen is not None
        assert second.seen.before == 7
        assert {second.actor.user, *second.actor.suspects} >= {"alice"}

    engine = connect(settings.apps, settings.clusters)
    await beside(engine, play)  # type: ignore[arg-type]
