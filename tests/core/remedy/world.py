"""One object in the embedded server's own memory, and requests that are carried out on it."""

import itertools
from collections.abc import Iterable
from typing import Final, cast

import msgspec

from core.compare import Judgement, Policy, judge
from core.model import (
    Desired,
    FieldVerdict,
    Json,
    JsonObject,
    Key,
    KindRef,
    Live,
    Stamp,
    Step,
    Verb,
)
from core.model.requests import Apply, Delete, Edit, Request, Version, bound
from core.remedy import json_patch, requests
from core.sandbox.store import Store
from core.sandbox.storing.calls import Call
from core.sandbox.storing.writes import Writer
from core.sandbox.types.kinds import BUILT_IN
from tests.core.compare.world import SCHEMAS

NAMESPACE: Final = "app"
_APPLY: Final = "application/apply-patch+yaml"
_JSON: Final = "application/json-patch+json"
_MERGE: Final = "application/merge-patch+json"


class Server:
    """The sandbox's writer, without the wire."""

    def __init__(self) -> None:
        """Make the namespace that everything lives in."""
        ticks = itertools.count(1_700_000_000.0)
        self._store = Store()
        self._writer = Writer(self._store, lambda: next(ticks))
        self.sent: list[Request] = []
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        home = self._call(KindRef("v1", "Namespace"), "kubectl")
        self._writer.create(Call(kind=home.kind, manager="kubectl"), body)

    def _call(self, kind: KindRef, manager: str) -> Call:
        found = next(
            one for one in BUILT_IN if (one.api_version, one.kind) == (kind.api_version, kind.kind)
        )
        namespace = NAMESPACE if found.namespaced else ""
        return Call(kind=found, namespace=namespace, name="web", manager=manager, force=True)

    def live(self, kind: KindRef) -> Live:
        """The object as it is now."""
        call = self._call(kind, "")
        found = self._store.get(call.kind.resource, (call.namespace, call.name))
        assert found is not None
        metadata = cast("JsonObject", found["metadata"])
        version = str(metadata["resourceVersion"])
        return Live(str(metadata["uid"]), version, msgspec.json.encode(found))

    def gone(self, kind: KindRef) -> bool:
        """Tell whether there is no such object."""
        call = self._call(kind, "")
        return self._store.get(call.kind.resource, (call.namespace, call.name)) is None

    def create(self, stated: JsonObject, manager: str) -> None:
        """Create an object as `kubectl create` does."""
        call = self._call(kind_of(stated), manager)
        self._writer.create(Call(kind=call.kind, namespace=NAMESPACE, manager=manager), stated)

    def apply(self, stated: JsonObject, manager: str) -> None:
        """Apply an object server-side."""
        self._writer.patch(self._call(kind_of(stated), manager), _APPLY, stated)

    def change(self, kind: KindRef, manager: str, body: JsonObject) -> None:
        """Merge a patch into the object."""
        self._writer.patch(self._call(kind, manager), _MERGE, body)

    def edit(self, kind: KindRef, manager: str, operations: list[Json]) -> None:
        """Change the object by a JSON patch."""
        self._writer.patch(self._call(kind, manager), _JSON, operations)

    def perform(self, wanted: Iterable[Request], live: Live | None) -> Live | None:
        """Carry requests out as `core.cluster` does, each with its precondition."""
        for each in wanted:
            live = self._perform(bound(each, live), live)
        return live

    def _perform(self, request: Request, live: Live | None) -> Live | None:
        call = self._call(request.kind, "driftdeck")
        named: JsonObject = {}
        if isinstance(request.on, Version):
            named = {"uid": request.on.uid, "resourceVersion": request.on.resource_version}
        if isinstance(request, Delete):
            self._writer.delete(call, {"preconditions": named})
            self.sent.append(request)
            return None
        if isinstance(request, Apply):
            body: JsonObject = msgspec.json.decode(request.body)
            metadata = cast("JsonObject", body["metadata"])
            self._writer.patch(call, _APPLY, {**body, "metadata": {**metadata, **named}})
        else:
            assert isinstance(request, Edit)
            assert live is not None
            operations = json_patch(request, live)
            if not operations:
                return live
            first = [{"op": "add", "path": f"/metadata/{k}", "value": v} for k, v in named.items()]
            self._writer.patch(call, _JSON, [*first, *operations])
        self.sent.append(request)
        return self.live(request.kind)


def kind_of(stated: JsonObject) -> KindRef:
    """The kind of an object."""
    return KindRef(str(stated["apiVersion"]), str(stated["kind"]))


def judged(wanted: Desired, found: Live) -> Judgement:
    """Compare, as the engine does before it asks the server."""
    return judge(wanted, found, SCHEMAS[wanted.kind])


def step_of(wanted: Desired, found: Live) -> Step:
    """The step of a plan that brings *found* back to Git."""
    changes = judged(wanted, found).changes
    drifts, contested = (
        tuple(change for change in changes if change.verdict is verdict)
        for verdict in (FieldVerdict.DRIFT, FieldVerdict.CONTESTED)
    )
    key = Key("shop", wanted.ref)
    stamp = Stamp(wanted.digest, found.resource_version, found.uid)
    return Step(key, wanted.kind, Verb.APPLY, stamp, drifts, left=contested)


def asked(wanted: Desired, found: Live) -> tuple[Request, ...]:
    """The requests of that step."""
    step = step_of(wanted, found)
    return requests(wanted, found, step, SCHEMAS[wanted.kind], Policy())
