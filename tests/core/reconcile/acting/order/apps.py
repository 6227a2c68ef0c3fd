"""Two apps of one cluster, the second of which depends on the first, and what they do."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from core.model import (
    ClusterSpec,
    Document,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Plan,
    Stamp,
    Step,
    Verb,
)
from core.reconcile.memory.commands import PreparePlan
from core.reconcile.memory.effects import CheckAccess, Effect, Perform
from core.reconcile.memory.inputs import (
    ClusterFound,
    KindListed,
    LiveChanged,
    SchemaRead,
    SourceRead,
)
from core.reconcile.memory.results import InventoryRead
from core.reconcile.memory.state import initial
from tests.core.reconcile.world import (
    CONFIG_MAP,
    NAMESPACE,
    PLURALS,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    commit,
    document,
    ref,
    writes,
)

DEFINITION = KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition")
WIDGET = KindRef("example.com/v1", "Widget")  # which somebody defines
WAVE = "argocd.argoproj.io/sync-wave"


def a_map(name: str, wave: int = 0, **data: str) -> Document:
    """A ConfigMap as Git states it."""
    made = document(CONFIG_MAP, name, data={"a": "1"} | data)
    if not wave:
        return made
    content = json.loads(made.body)
    content["metadata"]["annotations"] = {WAVE: str(wave)}
    return replace(made, body=json.dumps(content, separators=(",", ":")).encode())


def step(kind: KindRef, name: str, verb: Verb = Verb.CREATE, **more: Any) -> Step:
    """A step of a plan; in the namespace "web" where its kind has one."""
    place = "" if kind in {NAMESPACE, DEFINITION} else "web"
    found = ObjectRef(kind.group, kind.kind, place, name)
    return replace(Step(Key(SPEC.name, found), kind, verb, Stamp("d")), **more)


def key_of(app: str, name: str) -> Key:
    return Key(app, ref(CONFIG_MAP, name))


class Apps(World):
    """The app "infra", and the app "web" that depends on it."""

    @classmethod
    def begun(cls, *, healing: bool = False, only: str = "", **web: Any) -> "Apps":
        specs = (
            replace(SPEC, name="infra"),
            replace(SPEC, **({"name": "web", "depends_on": ("infra",)} | web)),
        )
        chosen = tuple(spec for spec in specs if only in {"", spec.name})
        made = cls(
            initial(
                chosen,
                (ClusterSpec(name="prod"),),
                neighbours=tuple(spec for spec in specs if spec not in chosen),
                healing=healing,
                writing=True,
                digest_key=b"d",
                mask_key=b"m",
            )
        )
        made.feed(
            ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES),
            *(SchemaRead("prod", kind, SCHEMAS[kind]) for kind in PLURALS),
        )
        return made

    def states(self, app: str, *documents: Document, number: int = 1) -> list[Effect]:
        """Git states these objects of an app."""
        return self.feed(SourceRead(app, commit(number), documents, ()))

    def empty(self) -> list[Effect]:
        """Nothing is in the cluster, and nothing was ever applied."""
        made = self.feed(*(KindListed("prod", kind, {}) for kind in PLURALS))
        for app in self.state.apps:
            made += self.feed(InventoryRead(app, ()))
        return self.stored(made)

    def plan_for(self, *keys: Key) -> Plan:
        """The plan for these objects, as it is worked out."""
        made = self.feed(PreparePlan(1, frozenset(keys)))
        return next(each.plan for each in made if isinstance(each, CheckAccess))

    def done(self, effect: Effect, version: int) -> list[Effect]:
        """The server takes a write, and the watch has not brought it yet."""
        return self.stored(self.accept(effect, version, uid=f"u{version}"))

    def seen(self, effect: Effect, version: int) -> list[Effect]:
        """The watch brings what a write made."""
        assert isinstance(effect, Perform)
        found = Live(f"u{version}", str(version), effect.desired.body)
        seen = ((effect.key.ref, found),)
        return self.stored(self.feed(LiveChanged("prod", effect.desired.kind, seen)))


def names(effects: Iterable[Effect]) -> list[str]:
    """What is written, by app and name."""
    return [f"{each.key.app}/{each.key.ref.name}" for each in writes(effects)]
