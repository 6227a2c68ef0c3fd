"""core.installation.keeping: where the key of the digests comes from."""

from pathlib import Path

import pytest

from core.installation.keeping import pods_key
from core.model import ClusterSpec
from core.settings.reading import Settings

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
