"""Reading the pods behind workloads: what they say joins what was known, refusals included."""

import json

import pytest

from core.errors import DeniedError, ProductError, UnavailableError
from core.health import Behind
from core.model import Health, Healths, HealthState, Live
from core.reconcile.memory.effects import Pods, ReadPods
from core.reconcile.memory.results import Examined
from tests.core.engine.scripted import World
from tests.core.reconcile.world import CONFIG_MAP, DEPLOYMENT, key

WEB, API, A = key(DEPLOYMENT, "web"), key(DEPLOYMENT, "api"), key(CONFIG_MAP, "a")
ROLLING = Health(HealthState.IN_PROGRESS, "0 of 1 pods available")
WORKS = Health(HealthState.CURRENT)
FORBIDDEN = DeniedError('list pods: User "nobody" cannot list resource "pods"')


def pods(name: str) -> Pods:
    return Pods("prod", key(DEPLOYMENT, name), Behind("web", f"app={name}"))


async def examined(world: World) -> dict[str, Health]:
    known = Healths({WEB: ROLLING, API: ROLLING, A: WORKS})
    (told,) = await world.performed(ReadPods(7, known, (pods("web"), pods("api"))))
    assert isinstance(told, Examined)
    assert told.request == 7
    return {key.ref.name: health for key, health in told.healths.of.items()}


async def test_what_pods_say_stands_behind_what_the_workload_says() -> None:
    world = World("a")
    pod = {"metadata": {"name": "web-1"}, "status": {"phase": "Pending"}}
    world.cluster.pods_there = (Live("u1", "1", json.dumps(pod).encode()),)
    found = await examined(world)
    words = "0 of 1 pods available; pod web-1: no node took it yet"
    assert found == {"web": Health(ROLLING.state, words), "api": found["web"], "a": WORKS}
    assert sorted(world.script.calls) == [("pods", "app=api"), ("pods", "app=web")]


async def test_pods_that_say_nothing_add_nothing() -> None:
    assert await examined(World("a")) == {"web": ROLLING, "api": ROLLING, "a": WORKS}


@pytest.mark.parametrize("error", [FORBIDDEN, UnavailableError("prod does not answer")])
async def test_pods_that_cannot_be_read_say_why_and_others_are_read(error: ProductError) -> None:
    world = World("a")
    world.script.errors["pods app=web"] = error
    found = await examined(world)
    assert found["web"].words == f"0 of 1 pods available; its pods cannot be read: {error}"
    assert (found["api"], found["a"]) == (ROLLING, WORKS)
