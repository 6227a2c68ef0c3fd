"""core.installation.keeping: where the key of the digests comes from."""

import json
from pathlib import Path

import pytest

from core.cluster import inquiry
from core.installation.keeping import pods_key, tell_missing
from core.installation.rights import Own
from core.model import ClusterSpec
from core.settings.reading import Settings
from tests.core.cluster.login.test_credentials import written
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import Asked, Reply, serving

POD = ClusterSpec(name="prod", in_cluster=True)
LAPTOP = ClusterSpec(name="prod", context="prod-eu")


def settings(*clusters: ClusterSpec) -> Settings:
    return Settings(apps=(), clusters=clusters, named=clusters)


async def test_outside_of_a_pod_the_users_own_key_counts() -> None:
    said: list[str] = []
    assert await pods_key(settings(POD), said.append) is None
    assert said == []


async def test_where_it_cannot_be_had_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "namespace").write_text("ops")
    monkeypatch.setenv("DRIFTDECK_SERVICE_ACCOUNT", str(tmp_path))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    said: list[str] = []
    assert await pods_key(settings(LAPTOP), said.append) is None
    assert said == []
    assert await pods_key(settings(POD), said.append) is None
    (words,) = said
    assert words.startswith("digests of secrets hold for this process alone: in_cluster, but")


async def test_rights_that_are_missing_are_named_before_it_begins(tmp_path: Path) -> None:
    async def script(asked: Asked, reply: Reply) -> None:
        right = json.loads(asked.body)["spec"]["resourceAttributes"]
        refused = right["resource"] in {"apiservices", "leases"}
        reply.say(201, {"status": {"allowed": not refused or right["verb"] == "get"}})

    said: list[str] = []
    async with (
        serving(script) as server,
        inquiry(written(tmp_path, {"token": "t"}, server=server.url), ManualClock().clock) as asked,
    ):
        await tell_missing(asked, Own(namespace="ops"), said.append)
    services, leases = said
    assert services.startswith("this account may not list, watch apiservices.apiregistration.k8s")
    assert leases.endswith(
        "leases.coordination.k8s.io in namespace ops; driftdeck install grants it"
    )
