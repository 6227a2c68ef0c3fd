"""Pruning, with every adapter: what goes, what stays, and what is said of it.

The clock runs fast, so that two looks that lie 30 s apart take no 30 s: what is waited for is a
state that stays.
"""

import asyncio
import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.cli.commands.writing.sync import Console, sync
from core.cli.options import Options
from core.cli.output.ink import Ink
from core.cli.session import beside
from core.clock import Clock
from core.engine import connect
from core.engine.engine import Engine
from core.git import commit_files
from core.journal import Store
from core.model import AppSpec, ClusterSpec, EventName, Snapshot, mapping_of
from tests.apiserver.server import ApiServer
from tests.loop.clusters import MERGE_PATCH, Place, real_place, run, sandbox_place

MAPS = "/api/v1/namespaces/default/configmaps"
FASTER = 15.0  # 30 s are 2
BEGAN = time.time()


def fast() -> Clock:
    """A clock that is ahead by now, ever more."""
    began = time.monotonic()
    return Clock(
        wall=lambda: BEGAN + (time.time() - BEGAN) * FASTER,
        monotonic=lambda: began + (time.monotonic() - began) * FASTER,
        sleep=lambda seconds: asyncio.sleep(seconds / FASTER),
    )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with sandbox_place(tmp_path) as made:
        for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
            monkeypatch.setenv(name, made.environment()[name])
        apps = "apps:\n  - {name: shop, repo: repo, namespace: default, prune: true}\n"
        (tmp_path / "driftdeck.yaml").write_text(apps)
        commit(made, **dict.fromkeys("abc", "1"))
        assert run(made, "sync", "--yes").returncode == 0
        yield made


def commit(place: Place, **values: str | None) -> None:
    """State ConfigMaps of these names; None deletes the file."""
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}}}\ndata: {{value: '{}'}}\n"
    state(place, {n: v if v is None else text.format(n, v) for n, v in values.items()})


def state(place: Place, texts: Mapping[str, str | None]) -> None:
    """Commit files; None deletes."""
    files = {
        f"{name}.yaml": None if text is None else text.encode() for name, text in texts.items()
    }
    new = not place.repo.exists()
    author = "Ada <ada@example>"
    commit_files(place.repo, files, author=author, message="Change", when=time.time(), init=new)


def there(place: Place) -> list[str]:
    items: Any = place.client.call("GET", MAPS).json()["items"]
    return sorted(each["metadata"]["name"] for each in items if len(each["metadata"]["name"]) == 1)


def recorded(place: Place) -> list[str]:
    found: Any = place.client.call("GET", f"{MAPS}/driftdeck-shop-0").json()
    return [line.split(" ")[0].rpartition("/")[2] for line in found["data"]["rows"].splitlines()]


def engine_on(place: Place, namespace: str = "default", *, healing: bool = True) -> Engine:
    """The controller, with permission to heal and to prune; or what a person's command runs."""
    app = AppSpec(
        name="shop",
        repo=str(place.repo),
        revision="HEAD",
        path="",
        cluster="it",
        namespace=namespace,
        prune=True,
    )
    cluster = ClusterSpec(name="it", kubeconfig=str(place.kubeconfig))
    journal = place.folder / "controller.sqlite"
    return connect((app,), (cluster,), healing=healing, writing=True, journal=journal, clock=fast())


def followed(engine: Engine, holds: Callable[[Snapshot], bool]) -> Snapshot:
    """Run an engine until something holds."""

    async def reader(_: object) -> Snapshot:
        async with asyncio.timeout(100):
            async for snapshot in engine.snapshots():
                if holds(snapshot):
                    return snapshot
        raise AssertionError("snapshots() never ends")

    return asyncio.run(beside(engine, reader))


def told(snapshot: Snapshot, name: EventName) -> list[str]:
    return [event.message for event in snapshot.events if event.name is name]


def test_what_git_dropped_goes_after_two_looks_and_leaves_the_inventory(place: Place) -> None:
    commit(place, c=None)

    def is_gone(snapshot: Snapshot) -> bool:
        row = any(key.ref.name == "c" for key in snapshot.rows)
        stored = not any(app.storing for app in snapshot.apps)
        return bool(told(snapshot, EventName.PRUNED)) and not row and stored

    seen = followed(engine_on(place), is_gone)
    assert there(place) == ["a", "b"]
    assert recorded(place) == ["a", "b"]
    (drift,) = (e for e in seen.events if e.name is EventName.DRIFT_DETECTED)
    (pruned,) = (e for e in seen.events if e.name is EventName.PRUNED)
    assert pruned.time - drift.time >= 30
    assert not told(seen, EventName.PRUNE_BLOCKED)


def test_a_bad_commit_that_leaves_nothing_deletes_nothing_and_names_the_guard(place: Place) -> None:
    commit(place, a=None, b=None, c=None)
    done = run(place, "sync", "--prune", "--yes")
    assert done.returncode == 4
    assert "stops G4 not empty: Git states nothing at" in " ".join(done.stdout.split())
    seen = followed(
        engine_on(place),
        lambda s: (
            bool(told(s, EventName.PRUNE_BLOCKED)) and all(row.reason for row in s.rows.values())
        ),
    )
    assert [row.reason[:12] for row in seen.rows.values()] == ["G4 not empty"] * 3
    assert [words[:12] for words in told(seen, EventName.PRUNE_BLOCKED)] == ["G4 not empty"]
    assert there(place) == ["a", "b", "c"]


NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: old-team, labels: {team: old}}\n"


def test_a_namespace_goes_only_where_a_person_confirms_it_by_its_name(place: Place) -> None:
    inside = "apiVersion: v1\nkind: Secret\nmetadata: {name: theirs, namespace: old-team}\n"
    inside += "stringData: {word: up}\n"
    state(place, {"team": NAMESPACE, "inside": inside})
    assert run(place, "sync", "--yes").returncode == 0
    state(place, {"team": None})
    told = run(place, "sync", "--prune", "--dry-run")
    text = " ".join(told.stdout.split())
    assert told.returncode == 4
    assert "P4 unclaimed: Secret/old-team/theirs would go with it, which app shop states" in text
    state(place, {"inside": None})
    told = run(place, "sync", "--prune", "--dry-run")
    text = " ".join(told.stdout.split())
    assert "P3 not protected: a Namespace stays unless a person confirms it: everything in" in text
    assert "to prune it, too: driftdeck sync shop --prune --confirm Namespace/old-team" in text
    out = io.StringIO()
    console = Console(out=out, err=io.StringIO(), ink=Ink(), is_person=lambda: True)
    wanted = Options(prune=True, yes=True, confirm=("ns/old-team",))
    command = partial(sync, options=wanted, console=console, protected=frozenset())
    code = asyncio.run(beside(engine_on(place, healing=False), command))
    assert (code, "2 of 2 done" in out.getvalue()) == (0, True), out.getvalue()
    assert b"deletionTimestamp" in place.client.call("GET", "/api/v1/namespaces/old-team").body
    with closing(Store(place.folder / "controller.sqlite")) as store:
        rows = [each.intent for each in store.since(0)]
    confirmed = {str(mapping_of(row["object"])["kind"]): row["confirmed"] for row in rows}
    assert confirmed == {"Secret": False, "Namespace": True}


# A real server ------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.timeout(300)
def test_on_a_real_server_only_our_own_goes_and_nothing_that_others_hold(
    real_server: ApiServer, real_namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = f"/api/v1/namespaces/{real_namespace}/configmaps"
    with real_place(tmp_path, real_server) as place:
        for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
            monkeypatch.setenv(name, place.environment()[name])
        (tmp_path / "driftdeck.yaml").write_text(
            f"apps:\n  - {{name: shop, repo: repo, namespace: {real_namespace}}}\n"
        )
        names = ("stays", "goes", "kept", "fixed", "taken")
        commit(place, **dict.fromkeys(names, "1"))
        assert run(place, "sync", "--yes").returncode == 0
        client = place.client
        client.call("POST", maps, {"metadata": {"name": "theirs"}, "data": {"value": "1"}})
        keep = {"metadata": {"annotations": {"helm.sh/resource-policy": "keep"}}}
        for name, patch in (("kept", keep), ("fixed", {"data": {"fix": "now"}})):
            path = f"{maps}/{name}?fieldManager=kubectl-edit"
            assert client.call("PATCH", path, patch, content_type=MERGE_PATCH).status == 200
        taken = {"metadata": {"name": "taken"}, "data": {"value": "hot fix"}}
        assert client.call("PUT", f"{maps}/taken?fieldManager=kubectl", taken).status == 200
        commit(place, goes=None, kept=None, fixed=None, taken=None)

        def is_over(snapshot: Snapshot) -> bool:
            left = {key.ref.name for key in snapshot.rows}
            stored = not any(app.storing for app in snapshot.apps)
            return left == {"stays", "kept", "taken"} and stored

        seen = followed(engine_on(place, real_namespace), is_over)
        found: Any = client.call("GET", maps).json()["items"]
        assert {each["metadata"]["name"] for each in found} >= {"stays", "kept", "taken", "theirs"}
        assert not {each["metadata"]["name"] for each in found} & {"goes", "fixed"}
        reasons = {
            key.ref.name: row.reason.split(":")[0] for key, row in seen.rows.items() if row.reason
        }
        assert reasons == {"kept": "P3 not protected", "taken": "P2 ours"}
        record: Any = client.call("GET", f"{maps}/driftdeck-shop-0").json()
        assert record["metadata"]["annotations"]["driftdeck/pruned-by-run"]
        rows = {
            line.split(" ")[0].rpartition("/")[2] for line in record["data"]["rows"].split("\n")
        }
        assert rows == {"stays", "kept", "taken"}
