"""Kinds that Git does not name, in owned namespaces: their metadata alone, and nowhere else."""

import asyncio
import json
from typing import Any

import pytest

from core.model import KindRef, Resource
from core.reconcile.memory.inputs import (
    ClusterFound,
    KindListed,
    SurveyChanged,
    SurveyListed,
    SurveyLost,
)
from tests.core.cluster.following.test_following import MAP, following, in_namespace, namespace_of
from tests.core.cluster.scripted import Asked, Reply, bookmark, status
from tests.core.cluster.worlds import SECRET, World, connected

NOTHING: frozenset[str] = frozenset()
NO_KINDS: frozenset[KindRef] = frozenset()


async def one_each(asked: Asked, reply: Reply) -> None:
    """One object "a" in every namespace."""
    await reply.send(in_namespace(namespace_of(asked), "a", 5))
    await reply.hold(bookmark(9, end=True))


async def test_a_survey_asks_for_metadata_in_each_owned_namespace_however_many() -> None:
    owned = frozenset({"n1", "n2", "n3", "n4", "n5"})
    async with following(one_each) as (followed, listener, asked):
        followed.follow(NO_KINDS, owned, surveyed=frozenset({MAP}), owned=owned)
        await listener.until(lambda: len(listener.all(SurveyListed)) == len(owned))
        assert {one.namespace for one in listener.all(SurveyListed)} == owned
        assert {namespace_of(one) for one in asked()} == owned
        assert all("as=PartialObjectMetadata" in one.headers["Accept"] for one in asked())
        assert listener.all(KindListed) == []


async def test_a_namespace_that_is_forbidden_is_a_gap_of_its_own_and_told_once() -> None:
    async def script(asked: Asked, reply: Reply) -> None:
        if namespace_of(asked) == "n2":
            reply.say(403, status(403, "Forbidden", "not in n2"))
            return
        await one_each(asked, reply)

    async with following(script) as (followed, listener, _):
        owned = frozenset({"n1", "n2"})
        followed.follow(NO_KINDS, owned, surveyed=frozenset({MAP}), owned=owned)
        lost = await listener.next(SurveyLost)
        listed = await listener.next(SurveyListed)
        assert (lost.namespace, listed.namespace) == ("n2", "n1")
        assert lost.problem == "list configmaps in n2: not in n2"
    assert len(listener.all(SurveyLost)) == 1


async def test_what_may_not_be_surveyed_is_a_gap_and_is_not_asked_for() -> None:
    async with following(one_each, everywhere=False) as (followed, listener, asked):
        owned = frozenset({"n1", "n2"})
        followed.follow(NO_KINDS, owned, surveyed=frozenset({MAP}), owned=owned)
        await listener.until(lambda: len(listener.all(SurveyLost)) == 2)
        problems = sorted(one.problem for one in listener.all(SurveyLost))
        assert problems[0] == "list configmaps in n1: this account may not"
        assert asked() == []


async def test_a_kind_that_git_begins_to_name_is_followed_whole_and_no_longer_surveyed() -> None:
    async with following(one_each) as (followed, listener, asked):
        owned = frozenset({"n1"})
        followed.follow(NO_KINDS, owned, surveyed=frozenset({MAP}), owned=owned)
        await listener.next(SurveyListed)
        followed.follow(frozenset({MAP}), owned, surveyed=NO_KINDS, owned=owned)
        await listener.next(KindListed)
        assert [one.headers["Accept"] for one in asked()][-1] == "application/json"
        assert len(asked()) == 2


async def test_a_kind_that_is_no_longer_served_is_asked_for_no_more() -> None:
    ended = asyncio.Event()

    async def script(asked: Asked, reply: Reply) -> None:
        try:
            await one_each(asked, reply)
        finally:
            ended.set()

    async with following(script) as (followed, listener, _):
        owned = frozenset({"n1"})
        followed.follow(NO_KINDS, owned, surveyed=frozenset({MAP}), owned=owned)
        await listener.next(SurveyListed)
        followed.discovered({})
        async with asyncio.timeout(60):
            await ended.wait()


async def test_what_changes_is_told_after_the_listing() -> None:
    async def script(asked: Asked, reply: Reply) -> None:
        await reply.send(bookmark(9, end=True))
        await reply.hold(in_namespace(namespace_of(asked), "late", 11))

    async with following(script) as (followed, listener, _):
        owned = frozenset({"n1"})
        followed.follow(NO_KINDS, owned, surveyed=frozenset({MAP}), owned=owned)
        assert (await listener.next(SurveyListed)).objects == {}
        change = await listener.next(SurveyChanged)
        assert [(ref.namespace, ref.name) for ref, _ in change.changes] == [("n1", "late")]


async def test_a_server_without_streamed_lists_says_null_where_nothing_is() -> None:
    async def script(asked: Asked, reply: Reply) -> None:
        if asked.step == "watchlist":
            reply.say(422, status(422, "Invalid", "sendInitialEvents is forbidden"))
        elif asked.step == "list":
            head = {"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList"}
            none = {**head, "metadata": {"resourceVersion": "9"}, "items": None}
            reply.say(200, none)
        else:
            await reply.hold(in_namespace(namespace_of(asked), "late", 11))

    async with following(script) as (followed, listener, _):
        owned = frozenset({"n1"})
        followed.follow(NO_KINDS, owned, surveyed=frozenset({MAP}), owned=owned)
        assert (await listener.next(SurveyListed)).objects == {}
        await listener.next(SurveyChanged)
    assert listener.all(SurveyLost) == []


# Both servers -------------------------------------------------------------------------------------


async def test_a_server_tells_metadata_with_managers_and_no_content(world: World) -> None:
    secret: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "a"},
        "stringData": {"word": "canary"},
    }
    path = f"/api/v1/namespaces/{world.namespace}/secrets"
    await world.call("POST", f"{path}?fieldManager=kubectl-create", secret)
    async with connected(world) as (cluster, listener):
        owned = frozenset({world.namespace})
        cluster.follow(NO_KINDS, owned, surveyed=frozenset({SECRET}), owned=owned)
        listed = await listener.next(SurveyListed)
        (live,) = listed.objects.values()
        body = json.loads(live.body)
        assert body["metadata"]["managedFields"][0]["manager"] == "kubectl-create"
        assert body.keys() == {"kind", "apiVersion", "metadata"}
        await world.call("PATCH", f"{path}/a", {"metadata": {"labels": {"x": "y"}}})
        change = await listener.next(SurveyChanged)
        ((ref, changed),) = change.changes
        assert ref == world.ref("a", SECRET)
        assert changed is not None
        assert json.loads(changed.body)["metadata"]["labels"] == {"x": "y"}
        await world.call("DELETE", f"{path}/a")
        gone = await listener.next(SurveyChanged, after=1)
        assert gone.changes == ((ref, None),)


async def test_every_kind_that_is_served_can_be_surveyed(world: World) -> None:
    async with connected(world) as (cluster, listener):
        resources = (await listener.next(ClusterFound)).resources
        kinds = frozenset(kind for kind, found in resources.items() if _can_be_followed(found))
        owned = frozenset({world.namespace})
        cluster.follow(NO_KINDS, owned, surveyed=kinds, owned=owned)
        await listener.until(lambda: len(listener.all(SurveyListed)) == len(kinds))
        assert listener.all(SurveyLost) == []
        assert len(kinds) > 10


def _can_be_followed(resource: Resource) -> bool:
    group = resource.kind.group  # kinds of other tests on this server may be broken on purpose
    own = "." not in group or group.endswith(".k8s.io")
    return own and resource.namespaced and {"list", "watch"} <= resource.verbs


@pytest.mark.real
async def test_without_a_right_each_kind_is_a_gap_with_verb_and_kind(real: World) -> None:
    async with connected(real, "nobody") as (cluster, listener):
        owned = frozenset({real.namespace})
        cluster.follow(NO_KINDS, owned, surveyed=frozenset({SECRET, MAP}), owned=owned)
        await listener.until(lambda: len(listener.all(SurveyLost)) == 2)
        problems = sorted(one.problem for one in listener.all(SurveyLost))
        assert problems[1].startswith(f"list secrets in {real.namespace}: this account may not")
