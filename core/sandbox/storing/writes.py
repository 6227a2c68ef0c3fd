"""Every write, from the decoded request to the object the client gets back.

The order is the real server's: decode, record owners, complete, validate, store.  A dry run does
all but the last.
"""

import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import cast

from core.sandbox.apply import managed, ownership
from core.sandbox.apply.fitting import faults
from core.sandbox.apply.managed import with_old_times, with_owners, without_owners
from core.sandbox.store import Key, Object, Store, metadata
from core.sandbox.storing import strategies, validation
from core.sandbox.storing.calls import (
    Call,
    apply_conflict,
    at_home,
    check_name,
    check_namespace,
    check_preconditions,
    check_uid,
    described,
    write_of,
)
from core.sandbox.storing.decoding import decoded, patched, stored
from core.sandbox.types import catalog, custom, statuses
from core.sandbox.types.codec import DecodeError
from core.sandbox.types.kinds import Kind
from core.sandbox.types.typed import as_map

_ORPHANS = (
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background "
    "to remove them or set propagationPolicy=Orphan to suppress this warning"
)
_SYSTEM = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
)


class Writer:
    """Changes the objects of a store as the API server would."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        """Write to *store*; *clock* gives seconds since 1970."""
        self.store, self._clock = store, clock

    def now(self) -> str:
        """The time, as objects carry it."""
        return datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    # --- the four verbs -----------------------------------------------------------------------

    def create(self, call: Call, body: Mapping[str, object]) -> Object:
        """Create an object."""
        made = decoded(call, body)
        meta = {k: v for k, v in metadata(made).items() if k not in _SYSTEM}
        made["metadata"] = meta
        made = at_home(call, made)
        tracked = self._tracked(call, catalog.empty(call.kind), made, creating=True)
        return self._insert(call, tracked)

    def update(self, call: Call, body: Mapping[str, object]) -> tuple[Object, bool]:
        """Replace an object; say also whether it was created."""
        made = decoded(call, body)
        made = at_home(call, made)
        meta = metadata(made)
        check_name(call, made)
        live = self.store.get(call.kind.resource, (call.namespace, call.name))
        if live is None:
            if not call.kind.put_creates or call.subresource:
                raise statuses.not_found(call.kind, call.name)
            return self.create(call, body), True
        check_uid(call, meta.get("uid"), live)
        if call.kind.put_needs_version and not meta.get("resourceVersion"):
            where = "metadata.resourceVersion"
            cause = statuses.invalid_value(where, 0, "must be specified for an update")
            raise statuses.invalid(call.kind, call.name, [cause], by_resource=True)
        new = self._tracked(call, live, made, creating=False)
        return self.replace(call, live, new), False

    def patch(self, call: Call, content_type: str, body: object) -> tuple[Object, bool]:
        """Change an object in one of four ways; say also whether it was created."""
        live = self.store.get(call.kind.resource, (call.namespace, call.name))
        if content_type == "application/apply-patch+yaml":
            return self._apply(call, live, body)
        if live is None:
            raise statuses.not_found(call.kind, call.name)
        new = decoded(call, patched(call, live, content_type, body), patching=True)
        new = at_home(call, new)
        check_name(call, new)
        tracked = self._tracked(call, live, new, creating=False)
        return self.replace(call, live, tracked), False

    def delete(self, call: Call, options: Mapping[str, object]) -> tuple[Object, bool]:
        """Delete an object, or mark it; say also whether it is gone."""
        live = self.store.get(call.kind.resource, (call.namespace, call.name))
        if live is None:
            raise statuses.not_found(call.kind, call.name)
        check_preconditions(call, live, options)
        meta = dict(metadata(live))
        if call.kind.orphans and not {"propagationPolicy", "orphanDependents"} & options.keys():
            call.warnings.append(_ORPHANS)
        finalizers = _finalizers_on_delete(call.kind, meta, options)
        spec = cast("Object", live.get("spec") or {})
        stays = bool(finalizers) or (call.kind.kind == "Namespace" and spec.get("finalizers"))
        if not stays:
            final = self._marked(live, meta, finalizers) if call.kind.kind == "Pod" else live
            if not call.dry_run:
                self.store.remove(call.kind.resource, (call.namespace, call.name), final)
            return final, True
        if meta.get("deletionTimestamp") and finalizers == meta.get("finalizers", []):
            return live, False
        marked = self._marked(live, meta, finalizers)
        if call.kind.kind == "Namespace":
            meta.pop("deletionGracePeriodSeconds")
            marked["status"] = {**cast("Object", live.get("status") or {}), "phase": "Terminating"}
        return self._put(call, marked), False

    def _marked(self, live: Object, meta: Object, finalizers: list[str]) -> Object:
        """Mark an object as being deleted; *meta* is a copy of its metadata."""
        meta["deletionTimestamp"] = meta.get("deletionTimestamp") or self.now()
        meta["deletionGracePeriodSeconds"] = 0
        if finalizers:
            meta["finalizers"] = finalizers
        if "generation" in meta:
            meta["generation"] = cast("int", meta["generation"]) + 1
        return {**live, "metadata": meta}

    # --- owners -------------------------------------------------------------------------------

    def _tracked(self, call: Call, live: Object, new: Object, *, creating: bool) -> Object:
        """Record who owns what after the write; keep old times where nothing else changed."""
        sent = metadata(new).get("managedFields")
        if call.subresource:
            sent = None
        if managed.resets(sent):
            owners: managed.Managed | None = {}
        else:
            owners = managed.read(sent) or managed.read(metadata(live).get("managedFields"))
        before, after = without_owners(live), without_owners(new)
        write = write_of(call, self.now())
        after_owners = ownership.track(before, after, owners or {}, write, creating=creating)
        return with_owners(after, after_owners)

    def _apply(self, call: Call, live: Object | None, body: object) -> tuple[Object, bool]:
        if not isinstance(body, dict):
            raise statuses.bad_request("error decoding patch: the body is not an object")
        sent = (body.get("apiVersion"), body.get("kind"))
        if sent[0] != call.kind.api_version or sent[1] != call.kind.kind:
            group, _, version = str(sent[0]).rpartition("/")
            raise statuses.bad_request(f"invalid object type: {group}/{version}, Kind={sent[1]}")
        if "managedFields" in as_map(body.get("metadata")):
            raise statuses.bad_request("metadata.managedFields must be nil")
        kind = catalog.type_of(call.kind)
        found = faults(body, kind)
        if found:
            text = found[0] if len(found) == 1 else "errors:\n  " + "\n  ".join(found)
            where = described(call, as_map(body.get("metadata")))
            raise statuses.internal(f"failed to create typed patch object ({where}): {text}")
        base = live if live is not None else catalog.empty(call.kind)
        owners = managed.read(metadata(base).get("managedFields")) or {}
        before = without_owners(base)
        try:
            merged, left = ownership.apply(before, body, owners, write_of(call, self.now()))
        except ownership.ConflictError as conflict:
            raise apply_conflict(conflict) from conflict
        whole = before if merged is None else cast("Object", merged)
        try:
            made = stored(call.kind, whole, [])
        except DecodeError as error:
            where = described(call, as_map(body.get("metadata")))
            kind_text = where.partition("; ")[2]
            raise statuses.internal(
                f"failed to convert new object ({where}) to proper version: unable to convert "
                f"unstructured object to {kind_text}: error decoding from json: {error}"
            ) from error
        self._synchronised(call, made, body)
        new = with_owners(made, left)
        new = at_home(call, new)
        if live is None:
            return self._apply_new(call, new), True
        check_name(call, new)
        return self.replace(call, live, new), False

    def _synchronised(self, call: Call, made: Object, body: Object) -> None:
        """`kubectl apply --server-side` keeps an existing last-applied annotation up to date."""
        annotations = as_map(metadata(made).get("annotations"))
        if call.manager == "kubectl" and annotations.get(ownership.LAST_APPLIED):
            text = ownership.last_applied_text(body)
            annotations = {**annotations, ownership.LAST_APPLIED: text}
            made["metadata"] = {**metadata(made), "annotations": annotations}

    def _apply_new(self, call: Call, new: Object) -> Object:
        meta = dict(metadata(new))
        uid = meta.get("uid")
        if uid:
            why = (
                f"uid mismatch: the provided object specified uid {uid}, and no existing object "
                "was found"
            )
            raise statuses.outdated(call.kind, call.name, why)
        if call.subresource:
            raise statuses.not_found(call.kind, call.name)
        meta.setdefault("name", call.name)
        check_name(call, new)
        meta.pop("resourceVersion", None)
        return self._insert(call, {**new, "metadata": meta})

    # --- storing ------------------------------------------------------------------------------

    def _insert(self, call: Call, new: Object) -> Object:
        meta = dict(metadata(new))
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = f"{meta['generateName']}{secrets.token_hex(3)[:5]}"
        call.name = str(meta.get("name", ""))
        if call.namespace:
            check_namespace(call, self.store.get(("", "namespaces"), ("", call.namespace)))
        meta["uid"] = str(uuid.uuid4())
        meta["creationTimestamp"] = self.now()
        if call.namespace:
            meta["namespace"] = call.namespace
        if meta.pop("resourceVersion", None):
            raise statuses.internal("resourceVersion should not be set on objects to be created")
        made = strategies.created(
            {**new, "metadata": meta}, call.kind, lambda: self.store.all(call.kind.resource)
        )
        self._validate(call, made, None)
        if self.store.get(call.kind.resource, (call.namespace, call.name)) is not None:
            raise statuses.already_exists(call.kind, call.name)
        return self._put(call, made)

    def replace(self, call: Call, live: Object, new: Object) -> Object:
        """Store *new*, whose owners are recorded, in the place of *live*."""
        before = metadata(live)
        meta = dict(metadata(new))
        version = meta.pop("resourceVersion", None) or before["resourceVersion"]
        if version != before["resourceVersion"]:
            raise statuses.outdated(call.kind, call.name)
        for name in ("uid", "creationTimestamp"):
            meta.setdefault(name, before.get(name))
        for name in ("deletionTimestamp", "deletionGracePeriodSeconds"):
            meta.pop(name, None)
            if name in before:
                meta[name] = before[name]
        meta["name"] = before["name"]
        new = strategies.changed(
            live,
            {**new, "metadata": meta},
            call.kind,
            call.subresource,
            lambda: self.store.all(call.kind.resource),
        )
        self._validate(call, new, live)
        new = with_old_times(live, new)
        meta = {**metadata(new), "resourceVersion": before["resourceVersion"]}
        if {**new, "metadata": meta} == live:
            return live
        if before.get("deletionTimestamp") and not _held(new):
            key: Key = (call.namespace, call.name)
            if not call.dry_run:
                self.store.remove(call.kind.resource, key, new)
            return {**new, "metadata": meta}
        return self._put(call, new, before["resourceVersion"])

    def _put(self, call: Call, made: Object, version: object = None) -> Object:
        made = _ordered(made)
        if made.get("rules") == []:  # stored as protobuf, where an empty list is none
            made["rules"] = None
        if not call.dry_run:
            return self.store.put(call.kind.resource, made)
        if version is None:
            return made
        return {**made, "metadata": {**metadata(made), "resourceVersion": version}}

    def _validate(self, call: Call, new: Object, old: Object | None) -> None:
        found = validation.causes(new, old, call.kind)
        if call.kind.custom_type is not None:
            found += custom.causes(new, call.kind.custom_type)
        if found:
            raise statuses.invalid(call.kind, call.name, found)


def _held(thing: Object) -> bool:
    spec = cast("Object", thing.get("spec") or {})
    of_namespace = thing.get("kind") == "Namespace" and spec.get("finalizers")
    return bool(metadata(thing).get("finalizers") or of_namespace)


def _ordered(thing: Object) -> Object:
    """Put the fields in the order people know."""
    first = ("kind", "apiVersion", "metadata", "spec", "data")
    rest = [name for name in thing if name not in first and name != "status"]
    return {name: thing[name] for name in (*first, *rest, "status") if name in thing}


def _finalizers_on_delete(kind: Kind, meta: Object, options: Mapping[str, object]) -> list[str]:
    """Return the finalizers that will hold an object once it is marked as deleted."""
    finalizers = list(cast("list[str]", meta.get("finalizers") or []))
    policy = options.get("propagationPolicy") or ("Orphan" if kind.orphans else None)
    if options.get("orphanDependents") is True:
        policy = "Orphan"
    for wanted, name in (("Foreground", "foregroundDeletion"), ("Orphan", "orphan")):
        if policy == wanted and name not in finalizers and kind.kind != "Namespace":
            finalizers.append(name)
    return finalizers
