"""Performing effects: each becomes a task that ends with exactly one input.

Refusals are data: what the other side said travels in the input, and everything else goes on.
Only bugs escape, and those end the engine.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Final, assert_never

from core.cluster import Cluster
from core.engine.sources import Sources
from core.errors import OutdatedError, ProductError, UnavailableError
from core.model import Step, Verb
from core.reconcile.audit import attribute, maker, remover
from core.reconcile.memory.effects import (
    Apply,
    CheckAccess,
    ComputeRevert,
    Confirm,
    Effect,
    Follow,
    LookUp,
    MakeRevert,
    ReadInventory,
    ReadSource,
    WakeAt,
    WriteInventory,
)
from core.reconcile.memory.inputs import (
    Applied,
    Input,
    InventoryRead,
    InventoryWritten,
    PlanPrepared,
)

DRY_RUNS_MAX: Final = 16  # 1,050 to 1,170/s on a local server; one at a time 420 to 540


class Performer:
    """Turns effects into tasks of the engine's group."""

    def __init__(
        self,
        clusters: Mapping[str, Cluster],
        sources: Sources,
        take: Callable[[Input], None],
        tasks: asyncio.TaskGroup,
    ) -> None:
        """Hold what effects act on, and where their results go."""
        self._clusters = clusters
        self._sources = sources
        self._take = take
        self._tasks = tasks
        self._dry_runs: dict[str, deque[Confirm]] = {}
        self._dry_running: Counter[str] = Counter()

    def perform(self, effect: Effect) -> None:  # noqa: C901 - one case per effect is the point
        """Start one effect; its result comes as an input."""
        match effect:
            case Follow(cluster, kinds, namespaces, surveyed, owned):
                adapter = self._clusters[cluster]
                adapter.follow(kinds, namespaces, surveyed=surveyed, owned=owned)
            case Confirm():
                self._queue(effect)
            case Apply():
                self._start(self._apply(effect))
            case ReadInventory():
                self._start(self._read_inventory(effect))
            case WriteInventory():
                self._start(self._write_inventory(effect))
            case CheckAccess():
                self._start(self._check_access(effect))
            case LookUp():
                self._start(self._look_up(effect))
            case ComputeRevert():
                self._start(self._sources.compute_revert(effect))
            case MakeRevert():
                self._start(self._sources.make_revert(effect))
            case ReadSource(app):
                self._start(self._sources.read(app))
            case WakeAt():
                raise AssertionError(effect)  # the engine's own clock does this
            case _:
                assert_never(effect)

    def _queue(self, effect: Confirm) -> None:
        """Dry-runs come by the thousand: a few tasks for each cluster take one after the other."""
        waiting = self._dry_runs.setdefault(effect.cluster, deque())
        waiting.append(effect)
        if self._dry_running[effect.cluster] < DRY_RUNS_MAX:
            self._dry_running[effect.cluster] += 1
            self._tasks.create_task(self._confirm_all(effect.cluster, waiting))

    async def _confirm_all(self, cluster: str, waiting: deque[Confirm]) -> None:
        while waiting:
            self._take(await self._confirm(waiting.popleft()))
        self._dry_running[cluster] -= 1

    def _start(self, work: Coroutine[None, None, Input | None]) -> None:
        self._tasks.create_task(self._finish(work))

    async def _finish(self, work: Coroutine[None, None, Input | None]) -> None:
        happened = await work
        if happened is not None:
            self._take(happened)

    async def _confirm(self, effect: Confirm) -> Input:
        cluster = self._clusters[effect.cluster]
        answer = await cluster.dry_run(effect.key, effect.sent, effect.live)
        return replace(answer, desired=effect.desired)

    async def _look_up(self, effect: LookUp) -> Input:
        found = await self._sources.explain(effect)
        events = await self._clusters[effect.cluster].writes_of(effect.kind, effect.key.ref)
        if effect.live is None:
            return replace(found, actor=remover(events))
        if effect.desired is None:
            return replace(found, actor=maker(effect.actor, events))
        return replace(found, changes=attribute(found.changes, events, applied=effect.applied))

    async def _apply(self, effect: Apply) -> Input:
        cluster = self._clusters[effect.cluster]
        try:
            live = await cluster.apply(effect.sent, effect.live, effect.removed, effect.replaced)
        except ProductError as error:
            wait_s = error.retry_after_s if isinstance(error, UnavailableError) else None
            return Applied(effect.key, effect.desired, None, str(error), error.exit_code, wait_s)
        return Applied(effect.key, effect.desired, live)

    async def _read_inventory(self, effect: ReadInventory) -> Input:
        cluster = self._clusters[effect.cluster]
        try:
            rows = await cluster.read_inventory(effect.app, effect.namespace)
        except ProductError as error:
            return InventoryRead(effect.app, (), str(error))
        return InventoryRead(effect.app, rows)

    async def _write_inventory(self, effect: WriteInventory) -> Input:
        cluster = self._clusters[effect.cluster]
        try:
            await cluster.write_inventory(effect.app, effect.namespace, effect.rows)
        except ProductError as error:
            return InventoryWritten(effect.app, effect.rows, str(error))
        return InventoryWritten(effect.app, effect.rows)

    async def _check_access(self, effect: CheckAccess) -> Input:
        cluster = self._clusters[effect.plan.cluster]
        steps = await asyncio.gather(
            *(self._checked(cluster, effect, s) for s in effect.plan.steps)
        )
        return PlanPrepared(effect.request, replace(effect.plan, steps=tuple(steps)))

    async def _checked(self, cluster: Cluster, effect: CheckAccess, step: Step) -> Step:
        if step.problem:
            return step
        verbs = ("patch", "create") if step.verb is Verb.CREATE else ("patch",)
        ref = step.key.ref
        resource = effect.resources.get(step.kind)
        if resource is None:
            return replace(step, problem=f"the cluster serves no {step.kind.kind} any more")
        try:
            for verb in verbs:
                if not await cluster.may(verb, resource, ref.namespace, ref.name):
                    where = f" in namespace {ref.namespace}" if ref.namespace else ""
                    problem = f"you may not {verb} {resource.plural}{where}"
                    return replace(step, problem=problem)
        except (UnavailableError, OutdatedError) as error:
            return replace(step, problem=str(error))
        return step
