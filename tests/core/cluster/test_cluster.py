"""A whole cluster, against the embedded and the real server."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from typing_extensions import override

from core.clock import Clock
from core.cluster import Cluster
from core.cluster.doubting import BEHIND_S
from core.cluster.presence import PROBE_CAP_S
from core.compare import Policy
from core.errors import (
    DeniedError,
    OutdatedError,
    ProductError,
    RejectedError,
    UnavailableError,
)
from core.meter import NO_ANSWER, Unmetered
from core.model import (
    NOWHERE,
    Claim,
    ClusterSpec,
    Home,
    JsonObject,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Remedy,
)
from core.reconcile.memory.inputs import (
    ClusterFound,
    ClusterLost,
    ClusterWentBack,
    KindListed,
    KindLost,
    LiveChanged,
    SchemaRead,
    SyncAsked,
)
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.remedy import statement
from core.sandbox import Sandbox
from tests.core.cluster.login.test_credentials import written
from tests.core.cluster.manual import HURRIED, Hurry, ManualClock
from tests.core.cluster.worlds import (
    DEPLOYMENT,
    MAP,
    NAMESPACE,
    SECRET,
    Listener,
    World,
    applied,
    connected,
    predicted,
    running,
)


def changed(listener: Listener) -> list[tuple[str, Live | None]]:
    return [(ref.name, live) for one in listener.all(LiveChanged) for ref, live in one.changes]


async def listed(listener: Listener, kind: KindRef) -> KindListed:
    def found() -> list[KindListed]:
        return [one for one in listener.all(KindListed) if one.kind == kind]

    await listener.until(lambda: bool(found()))
    return found()[-1]


# Connecting ---------------------------------------------------------------------------------------


async def test_a_cluster_that_answers_is_found_with_all_it_serves(world: World) -> None:
    async with connected(world) as (cluster, listener):
        found = listener.all(ClusterFound)[0]
    assert found.server == cluster.server
    assert found.context == cluster.context != ""
    assert found.version.startswith("v1.")
    assert found.namespace == "default"
    deployment = found.resources[DEPLOYMENT]
    assert (deployment.plural, deployment.namespaced, deployment.has_status) == (
        "deployments",
        True,
        True,
    )
    assert "patch" in deployment.verbs
    assert not found.resources[NAMESPACE].namespaced
    assert not found.resources[MAP].has_status


async def test_no_kubeconfig_is_a_usage_error_and_one_that_appears_is_taken(
    embedded: World, tmp_path: Path
) -> None:
    path = tmp_path / "later"
    spec = ClusterSpec(name="test", kubeconfig=str(path))
    async with running(spec) as (_, listener):
        lost = await listener.next(ClusterLost)
        assert lost.problem.remedy is Remedy.FIX_SETTINGS
        assert "no kubeconfig" in str(lost.problem)
        path.write_bytes(embedded.kubeconfig("viewer").read_bytes())
        await listener.next(ClusterFound)


async def test_an_unknown_context_names_those_there_are(embedded: World) -> None:
    spec = ClusterSpec(
        name="test", kubeconfig=str(embedded.kubeconfig("viewer")), context="nowhere"
    )
    async with running(spec) as (_, listener):
        lost = await listener.next(ClusterLost)
    assert lost.problem.remedy is Remedy.FIX_SETTINGS
    assert "no context 'nowhere'" in str(lost.problem)
    assert "viewer" in str(lost.problem)


async def test_a_wrong_token_is_denied_never_anonymous(embedded: World, tmp_path: Path) -> None:
    text = embedded.kubeconfig("viewer").read_text()
    token = embedded.client("viewer")._token  # noqa: SLF001 - the canary of this test
    path = tmp_path / "wrong"
    path.write_text(text.replace(token, "canary-wrong-token"))
    async with running(ClusterSpec(name="test", kubeconfig=str(path))) as (_, listener):
        lost = await listener.next(ClusterLost)
    assert lost.problem.remedy is Remedy.GRANT
    assert "canary" not in str(lost.problem)


async def test_nothing_is_listening_there(tmp_path: Path) -> None:
    spec = written(tmp_path, {"token": "t"}, server="http://127.0.0.1:1")
    manual = ManualClock()
    async with running(spec, clock=manual.clock) as (_, listener):
        lost = await listener.next(ClusterLost)
        while len(manual.slept) < 12:  # noqa: ASYNC110 - time here is the manual clock's
            await asyncio.sleep(0)
    assert str(lost.problem) == "cannot reach http://127.0.0.1:1: connection refused"
    assert lost.problem.remedy is Remedy.WAIT
    assert len(listener.all(ClusterLost)) == 1  # told once, however often it is tried
    assert manual.slept[:3] == pytest.approx([0.8, 1.6, 3.2])
    assert manual.slept[-1] == 25.0


def test_importing_is_cheap() -> None:
    probe = (
        "import sys, core.cluster;"
        "print([name for name in ('aiohttp', 'kubernetes', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# Following ----------------------------------------------------------------------------------------


async def test_a_kind_is_listed_whole_after_its_schema_was_read(world: World) -> None:
    await world.make("a")
    await world.make("b")
    async with connected(world) as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({world.namespace}))
        told = await listed(listener, MAP)
    names = {ref.name for ref in told.objects} - {"kube-root-ca.crt"}
    assert names == {"a", "b"}
    live = told.objects[world.ref("a")]
    body = json.loads(live.body)
    assert (body["apiVersion"], body["kind"], body["data"]) == ("v1", "ConfigMap", {"v": "1"})
    assert body["metadata"]["uid"] == live.uid
    assert body["metadata"]["resourceVersion"] == live.resource_version
    order = [type(one) for one in listener.inputs if isinstance(one, SchemaRead | KindListed)]
    assert order == [SchemaRead, KindListed]
    assert listener.all(SchemaRead)[0].schema is not None


async def test_changes_of_others_are_told_as_they_happen(world: World) -> None:
    await world.make("a")
    async with connected(world) as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({world.namespace}))
        await listed(listener, MAP)
        await world.make("b")
        await world.change("a", "2")
        await world.remove("b")
        await listener.until(lambda: len(changed(listener)) == 3)
    (b_name, b_live), (a_name, a_live), (gone_name, gone) = changed(listener)
    assert (b_name, a_name, gone_name) == ("b", "a", "b")
    assert b_live is not None
    assert a_live is not None
    assert json.loads(a_live.body)["data"] == {"v": "2"}
    assert gone is None


async def test_only_the_namespaces_asked_for_are_told(world: World) -> None:
    others = [await world.make_namespace() for _ in range(4)]
    for place in (world.namespace, *others):
        await world.make("a", namespace=place)
    wanted = frozenset({world.namespace, *others[:3]})
    async with connected(world) as (cluster, listener):
        cluster.follow(frozenset({MAP}), wanted)
        told = await listed(listener, MAP)
        assert {ref.namespace for ref in told.objects} == wanted
        cluster.follow(frozenset({MAP}), frozenset({others[3]}))
        await listener.until(lambda: len(listener.all(KindListed)) == 2)
    assert {ref.namespace for ref in listener.all(KindListed)[1].objects} == {others[3]}


async def test_all_namespaces_are_followed_by_none(world: World) -> None:
    other = await world.make_namespace()
    await world.make("a", namespace=other)
    async with connected(world) as (cluster, listener):
        cluster.follow(frozenset({MAP}), None)
        told = await listed(listener, MAP)
    assert ObjectRef("", "ConfigMap", other, "a") in told.objects


async def test_following_less_stops_what_is_no_longer_wanted(world: World) -> None:
    async with connected(world) as (cluster, listener):
        cluster.follow(frozenset({MAP, SECRET}), frozenset({world.namespace}))
        await listed(listener, MAP)
        await listed(listener, SECRET)
        cluster.follow(frozenset({SECRET}), frozenset({world.namespace}))
        await asyncio.sleep(0.05)
        before = len(changed(listener))
        await world.make("unseen")
        await asyncio.sleep(0.2)
    assert len(changed(listener)) == before


async def test_the_same_request_again_changes_nothing(world: World) -> None:
    async with connected(world) as (cluster, listener):
        for _ in range(3):
            cluster.follow(frozenset({MAP}), frozenset({world.namespace}))
            await listed(listener, MAP)
        await asyncio.sleep(0.1)
    assert len(listener.all(KindListed)) == 1


async def test_cluster_scoped_kinds_ignore_the_namespaces(world: World) -> None:
    async with connected(world) as (cluster, listener):
        cluster.follow(frozenset({NAMESPACE}), frozenset({world.namespace}))
        told = await listed(listener, NAMESPACE)
    assert ObjectRef("", "Namespace", "", "default") in told.objects


async def test_a_kind_the_cluster_does_not_serve_is_lost_and_the_others_go_on(
    world: World,
) -> None:
    unknown = KindRef("example.com/v1", "Widget")
    async with connected(world) as (cluster, listener):
        cluster.follow(frozenset({MAP, unknown}), frozenset({world.namespace}))
        await listed(listener, MAP)
        lost = listener.all(KindLost)
    assert [(one.kind, str(one.problem)) for one in lost] == [
        (unknown, "the cluster does not serve Widget (example.com/v1)")
    ]


async def test_a_forbidden_kind_is_lost_with_the_servers_reason(world: World) -> None:
    async with connected(world, "nobody") as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({world.namespace}))
        lost = await listener.next(KindLost)
    assert lost.problem.remedy is Remedy.GRANT
    assert 'User "nobody" cannot' in str(lost.problem)
    assert not listener.all(KindListed)


# Outages ------------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.timeout(180)
async def test_a_killed_server_is_told_once_and_followed_again(real: World) -> None:
    kinds = frozenset({MAP, SECRET, DEPLOYMENT})
    async with connected(real) as (cluster, listener):
        cluster.follow(kinds, frozenset({real.namespace}))
        for kind in kinds:
            await listed(listener, kind)
        try:
            await asyncio.to_thread(real.kill)
            lost = await listener.next(ClusterLost, within_s=60)
            await asyncio.sleep(2)
        finally:
            await asyncio.to_thread(real.restart)
        await listener.next(ClusterFound, after=1, within_s=60)
        await real.make("after")
        await listener.until(
            lambda: (
                "after" in {name for name, _ in changed(listener)}
                or any(real.ref("after") in one.objects for one in listener.all(KindListed))
            ),
            within_s=60,
        )
    assert lost.problem.remedy is Remedy.WAIT
    assert len(listener.all(ClusterLost)) == 1
    assert not listener.all(KindLost)


async def test_an_outage_is_no_storm(sandbox: Sandbox, embedded: World) -> None:
    kinds = frozenset({MAP, SECRET, DEPLOYMENT})
    async with connected(embedded) as (cluster, listener):
        cluster.follow(kinds, frozenset({embedded.namespace}))
        for kind in kinds:
            await listed(listener, kind)
        port = int(sandbox.url.rpartition(":")[2])
        await sandbox.stop()
        await listener.next(ClusterLost)
        await sandbox.start(port)
        before = len(sandbox.requests)
        await listener.next(ClusterFound, after=1)
        await embedded.make("after")
        await listener.until(lambda: "after" in {name for name, _ in changed(listener)})
        await asyncio.sleep(1)
    made = list(sandbox.requests)[before:]
    ours = [one for one in made if "driftdeck" in str(one)]
    assert len(ours) < 24, Counter(map(str, ours))  # with one look at the history of each kind
    assert len(listener.all(ClusterLost)) == 1


class Unanswered(Unmetered):
    """When requests were sent that nobody answered."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.times: list[float] = []

    @override
    def requested(self, host: str, method: str, code: str, took_s: float) -> None:
        if code == NO_ANSWER:
            self.times.append(self._now())


async def test_ten_minutes_without_a_server_cost_a_request_per_watch_in_thirty_seconds_at_most(
    sandbox: Sandbox, embedded: World
) -> None:
    hurry = Hurry()
    unanswered = Unanswered(hurry.now)
    kinds = frozenset({MAP, SECRET, DEPLOYMENT})
    async with connected(embedded, clock=hurry.clock, meter=unanswered) as (cluster, listener):
        cluster.follow(kinds, frozenset({embedded.namespace}))
        for kind in kinds:
            await listed(listener, kind)
        hurry.hurry(500.0)
        await sandbox.stop()
        await listener.next(ClusterLost)
        began = hurry.now()
        await hurry.clock.sleep(600.0)
    steady = [at for at in unanswered.times if at > began + 60.0]
    assert steady
    for at in steady:
        assert sum(at <= other < at + 30.0 for other in steady) <= len(kinds)
    assert len(unanswered.times) < 40  # all of them; in the end one in 25 s at most


async def restarted(sandbox: Sandbox, listener: Listener) -> None:
    """Stop the server and start it again, and wait until that was noticed."""
    port = int(sandbox.url.rpartition(":")[2])
    found = len(listener.all(ClusterLost))
    await sandbox.stop()
    await listener.next(ClusterLost, after=found)
    await sandbox.start(port)


async def test_what_only_a_person_can_mend_is_told_during_an_outage_too(
    sandbox: Sandbox, embedded: World
) -> None:
    kubeconfig = embedded.kubeconfig("driftdeck")
    async with connected(embedded, clock=HURRIED) as (_, listener):
        await sandbox.stop()
        await listener.next(ClusterLost)
        broken = kubeconfig.with_name("broken")
        broken.write_text("[")
        broken.replace(kubeconfig)  # at once: an empty file has another problem
        told = await listener.next(ClusterLost, after=1)
    assert told.problem.remedy is Remedy.FIX_SETTINGS
    assert "is no YAML" in str(told.problem)


async def test_a_server_restored_from_a_snapshot_is_listed_again_and_heard_from_then_on(
    sandbox: Sandbox, embedded: World
) -> None:
    await embedded.make("one")
    restore = sandbox.faults.remember()
    async with connected(embedded, clock=HURRIED) as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({embedded.namespace}))
        await listed(listener, MAP)
        await embedded.make("two")
        await embedded.change("one", "2")
        await listener.until(lambda: len(changed(listener)) == 2)
        port = int(sandbox.url.rpartition(":")[2])
        await sandbox.stop()
        restore(0)
        await listener.next(ClusterLost)
        began = len(sandbox.requests)
        await sandbox.start(port)
        await listener.until(lambda: len(listener.all(KindListed)) == 2)
        names = {ref.name for ref in listener.all(KindListed)[-1].objects}
        assert names == {"one"}
        told = [type(each) for each in listener.inputs]
        assert told.count(ClusterWentBack) == 1
        listings = (at for at, each in enumerate(told) if each is KindListed)
        assert told.index(ClusterWentBack) < max(listings)  # what it tells now is not believed yet
        await embedded.change("one", "3")
        await listener.until(lambda: len(changed(listener)) > 2)
        assert changed(listener)[-1][0] == "one"
    made = list(sandbox.requests)[began:]
    asked = Counter(path for _, path, user, *_ in made if user == "driftdeck")
    assert max(asked.values()) == 1, asked


async def test_a_server_that_was_restored_and_has_come_as_far_again_is_noticed_by_what_it_lost(
    sandbox: Sandbox, embedded: World
) -> None:
    await embedded.make("one")
    async with connected(embedded) as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({embedded.namespace}))
        await listed(listener, MAP)
        restore = sandbox.faults.remember()
        await embedded.change("one", "2")
        await listener.until(lambda: len(changed(listener)) == 1)
        port = int(sandbox.url.rpartition(":")[2])
        await sandbox.stop()
        restore(9)  # what the server itself writes when it starts
        await listener.next(ClusterLost)
        await sandbox.start(port)
        await listener.next(ClusterWentBack)
        await listener.until(lambda: len(listener.all(KindListed)) == 2)
        (live,) = listener.all(KindListed)[-1].objects.values()
        assert json.loads(live.body)["data"] == {"v": "1"}


async def test_a_server_that_goes_on_where_it_was_is_not_listed_again(
    sandbox: Sandbox, embedded: World
) -> None:
    async with connected(embedded, clock=HURRIED) as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({embedded.namespace}))
        await listed(listener, MAP)
        await restarted(sandbox, listener)
        await embedded.make("two")
        await listener.until(lambda: bool(changed(listener)))
    assert len(listener.all(KindListed)) == 1
    assert not listener.all(ClusterWentBack)


async def test_another_cluster_at_the_same_address_is_told_and_listed_again(
    sandbox: Sandbox, embedded: World
) -> None:
    folder = embedded.kubeconfig("driftdeck").parent
    await embedded.make("one")
    async with connected(embedded, clock=HURRIED) as (cluster, listener), AsyncExitStack() as other:
        cluster.follow(frozenset({MAP}), frozenset({embedded.namespace}))
        assert (await listed(listener, MAP)).objects
        port = int(sandbox.url.rpartition(":")[2])
        await sandbox.stop()
        await listener.next(ClusterLost)
        another = Sandbox()
        other.push_async_callback(another.stop)
        await another.start(port)
        another.kubeconfig(folder, "driftdeck")
        await listener.until(lambda: len(listener.all(KindListed)) == 2)
    assert listener.all(KindListed)[-1].objects == {}
    before, after = listener.all(ClusterFound)
    assert before.uid
    assert before.uid != after.uid


async def test_a_write_that_meets_another_version_tells_that_the_watch_says_nothing_any_more(
    embedded: World,
) -> None:
    clock = ManualClock()
    await embedded.make("one")
    async with connected(embedded, clock=clock.clock) as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({embedded.namespace}))
        await listed(listener, MAP)
        shown = listener.all(KindListed)[0].objects[embedded.ref("one")]
        stale = statement(
            embedded.desired("one", v="2"), replace(shown, resource_version="1"), None, Policy()
        )
        with pytest.raises(OutdatedError):
            await cluster.perform("shop", (stale,), shown)
        await listener.until(lambda: len(listener.all(KindListed)) == 2)
    assert BEHIND_S in clock.slept


async def test_a_cluster_that_the_settings_keep_is_not_written_to_whoever_decides(
    tmp_path: Path,
) -> None:
    cluster = Cluster(
        ClusterSpec(name="prod", read_only=True, kubeconfig=str(tmp_path)), emit=print
    )
    for write in (
        cluster.perform("shop", (), None),
        cluster.write_inventory("a", "ns", NOWHERE, ()),
    ):
        with pytest.raises(DeniedError, match="cluster prod is read_only in the settings"):
            await write


async def test_each_outage_is_probed_from_the_first_pause_on(
    sandbox: Sandbox, embedded: World
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0.0 if seconds <= PROBE_CAP_S else seconds)

    async with connected(embedded, clock=Clock(sleep=sleep, random=lambda: 0.0)) as (_, listener):
        port = int(sandbox.url.rpartition(":")[2])
        for outage in (1, 2):
            began = len(slept)  # it may be noticed before the server has quite stopped
            await sandbox.stop()
            while PROBE_CAP_S not in slept[began:]:  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.001)
            await sandbox.start(port)
            await listener.next(ClusterFound, after=outage)
            probes = slept[began:]
            assert 12.8 in probes[: probes.index(PROBE_CAP_S)]


async def test_watches_that_are_cut_are_resumed_without_a_word(
    sandbox: Sandbox, embedded: World
) -> None:
    async with connected(embedded, clock=HURRIED) as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({embedded.namespace}))
        await listed(listener, MAP)
        sandbox.faults.cut_watches()
        await embedded.make("after")
        await listener.until(lambda: bool(changed(listener)))
    assert not listener.all(ClusterLost)
    assert len(listener.all(KindListed)) == 1


async def test_a_forgotten_history_is_listed_again(sandbox: Sandbox, embedded: World) -> None:
    await embedded.make("kept")
    await embedded.make("gone")
    async with connected(embedded, clock=HURRIED) as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({embedded.namespace}))
        await listed(listener, MAP)
        sandbox.faults.answer(503, path_contains="watch", times=1_000_000, retry_after=0)
        sandbox.faults.cut_watches()
        await embedded.remove("gone")
        sandbox.faults.expire_history()
        sandbox.faults.clear()
        await listener.until(lambda: len(listener.all(KindListed)) == 2)
    again = listener.all(KindListed)[1].objects
    assert {ref.name for ref in again} - {"kube-root-ca.crt"} == {"kept"}


# Writing ------------------------------------------------------------------------------------------


async def test_an_apply_creates_and_then_changes_what_it_was_decided_on(world: World) -> None:
    async with connected(world) as (cluster, _):
        made = await applied(cluster, world.desired("a", v="1"), None)
        again = await applied(cluster, world.desired("a", v="2"), made)
        found = await world.found("a")
    assert made.uid == again.uid
    assert made.resource_version != again.resource_version
    assert found.resource_version == again.resource_version
    body = json.loads(found.body)
    assert body["data"] == {"v": "2"}
    (entry,) = body["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == ("driftdeck", "Apply")


async def test_an_apply_to_something_that_changed_is_outdated(world: World) -> None:
    async with connected(world) as (cluster, _):
        made = await applied(cluster, world.desired("a", v="1"), None)
        await world.change("a", "2")
        with pytest.raises(OutdatedError, match="configmaps"):
            await applied(cluster, world.desired("a", v="3"), made)
        await world.remove("a")
        with pytest.raises(OutdatedError):
            await applied(cluster, world.desired("a", v="3"), made)
        await world.make("a")
        with pytest.raises(OutdatedError):
            await applied(cluster, world.desired("a", v="3"), made)
        found = await world.found("a")
    assert json.loads(found.body)["data"] == {"v": "1"}


async def test_an_apply_that_changes_nothing_keeps_the_version(world: World) -> None:
    async with connected(world) as (cluster, _):
        made = await applied(cluster, world.desired("a", v="1"), None)
        again = await applied(cluster, world.desired("a", v="1"), made)
    assert again.resource_version == made.resource_version


async def test_an_unknown_field_is_the_manifests_fault(world: World) -> None:
    wrong = world.desired_of(MAP, "a", {"dota": {}})
    async with connected(world) as (cluster, _):
        with pytest.raises(RejectedError, match="failed to create typed patch object"):
            await applied(cluster, wrong, None)


async def test_an_invalid_value_is_the_manifests_fault(world: World) -> None:
    wrong = world.desired_of(DEPLOYMENT, "a", {"spec": {"replicas": -1}})
    async with connected(world) as (cluster, _):
        with pytest.raises(RejectedError, match="invalid"):
            await applied(cluster, wrong, None)


async def test_a_missing_right_is_named(world: World) -> None:
    async with connected(world, "viewer") as (cluster, _):
        with pytest.raises(DeniedError) as caught:
            await applied(cluster, world.desired("a", v="1"), None)
    text = str(caught.value)
    assert "patch configmaps" in text
    assert world.namespace in text


async def test_a_missing_namespace_is_named_and_tried_again_soon(world: World) -> None:
    desired = world.desired("a", v="1")
    place = "t-absent"
    moved = type(desired)(
        ObjectRef("", "ConfigMap", place, "a"),
        MAP,
        desired.body.replace(world.namespace.encode(), place.encode()),
        desired.digest,
        desired.document,
    )
    async with connected(world) as (cluster, _):
        with pytest.raises(RejectedError, match=f"namespace {place} does not exist") as caught:
            await applied(cluster, moved, None)
        assert caught.value.retry_after_s == 10.0
        with pytest.raises(RejectedError, match=f"namespace {place} does not exist"):
            await cluster.read_inventory("app", place, HOME)


# Predicting ---------------------------------------------------------------------------------------


async def test_a_dry_run_predicts_and_writes_nothing(world: World) -> None:
    key = Key("app", world.ref("a"))
    async with connected(world) as (cluster, _):
        made = await applied(cluster, world.desired("a", v="1"), None)
        desired = world.desired("a", v="2")
        confirmed = await predicted(cluster, key, desired, made)
        found = await world.found("a")
    assert (confirmed.key, confirmed.desired, confirmed.live) == (key, desired, made)
    assert confirmed.status == 200
    assert confirmed.predicted is not None
    assert json.loads(confirmed.predicted)["data"] == {"v": "2"}
    assert found is not None
    assert found.resource_version == made.resource_version


async def test_a_dry_run_of_something_that_changed_is_asked_again(world: World) -> None:
    async with connected(world) as (cluster, _):
        made = await applied(cluster, world.desired("a", v="1"), None)
        await world.change("a", "7")
        confirmed = await predicted(
            cluster, Key("app", world.ref("a")), world.desired("a", v="2"), made
        )
    assert (confirmed.predicted, confirmed.status, confirmed.retry) == (None, 409, True)


async def test_a_dry_run_names_the_fields_the_server_refuses(world: World) -> None:
    good = {
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "c", "image": "i"}]},
            },
        }
    }
    bad = json.loads(json.dumps(good))
    bad["spec"]["selector"]["matchLabels"] = {"a": "b", "c": "d"}
    bad["spec"]["template"]["metadata"]["labels"] = {"a": "b", "c": "d"}
    async with connected(world) as (cluster, _):
        made = await applied(cluster, world.desired_of(DEPLOYMENT, "w", good), None)
        confirmed = await predicted(
            cluster,
            Key("app", world.ref("w", DEPLOYMENT)),
            world.desired_of(DEPLOYMENT, "w", bad),
            made,
        )
    assert confirmed.status == 422
    assert confirmed.cause_paths == ("spec.selector",)
    assert "immutable" in confirmed.problem
    assert not confirmed.retry


async def test_a_dry_run_finds_the_unknown_field(world: World) -> None:
    async with connected(world) as (cluster, _):
        made = await applied(cluster, world.desired("a", v="1"), None)
        wrong = world.desired_of(MAP, "a", {"dota": {}})
        confirmed = await predicted(cluster, Key("app", world.ref("a")), wrong, made)
    assert confirmed.status == 500
    assert confirmed.cause_paths == ("dota",)
    assert not confirmed.retry


async def test_a_dry_run_that_is_not_allowed_waits_for_other_credentials(world: World) -> None:
    await world.make("a")
    async with connected(world, "viewer") as (cluster, _):
        live = await world.found("a")
        confirmed = await predicted(
            cluster, Key("app", world.ref("a")), world.desired("a", v="2"), live
        )
    assert (confirmed.status, confirmed.retry) == (403, False)


# Rights and the record ----------------------------------------------------------------------------


async def test_rights_are_what_the_server_says(world: World) -> None:
    for user, expected in (("driftdeck", True), ("viewer", False)):
        async with connected(world, user) as (cluster, listener):
            resources = listener.all(ClusterFound)[0].resources
            assert await cluster.may("get", resources[MAP], world.namespace, "a") is True
            may = await cluster.may("patch", resources[MAP], world.namespace, "a")
            assert may is expected
            assert await cluster.may("patch", resources[NAMESPACE], "", "x") is expected


ALONE = Claim()
HOME = Home(root="c0ffee", remote="git.example.org/shop/config", path="clusters/prod")


def a_row(number: int, *, uid: str = "u-1") -> InventoryRow:
    return InventoryRow(ObjectRef("", "ConfigMap", "shop", f"n{number:05}"), uid, "0" * 16)


async def test_the_record_is_what_was_written(world: World) -> None:
    rows = tuple(a_row(number) for number in range(3))
    async with connected(world) as (cluster, _):
        assert await cluster.read_inventory("pay", world.namespace, HOME) == ()
        await cluster.write_inventory("pay", world.namespace, HOME, rows)
        assert await cluster.read_inventory("pay", world.namespace, HOME) == rows
        assert await cluster.read_inventory("other", world.namespace, HOME) == ()
        path = f"/api/v1/namespaces/{world.namespace}/configmaps/driftdeck-pay-0"
        body = (await world.call("GET", path)).json()
    assert body["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "driftdeck"}
    assert body["data"]["app"] == "pay"
    assert body["data"]["cluster"]


async def test_a_record_says_which_run_prunes_and_which_commit_counts_as_applied(
    world: World,
) -> None:
    row, head = a_row(1), "a" * 40
    at = ("pay", world.namespace)
    async with connected(world) as (one, _), connected(world) as (other, _):
        await one.read_inventory(*at, HOME)
        assert await one.applied_commit(*at) == ""
        await one.write_inventory(*at, HOME, [row], run="run 1", commit=head)
        await one.write_inventory(*at, HOME, [row, a_row(2)])
        assert await one.applied_commit(*at) == head
        await one.check_record(*at, "run 1", (row.ref, "u-1"))
        with pytest.raises(OutdatedError, match="as it was"):
            await one.check_record(*at, "run 1", (row.ref, "u-2"))
        await other.read_inventory(*at, HOME)
        await other.write_inventory(*at, HOME, [row, a_row(2)], run="run 2")
        with pytest.raises(OutdatedError, match="another run"):
            await one.check_record(*at, "run 1", (row.ref, "u-1"))


async def test_a_record_of_an_app_of_other_settings_that_has_the_object_is_named(
    world: World,
) -> None:
    uid, at = f"u-{world.namespace}", ("pay", world.namespace)
    row = a_row(1, uid=uid)
    async with connected(world) as (one, _), connected(world) as (other, _):
        await one.read_inventory(*at, HOME)
        await one.write_inventory(*at, HOME, [row], run="run 1")
        assert not await one.check_record(*at, "run 1", (row.ref, uid))
        await other.read_inventory("infra-2", world.namespace, HOME)
        await other.write_inventory("infra-2", world.namespace, HOME, [row])
        said = await one.check_record(*at, "run 1", (row.ref, uid))
        assert said == f"ConfigMap {world.namespace}/driftdeck-infra-2-0"
        await one.read_inventory("infra-2", world.namespace, HOME)  # an app of these settings, now
        assert not await one.check_record(*at, "run 1", (row.ref, uid))


async def test_a_long_record_is_split_and_a_short_one_empties_the_rest(world: World) -> None:
    many = tuple(a_row(number, uid="u" * 36) for number in range(7_000))
    async with connected(world) as (cluster, _):
        await cluster.write_inventory("pay", world.namespace, HOME, many)
        assert await cluster.read_inventory("pay", world.namespace, HOME) == many
        await cluster.write_inventory("pay", world.namespace, HOME, many[:1])
        assert await cluster.read_inventory("pay", world.namespace, HOME) == many[:1]
        path = f"/api/v1/namespaces/{world.namespace}/configmaps/driftdeck-pay-1"
        second = (await world.call("GET", path)).json()
    assert second["data"] == {"rows": ""}


async def test_a_record_that_another_wrote_meanwhile_is_not_overwritten(world: World) -> None:
    async with connected(world) as (one, _), connected(world) as (other, _):
        await one.write_inventory("pay", world.namespace, HOME, [a_row(1)])
        with pytest.raises(OutdatedError, match="somebody else"):  # it was never read
            await other.write_inventory("pay", world.namespace, HOME, [a_row(2)])
        assert await other.read_inventory("pay", world.namespace, HOME) == (a_row(1),)
        await other.write_inventory("pay", world.namespace, HOME, [a_row(1), a_row(2)])
        with pytest.raises(OutdatedError, match="somebody else"):
            await one.write_inventory("pay", world.namespace, HOME, [a_row(3)])
        assert len(await one.read_inventory("pay", world.namespace, HOME)) == 2
        await one.write_inventory("pay", world.namespace, HOME, [a_row(3)])
        assert await other.read_inventory("pay", world.namespace, HOME) == (a_row(3),)


async def test_what_another_process_records_is_told_at_once_and_our_own_is_not(
    world: World,
) -> None:
    async with connected(world) as (one, heard), connected(world) as (other, _):
        await one.read_inventory("pay", world.namespace, HOME)
        await one.write_inventory("pay", world.namespace, HOME, [a_row(1)])
        await other.read_inventory("pay", world.namespace, HOME)
        for rows in ((a_row(1), a_row(2)), (a_row(2),)):
            told = len(heard.all(InventoryRead))
            await other.write_inventory("pay", world.namespace, HOME, rows)
            await heard.until(lambda n=told: len(heard.all(InventoryRead)) > n)  # type: ignore[misc]
            assert heard.all(InventoryRead)[-1] == InventoryRead("pay", rows)
        with pytest.raises(OutdatedError):  # it was told, and not written from yet
            await one.write_inventory("pay", world.namespace, HOME, [a_row(3)])
        assert len(heard.all(InventoryRead)) == 2


async def test_a_record_that_could_not_be_read_is_told_once_it_can(world: World) -> None:
    place = f"{world.namespace}-2"
    clock = replace(HURRIED, random=lambda: 0.0)
    async with connected(world, clock=clock) as (cluster, heard):
        with pytest.raises(ProductError, match="does not exist"):
            await cluster.read_inventory("pay", place, HOME)
        body: JsonObject = {"metadata": {"name": place}}
        answer = await world.call("POST", "/api/v1/namespaces", body, user="admin")
        assert answer.status == 201
        assert await heard.next(InventoryRead) == InventoryRead("pay", ())


async def test_that_a_person_asked_another_process_for_a_sync_is_told_once(world: World) -> None:
    async with connected(world) as (one, heard), connected(world) as (other, _):
        for cluster in (one, other):
            await cluster.read_inventory("pay", world.namespace, HOME)
        asked = [f"2026-11-27T10:00:0{number}Z" for number in range(3)]
        await one.write_inventory("pay", world.namespace, HOME, [a_row(1)], asked[0])
        await other.read_inventory("pay", world.namespace, HOME)
        await other.write_inventory("pay", world.namespace, HOME, [a_row(1)], asked[1])
        await heard.until(lambda: bool(heard.all(SyncAsked)))
        await other.write_inventory("pay", world.namespace, HOME, [a_row(2)])
        await heard.until(lambda: bool(heard.all(InventoryRead)))
        await other.write_inventory("pay", world.namespace, HOME, [a_row(2)], asked[2])
        await heard.until(lambda: len(heard.all(SyncAsked)) > 1)
    assert heard.all(SyncAsked) == [SyncAsked("pay")] * 2
    assert heard.all(InventoryRead) == [InventoryRead("pay", (a_row(2),))]


async def test_what_a_person_asked_for_before_is_no_news_to_whoever_begins(world: World) -> None:
    async with connected(world) as (one, _), connected(world) as (other, heard):
        await one.write_inventory("pay", world.namespace, HOME, [a_row(1)], "2026-11-27")
        await other.read_inventory("pay", world.namespace, HOME)
        await one.write_inventory("pay", world.namespace, HOME, [a_row(2)])
        await heard.until(lambda: bool(heard.all(InventoryRead)))
    assert not heard.all(SyncAsked)


async def test_a_record_of_another_folder_is_neither_read_nor_written(world: World) -> None:
    other_folder = replace(HOME, path="clusters/test")
    async with connected(world) as (one, _), connected(world) as (other, _):
        await one.write_inventory("pay", world.namespace, HOME, [a_row(1)])
        with pytest.raises(RejectedError, match="another name"):
            await other.read_inventory("pay", world.namespace, other_folder)
        with pytest.raises(RejectedError, match="another name"):
            await other.write_inventory("pay", world.namespace, other_folder, [a_row(2)])
        assert await one.read_inventory("pay", world.namespace, HOME) == (a_row(1),)


async def test_a_renamed_app_finds_its_record_and_leaves_none_under_the_old_name(
    world: World,
) -> None:
    rows = tuple(a_row(number, uid="u" * 36) for number in range(7_000))
    async with connected(world) as (one, _), connected(world) as (other, _):
        await one.write_inventory("pay", world.namespace, HOME, rows)
        for home, claim in (
            (replace(HOME, path="clusters/test"), ALONE),
            (replace(HOME, root="", remote=""), ALONE),
            (HOME, Claim(others=frozenset({"pay"}))),
        ):
            assert await other.read_inventory("new", world.namespace, home, claim) == ()
        assert await other.read_inventory("new", world.namespace, HOME, ALONE) == rows
        await other.write_inventory("new", world.namespace, HOME, rows[:5])
    async with connected(world) as (again, _):
        assert await again.read_inventory("new", world.namespace, HOME, ALONE) == rows[:5]
        assert await again.read_inventory("pay", world.namespace, HOME) == ()
        assert await again.read_inventory("newer", world.namespace, HOME, ALONE) == rows[:5]


async def test_a_record_whose_namespace_changed_is_found_by_the_objects_that_it_names(
    world: World,
) -> None:
    rows = tuple(InventoryRow(world.ref(f"n{number}"), "u-1", "0" * 16) for number in range(3))
    stated = frozenset(row.ref for row in rows[:2]) | {world.ref("new")}
    old = await world.make_namespace()
    async with connected(world) as (one, _), connected(world) as (other, _):
        await one.write_inventory("pay", old, HOME, rows)
        for claim in (
            Claim(stated=frozenset({rows[0].ref})),
            Claim(stated=frozenset(ref._replace(namespace="second") for ref in stated)),
            Claim(frozenset({"pay"}), stated),
        ):
            assert await other.read_inventory("new", world.namespace, HOME, claim) == ()
        claim = Claim(stated=stated)
        assert await other.read_inventory("new", world.namespace, HOME, claim) == rows
        await other.write_inventory("new", world.namespace, HOME, rows[:1])
        assert await one.read_inventory("pay", old, HOME) == ()
    async with connected(world) as (again, _):
        third = await world.make_namespace()
        claim = Claim(stated=frozenset({rows[0].ref}))
        assert await again.read_inventory("new", third, HOME, claim) == rows[:1]


async def test_an_account_of_some_namespaces_looks_for_its_record_where_its_objects_are(
    embedded: World, sandbox: Sandbox
) -> None:
    place, old, far = [await embedded.make_namespace() for _ in range(3)]
    rows = tuple(
        InventoryRow(ObjectRef("", "ConfigMap", old, name), "u-1", "0" * 16) for name in "ab"
    )
    claim = Claim(stated=frozenset(row.ref for row in rows))
    async with connected(embedded) as (one, _), connected(embedded) as (other, _):
        sandbox.faults.answer(403, path_contains="/api/v1/configmaps", times=9)
        await one.write_inventory("far", far, HOME, rows)
        assert await other.read_inventory("new", place, HOME, claim) == ()
        await one.write_inventory("pay", old, HOME, rows)
        assert await other.read_inventory("new", place, HOME, claim) == rows


async def test_where_no_app_has_a_record_yet_there_is_nothing_to_be_read(real: World) -> None:
    async with connected(real) as (one, _):
        assert await one.read_inventory("new", real.namespace, HOME, ALONE) == ()


async def test_the_records_of_other_apps_are_looked_at_by_their_names_alone(
    embedded: World, sandbox: Sandbox
) -> None:
    async with connected(embedded) as (one, _):
        await one.write_inventory("pay", embedded.namespace, HOME, [a_row(1)])
    for others, lists in (({"pay"}, 1), (set[str](), 2)):
        async with connected(embedded) as (other, _):
            began = len(sandbox.requests)
            claim = Claim(others=frozenset(others))
            await other.read_inventory("new", embedded.namespace, HOME, claim)
            made = map(str, list(sandbox.requests)[began:])
            assert sum("labelSelector" in each and "watch" not in each for each in made) == lists


async def test_a_record_keeps_what_only_the_other_clone_knows_of_its_repository(
    world: World,
) -> None:
    shallow = replace(HOME, root="")
    async with connected(world) as (one, _), connected(world) as (other, _):
        await one.write_inventory("pay", world.namespace, replace(HOME, remote=""), [a_row(1)])
        await other.read_inventory("pay", world.namespace, HOME)
        await other.write_inventory("pay", world.namespace, HOME, [a_row(2)])
        await one.read_inventory("pay", world.namespace, shallow)
        await one.write_inventory("pay", world.namespace, shallow, [a_row(3)])
        path = f"/api/v1/namespaces/{world.namespace}/configmaps/driftdeck-pay-0"
        data = (await world.call("GET", path)).json()["data"]
    assert Home(data["root"], data["remote"], data["path"]) == HOME


async def test_a_foreign_config_map_of_that_name_is_left_alone(world: World) -> None:
    await world.make("driftdeck-pay-0")
    async with connected(world) as (cluster, _):
        with pytest.raises(RejectedError, match="is not driftdeck's"):
            await cluster.write_inventory("pay", world.namespace, HOME, [a_row(1)])


async def test_before_it_is_connected_a_cluster_says_so(tmp_path: Path) -> None:
    cluster = Cluster(ClusterSpec(name="x", kubeconfig=str(tmp_path / "no")), emit=print)
    with pytest.raises(UnavailableError, match="not connected yet"):
        await cluster.read_inventory("pay", "default", HOME)
    assert (cluster.server, cluster.identity) == ("", "")


# Speed --------------------------------------------------------------------------------------------


@pytest.mark.real
async def test_an_event_arrives_within_milliseconds(real: World) -> None:
    """A ratio against the answer to the write itself, so that a busy machine cannot fail it."""
    async with connected(real) as (cluster, listener):
        cluster.follow(frozenset({MAP}), frozenset({real.namespace}))
        await listed(listener, MAP)
        late: list[float] = []
        written: list[float] = []
        live = await applied(cluster, real.desired("a", v="0"), None)
        for number in range(50):
            before = time.perf_counter()
            live = await applied(cluster, real.desired("a", v=str(number + 1)), live)
            answered = time.perf_counter()
            await listener.until(partial(_seen, listener, live))
            late.append(time.perf_counter() - answered)
            written.append(answered - before)
    assert sorted(late)[25] < 5 * sorted(written)[25]


def _seen(listener: Listener, live: Live) -> bool:
    return any(
        one is not None and one.resource_version == live.resource_version
        for _, one in changed(listener)
    )


# Kinds that come and go ---------------------------------------------------------------------------


def a_definition(group: str) -> JsonObject:
    schema: JsonObject = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


async def test_a_kind_that_is_defined_while_running_is_followed(world: World) -> None:
    group = f"{world.namespace}.example.com"
    widget = KindRef(f"{group}/v1", "Widget")
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    async with connected(world) as (cluster, listener):
        cluster.follow(frozenset({widget}), frozenset({world.namespace}))
        await listener.next(KindLost)
        await asyncio.sleep(0.3)  # its definitions are being watched by now
        answer = await world.call("POST", definitions, a_definition(group), user="admin")
        assert answer.status == 201, answer.body
        await listed(listener, widget)
        desired = world.desired_of(widget, "w", {"spec": {"size": 1}})
        await applied(cluster, desired, None)
        await listener.until(lambda: "w" in {name for name, _ in changed(listener)})
        await listener.until(
            lambda: any(one.schema is not None for one in listener.all(SchemaRead))
        )
        await world.call("DELETE", f"{definitions}/widgets.{group}", user="admin")
        await listener.until(lambda: len(listener.all(KindLost)) > 1)
    assert widget in listener.all(ClusterFound)[1].resources
