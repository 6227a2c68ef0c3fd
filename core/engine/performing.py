"""Performing effects: each becomes a task of the engine's group that ends with exactly one input.

Refusals are data: what the other side said travels in the input, and everything else goes on.
Only bugs escape, and those end the engine.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, assert_never

import msgspec

from core.clock import Clock
from core.engine.commits.announced import Announced
from core.engine.failing import Asking, answer, failed
from core.engine.journalled import Journalled
from core.engine.seams import Adapters, ClusterLike
from core.engine.trying import tried, tried_new
from core.errors import OutdatedError, ProductError, UsageError
from core.health import trouble
from core.meter import DRY_RUNS
from core.model import Blocked, Healths, Live, Step
from core.model.journal import Done
from core.reconcile.acting.prune.pruning import last_word
from core.reconcile.memory.effects import (
    CheckAccess,
    CompareStates,
    ComputeAdoption,
    ComputeRevert,
    Confirm,
    Effect,
    FindDone,
    FindRevert,
    Follow,
    HandOver,
    LookBack,
    LookUp,
    MakeAdoption,
    MakeRevert,
    Meet,
    Perform,
    Pods,
    Prove,
    Prune,
    ReadCommit,
    ReadInventory,
    ReadPods,
    ReadSource,
    Recall,
    WakeAt,
    WriteInventory,
    WritePause,
)
from core.reconcile.memory.inputs import Input, Tick
from core.reconcile.memory.results import (
    AdoptionMade,
    AdoptionPrepared,
    Applied,
    Compared,
    Confirmed,
    DoneFound,
    Examined,
    InventoryRead,
    InventoryWritten,
    PauseWritten,
    PlanPrepared,
    Pruned,
    Reverted,
    RevertFound,
)
from core.remedy import verbs

DRY_RUNS_MAX: Final = 16  # 1,050 to 1,170/s on a local server; one at a time 420 to 540


class Performer:
    """Turns effects into tasks."""

    def __init__(
        self,
        adapters: Adapters,
        put: Callable[[Input], None],
        *,
        branches: Mapping[str, str],
        clock: Clock,
    ) -> None:
        """Act on *adapters*, and *put* results; *branches* are the revisions that apps follow."""
        self._adapters, self._put = adapters, put
        self._branches, self._clock = dict(branches), clock
        self._contacted: set[str] = set()
        kept = (adapters.journal, adapters.clusters, adapters.marks, adapters.meter)
        self._journalled = Journalled(*kept)
        self.finish = self._journalled.finish  # what writes is in there
        self._commits = Announced(adapters, self._journalled)
        self._dry_runs: dict[str, deque[tuple[float, Confirm]]] = {}
        self._dry_running: Counter[str] = Counter()
        self._wakes: set[float] = set()

    def perform(self, effect: Effect, tasks: asyncio.TaskGroup) -> None:
        """Start one effect in *tasks*; its result comes as an input."""
        match effect:
            case Follow(name, kinds, namespaces, surveyed, owned, within):
                cluster = self._adapters.clusters[name]
                cluster.follow(kinds, namespaces, surveyed=surveyed, owned=owned, within=within)
            case ReadSource(app):
                self._adapters.sources.look_again(app)
            case Meet(spec):
                self._branches[spec.name] = spec.revision
                self._adapters.attribution.meet(spec)
                self._adapters.reverts.meet(spec)
                self._adapters.adopting.meet(spec)
                self.contact(spec.cluster, tasks)
            case WakeAt(at):
                if at not in self._wakes:
                    self._wakes.add(at)
                    tasks.create_task(self._wake(at))
            case Confirm():
                self._queue(effect, tasks)
            case HandOver(share):
                assert self._adapters.leads is not None, "somebody divides the apps"
                tasks.create_task(self._adapters.leads.hand_over(share))
            case _:
                tasks.create_task(self._finish(effect))

    def contact(self, cluster: str, tasks: asyncio.TaskGroup) -> None:
        """Have a cluster followed from now on, for an app needs it."""
        if cluster not in self._contacted:
            self._contacted.add(cluster)
            running = self._adapters.clusters[cluster].run()
            tasks.create_task(running, name=f"cluster {cluster}")

    async def _wake(self, at: float) -> None:
        await self._clock.sleep(max(0.0, at - self._clock.wall()))
        self._wakes.discard(at)
        self._put(Tick())

    def _queue(self, effect: Confirm, tasks: asyncio.TaskGroup) -> None:
        """Dry-runs come by the thousand: a few tasks for each cluster take one after the other."""
        waiting = self._dry_runs.setdefault(effect.cluster, deque())
        waiting.append((self._clock.monotonic(), effect))
        self._adapters.meter.queued(DRY_RUNS)
        if self._dry_running[effect.cluster] < DRY_RUNS_MAX:
            self._dry_running[effect.cluster] += 1
            tasks.create_task(self._confirm_all(effect.cluster, waiting))

    async def _confirm_all(self, cluster: str, waiting: deque[tuple[float, Confirm]]) -> None:
        meter, monotonic = self._adapters.meter, self._clock.monotonic
        while waiting:
            since, effect = waiting.popleft()
            began = monotonic()
            meter.taken(DRY_RUNS, began - since)
            said = await self._finish(effect)
            if isinstance(said, Confirmed) and said.retry:
                meter.retried(DRY_RUNS)
            meter.worked(DRY_RUNS, monotonic() - began)
        self._dry_running[cluster] -= 1

    async def _finish(self, effect: Asking) -> Input:
        otherwise = partial(failed, effect, branches=self._branches)
        said = await answer(self._asked(effect), otherwise)
        self._put(said)
        return said

    async def _asked(  # noqa: C901, PLR0911, PLR0912 - one case each
        self, effect: Asking
    ) -> Input:
        """Do what *effect* says and return what came of it.

        Raises:
            ProductError: Nothing came of it.
        """
        match effect:
            case Confirm():
                return await self._confirm(effect)
            case Perform():
                return await self._perform(effect)
            case Prove(name, app, namespace):
                since = await self._adapters.clusters[name].applied_commit(app, namespace)
                return await self._adapters.sources.proved(app, since)
            case Prune():
                return await self._prune(effect)
            case ReadInventory(name, app, namespace, home, claim, writes):
                cluster = self._adapters.clusters[name]
                if writes:
                    await self._journalled.look_back(name)
                rows = await cluster.read_inventory(app, namespace, home, claim)
                return InventoryRead(app, rows)
            case WriteInventory():
                return await self._write_inventory(effect)
            case LookBack():
                return await asyncio.to_thread(self._looked_back, effect)
            case WritePause(run, name, app, namespace, ref, pause, home):
                write = self._adapters.clusters[name].write_pause
                return PauseWritten(run, app, await write(app, namespace, home, ref, pause))
            case FindDone():
                return DoneFound(effect.request, await self._found_done(effect), again=effect.again)
            case ReadPods():
                return await self._read_pods(effect)
            case CheckAccess():
                return await self._check_access(effect)
            case LookUp():
                return await self._look_up(effect)
            case Recall():
                return await asyncio.to_thread(self._adapters.attribution.recall, effect)
            case ComputeRevert():
                return await self._commits.planned(effect)
            case ReadCommit():
                return await asyncio.to_thread(self._adapters.attribution.show, effect)
            case CompareStates(request, before, after):
                apart = self._adapters.comparing.compared_at
                return Compared(request, await asyncio.to_thread(apart, before, after))
            case MakeRevert(run, plan):
                return Reverted(run, plan.app, await self._commits.reverted(plan))
            case ComputeAdoption(request, plan):
                planned = self._adapters.adopting.planned
                return AdoptionPrepared(request, await asyncio.to_thread(planned, plan))
            case MakeAdoption(run, plan):
                return AdoptionMade(run, await self._commits.adopted(plan))
            case FindRevert(run, app, revert, head):
                is_in = self._adapters.reverts.is_in
                return RevertFound(run, head, await asyncio.to_thread(is_in, app, revert, head))
            case _:
                assert_never(effect)

    async def _confirm(self, effect: Confirm) -> Input:
        cluster = self._adapters.clusters[effect.cluster]
        return await cluster.dry_run(effect.key, effect.desired, effect.live, effect.request)

    async def _perform(self, effect: Perform) -> Input:
        cluster = self._adapters.clusters[effect.cluster]
        send = partial(cluster.perform, effect.key.app, effect.requests, effect.live)
        *passed, live = await self._journalled.write(effect.intent, send, _version_after)
        between = tuple(made.resource_version for made in passed if made is not None)
        return Applied(effect.key, effect.desired, live, between=between, at=self._clock.wall())

    async def _prune(self, effect: Prune) -> Input:
        """Delete an object, if it and the inventory still are what they were; none is right, too.

        A delete whose answer was lost is not sent again: the next look says what became of it.
        """
        cluster, key = self._adapters.clusters[effect.cluster], effect.key
        row = (key.ref, effect.uid)
        other = await cluster.check_record(key.app, effect.namespace, effect.run, row)
        live = await cluster.read(effect.request.kind.api_version, key.ref)
        if live is None:
            return Pruned(key, effect.uid)
        said = last_word(effect, live, other)
        if isinstance(said, Blocked):
            return Pruned(key, effect.uid, kept=said)
        intent = replace(effect.intent, version=live.resource_version)
        send = partial(cluster.perform, key.app, (said,), live)
        await self._journalled.write(intent, send, _version_after)
        return Pruned(key, effect.uid)

    async def _write_inventory(self, effect: WriteInventory) -> Input:
        cluster, app = self._adapters.clusters[effect.cluster], effect.app
        place, asked = (app, effect.namespace, effect.home), effect.asked
        notes = (asked, effect.run, effect.commit)
        try:
            await cluster.write_inventory(*place, effect.rows, *notes)
        except OutdatedError as error:
            rows = await cluster.read_inventory(*place)
            return InventoryRead(app, rows, instead=str(error), asked=asked)
        return InventoryWritten(app, effect.rows)

    async def _look_up(self, effect: LookUp) -> Input:
        cluster = self._adapters.clusters[effect.cluster]
        events = await cluster.writes_of(effect.kind, effect.key.ref)
        return await asyncio.to_thread(self._adapters.attribution.look_up, effect, events)

    def _looked_back(self, effect: LookBack) -> Input:
        rendered = effect.document.made is not None and not effect.document.sealed
        adapters = self._adapters
        looks = adapters.comparing.look_back if rendered else adapters.attribution.look_back
        return looks(effect)

    async def _found_done(self, effect: FindDone) -> tuple[Done, ...]:
        record = self._adapters.journal.to_undo
        found = tuple(await record(effect.number, effect.apps, again=effect.again))
        if effect.number is not None and not found:
            raise UsageError(f"the journal has no entry {effect.number}")
        return found

    async def _read_pods(self, effect: ReadPods) -> Input:
        async with asyncio.TaskGroup() as tasks:
            reads = {
                pods.key: tasks.create_task(answer(self._told_by(pods), _unread))
                for pods in effect.wanted
            }
        found = dict(effect.known.of)
        for key, read in reads.items():
            words = "; ".join(filter(None, (found[key].words, read.result())))
            found[key] = replace(found[key], words=words)
        return Examined(effect.request, Healths(found))

    async def _told_by(self, pods: Pods) -> str:
        read = await self._adapters.clusters[pods.cluster].pods(pods.behind)
        return trouble(msgspec.json.decode(pod.body) for pod in read)

    async def _check_access(self, effect: CheckAccess) -> Input:
        cluster = self._adapters.clusters[effect.plan.cluster]
        room = asyncio.Semaphore(DRY_RUNS_MAX)
        async with asyncio.TaskGroup() as tasks:
            checks = [
                tasks.create_task(self._checked(cluster, effect, step, room))
                for step in effect.plan.steps
            ]
        found = [check.result() for check in checks]
        plan = replace(effect.plan, steps=tuple(step for step, _ in found))
        blocking = {step.key: paths for step, paths in found if paths is not None}
        return PlanPrepared(effect.request, plan, blocking)

    async def _checked(
        self, cluster: ClusterLike, effect: CheckAccess, step: Step, room: asyncio.Semaphore
    ) -> tuple[Step, tuple[str, ...] | None]:
        if step.problem:
            return step, None
        problem = await answer(_problem_of(cluster, effect, step), str)
        trial = effect.trials.get(step.key)
        if problem:
            return replace(step, problem=problem), None
        async with room:
            if trial is not None:
                problem, blocking = await tried(cluster, step, trial)
                return replace(step, problem=problem), blocking
            return await tried_new(cluster, step), None


def _unread(error: ProductError) -> str:
    return f"its pods cannot be read: {error}"


def _version_after(left: tuple[Live | None, ...]) -> str | None:
    return left[-1].resource_version if left and left[-1] is not None else None


async def _problem_of(cluster: ClusterLike, effect: CheckAccess, step: Step) -> str:
    """Say why one step cannot be done; "" when it can."""
    ref = step.key.ref
    resource = effect.resources.get(step.kind)
    if resource is None:
        return f"the cluster serves no {step.kind.kind} any more"
    for verb in verbs(step):
        if not await cluster.may(verb, resource, ref.namespace, ref.name):
            where = f" in namespace {ref.namespace}" if ref.namespace else ""
            return f"you may not {verb} {resource.plural}{where}"
    return ""
