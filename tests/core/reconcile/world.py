"""A small world of values for the pure tests: one app, one cluster, a Deployment and a Service."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from core.compare import schemas
from core.model import (
    AppSpec,
    ClusterSpec,
    Commit,
    Document,
    Drift,
    EventName,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Plan,
    Problem,
    Remedy,
    Resource,
    RevertPlan,
    Run,
    Snapshot,
)
from core.model.controllers.leads import UNDIVIDED, Leads
from core.model.requests import Apply, Edit, Operation
from core.reconcile.memory.commands import Execute, PreparePlan
from core.reconcile.memory.effects import (
    CheckAccess,
    Confirm,
    Effect,
    Perform,
    Recall,
    WakeAt,
    WriteInventory,
)
from core.reconcile.memory.inputs import (
    ClusterFound,
    Input,
    KindListed,
    LiveChanged,
    SchemaRead,
    SourceRead,
    Tick,
)
from core.reconcile.memory.results import (
    Applied,
    Confirmed,
    InventoryRead,
    InventoryRow,
    InventoryWritten,
    PlanPrepared,
    Recalled,
    RevertPrepared,
)
from core.reconcile.memory.state import State, initial
from core.reconcile.memory.subjects import Subject
from core.reconcile.snapshots import snapshot
from core.reconcile.step import step

DEPLOYMENT = KindRef("apps/v1", "Deployment")
CONFIG_MAP = KindRef("v1", "ConfigMap")
SECRET = KindRef("v1", "Secret")
NAMESPACE = KindRef("v1", "Namespace")
PLURALS = {
    DEPLOYMENT: "deployments",
    CONFIG_MAP: "configmaps",
    SECRET: "secrets",
    NAMESPACE: "namespaces",
}
RESOURCES = {
    kind: Resource(kind, plural, namespaced=kind != NAMESPACE, has_status=kind == DEPLOYMENT)
    for kind, plural in PLURALS.items()
}
STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
METADATA = {"type": "object", "properties": {"labels": STRINGS, "annotations": STRINGS}}
OPENAPI: Any = {
    "components": {
        "schemas": {
            kind.kind: {
                "type": "object",
                "properties": {"metadata": METADATA, "data": STRINGS},
                "x-kubernetes-group-version-kind": [
                    {
                        "group": kind.group,
                        "version": kind.api_version.rpartition("/")[2],
                        "kind": kind.kind,
                    }
                ],
            }
            for kind in PLURALS
        }
    }
}
SCHEMAS = schemas(OPENAPI)
SPEC = AppSpec(name="shop", repo="/repo", revision="main", path="", cluster="prod", namespace="web")
HUMAN = {"manager": "kubectl-edit", "operation": "Update", "apiVersion": "v1"}


def body(kind: KindRef, name: str, **content: Any) -> dict[str, Any]:
    """An object as Git or the API server would give it."""
    metadata = {"name": name} | ({} if kind == NAMESPACE else {"namespace": "web"})
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata, **content}


def document(kind: KindRef, name: str, **content: Any) -> Document:
    """The same, as a file states it."""
    made = body(kind, name, **content)
    raw = json.dumps(made).encode()
    return Document(kind, made["metadata"].get("namespace"), name, raw, f"{name}.yaml", 1, 0)


def live(kind: KindRef, name: str, version: int, *, uid: str = "u1", **content: Any) -> Live:
    """The same, as the API server returned it."""
    managed = content.pop("managed", None)
    made = body(kind, name, **content)
    made["metadata"] |= {"uid": uid, "resourceVersion": str(version)}
    if managed:
        made["metadata"]["managedFields"] = managed
    return Live(uid, str(version), json.dumps(made).encode())


def ref(kind: KindRef, name: str) -> ObjectRef:
    return ObjectRef(kind.group, kind.kind, "" if kind == NAMESPACE else "web", name)


def key(kind: KindRef, name: str) -> Key:
    return Key(SPEC.name, ref(kind, name))


def commit(number: int = 1) -> Commit:
    return Commit(f"{number:040x}", "Ada <ada@example>", "2026-11-01T10:00:00Z", f"change {number}")


def writes(effects: Iterable[Effect]) -> list[Perform]:
    """The writes of objects among *effects*."""
    return [effect for effect in effects if isinstance(effect, Perform)]


def written(effects: Iterable[Effect]) -> list[Key]:
    """The objects that *effects* write."""
    return [effect.key for effect in writes(effects)]


def stated(effect: Effect) -> Any:
    """The fields that a write or a question states as ours; None where it edits alone."""
    assert isinstance(effect, Perform | Confirm)
    requests = effect.requests if isinstance(effect, Perform) else (effect.request,)
    bodies = [json.loads(each.body) for each in requests if isinstance(each, Apply)]
    return bodies[0] if bodies else None


def edited(effect: Effect) -> list[Operation]:
    """What a write changes beside that, place by place."""
    assert isinstance(effect, Perform)
    edits = [each for each in effect.requests if isinstance(each, Edit)]
    return [operation for edit in edits for operation in edit.operations]


def questions(effects: Iterable[Effect]) -> list[Confirm]:
    """The dry-runs among *effects*."""
    return [effect for effect in effects if isinstance(effect, Confirm)]


def alarms(effects: Iterable[Effect]) -> list[float]:
    """When *effects* ask to be woken."""
    return [effect.at for effect in effects if isinstance(effect, WakeAt)]


@dataclass
class World:
    """Feeds inputs to `step` and keeps what came of them."""

    state: State
    now: float = 1000.0
    effects: list[Effect] = field(default_factory=list)
    inputs: list[tuple[float, Input]] = field(default_factory=list)
    past: dict[str, tuple[Document, ...]] = field(default_factory=dict)  # by name: earlier commits

    def feed(self, *inputs: Input) -> list[Effect]:
        """Take inputs one after the other; returns only the effects of these."""
        made: list[Effect] = []
        for happened in inputs:
            effects = self.once(happened)
            made += effects
            while follow := self._at_once(effects):
                effects = [effect for each in follow for effect in self.once(each)]
                made += effects
        return made

    def _at_once(self, effects: Iterable[Effect]) -> list[Input]:
        """What comes of effects by itself: Git's past, noted wishes, time that is up."""
        told: list[Input] = [
            Recalled(each.key, each.revision, self.past.get(each.key.ref.name, ()))
            for each in effects
            if isinstance(each, Recall)
        ]
        told += [
            InventoryWritten(each.app, each.rows)
            for each in effects
            if isinstance(each, WriteInventory) and each.asked
        ]
        return told + [Tick()] * any(at <= self.now for at in alarms(effects))

    def once(self, happened: Input) -> list[Effect]:
        """Take one input, and leave for later what a step leaves for later."""
        self.inputs.append((self.now, happened))
        self.state, effects = step(self.state, happened, now=self.now)
        self.effects += effects
        return list(effects)

    def wait(self, seconds: float) -> list[Effect]:
        """Time passes."""
        self.now += seconds
        return self.feed(Tick())

    def read(self, *documents: Document, number: int = 1) -> list[Effect]:
        return self.feed(SourceRead(SPEC.name, commit(number), documents, ()))

    def read_through(self, *documents: Document, number: int) -> list[Effect]:
        """Read a commit; the server confirms whatever differs."""
        effects = self.read(*documents, number=number)
        for question in questions(effects):
            effects += self.agree(question)
        return effects

    def listing(self, kind: KindRef, objects: Iterable[tuple[str, Live]] = ()) -> list[Effect]:
        return self.listed("prod", kind, objects)

    def listed(
        self, cluster: str, kind: KindRef, objects: Iterable[tuple[str, Live]]
    ) -> list[Effect]:
        """What one cluster has of a kind."""
        listed = {ref(kind, name): found for name, found in objects}
        return self.feed(KindListed(cluster, kind, listed))

    def change(self, kind: KindRef, name: str, found: Live | None) -> list[Effect]:
        return self.feed(LiveChanged("prod", kind, ((ref(kind, name), found),)))

    def agree(self, effect: Effect) -> list[Effect]:
        """The server confirms: its dry-runs predict exactly what Git says."""
        assert isinstance(effect, Confirm)
        sides = (effect.key, effect.desired, effect.live)
        made = self.feed(Confirmed(*sides, predicted=effect.desired.body, patch=effect.patch))
        further = [each for each in questions(made) if each.patch is not None]
        return [*made, *(more for each in further for more in self.agree(each))]

    def accept(self, effect: Effect, version: int, uid: str = "u1") -> list[Effect]:
        """The server takes an apply; its answer is what Git says at *version*."""
        assert isinstance(effect, Perform)
        made = Live(uid, str(version), effect.desired.body)
        return self.feed(Applied(effect.key, effect.desired, made))

    def refuse(
        self,
        effect: Effect,
        words: str = "the server says no",
        *,
        remedy: Remedy = Remedy.CHANGE_GIT,
        retry_after_s: float | None = None,
    ) -> list[Effect]:
        """The server refuses a write."""
        assert isinstance(effect, Perform)
        refusal = Applied(effect.key, effect.desired, None, Problem(remedy, words, retry_after_s))
        return self.feed(refusal)

    def drift(self, name: str, version: int, **content: Any) -> list[Effect]:
        """Somebody changes a ConfigMap, and the server confirms that this is drift."""
        asked = self.change(CONFIG_MAP, name, live(CONFIG_MAP, name, version, **content))
        return self.agree(questions(asked)[0])

    def plan(self, *names: str) -> Plan:
        """The plan for ConfigMaps, as it is shown before permissions are looked up."""
        keys = frozenset(key(CONFIG_MAP, name) for name in names)
        made = [
            each.plan for each in self.feed(PreparePlan(1, keys)) if isinstance(each, CheckAccess)
        ]
        return made[0] if made else Plan("", ())

    def revert(
        self,
        *restated: tuple[Document | None, Document | None],
        number: int = 1,
        begins: bool = False,
        restores: str | None = None,
    ) -> RevertPlan:
        """A revert on commit *number*, as it is shown once everything about it was looked up."""
        made = RevertPlan(
            SPEC.name,
            commit(1),
            "main",
            commit(number).id,
            restated=restated,
            begins=begins,
            restores=restores,
        )
        for effect in self.feed(RevertPrepared(3, made)):
            if isinstance(effect, CheckAccess):
                self.feed(PlanPrepared(3, effect.plan))
        shown = self.state.answers[3]
        assert isinstance(shown, RevertPlan)
        return shown

    def execute(self, plan: Plan, run: int = 1) -> list[Effect]:
        """A person accepts a plan; the inventory takes what it is to hold."""
        return self.stored(self.feed(Execute(run, plan)))

    def stored(self, effects: list[Effect]) -> list[Effect]:
        """Return *effects*, and those of the inventory writes among them, which end."""
        return effects + self.recorded(effects)

    def recorded(self, effects: Iterable[Effect], problem: str = "") -> list[Effect]:
        """Every inventory write among *effects* ends."""
        made: list[Effect] = []
        for effect in effects:
            if isinstance(effect, WriteInventory):
                made += self.feed(InventoryWritten(effect.app, effect.rows, problem))
        return made

    def verdict(self, kind: KindRef, name: str) -> str:
        row = self.state.rows.get(key(kind, name))
        return "" if row is None else row.verdict.value

    def row(self, name: str) -> Drift:
        """The row of a ConfigMap, which has one."""
        return self.state.rows[key(CONFIG_MAP, name)]

    def subject(self, name: str) -> Subject | None:
        """All that is known of a ConfigMap; None: nothing."""
        return self.state.subjects.get(key(CONFIG_MAP, name))

    def run(self, number: int) -> Run:
        """A run that ended."""
        return next(run for run in self.state.finished if run.id == number)

    def events(self) -> list[str]:
        return [event.name for event in self.state.events]

    def told(self, name: EventName) -> list[str]:
        """What the events of one name say, oldest first."""
        return [event.message for event in self.state.events if event.name is name]

    def complete(self) -> bool:
        return snapshot(self.state, Snapshot()).complete


def beginning(
    *,
    healing: bool = False,
    writing: bool = True,
    listening: frozenset[str] = frozenset(),
    leads: Leads = UNDIVIDED,
    **spec: Any,
) -> State:
    """What is known before anything happened."""
    return initial(
        (replace(SPEC, **spec),),
        (ClusterSpec(name="prod"),),
        healing=healing,
        writing=writing,
        digest_key=b"d",
        mask_key=b"m",
        listening=listening,
        leads=leads,
    )


def world(*, healing: bool = False, writing: bool = True, **spec: Any) -> World:
    """A world where the cluster answers and nothing was listed yet."""
    made = World(beginning(healing=healing, writing=writing, **spec))
    made.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES),
        *(SchemaRead("prod", kind, SCHEMAS[kind]) for kind in PLURALS),
    )
    return made


def applied(*names: str, git: Any = None, healing: bool = False, **spec: Any) -> World:
    """A world where ConfigMaps of these names are in Git, applied, recorded and in sync."""
    content = git or {"data": {"a": "1"}}
    made = world(healing=healing, **spec)
    documents = [document(CONFIG_MAP, name, **content) for name in names]
    made.read(*documents)
    made.listing(CONFIG_MAP, [(name, live(CONFIG_MAP, name, 5, **content)) for name in names])
    rows = tuple(
        InventoryRow(found, "u1", desired.digest)
        for found, desired in made.state.apps[SPEC.name].desired.items()
    )
    made.feed(InventoryRead(SPEC.name, rows))
    return made
