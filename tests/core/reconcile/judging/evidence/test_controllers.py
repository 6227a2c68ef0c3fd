"""Whoever looks at a cluster where a controller heals says of each object what that says."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import ClusterSpec, Fight, Live, Snapshot, Verdict
from core.model.controllers.status import (
    SILENT_S,
    AppTold,
    FightTold,
    HeldTold,
    Named,
    ObjectTold,
    Status,
)
from core.reconcile.memory.inputs import ClusterFound, ControllersRead, Tick
from core.reconcile.memory.state import initial
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SPEC,
    World,
    alarms,
    applied,
    beginning,
    commit,
    document,
    live,
    questions,
    written,
)

OPERATOR = "my-operator"
A = Named(api_version="v1", kind="ConfigMap", namespace="web", name="a")
WRITTEN = "1970-01-01T00:16:00Z"  # 40 s before the world begins
GIVEN_UP = FightTold(path="data.a", manager=OPERATOR)
LEFT = FightTold(path="data.a", manager=OPERATOR, left=True)
LATER = HeldTold(by="writer", words="healed in an hour", until="1970-01-01T01:00:00Z")


def told(*fights: FightTold, held: HeldTold | None = None, **app: Any) -> Status:
    """A controller that tells of one object of the app."""
    about = ObjectTold(object=A, verdict="drifted", fights=fights, held=held)
    stated: dict[str, Any] = {
        "name": SPEC.name,
        "cluster": "home",
        "path": SPEC.path,
        "revision": commit(1).id,
        "healing": True,
        "objects": (about,),
    }
    return Status(holder="pod", written=WRITTEN, apps=(AppTold(**(stated | app)),))


def hears(world: World, *statuses: Status, problem: str = "") -> None:
    world.feed(ControllersRead("prod", statuses, problem))


def changed(version: int = 6) -> Live:
    """The ConfigMap after the operator wrote it."""
    entry = {"manager": OPERATOR, "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}}}}
    return live(CONFIG_MAP, "a", version, data={"a": "2"}, managed=[entry])


def drifted(**spec: Any) -> World:
    """The operator wrote, and the server says that this is drift."""
    world = applied("a", **spec)
    for question in questions(world.change(CONFIG_MAP, "a", changed())):
        world.agree(question)
    assert world.row("a").verdict is Verdict.DRIFTED
    return world


def settle(world: World) -> World:
    """The server confirms what is asked because of what was heard."""
    for question in questions(world.effects[-1:]):
        world.agree(question)
    return world


def verdict(world: World) -> Verdict:
    return world.row("a").verdict


def test_a_field_that_its_controller_gave_up_is_contested_for_whoever_looks() -> None:
    world = drifted()
    hears(world, told(GIVEN_UP))
    assert verdict(settle(world)) is Verdict.CONTESTED
    assert world.row("a").fights == (Fight("data.a", OPERATOR, left=False),)
    hears(world, told())  # it forgot
    assert verdict(settle(world)) is Verdict.DRIFTED
    assert world.row("a").fights == ()


def test_a_fight_that_the_controller_left_is_told_here_too_and_not_begun_again() -> None:
    world = drifted()
    hears(world, told(LEFT))
    row = settle(world).row("a")
    assert (row.verdict, row.fights) == (
        Verdict.DRIFTED,
        (Fight("data.a", OPERATOR, left=True),),
    )
    assert row.reason.startswith("fighting: healed 5 times in 30 min, now left until a person")
    assert row.reason.endswith(f"data.a: written again by {OPERATOR} (Update)")


def test_who_heals_beside_a_controller_leaves_what_that_left() -> None:
    world = applied("a", healing=True)
    hears(world, told(LEFT))
    asked = questions(world.change(CONFIG_MAP, "a", changed()))
    assert written(world.agree(asked[0])) == []
    assert "fighting" in world.row("a").reason


@pytest.mark.parametrize(
    "other",
    [
        {"revision": commit(2).id},
        {"name": "shop2"},
        {"path": "elsewhere"},
        {"cluster_uid": "another", "uid": "u"},
    ],
)
def test_what_is_told_of_another_app_cluster_or_revision_is_not_believed(
    other: dict[str, Any],
) -> None:
    world, uid = drifted(), other.pop("uid", "")
    world.feed(ClusterFound("prod", "c", "https://p", "v1", "default", RESOURCES, "u", uid))
    hears(world, told(GIVEN_UP, **other))
    assert verdict(settle(world)) is Verdict.DRIFTED


def test_a_controller_elsewhere_tells_of_the_cluster_that_has_the_same_uid() -> None:
    world = drifted()
    world.feed(ClusterFound("prod", "c", "https://p", "v1", "default", RESOURCES, "u", "uid-1"))
    hears(world, told(GIVEN_UP, cluster_uid="uid-1"))
    assert verdict(settle(world)) is Verdict.CONTESTED


def test_where_no_uid_is_known_only_the_very_cluster_is_meant() -> None:
    state = initial(
        (SPEC,),
        (ClusterSpec(name="prod"), ClusterSpec(name="lab")),
        healing=False,
        writing=False,
        digest_key=b"d",
        mask_key=b"m",
    )
    world = World(state)
    world.feed(ControllersRead("lab", (told(GIVEN_UP),)))
    assert world.state.apps[SPEC.name].told is None
    hears(world, told(GIVEN_UP))
    assert world.state.apps[SPEC.name].told is not None


def test_the_controller_catches_up_with_a_commit_and_is_believed_again() -> None:
    world = drifted()
    hears(world, told(GIVEN_UP))
    world.read_through(document(CONFIG_MAP, "a", data={"a": "3"}), number=2)
    assert verdict(world) is Verdict.DRIFTED
    hears(world, told(GIVEN_UP, revision=commit(2).id))
    assert verdict(settle(world)) is Verdict.CONTESTED


def test_one_that_fell_silent_is_not_believed_any_more() -> None:
    world = drifted()
    hears(world, told(GIVEN_UP))
    assert verdict(settle(world)) is Verdict.CONTESTED
    assert alarms(world.effects)[-1] <= world.now - 40 + SILENT_S
    world.wait(SILENT_S)
    assert verdict(settle(world)) is Verdict.DRIFTED
    (app,) = snapshot(world.state, Snapshot()).apps
    assert app.told is not None  # that it was there is still told
    assert app.told.at == pytest.approx(960.0)


def test_what_it_writes_anew_is_heard_when_it_comes_whatever_its_clock_says() -> None:
    world = drifted()
    hears(world, told(GIVEN_UP))
    world.wait(100.0)
    hears(world, replace(told(GIVEN_UP), written="1999-01-01T00:00:00Z"))
    (app,) = snapshot(world.state, Snapshot()).apps
    assert app.told is not None
    assert app.told.at == world.now


def test_while_it_cannot_be_read_what_was_told_last_stands() -> None:
    world = drifted()
    hears(world, told(GIVEN_UP))
    settle(world)
    hears(world, problem="list configmaps: forbidden")
    assert verdict(world) is Verdict.CONTESTED
    (cluster,) = snapshot(world.state, Snapshot()).clusters
    assert cluster.unheard == "list configmaps: forbidden"
    hears(world)  # it is gone
    assert verdict(settle(world)) is Verdict.DRIFTED


def test_why_the_controller_waits_is_told_by_whoever_does_not_heal() -> None:
    world = drifted()
    hears(world, told(held=LATER))
    held = settle(world).row("a").held
    assert held is not None
    assert (held.words, held.until) == ("by the controller: healed in an hour", 3600.0)
    hears(world, told(held=replace(LATER, by="of a later version")))
    assert settle(world).row("a").held is None


def test_a_wait_of_the_controller_that_is_over_is_told_no_more_and_not_waited_for_again() -> None:
    world = drifted()
    hears(world, told(held=replace(LATER, until="1970-01-01T00:17:00Z")))
    settle(world)
    world.now = 1020.0
    effects = world.once(Tick())
    assert world.row("a").held is None
    assert [at for at in alarms(effects) if at <= world.now] == []


def test_nothing_is_said_as_a_whole_before_controllers_were_heard() -> None:
    world = World(beginning(writing=False, listening=frozenset({"prod"})))
    begun = applied("a").inputs  # what is read of both sides, elsewhere
    world.feed(*(happened for _, happened in begun))
    assert not world.complete()
    hears(world, problem="forbidden")
    assert world.complete()
