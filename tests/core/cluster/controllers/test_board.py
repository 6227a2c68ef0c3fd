"""A summary is put up and read, on the embedded and on the real server."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

import pytest

from core.cluster import Board, controllers_seen
from core.cluster.controllers.form import KEY, NAME
from core.errors import OutdatedError, ProductError, RejectedError, UnavailableError
from core.model import ClusterSpec, JsonObject
from core.model.controllers.status import Leader
from core.reconcile.memory.inputs import ControllersRead
from tests.core.cluster.controllers.samples import STATUS
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.worlds import World, connected

LEASES: Final = "/apis/coordination.k8s.io/v1/namespaces"


def spec_of(world: World, user: str = "driftdeck") -> ClusterSpec:
    return ClusterSpec(name="test", kubeconfig=str(world.kubeconfig(user)))


async def stands(world: World) -> JsonObject:
    path = f"/api/v1/namespaces/{world.namespace}/configmaps/{NAME}"
    found: JsonObject = (await world.call("GET", path)).json()
    return found


async def test_a_summary_is_written_over_the_one_that_was_read_and_over_no_other(
    world: World,
) -> None:
    ours, other = (Board(spec_of(world), world.namespace) for _ in range(2))
    assert await ours.read(None) is None
    await ours.write(STATUS)
    found = await stands(world)
    assert found["metadata"]["labels"] == {"driftdeck.dev/kind": "status"}  # type: ignore[index,call-overload]
    assert await other.read(None) == STATUS
    later = replace(STATUS, written="2026-07-01T12:00:09.000Z")
    await other.write(later)
    with pytest.raises(OutdatedError):
        await ours.write(STATUS)  # it led before
    assert await ours.read(None) == later
    await ours.write(STATUS)
    seen = await controllers_seen(spec_of(world), world.namespace)
    assert (seen.statuses, seen.leaders, seen.unreadable) == ((STATUS,), (), ())
    for board in (ours, other):
        await board.close()


async def test_whoever_follows_hears_each_summary_and_that_one_is_none(world: World) -> None:
    board = Board(spec_of(world), world.namespace)
    async with connected(world, controllers=world.namespace) as (_, listener):
        first = await listener.next(ControllersRead)
        assert first == ControllersRead("test", ())
        await board.write(STATUS)
        assert (await listener.next(ControllersRead, after=1)).statuses == (STATUS,)
        path = f"/api/v1/namespaces/{world.namespace}/configmaps/{NAME}"
        await world.call("PATCH", path, {"data": {KEY: "{}"}})
        told = await listener.next(ControllersRead, after=2)
        assert (told.statuses, "another version" in told.problem) == ((), True)
        seen = await controllers_seen(spec_of(world), world.namespace)
        assert (seen.statuses, seen.unreadable) == ((), (told.problem,))
        await world.call("DELETE", path)
        assert await listener.next(ControllersRead, after=3) == first
    await board.close()


async def test_what_is_not_ours_is_not_touched(embedded: World) -> None:
    await embedded.make(NAME)
    board = Board(spec_of(embedded), embedded.namespace)
    with pytest.raises(RejectedError, match=f"the ConfigMap {NAME} in .* is not driftdeck's"):
        await board.write(STATUS)
    await board.close()
    assert (await stands(embedded))["data"] == {"v": "1"}
    assert (await controllers_seen(spec_of(embedded), embedded.namespace)).statuses == ()


async def test_one_that_was_removed_is_put_up_again_by_the_next_write(embedded: World) -> None:
    board = Board(spec_of(embedded), embedded.namespace)
    await board.write(STATUS)
    await embedded.remove(NAME)
    with pytest.raises(OutdatedError):
        await board.write(STATUS)
    await board.write(STATUS)
    assert (await stands(embedded))["data"]
    await board.close()


async def test_nothing_is_sent_once_its_time_is_over(embedded: World) -> None:
    board = Board(spec_of(embedded), embedded.namespace)
    assert await board.read(None) is None
    with pytest.raises(UnavailableError):
        await board.write(STATUS, 0.0)
    assert await board.read(None) is None
    await board.close()


async def test_a_namespace_that_is_not_there_is_named(embedded: World) -> None:
    board = Board(spec_of(embedded), "nowhere")
    with pytest.raises(ProductError, match=r"the namespace nowhere does not exist|nowhere"):
        await board.write(STATUS)
    await board.close()


async def test_who_may_not_read_there_is_told_so_and_nothing_else_changes(
    embedded: World,
) -> None:
    async with connected(embedded, "nobody", controllers=embedded.namespace) as (_, listener):
        told = await listener.next(ControllersRead)
        assert "configmaps" in told.problem
    with pytest.raises(ProductError, match=f"list configmaps in namespace {embedded.namespace}"):
        await controllers_seen(spec_of(embedded, "nobody"), embedded.namespace)


# Leases -------------------------------------------------------------------------------------------


async def lease(world: World, name: str, holder: str, renewed: str, method: str = "POST") -> None:
    body: JsonObject = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name},
        "spec": {"holderIdentity": holder, "renewTime": renewed, "leaseDurationSeconds": 13},
    }
    path = f"{LEASES}/{world.namespace}/leases{f'/{name}' if method == 'PATCH' else ''}"
    answer = await world.call(method, path, body)
    assert answer.status in {HTTPStatus.CREATED, HTTPStatus.OK}, answer.body


async def test_a_lease_that_seems_to_have_run_out_is_watched_for_a_moment(
    embedded: World,
) -> None:
    old = "2001-01-01T00:00:00.000000Z"
    await lease(embedded, "driftdeck", "pod_1", old)
    await lease(embedded, "somebody-elses", "x", old)
    time = ManualClock()
    seen = await controllers_seen(spec_of(embedded), embedded.namespace, time.clock)
    ended = Leader(lease="driftdeck", holder="pod_1", renewed=old, duration_s=13.0)
    assert (seen.leaders, time.slept) == ((ended,), [1.0] * 5)

    class Renewing(ManualClock):
        async def _sleep(self, seconds: float) -> None:
            await super()._sleep(seconds)
            await lease(embedded, "driftdeck", "pod_1", "2001-01-01T00:00:02.000000Z", "PATCH")

    time = Renewing()
    seen = await controllers_seen(spec_of(embedded), embedded.namespace, time.clock)
    assert [each.moving for each in seen.leaders] == [True]
    assert time.slept == [1.0]
