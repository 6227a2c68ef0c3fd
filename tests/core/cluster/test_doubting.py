"""A write of ours that the watch does not show has the kind listed again."""

import asyncio

import pytest

from core.cluster.doubting import BEHIND_S, Doubts
from core.model import Live, ObjectRef
from core.reconcile.memory.inputs import KindListed
from tests.core.cluster.following.test_following import MAP, each_its_own, following, namespace_of
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.worlds import World, applied, connected


def ref(namespace: str, name: str) -> ObjectRef:
    return ObjectRef("", "ConfigMap", namespace, name)


@pytest.mark.parametrize("name", ["gone", "a"])  # nothing, or another one, is in its place
async def test_an_object_of_ours_that_does_not_show_has_its_namespace_listed_again(
    name: str,
) -> None:
    clock = ManualClock()
    async with following(each_its_own) as (followed, listener, asked), asyncio.TaskGroup() as group:
        doubts = Doubts(followed, clock.clock)
        doubts.start(group)
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2"}))
        first = await listener.next(KindListed)
        doubts.note_made(MAP, ref("n1", "a"), Live("n1-a", "5", b""))  # it shows
        doubts.note_made(MAP, ref("n2", name), Live("ours", "5", b""))
        second = await listener.next(KindListed, after=1)
        places = [namespace_of(one) for one in asked()]
    assert clock.slept == [BEHIND_S, BEHIND_S]
    assert second.objects == first.objects
    assert (places.count("n1"), places.count("n2")) == (1, 2)


async def test_an_object_that_we_make_is_looked_for_and_one_that_we_change_is_not(
    embedded: World,
) -> None:
    clock = ManualClock()
    async with connected(embedded, clock=clock.clock) as (cluster, _):
        made = await applied(cluster, embedded.desired("one", v="1"), None)
        await asyncio.sleep(0)
        assert clock.slept.count(BEHIND_S) == 1
        await applied(cluster, embedded.desired("one", v="2"), made)
        await asyncio.sleep(0)
        assert clock.slept.count(BEHIND_S) == 1
