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
    Key,
    KindRef,
    Live,
    ObjectRef,
    Resource,
    Snapshot,
)
from core.reconcile.memory.effects import Confirm, Effect, Perform, WakeAt, WriteInventory
from core.reconcile.memory.inputs import (
    Applied,
    ClusterFound,
    Confirmed,
    Input,
    InventoryRead,
    InventoryRow,
    InventoryWritten,
    KindListed,
    LiveChanged,
    SchemaRead,
    SourceRead,
    Tick,
)
from core.reconcile.memory.state import State, initial
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


@dataclass
class World:
    """Feeds inputs to `step` and keeps what came of them."""

    state: State
    now: float = 1000.0
    effects: list[Effect] = field(default_factory=list)

    def feed(self, *inputs: Input) -> list[Effect]:
        """Take inputs one after the other; returns only the effects of these."""
        made: list[Effect] = []
        for happened in inputs:
            self.state, effects = step(self.state, happened, now=self.now)
            made += effects
            while any(isinstance(e, WakeAt) and e.at <= self.now for e in effects):
                self.state, effects = step(self.state, Tick(), now=self.now)
                made += effects
        self.effects += made
        return made

    def read(self, *documents: Document, number: int = 1) -> list[Effect]:
        return self.feed(SourceRead(SPEC.name, commit(number), documents, ()))

    def listing(self, kind: KindRef, objects: Iterable[tuple[str, Live]] = ()) -> list[Effect]:
        listed = {ref(kind, name): found for name, found in objects}
        return self.feed(KindListed("prod", kind, listed))

    def change(self, kind: KindRef, name: str, found: Live | None) -> list[Effect]:
        return self.feed(LiveChanged("prod", kind, ((ref(kind, name), found),)))

    def agree(self, effect: Effect) -> list[Effect]:
        """The server confirms: its dry-run predicts exactly what Git says."""
        assert isinstance(effect, Confirm)
        return self.feed(
            Confirmed(effect.key, effect.desired, effect.live, predicted=effect.desired.body)
        )

    def accept(self, effect: Effect, version: int, uid: str = "u1") -> list[Effect]:
        """The server takes an apply; its answer is what Git says at *version*."""
        assert isinstance(effect, Perform)
        made = Live(uid, str(version), effect.desired.body)
        return self.feed(Applied(effect.key, effect.desired, made))

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

    def events(self) -> list[str]:
        return [event.name for event in self.state.events]

    def complete(self) -> bool:
        return snapshot(self.state, Snapshot()).complete


def world(*, healing: bool = False, writing: bool = True, **spec: Any) -> World:
    """A world where the cluster answers and nothing was listed yet."""
    state = initial(
        (replace(SPEC, **spec),),
        (ClusterSpec(name="prod"),),
        healing=healing,
        writing=writing,
        digest_key=b"d",
        mask_key=b"m",
    )
    made = World(state)
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
    made.feed(InventoryRead(SPEC.name, ()))
    rows = tuple(
        InventoryRow(found, "u1", desired.digest)
        for found, desired in made.state.apps[SPEC.name].desired.items()
    )
    made.feed(InventoryRead(SPEC.name, rows))
    return made
