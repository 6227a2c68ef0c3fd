"""A world where Git dropped what was applied, and what is said to it."""

from collections.abc import Iterable
from typing import Any

from core.compare import MANAGER
from core.model import Blocked, Guard, KindRef, Live, Plan
from core.reconcile.memory.commands import Execute, PreparePlan
from core.reconcile.memory.effects import CheckAccess, Effect, Prove, Prune
from core.reconcile.memory.inputs import ClusterFound, ClusterSeen
from core.reconcile.memory.results import InventoryRead, InventoryRow, PlanPrepared, Proved, Pruned
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SPEC,
    World,
    commit,
    document,
    key,
    live,
    ref,
    world,
)

OURS = {"manager": MANAGER, "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:data": {}}}
FOUND = ClusterFound(
    "prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES, uid="the cluster"
)
LOOKS_APART_S = 30.0


def ours(name: str, version: int = 5, uid: str = "", **content: Any) -> Live:
    """A ConfigMap that we applied."""
    content = {"data": {"a": "1"}, "managed": [OURS], **content}
    return live(CONFIG_MAP, name, version, uid=uid or f"u-{name}", **content)


def stands(
    *names: str, found: ClusterFound = FOUND, others: tuple[KindRef, ...] = (), **spec: Any
) -> World:
    """A world where all of *names* are in Git, applied and in sync; driftdeck may prune."""
    made = world(**{"healing": True, "prune": True, **spec})
    made.feed(found)
    made.read(*(document(CONFIG_MAP, name, data={"a": "1"}) for name in names))
    made.listing(CONFIG_MAP, [(name, ours(name)) for name in names])
    desired = made.state.apps[SPEC.name].desired
    rows = (InventoryRow(at, f"u-{at.name}", each.digest) for at, each in desired.items())
    namespaces = (InventoryRow(ref(kind, "shop"), "u-shop", "digest") for kind in others)
    made.feed(InventoryRead(SPEC.name, (*rows, *namespaces)))
    return made


def dropped(made: World, *kept: str, number: int = 2) -> list[Effect]:
    """Git states only *kept* from now on."""
    return made.read(*(document(CONFIG_MAP, name, data={"a": "1"}) for name in kept), number=number)


def asked(effects: Iterable[Effect]) -> list[Prove]:
    return [each for each in effects if isinstance(each, Prove)]


def deletes(effects: Iterable[Effect]) -> list[Prune]:
    return [each for each in effects if isinstance(each, Prune)]


def prove(
    made: World, number: int = 2, *, guard: Guard | None = None, descends: bool = True
) -> list[Effect]:
    """Git says what it was asked; all that is written to the inventory is stored."""
    problem = Blocked(guard, "Git says no") if guard is not None else None
    return made.stored(made.feed(Proved(SPEC.name, commit(number).id, problem, descends)))


def cycle(made: World, number: int = 2) -> list[Effect]:
    """The next look, which Git has nothing against."""
    effects = tick(made)
    assert asked(effects)
    return effects + prove(made, number)


def tick(made: World, seconds: float = LOOKS_APART_S) -> list[Effect]:
    """Time passes, and the cluster is heard of."""
    made.now += seconds
    effects = made.feed(ClusterSeen("prod"))
    return effects + made.wait(0.0)


def gone(made: World, effect: Prune, *, seen: bool = True) -> list[Effect]:
    """The server deletes an object; the watch says so."""
    effects = made.feed(Pruned(effect.key, effect.uid))
    if seen:
        effects += made.change(CONFIG_MAP, effect.key.ref.name, None)
    return made.stored(effects)


def ordered(made: World, *names: str) -> Plan:
    """The plan that a person is shown who wants these objects pruned."""
    keys = frozenset(key(CONFIG_MAP, name) for name in names)
    for effect in made.feed(PreparePlan(7, keys, prune=True)):
        if isinstance(effect, CheckAccess):
            made.feed(PlanPrepared(7, effect.plan))
    plan = made.state.answers[7]
    assert isinstance(plan, Plan)
    return plan


def accept(made: World, plan: Plan, *, confirmed: bool = False, run: int = 1) -> list[Effect]:
    """A person, or a word in advance, accepts a plan."""
    return made.stored(made.feed(Execute(run, plan, confirmed)))


def recorded(made: World) -> set[str]:
    """The names that stand in the inventory."""
    return {each.name for each in made.state.apps[SPEC.name].stored}


def problems(made: World, run: int = 1) -> list[str]:
    return [each.words for each in made.run(run).problems]
