"""A kubeconfig of a whole fleet: read once for all clusters, and anew when somebody writes it."""

import asyncio
import json
import time
from pathlib import Path

from core.cluster.login.credentials import log_in
from core.cluster.login.login import Login
from core.cluster.login.official import kube_config
from core.model import ClusterSpec
from tests.core.cluster.manual import ManualClock

CONTEXTS = 500


def fleet(path: Path, letter: str = "t") -> None:
    """Write a file of many contexts, each with a certificate of a usual size."""
    names = [f"c{number}" for number in range(CONTEXTS)]
    whole = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c7",
        "clusters": [_cluster(n) for n in names],
        "users": [{"name": n, "user": {"token": letter + n}} for n in names],
        "contexts": [{"name": n, "context": {"cluster": n, "user": n}} for n in names],
    }
    path.write_text(json.dumps(whole))


def _cluster(name: str) -> dict[str, object]:
    server = {"server": f"http://{name}.example", "certificate-authority-data": "Q" * 2_000}
    return {"name": name, "cluster": server}


async def logged_in(path: Path, context: str) -> Login:
    spec = ClusterSpec(name="test", kubeconfig=str(path), context=context)
    return await log_in(spec, ManualClock().clock)


async def test_many_clusters_of_one_file_cost_little_more_than_one(tmp_path: Path) -> None:
    path = tmp_path / "config"
    fleet(path)
    parsed_s = _parsing_s(path)
    began = time.process_time()
    found = await asyncio.gather(*(logged_in(path, f"c{n}") for n in range(20)))
    assert [one.server for one in found] == [f"http://c{n}.example" for n in range(20)]
    assert time.process_time() - began < 10 * parsed_s  # each for itself would be 20 times and more


async def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "config"
    fleet(path, "a")
    first = await logged_in(path, "c3")
    fleet(path, "b")
    assert await first.bearer.header() == "Bearer ac3"
    assert await (await logged_in(path, "c3")).bearer.header() == "Bearer bc3"
    path.unlink()
    fleet(path, "c")
    assert await (await logged_in(path, "c3")).bearer.header() == "Bearer cc3"


def _parsing_s(path: Path) -> float:
    content = path.read_bytes()
    began = time.process_time()
    kube_config.yaml.load(content, Loader=kube_config.yaml.CSafeLoader)
    return time.process_time() - began
