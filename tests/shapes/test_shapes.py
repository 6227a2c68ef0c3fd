"""Big real-world shapes under live controllers: after one sync nothing differs, for minutes."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.git import commit_files
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.loop.clusters import Place, real_place, run
from tests.shapes.definitions import definitions

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

HERE = Path(__file__).parent
SETTLED_S = 120.0
SETTINGS = """
clusters: {here: {}}
apps:
  - {name: shapes, repo: repo, cluster: here, inventory_namespace: default}
"""


def files() -> dict[str, bytes]:
    """Every fixture, as a repository holds it."""
    made = {path.name: path.read_bytes() for path in HERE.glob("*.yaml")}
    for each in definitions():
        made[f"crds/{each['metadata']['name']}.json"] = json.dumps(each, indent=1).encode()
    return made


@pytest.fixture(scope="module")
def live_server(real_server: ApiServer, controller_manager: None) -> Iterator[ApiServer]:
    """A server of our own, with every controller that runs without a cloud."""
    del real_server, controller_manager  # they say what is missing, and skip or fail as they must
    with ApiServer() as server:
        server.start_controllers("*")
        yield server


@pytest.fixture
def place(live_server: ApiServer, tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "driftdeck.yaml").write_text(SETTINGS)
    commit_files(
        tmp_path / "repo",
        files(),
        author="Ada <ada@example>",
        message="Everything",
        when=time.time(),
        init=True,
    )
    with real_place(tmp_path, live_server) as made:
        yield made


def writes(server: ApiServer) -> list[str]:
    """What driftdeck wrote so far; dry-runs are no writes."""
    return [
        f"{event['verb']} {event['requestURI']}"
        for event in server.audit_events()
        if event["user"].get("username") == "driftdeck"
        and event["verb"] in {"create", "update", "patch", "delete"}
        and "dryRun" not in event["requestURI"]
        and "reviews" not in event["requestURI"]
    ]


def controllers_work(server: ApiServer) -> bool:
    """The controllers made what they make: pods, revisions, aggregated rules."""
    client = server.client("admin")
    pods = client.call("GET", "/api/v1/namespaces/database/pods").json()["items"]
    role = client.call(
        "GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/shapes-monitoring-all"
    ).json()
    web = client.call("GET", "/apis/apps/v1/namespaces/shop/deployments/web").json()
    revision = web["metadata"].get("annotations", {}).get("deployment.kubernetes.io/revision")
    return len(pods) == 3 and bool(role.get("rules")) and revision == "1"


ADDED_BY_CONTROLLERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "cainjector",
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/mesh-validator",
        {"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "QQ=="},
    ),
    (
        "cainjector",
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/mesh-injector",
        {"op": "add", "path": "/webhooks/1/clientConfig/caBundle", "value": "QQ=="},
    ),
    (
        "edge-controller",
        "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/web",
        {"op": "add", "path": "/metadata/annotations/shapes.example~1backends", "value": "{}"},
    ),
    (
        "edge-controller",
        "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/web",
        {"op": "add", "path": "/metadata/finalizers", "value": ["shapes.example/edge"]},
    ),
    (
        "operator",
        "/apis/monitoring.shapes.example/v1/namespaces/monitoring/metricservers/main/status",
        {"op": "add", "path": "/status", "value": {"availableReplicas": 2}},
    ),
)


def act_as_controllers(server: ApiServer) -> None:
    """Add what controllers that run nowhere here would add."""
    for manager, path, operation in ADDED_BY_CONTROLLERS:
        answer = server.client("alice").call(
            "PATCH",
            f"{path}?fieldManager={manager}",
            [operation],
            content_type="application/json-patch+json",
        )
        assert answer.status == 200, answer.body


def is_drift(line: dict[str, Any]) -> bool:
    return bool(line["event"] == "drift_detected")


def test_after_one_sync_everything_is_and_stays_in_sync(
    place: Place, live_server: ApiServer
) -> None:
    done = run(place, "sync", "--yes", timeout_s=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert eventually(lambda: controllers_work(live_server), within_s=60)
    report = run(place, "diff", "-o", "json", "--all", timeout_s=180)
    found: dict[str, Any] = json.loads(report.stdout)
    assert [each for each in found["objects"] if each["verdict"] != "in_sync"] == []
    assert report.returncode == 0, report.stderr
    assert found["apps"][0]["counts"]["in_sync"] == len(found["objects"]) > 50
    before = writes(live_server)
    with place.controller("--autoheal") as controller:
        controller.take(lambda line: line["event"] == "cluster_synced", within_s=60)
        act_as_controllers(live_server)
        with pytest.raises(AssertionError):  # no such line comes
            controller.take(is_drift, within_s=SETTLED_S)
    assert not any(is_drift(line) for line in controller.seen)
    assert writes(live_server) == before
