"""The two sides of an engine as scripts: what they say and refuse is up to the test."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from core.clock import Clock
from core.compare import canonical
from core.engine import Engine
from core.engine.inbox import Inbox
from core.engine.performing import Performer
from core.engine.seams import Adapters
from core.errors import UnavailableError
from core.health import Behind
from core.journal import Entry
from core.meter import UNMETERED, Meter
from core.model import (
    Actor,
    AppSpec,
    AuditEvent,
    Claim,
    Commit,
    CommitShown,
    Confidence,
    Desired,
    Document,
    Home,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Operation,
    Pause,
    Resource,
    RevertPlan,
    Snapshot,
)
from core.model.answers.adoptions import AdoptPlan
from core.model.answers.comparisons import Comparison, End
from core.model.controllers.leads import UNDIVIDED, Lead, Leads
from core.model.journal import Aim, Done, Intent, Outcome
from core.model.requests import Apply, Delete, Edit, Request
from core.reconcile.memory.effects import (
    NOT_NARROWED,
    Effect,
    LookBack,
    LookUp,
    ReadCommit,
    Recall,
    Within,
)
from core.reconcile.memory.inputs import (
    ClusterFound,
    Input,
    KindListed,
    LeadsSeen,
    LiveChanged,
    SchemaRead,
    SourceRead,
)
from core.reconcile.memory.results import (
    CommitRead,
    Confirmed,
    Explained,
    InventoryRow,
    LookedBack,
    Proved,
    Recalled,
)
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SCHEMAS,
    SPEC,
    beginning,
    commit,
    document,
    key,
    live,
    ref,
)

REPOSITORY = "/srv/config.git"
ALICE = Actor("kubectl-edit", Operation.UPDATE, None, None, None, "alice", Confidence.AUDIT)


@dataclass
class Script:
    """What each method of an adapter raises, and every call that was made."""

    errors: dict[str, Exception] = field(default_factory=dict)
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def play(self, method: str, *said: str) -> None:
        """Note a call, and fail if the script says so."""
        self.calls.append((method, *said))
        error = self.errors.get(f"{method} {said[0]}" if said else method) or self.errors.get(
            method
        )
        if error is not None:
            raise error

    def count(self, method: str) -> int:
        return sum(call[0] == method for call in self.calls)


class ScriptedCluster:
    """An API server that holds ConfigMaps."""

    def __init__(self, inbox: Inbox, script: Script, name: str) -> None:
        self.script, self._inbox, self._name = script, inbox, name
        self.objects: dict[ObjectRef, Live] = {}
        self.forbidden: set[str] = set()  # verbs
        self.hold: asyncio.Event | None = None  # dry-runs wait for it
        self.slow: asyncio.Event | None = None  # writes wait for it
        self.writing = asyncio.Event()  # one began
        self.dry_running = self.dry_running_at_most = 0
        self.inventory: tuple[InventoryRow, ...] = ()
        self.elsewhere = ""
        self.entered = ""  # the run that prunes
        self.pods_there: tuple[Live, ...] = ()

    async def run(self) -> None:
        self.script.play("run")
        found = ClusterFound(self._name, "ctx", "https://prod", "v1.37.2", "default", RESOURCES)
        self._inbox.put(found)
        self._inbox.put(SchemaRead(self._name, CONFIG_MAP, SCHEMAS[CONFIG_MAP]))
        await asyncio.Event().wait()

    def follow(
        self,
        kinds: frozenset[KindRef],
        namespaces: frozenset[str] | None,  # noqa: ARG002 - everything is in one
        *,
        surveyed: frozenset[KindRef] = frozenset(),  # noqa: ARG002 - nothing is owned
        owned: frozenset[str] = frozenset(),  # noqa: ARG002
        within: Within = NOT_NARROWED,  # noqa: ARG002
    ) -> None:
        for kind in kinds:
            self._inbox.put(KindListed(self._name, kind, dict(self.objects)))

    def change(self, name: str, made: Live | None) -> None:
        """Somebody changes one object; the watch tells it."""
        place = ref(CONFIG_MAP, name)
        if made is None:
            self.objects.pop(place, None)
        else:
            self.objects[place] = made
        self._inbox.put(LiveChanged(self._name, CONFIG_MAP, ((place, made),)))

    async def dry_run(
        self, key: Key, desired: Desired, live: Live, request: Apply | Edit
    ) -> Confirmed:
        self.dry_running += 1
        self.dry_running_at_most = max(self.dry_running, self.dry_running_at_most)
        try:
            await asyncio.sleep(0)
            if self.hold is not None:
                await self.hold.wait()
            self.script.play("dry_run", key.ref.name)
        finally:
            self.dry_running -= 1
        if isinstance(request, Edit):
            return Confirmed(key, desired, live, predicted=desired.body, patch=request)
        return Confirmed(key, desired, live, predicted=request.body)

    async def try_out(self, request: Apply) -> None:
        self.script.play("try_out", request.ref.name)

    async def perform(
        self,
        app: str,  # noqa: ARG002
        requests: Sequence[Request],
        live: Live | None,
    ) -> tuple[Live | None, ...]:
        self.writing.set()
        if self.slow is not None:
            await self.slow.wait()
        left: list[Live | None] = []
        for request in requests:
            if isinstance(request, Delete):
                self.script.play("delete", request.ref.name)
                self.change(request.ref.name, None)
                left.append(None)
                continue
            assert isinstance(request, Apply)  # Git is applied whole
            self.script.play("apply", request.ref.name)
            version = int(live.resource_version) + 1 if live is not None else 100
            body = json.loads(request.body)
            body["metadata"] |= {"uid": "u1", "resourceVersion": str(version)}
            live = Live("u1", str(version), json.dumps(body).encode())
            self.change(request.ref.name, live)
            left.append(live)
        return tuple(left)

    async def read(self, api_version: str, ref: ObjectRef) -> Live | None:  # noqa: ARG002
        self.script.play("read", ref.name)
        return self.objects.get(ref)

    async def pods(self, behind: Behind) -> tuple[Live, ...]:
        self.script.play("pods", behind.selector)
        return self.pods_there

    async def may(self, verb: str, resource: Resource, namespace: str, name: str) -> bool:  # noqa: ARG002
        self.script.play("may", name, verb)
        return verb not in self.forbidden

    async def read_inventory(
        self,
        app: str,
        namespace: str,
        home: Home,  # noqa: ARG002
        claim: Claim | None = None,  # noqa: ARG002
    ) -> tuple[InventoryRow, ...]:
        self.script.play("read_inventory", app, namespace)
        return self.inventory

    async def write_inventory(  # noqa: PLR0913, PLR0917 - as it is asked
        self,
        app: str,
        namespace: str,
        home: Home,  # noqa: ARG002
        rows: Sequence[InventoryRow],
        asked: str = "",  # noqa: ARG002
        run: str = "",
        commit: str = "",  # noqa: ARG002
    ) -> None:
        self.script.play("write_inventory", app, namespace)
        self.inventory, self.entered = tuple(rows), run or self.entered

    async def applied_commit(self, app: str, namespace: str) -> str:
        self.script.play("applied_commit", app, namespace)
        return "c" * 40

    async def check_record(
        self,
        app: str,
        namespace: str,  # noqa: ARG002
        run: str,
        row: tuple[ObjectRef, str],
    ) -> str:
        self.script.play("check_record", app)
        assert run == self.entered
        assert row in {(each.ref, each.uid) for each in self.inventory}
        return self.elsewhere

    async def write_pause(
        self,
        app: str,
        namespace: str,
        home: Home,  # noqa: ARG002
        ref: ObjectRef | None,  # noqa: ARG002
        pause: Pause | None,
    ) -> tuple[Pause, ...]:
        self.script.play("write_pause", app, namespace)
        return () if pause is None else (pause,)

    async def writes_of(self, kind: KindRef, ref: ObjectRef) -> Sequence[AuditEvent]:  # noqa: ARG002
        self.script.play("writes_of", ref.name)
        return ()


class ScriptedSources:
    """A repository that was read already."""

    def __init__(self, inbox: Inbox, script: Script, documents: Iterable[Document]) -> None:
        self.script, self._inbox = script, inbox
        self.documents = tuple(documents)

    async def run(self) -> None:
        self.script.play("sources")
        self.read(commit())
        await asyncio.Event().wait()

    def read(self, revision: Commit) -> None:
        """The folder is read at a new commit."""
        self._inbox.put(SourceRead(SPEC.name, revision, self.documents, ()))

    def look_again(self, app: str) -> None:
        self.script.play("look_again", app)

    async def proved(self, app: str, since: str) -> Proved:
        self.script.play("proved", app, since)
        return Proved(app, commit().id)


class ScriptedAttribution:
    """Says of everything that Alice did it."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def meet(self, spec: AppSpec) -> None:
        self.script.play("meet", spec.name)

    def look_up(self, asked: LookUp, events: Sequence[AuditEvent]) -> Explained:  # noqa: ARG002
        self.script.play("look_up", asked.key.ref.name)
        changes = tuple(replace(change, actor=ALICE) for change in asked.changes)
        return Explained(asked.key, asked.desired, asked.live, changes)

    def recall(self, asked: Recall) -> Recalled:
        self.script.play("recall", asked.key.ref.name)
        return Recalled(asked.key, asked.revision, ())

    def look_back(self, asked: LookBack) -> LookedBack:
        self.script.play("look_back", asked.key.ref.name)
        return LookedBack(asked.request, asked.key)

    def show(self, asked: ReadCommit) -> CommitRead:
        self.script.play("show", asked.app, asked.commit)
        return CommitRead(asked.request, CommitShown(asked.commit, "why", ("a.yaml",), "-a\n+b\n"))


class ScriptedReverts:
    """Plans and makes reverts."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def meet(self, spec: AppSpec) -> None:
        self.script.play("meet", spec.name)

    def planned(self, app: str, commit: str, *, back: bool = False, begins: str = "") -> RevertPlan:
        self.script.play("planned", app, commit)
        target = Commit(commit, "Ada <a@b>", "2026-11-01T10:00:00Z", "change")
        pair = (
            document(CONFIG_MAP, "a", data={"a": "1"}),
            document(CONFIG_MAP, "a", data={"a": "0"}),
        )
        files = ("a.yaml",)
        plan = RevertPlan(app, target, "main", "f" * 40, files, "-a\n+b\n", restated=(pair,))
        restores = "web" if back else None
        return replace(plan, branch=begins or "main", begins=bool(begins), restores=restores)

    def aim(self, plan: RevertPlan) -> Aim:
        return Aim(REPOSITORY, plan.branch, plan.parent, plan.mark)

    def repository(self, app: str) -> str:  # noqa: ARG002 - all are in one
        return REPOSITORY

    def made(self, plan: RevertPlan) -> str:
        self.script.play("made", plan.app)
        return "e" * 40

    def is_in(self, app: str, revert: str, head: str) -> bool:
        self.script.play("is_in", app, revert, head)
        return True


class ScriptedAdopting:
    """Finds one file to edit, and edits it."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def meet(self, spec: AppSpec) -> None:
        self.script.play("meet", spec.name)

    def planned(self, wanted: AdoptPlan) -> AdoptPlan:
        self.script.play("adoption", wanted.app)
        branch = wanted.branch or "main"
        return replace(wanted, branch=branch, files=("a.yaml",), diff="-a\n+b\n")

    def made(self, plan: AdoptPlan) -> str:
        self.script.play("adopted", plan.app)
        return "d" * 40

    def aim(self, plan: AdoptPlan) -> Aim:
        return Aim(REPOSITORY, plan.branch, plan.revision, plan.mark)


class ScriptedMarks:
    """Finds what the script says was committed."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.commits: dict[str, str] = {}  # by mark

    def find(self, aim: Aim) -> str | None:
        self.script.play("find", aim.mark)
        return self.commits.get(aim.mark)


class ScriptedComparing:
    """Finds nothing apart."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def look_back(self, asked: LookBack) -> LookedBack:
        self.script.play("look_back_rendered", asked.key.ref.name)
        return LookedBack(asked.request, asked.key)

    def compared_at(self, before: AppSpec, after: AppSpec) -> Comparison:
        self.script.play("compared", before.revision, after.revision)
        return Comparison(End(before), End(after), same=1)


class ScriptedJournal:
    """Remembers what was written down, in its order among everything else."""

    def __init__(self, script: Script) -> None:
        self.done: tuple[Done, ...] = ()
        self.script = script
        self.intents: list[Intent] = []
        self.outcomes: dict[int, Outcome] = {}
        self.open: list[Entry] = []

    async def begin(self, intent: Intent) -> int:
        self.script.play("begin", intent.deed)
        self.intents.append(intent)
        return len(self.intents)

    async def end(self, number: int, outcome: Outcome) -> None:
        self.script.play("end", outcome.ending)
        self.outcomes[number] = outcome

    async def to_undo(
        self, number: int | None, apps: frozenset[str], *, again: bool = False
    ) -> tuple[Done, ...]:
        self.script.play("to_undo", str(number), *sorted(apps), *(("again",) if again else ()))
        return self.done

    async def left_open(self, cluster: str) -> list[Entry]:
        return [entry for entry in self.open if entry.intent["cluster"] == cluster]

    def close(self) -> None:
        self.script.play("close_journal")


class Time:
    """A clock of the test's own: sleeps end when it is moved on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.each_look_s = 0.0  # so much passes whenever somebody looks at the clock
        self.naps: list[float] = []
        self._sleepers: list[tuple[float, asyncio.Event]] = []
        self.clock = Clock(monotonic=self._look, wall=lambda: self.now, sleep=self._sleep)

    def _look(self) -> float:
        self.now += self.each_look_s
        return self.now

    async def _sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        over = asyncio.Event()
        self._sleepers.append((self.now + seconds, over))
        await over.wait()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        for at, over in self._sleepers:
            if at <= self.now:
                over.set()


def _applied(stated: Document) -> InventoryRow:
    """What the inventory says of an object that we applied as it is stated."""
    resource, schema = RESOURCES[CONFIG_MAP], SCHEMAS[CONFIG_MAP]
    made = canonical(stated, resource, schema, namespace="web", digest_key=b"d")
    return InventoryRow(made.ref, "u1", made.digest)


class ScriptedLeads:
    """Leases that a test gives and takes."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.ready = False
        self.handed_over: list[int] = []
        self.lost = asyncio.Event()
        self._over = asyncio.Event()

    def give(self, lead: Lead) -> None:
        """The only share is led so from now on."""
        self._inbox.put(LeadsSeen(Leads((lead,))))

    async def run(self) -> None:
        await self.lost.wait()
        raise UnavailableError("the Lease driftdeck is lost")

    def be_ready(self) -> None:
        self.ready = True

    async def hand_over(self, share: int) -> None:
        self.handed_over.append(share)
        self._over.set()

    async def close(self) -> None:
        self.give(replace(LEADS, leaving=True))
        await self._over.wait()


LEADS = Lead(holder="me", ours=True, until=1e12)


class World:
    """One app on one scripted cluster, and the engine between them."""

    def __init__(
        self,
        *names: str,
        healing: bool = False,
        writing: bool = True,
        leased: bool = False,
        meter: Meter = UNMETERED,
    ) -> None:
        self.script, self.time, self.inbox = Script(), Time(), Inbox(meter=meter)
        documents = [document(CONFIG_MAP, name, data={"a": "1"}) for name in names]
        self.journal, self.marks = ScriptedJournal(self.script), ScriptedMarks(self.script)
        self.cluster = ScriptedCluster(self.inbox, self.script, "prod")
        self.sources = ScriptedSources(self.inbox, self.script, documents)
        for name in names:
            self.cluster.objects[ref(CONFIG_MAP, name)] = live(CONFIG_MAP, name, 5, data={"a": "1"})
        if healing:  # of what nobody recorded it would take possession first
            self.cluster.inventory = tuple(map(_applied, documents))
        leads = Leads((Lead(),)) if leased else UNDIVIDED
        state = beginning(healing=healing, writing=writing, leads=leads)
        self.leads = ScriptedLeads(self.inbox)
        self.adapters = Adapters(
            clusters={"prod": self.cluster},
            sources=self.sources,
            attribution=ScriptedAttribution(self.script),
            reverts=ScriptedReverts(self.script),
            comparing=ScriptedComparing(self.script),
            marks=self.marks,
            adopting=ScriptedAdopting(self.script),
            journal=self.journal,
            leads=self.leads if leased else None,
            meter=meter,
        )
        self.engine = Engine(state, self.inbox, self.adapters, clock=self.time.clock)

    def performer(self) -> Performer:
        """What performs effects, without an engine."""
        return Performer(
            self.adapters, self.inbox.put, branches={SPEC.name: "main"}, clock=self.time.clock
        )

    async def performed(self, effect: Effect) -> list[Input]:
        """Perform one effect; return what comes of it."""
        async with asyncio.TaskGroup() as tasks:
            self.performer().perform(effect, tasks)
        return [self.inbox.next() for _ in range(len(self.inbox))]

    async def newest(self) -> Snapshot:
        return await self.until(lambda _: True)

    def drift(self, name: str, value: str = "2", version: int = 6) -> None:
        """Somebody changes an object."""
        self.cluster.change(name, live(CONFIG_MAP, name, version, data={"a": value}))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.engine.run())
        try:
            yield
        finally:
            alive = not task.done()
            task.cancel()
            (ended,) = await asyncio.gather(task, return_exceptions=True)
            assert alive, ended

    async def until(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        """Wait for a snapshot for which *holds*."""
        async with asyncio.timeout(60):
            async for snapshot in self.engine.snapshots():
                if holds(snapshot):
                    return snapshot
        raise AssertionError

    async def complete(self) -> Snapshot:
        return await self.until(lambda s: s.complete)

    async def drifted(self, name: str) -> Snapshot:
        """Somebody changes an object, and the server's word for it arrives."""
        self.drift(name)
        place = key(CONFIG_MAP, name)
        return await self.until(
            lambda s: s.rows[place].verdict == "drifted" and not s.rows[place].confirming
        )
