"""A controller with a Lease: it leads, heals, lets it go last, and begins with nobody else's."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.git import commit_files
from tests.loop.clusters import MERGE_PATCH, Place, entries, run, sandbox_place

LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
MAP = b"{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {mode: production}}"
SETTINGS = """
apps: [{name: shop, repo: repo, namespace: default}]
controller: {namespace: default, listen: "127.0.0.1:1"}
"""
ANY_PORT = ("--listen", "127.0.0.1:0")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    files = {"map.yaml": MAP}
    commit_files(
        tmp_path / "repo", files, author="A <a@b>", message="m", when=time.time(), init=True
    )
    (tmp_path / "driftdeck.yaml").write_text(SETTINGS)
    with sandbox_place(tmp_path) as made:
        yield made


def spec(place: Place) -> Any:
    return place.client.call("GET", f"{LEASES}/driftdeck").json().get("spec", {})


def test_who_leads_heals_and_releases_the_lease_when_all_is_recorded(place: Place) -> None:
    place.client.call("POST", LEASES, {"metadata": {"name": "driftdeck"}})
    with place.controller("--autoheal", *ANY_PORT) as controller:
        led = controller.take(lambda line: line["event"] == "leading")[1]
        controller.wait(lambda line: line["event"] == "synced")
        holder = spec(place)["holderIdentity"]
    assert led["message"] == f"{holder} leads"
    assert "holderIdentity" not in spec(place)
    assert [each["outcome"]["ending"] for each in entries(place.environment())] == ["done"]


def test_one_whose_lease_is_taken_ends_and_one_that_finds_it_so_does_not_begin(
    place: Place,
) -> None:
    place.client.call("POST", LEASES, {"metadata": {"name": "driftdeck"}})
    theirs = {"spec": {"holderIdentity": "another-tool"}}
    with place.controller("--autoheal", *ANY_PORT) as controller:
        controller.wait(lambda line: line["event"] == "synced")
        place.client.call("PATCH", f"{LEASES}/driftdeck", theirs, content_type=MERGE_PATCH)
        assert controller.code() == 3
    lost = "the Lease driftdeck is lost (another-tool holds it now)"
    assert lost in "".join(controller.errors)
    done = run(place, "--headless", "--autoheal", *ANY_PORT)
    assert done.returncode == 2
    assert "is held by another-tool, which is no driftdeck" in done.stderr
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["started"]
