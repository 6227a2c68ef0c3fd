"""core.engine.connect: an engine is built without contacting anything, and keeps one key."""

from pathlib import Path

import pytest

from core.engine import connect
from core.model import AppSpec, ClusterSpec

APP = AppSpec(name="a", repo="/no/such/repo", revision="main", path="", cluster="c")
CLUSTER = ClusterSpec(name="c", kubeconfig="/no/such/kubeconfig")


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "driftdeck" / "digest.key"


def test_the_key_of_digests_is_made_once_and_readable_by_its_owner_alone(key: Path) -> None:
    connect((APP,), (CLUSTER,))
    made = key.read_bytes()
    assert (len(made), key.stat().st_mode & 0o777) == (32, 0o600)
    assert key.parent.stat().st_mode & 0o777 == 0o700
    connect((APP,), (CLUSTER,))
    assert key.read_bytes() == made


def test_a_home_that_cannot_be_written_stops_nothing(
    key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    connect((APP,), (CLUSTER,))
    assert not key.exists()


@pytest.mark.usefixtures("key")
async def test_the_first_snapshot_has_the_apps_and_none_of_the_neighbours() -> None:
    neighbour = AppSpec(name="n", repo="/no/such/repo", revision="main", path="", cluster="c")
    engine = connect((APP,), (CLUSTER,), neighbours=(neighbour,), writing=True)
    first = await anext(aiter(engine.snapshots()))
    assert [view.spec.name for view in first.apps] == ["a"]
    assert [view.spec.name for view in first.clusters] == ["c"]
    assert (first.complete, first.writing) == (False, True)
