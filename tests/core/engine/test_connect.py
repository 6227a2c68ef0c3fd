"""core.engine.connect: an engine is built without contacting anything, and keeps one key."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.engine import connect
from core.engine.digest_key import digest_key
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


@pytest.mark.parametrize("left", [b"", b"short", b"x" * 33])
def test_what_a_full_disk_left_of_a_key_is_no_key(key: Path, left: bytes) -> None:
    key.parent.mkdir(parents=True)
    key.write_bytes(left)
    made = digest_key({"XDG_STATE_HOME": str(key.parents[1])})
    assert (len(made), key.read_bytes()) == (32, made)
    assert [each.name for each in key.parent.iterdir()] == ["digest.key"]
    assert key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "environment",
    [
        {"XDG_STATE_HOME": "/dev/null"},
        {"XDG_STATE_HOME": "/proc/nowhere"},
        {"HOME": "/dev/null"},
        {"HOME": "not/absolute"},
    ],
)
def test_without_a_place_for_it_a_key_is_of_this_process_only(environment: dict[str, str]) -> None:
    first, second = digest_key(environment), digest_key(environment)
    assert len(first) == len(second) == 32
    assert first != second


def test_a_key_that_is_a_folder_is_none(key: Path) -> None:
    key.mkdir(parents=True)
    assert len(digest_key({"XDG_STATE_HOME": str(key.parents[1])})) == 32
    assert key.is_dir()


def test_all_who_start_at_once_have_one_key(key: Path) -> None:
    environment = {"XDG_STATE_HOME": str(key.parents[1])}
    with ThreadPoolExecutor(16) as pool:
        made = {*pool.map(lambda _: digest_key(environment), range(64))}
    assert made == {key.read_bytes()}


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
