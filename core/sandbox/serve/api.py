"""The API behind the HTTP face: reads, writes, and what follows from them for other objects."""

from collections.abc import Callable, Mapping
from typing import cast

from core.sandbox.apply import ownership, patches
from core.sandbox.apply.ownership import Write
from core.sandbox.serve import forms
from core.sandbox.serve.routes import Target
from core.sandbox.store import Object, Store, metadata
from core.sandbox.storing import selectors
from core.sandbox.storing.calls import Call, apply_conflict
from core.sandbox.storing.reads import Reader
from core.sandbox.storing.scale import SCALE, at_path, scale_of, scaled
from core.sandbox.storing.writes import Writer
from core.sandbox.types import catalog, custom, statuses
from core.sandbox.types.kinds import BUILT_IN, Kind, Registry
from core.sandbox.types.typed import as_map

_DEFINITIONS = ("apiextensions.k8s.io", "customresourcedefinitions")
_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_CRD = next(kind for kind in BUILT_IN if kind.resource == _DEFINITIONS)
_APPLY = "application/apply-patch+yaml"


def _nobody_watches(_: Kind) -> None:
    """Stand in until somebody wants to know that a kind is gone."""


class Api:
    """One world of objects."""

    def __init__(self, clock: Callable[[], float], *, history_max: int) -> None:
        """Begin with the namespaces every cluster has."""
        self.registry, self.store = Registry(), Store(history_max=history_max)
        self.reader, self._writer = Reader(self.store), Writer(self.store, clock)
        self.on_kind_gone: Callable[[Kind], None] = _nobody_watches
        for name in _NAMESPACES:
            body = {"metadata": {"name": name}}
            self._writer.create(Call(kind=BUILT_IN[0], manager="kube-apiserver"), body)

    # --- reads --------------------------------------------------------------------------------

    def read(self, target: Target) -> Object:
        """Return one object, or its `Scale`."""
        found = self.store.get(target.kind.resource, (target.namespace, target.name))
        if found is None:
            raise statuses.not_found(target.kind, target.name)
        if target.subresource != "scale":
            return found
        path = target.kind.scale_paths[0]
        if at_path(found, path) is None:
            why = f'the spec replicas field ".{path}" does not exist'
            raise statuses.internal(f"Internal error occurred: {why}", because=why)
        return scale_of(found, target.kind)

    # --- writes -------------------------------------------------------------------------------

    def create(self, call: Call, body: Mapping[str, object]) -> Object:
        """Create an object."""
        if call.name:
            raise statuses.no_such_path()
        return self._after(call, self._writer.create(call, body))

    def update(self, call: Call, body: Mapping[str, object]) -> tuple[Object, bool]:
        """Replace an object."""
        if call.subresource == "scale":
            return self._scale(call, body, applying=False), False
        if call.subresource == "finalize":
            return self._finalize(call, body), False
        made, created = self._writer.update(call, body)
        return self._after(call, made), created

    def patch(self, call: Call, content_type: str, body: object) -> tuple[Object, bool]:
        """Change an object."""
        if call.subresource == "scale":
            return self._patch_scale(call, content_type, body), False
        made, created = self._writer.patch(call, content_type, body)
        return self._after(call, made), created

    def delete(self, call: Call, options: Mapping[str, object], query: Mapping[str, str]) -> Object:
        """Delete one object, or all that a selector finds."""
        options = {**options}
        if query.get("propagationPolicy"):
            options["propagationPolicy"] = query["propagationPolicy"]
        if "dryRun" in options:
            call.dry_run = call.dry_run or bool(options["dryRun"])
        if not call.name:
            return self._delete_all(call, options, query)
        thing, gone = self._delete_one(call, options)
        if not gone:
            return thing
        details: Object = {"name": call.name}
        if call.kind.group:
            details["group"] = call.kind.group
        details |= {"kind": call.kind.plural, "uid": metadata(thing)["uid"]}
        if call.kind.kind in _RETURNED:
            return thing
        answer: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}}
        return {**answer, "status": "Success", "details": details}

    def _delete_one(self, call: Call, options: Mapping[str, object]) -> tuple[Object, bool]:
        thing, gone = self._writer.delete(call, options)
        if gone and not call.dry_run and call.kind.resource == _DEFINITIONS:
            self._drop_kind(thing)
        return thing, gone

    def _delete_all(
        self, call: Call, options: Mapping[str, object], query: Mapping[str, str]
    ) -> Object:
        wanted = selectors.both(
            selectors.labels(query.get("labelSelector", "")),
            selectors.fields(query.get("fieldSelector", ""), call.kind),
        )
        deleted = []
        for thing in self.store.all(call.kind.resource, call.namespace):
            if wanted is not None and not wanted(thing):
                continue
            meta = metadata(thing)
            one = Call(
                kind=call.kind,
                namespace=str(meta.get("namespace", "")),
                name=str(meta["name"]),
                dry_run=call.dry_run,
            )
            deleted.append(self._delete_one(one, options)[0])
        return {
            "kind": call.kind.list_kind,
            "apiVersion": call.kind.api_version,
            "metadata": {"resourceVersion": str(self.store.version)},
            "items": [forms.item(one, call.kind) for one in deleted],
        }

    # --- the scale subresource ----------------------------------------------------------------

    def _patch_scale(self, call: Call, content_type: str, body: object) -> Object:
        live = self.read(Target(kind=call.kind, namespace=call.namespace, name=call.name))
        before = scale_of(live, call.kind)
        if content_type == _APPLY:
            return self._scale(call, as_map(body), applying=True)
        if content_type == "application/json-patch+json":
            after = patches.json_patch(before, body)
        else:
            after = cast("Object", patches.merge_patch(before, body))
        return self._scale(call, after, applying=False)

    def _scale(self, call: Call, sent: Mapping[str, object], *, applying: bool) -> Object:
        live = self.read(Target(kind=call.kind, namespace=call.namespace, name=call.name))
        write = Write(
            kind=catalog.type_of(call.kind),
            api_version=call.kind.api_version,
            manager=call.manager,
            now=self._writer.now(),
            force=call.force,
        )
        replicas = as_map(sent.get("spec")).get("replicas", 0)
        if isinstance(replicas, int) and replicas < 0:
            why = "must be greater than or equal to 0"
            cause = statuses.invalid_value("spec.replicas", replicas, why)
            raise statuses.invalid(SCALE, call.name, [cause])
        try:
            made = scaled(live, sent, call.kind, write, applying=applying)
        except ownership.ConflictError as conflict:
            raise apply_conflict(conflict) from conflict
        meta = dict(metadata(made))
        asked = as_map(sent.get("metadata")).get("resourceVersion")
        if asked:
            meta["resourceVersion"] = asked
        thing = self._writer.replace(call, live, {**made, "metadata": meta})
        return scale_of(thing, call.kind)

    def _finalize(self, call: Call, body: Mapping[str, object]) -> Object:
        live = self.read(Target(kind=call.kind, name=call.name))
        finalizers = as_map(body.get("spec")).get("finalizers")
        made = {**live, "spec": {"finalizers": finalizers} if finalizers else {}}
        return self._writer.replace(call, live, made)

    # --- what follows -------------------------------------------------------------------------

    def _after(self, call: Call, made: Object) -> Object:
        if call.kind.resource == _DEFINITIONS and not call.dry_run and not call.subresource:
            self._serve_kind(made)
        return made

    def _serve_kind(self, definition: Object) -> None:
        stored = custom.established(definition, self._writer.now())
        before = as_map(definition.get("status")).get("conditions")
        spec = as_map(definition["spec"])
        group, plural = str(spec["group"]), str(as_map(spec["names"])["plural"])
        if not before:
            name = str(metadata(definition)["name"])
            call = Call(kind=_CRD, name=name, subresource="status", manager="kube-apiserver")
            self._writer.update(call, stored)
        self.registry.remove(group, plural)
        for kind in custom.kinds_of(definition):
            self.registry.add(kind)

    def _drop_kind(self, definition: Object) -> None:
        kinds = custom.kinds_of(definition)
        for kind in kinds[:1]:
            for thing in self.store.all(kind.resource):
                meta = metadata(thing)
                key = str(meta.get("namespace", "")), str(meta["name"])
                self.store.remove(kind.resource, key)
            self.registry.remove(*kind.resource)
            self.on_kind_gone(kind)


_RETURNED = (
    "Pod",
    "Service",
    "ServiceAccount",
    "PersistentVolumeClaim",
    "ResourceQuota",
    "PodTemplate",
)
