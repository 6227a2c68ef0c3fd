"""Everything that a cluster had, on an empty one, by one command."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.git import commit_files
from tests.loop.clusters import BOTH, Place, either_place, run
from tests.recovery.estate import GROUP, files, settings

SHOPS = 2
OBJECTS = 26  # with the guard 27
FIRST_TO_LAST = (  # of one shop; nothing touches them afterwards but what is left out here
    "/api/v1/namespaces/shop-0/serviceaccounts/web",
    "/api/v1/namespaces/shop-0/configmaps/web",
    "/apis/apps/v1/namespaces/shop-0/deployments/web",
    "/apis/networking.k8s.io/v1/namespaces/shop-0/ingresses/web",
    f"/apis/{GROUP}/v1/namespaces/shop-0/tills/web",
)


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty cluster, and all that the lost one had in Git; the sandbox knows no webhooks."""
    stated = files(SHOPS, policy="Fail" if request.param == "real" else None)
    with either_place(request, tmp_path) as made:
        commit_files(
            made.repo,
            stated,
            author="Ada <ada@example>",
            message="All",
            when=time.time(),
            branch="main",
            init=True,
        )
        (made.folder / "driftdeck.yaml").write_text(settings("repo"))
        yield made


def test_a_lost_cluster_is_in_sync_after_one_command(place: Place) -> None:
    shown = json.loads(run(place, "sync", "--dry-run", "-o", "json").stdout)
    (plan,) = shown["plans"]
    assert plan["counts"]["create"] == len(plan["steps"]) >= OBJECTS
    assert "app a-shops waits for app platform, which is not in sync" in plan["notes"]
    untried = {step["untried"] for step in plan["steps"]}
    assert untried == {
        None,
        "the kind is defined by this plan",
        "the namespace comes in this plan",
    }
    done = run(place, "sync", "--yes", "-o", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    (ended,) = json.loads(done.stdout)["runs"]
    count = len(plan["steps"])
    assert ended == {"done": count, "total": count, "already": [], "problems": []}
    after = run(place, "diff", "-o", "json", "--all")
    assert after.returncode == 0, after.stdout + after.stderr
    assert {row["verdict"] for row in json.loads(after.stdout)["objects"]} == {"in_sync"}
    found = [place.client.call("GET", path) for path in FIRST_TO_LAST]
    versions = [int(each.json()["metadata"]["resourceVersion"]) for each in found]
    assert versions == sorted(versions)
