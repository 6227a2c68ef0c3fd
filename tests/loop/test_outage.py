"""The API server goes away under a running controller, and comes back."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from core.reconcile.judging.freezing import RESTORED
from tests.apiserver.server import ApiServer
from tests.loop.clusters import Place, real_place, run
from tests.loop.test_loop import APP, SETTINGS, commit, deployment, of, rest, scale

SAME_MAX = 5  # requests to one place from the outage on
AWAY_S = 6.0
NAME = "away"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, ApiServer]]:
    """A server of these tests' own, for it gets killed."""
    tmp_path = tmp_path_factory.mktemp("own")
    files = {f"{NAME}/deployment.yaml": deployment(NAME), f"{NAME}/rest.yaml": rest(NAME)}
    commit(tmp_path / "repo", files, "Everything", init=True)
    (tmp_path / "driftdeck.yaml").write_text(SETTINGS + APP.format(name=NAME))
    with ApiServer() as server, real_place(tmp_path, server) as place:
        yield place, server


def _asked(verb: str, uri: str) -> str:
    """What was asked for: inventories are watched beside the other objects of their kind."""
    url = urlsplit(uri)
    return f"{verb} {url.path} {parse_qs(url.query).get('labelSelector', '')}"


@pytest.mark.real
@pytest.mark.usefixtures("real_server")
def test_a_killed_server_is_said_survived_and_not_stormed(own: tuple[Place, ApiServer]) -> None:
    place, server = own
    assert run(place, "sync", "--yes").returncode == 0
    with place.controller("--autoheal") as controller:
        controller.take(of("cluster_synced"), within_s=60)
        scale(place, NAME, 7)
        controller.take(of("healed", kind="Deployment"), within_s=60)
        server.kill()
        _, line = controller.take(of("cluster_unavailable"), within_s=60)
        assert line["message"]  # which word it is depends on what was under way
        began = len(server.audit_events())
        time.sleep(AWAY_S)  # the outage itself: long enough for the backoff to grow
        server.restart()
        controller.take(of("cluster_synced"), within_s=60)
        scale(place, NAME, 9)
        _, line = controller.take(of("healed", kind="Deployment"), within_s=60)
        assert [(c["path"], c["live"]) for c in line["changes"]] == [("spec.replicas", 9)]
    asked = Counter(
        _asked(event["verb"], event["requestURI"])
        for event in server.audit_events()[began:]
        if event["user"].get("username") == "driftdeck" and event["stage"] == "ResponseComplete"
    )
    assert asked.total() < 60, asked
    assert max(asked.values()) <= SAME_MAX, asked


@pytest.mark.real
@pytest.mark.usefixtures("real_server")
def test_a_server_restored_from_a_snapshot_is_healed_after_a_person_synced_it_elsewhere(
    own: tuple[Place, ApiServer],
) -> None:
    place, server = own
    assert run(place, "sync", "--yes").returncode == 0
    with place.controller("--autoheal") as controller:
        controller.take(of("cluster_synced"), within_s=60)
        restore = server.remember()
        scale(place, NAME, 7)
        controller.take(of("healed", kind="Deployment"), within_s=60)
        restore()
        _, line = controller.take(lambda line: RESTORED in (line["message"] or ""), within_s=90)
        assert line["event"] == "cluster_unavailable"
        scale(place, NAME, 9)
        controller.take(of("drift_detected", kind="Deployment"), within_s=60)
        found = json.loads(run(place, "diff", "-o", "json").stdout)
        assert [each["name"] for each in found["objects"] if each["verdict"] == "drifted"] == [
            "web"
        ]
        assert run(place, "sync", "--yes").returncode == 0
        controller.take(of("drift_gone", kind="Deployment"), within_s=60)
        assert [line["event"] for line in controller.seen].count("healed") == 1
        scale(place, NAME, 8)
        _, line = controller.take(of("healed", kind="Deployment"), within_s=60)
        assert [(c["path"], c["live"]) for c in line["changes"]] == [("spec.replicas", 8)]
