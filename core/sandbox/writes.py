"""Every write, from the decoded request to the object the client gets back.

The order is the real server's: decode, record owners, complete, validate, store.  A dry run does
all but the last.
"""

import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from core.sandbox import (
    catalog,
    custom,
    managed,
    ownership,
    patches,
    statuses,
    strategies,
    typed,
    validation,
)
from core.sandbox.codec import DecodeError
from core.sandbox.fieldset import FieldSet
from core.sandbox.kinds import Kind
from core.sandbox.ownership import Write
from core.sandbox.statuses import StatusError
from core.sandbox.store import Key, Object, Store, metadata

_ORPHANS = (
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to "
    "remove them or set propagationPolicy=Orphan to suppress this warning"
)
_SYSTEM = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
)
_SPEC = FieldSet.of(("f:spec",))
_STATUS = FieldSet.of(("f:status",))
_META_SPEC = FieldSet.of(("f:spec",), ("f:metadata",))
_LABELS_SPEC = FieldSet.of(("f:spec",), ("f:metadata", "f:labels"))


@dataclass(slots=True, kw_only=True)
class Call:
    """One write request."""

    kind: Kind
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    manager: str = ""
    dry_run: bool = False
    force: bool = False
    strict: str = "Warn"  # what to do with unknown fields: Ignore, Warn, Strict
    warnings: list[str] = field(default_factory=list)


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
        made = self._decoded(call, body)
        meta = {k: v for k, v in metadata(made).items() if k not in _SYSTEM}
        made["metadata"] = meta
        self._match_namespace(call, made)
        tracked = self._tracked(call, catalog.empty(call.kind), made, creating=True)
        return self._insert(call, tracked)

    def update(self, call: Call, body: Mapping[str, object]) -> tuple[Object, bool]:
        """Replace an object; say also whether it was created."""
        made = self._decoded(call, body)
        self._match_namespace(call, made)
        meta = metadata(made)
        if meta.get("name", call.name) != call.name:
            raise statuses.bad_request(
                f"the name of the object ({meta.get('name')}) does not match the name on the URL "
                f"({call.name})"
            )
        live = self.store.get(call.kind.resource, (call.namespace, call.name))
        if live is None:
            if not call.kind.put_creates or call.subresource:
                raise statuses.not_found(call.kind, call.name)
            return self.create(call, body), True
        uid = meta.get("uid")
        if uid and uid != metadata(live).get("uid"):
            raise self._uid_conflict(call, str(uid), live)
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
        new = self._decoded(call, self._patched(call, live, content_type, body), patching=True)
        self._match_namespace(call, new)
        self._match_name(call, new)
        tracked = self._tracked(call, live, new, creating=False)
        return self.replace(call, live, tracked), False

    def delete(self, call: Call, options: Mapping[str, object]) -> tuple[Object, bool]:
        """Delete an object, or mark it; say also whether it is gone."""
        live = self.store.get(call.kind.resource, (call.namespace, call.name))
        if live is None:
            raise statuses.not_found(call.kind, call.name)
        self._check_preconditions(call, live, options)
        meta = dict(metadata(live))
        if call.kind.orphans and not {"propagationPolicy", "orphanDependents"} & options.keys():
            call.warnings.append(_ORPHANS)
        finalizers = self._finalizers_on_delete(call.kind, meta, options)
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

    # --- decoding -----------------------------------------------------------------------------

    def _decoded(self, call: Call, body: Mapping[str, object], *, patching: bool = False) -> Object:
        kind = call.kind
        version, name = body.get("apiVersion"), body.get("kind")
        if kind.custom_type is not None and not (version and name):
            missing = "Kind" if not name else "apiVersion"
            raise statuses.bad_request(
                f"the object provided is unrecognized (must be of type {kind.kind}): "
                f"Object '{missing}' is missing"
            )
        if version not in (None, "", kind.api_version) and version not in kind.served_as:
            raise statuses.bad_request(
                f"the API version in the data ({version}) does not match the expected API version "
                f"({kind.api_version})"
            )
        if name not in (None, "", kind.kind):
            raise statuses.bad_request(
                f'{name} in version "{kind.version}" cannot be handled as a {kind.kind}: '
                f"converting ({name}) to ({kind.kind}): unknown conversion"
            )
        unknown: list[str] = []
        whole = {**body, "kind": kind.kind, "apiVersion": kind.api_version}
        try:
            made = self._stored(kind, whole, unknown)
        except DecodeError as error:
            text = f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}'
            if patching:
                raise _unfit_patch(body, str(error)) from error
            raise statuses.bad_request(f"{text}: {error}") from error
        self._report_unknown(call, unknown, body if patching else None)
        return made

    def _report_unknown(
        self, call: Call, unknown: list[str], patched: Mapping[str, object] | None
    ) -> None:
        if not unknown or call.strict == "Ignore":
            return
        lines = [f'unknown field "{path}"' for path in unknown]
        if call.strict == "Strict" and patched is not None:
            raise _unfit_patch(patched, f"strict decoding error: {', '.join(lines)}")
        if call.strict == "Strict":
            name = call.kind.kind
            raise statuses.bad_request(
                f'{name} in version "{call.kind.version}" cannot be handled as a {name}: '
                f"strict decoding error: {', '.join(lines)}"
            )
        call.warnings += lines

    def _stored(self, kind: Kind, body: Mapping[str, object], unknown: list[str]) -> Object:
        if kind.custom_type is not None:
            return custom.stored(body, kind.custom_type, unknown)
        return catalog.decoded(body, kind, unknown)

    def _patched(
        self, call: Call, live: Object, content_type: str, body: object
    ) -> Mapping[str, object]:
        if content_type == "application/json-patch+json":
            return patches.json_patch(live, body)
        if not isinstance(body, dict):
            raise statuses.bad_request("error decoding patch: the body is not an object")
        if content_type == "application/merge-patch+json":
            return cast("Object", patches.merge_patch(live, body))
        if call.kind.custom_type is not None:
            raise StatusError(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                "application/json-patch+json, application/merge-patch+json, "
                "application/apply-patch+yaml",
            )
        return patches.strategic(live, body, catalog.type_of(call.kind))

    # --- owners -------------------------------------------------------------------------------

    def _write(self, call: Call) -> Write:
        return Write(
            kind=catalog.type_of(call.kind),
            api_version=call.kind.api_version,
            manager=call.manager,
            now=self.now(),
            subresource=call.subresource,
            ignored=_ignored(call),
            force=call.force,
            empty=catalog.empty(call.kind),
        )

    def _tracked(self, call: Call, live: Object, new: Object, *, creating: bool) -> Object:
        """Record who owns what after the write; keep old times where nothing else changed."""
        sent = metadata(new).get("managedFields")
        if call.subresource:
            sent = None
        if managed.resets(sent):
            owners: managed.Managed | None = {}
        else:
            owners = managed.read(sent) or managed.read(metadata(live).get("managedFields"))
        before, after = _without_owners(live), _without_owners(new)
        write = self._write(call)
        after_owners = ownership.track(before, after, owners or {}, write, creating=creating)
        return _with_owners(after, after_owners)

    def _apply(self, call: Call, live: Object | None, body: object) -> tuple[Object, bool]:
        if not isinstance(body, dict):
            raise statuses.bad_request("error decoding patch: the body is not an object")
        sent = (body.get("apiVersion"), body.get("kind"))
        if sent[0] != call.kind.api_version or sent[1] != call.kind.kind:
            group, _, version = str(sent[0]).rpartition("/")
            raise statuses.bad_request(f"invalid object type: {group}/{version}, Kind={sent[1]}")
        if "managedFields" in typed.as_map(body.get("metadata")):
            raise statuses.bad_request("metadata.managedFields must be nil")
        kind = catalog.type_of(call.kind)
        found = typed.faults(body, kind)
        if found:
            text = found[0] if len(found) == 1 else "errors:\n  " + "\n  ".join(found)
            where = _described(call, typed.as_map(body.get("metadata")))
            raise statuses.internal(f"failed to create typed patch object ({where}): {text}")
        base = live if live is not None else catalog.empty(call.kind)
        owners = managed.read(metadata(base).get("managedFields")) or {}
        before = _without_owners(base)
        try:
            merged, left = ownership.apply(before, body, owners, self._write(call))
        except ownership.ConflictError as conflict:
            raise statuses.apply_conflict(conflict) from conflict
        whole = before if merged is None else cast("Object", merged)
        try:
            made = self._stored(call.kind, whole, [])
        except DecodeError as error:
            where = _described(call, typed.as_map(body.get("metadata")))
            kind_text = where.partition("; ")[2]
            raise statuses.internal(
                f"failed to convert new object ({where}) to proper version: unable to convert "
                f"unstructured object to {kind_text}: error decoding from json: {error}"
            ) from error
        self._synchronised(call, made, body)
        new = _with_owners(made, left)
        self._match_namespace(call, new)
        if live is None:
            return self._apply_new(call, new), True
        self._match_name(call, new)
        return self.replace(call, live, new), False

    def _synchronised(self, call: Call, made: Object, body: Object) -> None:
        """`kubectl apply --server-side` keeps an existing last-applied annotation up to date."""
        annotations = typed.as_map(metadata(made).get("annotations"))
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
        self._match_name(call, new)
        meta.pop("resourceVersion", None)
        return self._insert(call, {**new, "metadata": meta})

    # --- checks -------------------------------------------------------------------------------

    def _match_namespace(self, call: Call, made: Object) -> None:
        meta = dict(metadata(made))
        sent = meta.get("namespace", "")
        if call.namespace:
            if sent not in ("", call.namespace):
                raise statuses.bad_request(
                    "the namespace of the provided object does not match the namespace sent on "
                    "the request"
                )
            meta["namespace"] = call.namespace
        else:
            meta.pop("namespace", None)
        made["metadata"] = meta

    def _match_name(self, call: Call, made: Object) -> None:
        name = metadata(made).get("name", call.name)
        if name != call.name:
            raise statuses.bad_request(
                f"the name of the object ({name}) does not match the name on the URL ({call.name})"
            )

    def _check_preconditions(self, call: Call, live: Object, options: Mapping[str, object]) -> None:
        wanted = typed.as_map(options.get("preconditions"))
        meta = metadata(live)
        if wanted.get("uid") not in (None, meta.get("uid")):
            why = (
                f"the UID in the precondition ({wanted['uid']}) does not match the UID in record "
                f"({meta.get('uid')}). The object might have been deleted and then recreated"
            )
            raise statuses.outdated(call.kind, call.name, why, by_kind=True)
        version = wanted.get("resourceVersion")
        if version not in (None, meta.get("resourceVersion")):
            have = meta.get("resourceVersion")
            why = (
                f"the ResourceVersion in the precondition ({version}) does not match the "
                f"ResourceVersion in record ({have}). The object might have been modified"
            )
            raise statuses.outdated(call.kind, call.name, why, by_kind=True)

    def _uid_conflict(self, call: Call, uid: str, live: Object) -> StatusError:
        have = metadata(live).get("uid")
        why = (
            f"StorageError: invalid object, Code: 4, Key: {call.kind.plural}/{call.name}, "
            "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
            f"{uid}, UID in object meta: {have}"
        )
        return statuses.outdated(call.kind, call.name, why)

    def _finalizers_on_delete(
        self, kind: Kind, meta: Object, options: Mapping[str, object]
    ) -> list[str]:
        finalizers = list(cast("list[str]", meta.get("finalizers") or []))
        policy = options.get("propagationPolicy") or ("Orphan" if kind.orphans else None)
        if options.get("orphanDependents") is True:
            policy = "Orphan"
        for wanted, name in (("Foreground", "foregroundDeletion"), ("Orphan", "orphan")):
            if policy == wanted and name not in finalizers and kind.kind != "Namespace":
                finalizers.append(name)
        return finalizers

    def _check_home(self, call: Call) -> None:
        """Refuse to create where there is no namespace, or one that is going away."""
        if not call.namespace:
            return
        home = self.store.get(("", "namespaces"), ("", call.namespace))
        if home is None:
            message = f'namespaces "{call.namespace}" not found'
            details = {"name": call.namespace, "kind": "namespaces"}
            raise StatusError(404, "NotFound", message, details=details)
        if metadata(home).get("deletionTimestamp"):
            why = f"because namespace {call.namespace} is being terminated"
            text = f"unable to create new content in namespace {call.namespace} {why[8:]}"
            refused = statuses.forbidden(
                call.kind.plural,
                call.kind.group,
                f'{call.kind.qualified} "{call.name}" is forbidden: unable to create new content in '
                f"namespace {call.namespace} because it is being terminated",
                call.name,
            )
            cause = {
                "reason": "NamespaceTerminating",
                "message": f"namespace {call.namespace} is being terminated",
                "field": "metadata.namespace",
            }
            cast("Object", refused.body["details"])["causes"] = [cause]
            del text
            raise refused

    # --- storing ------------------------------------------------------------------------------

    def _insert(self, call: Call, new: Object) -> Object:
        meta = dict(metadata(new))
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = f"{meta['generateName']}{secrets.token_hex(3)[:5]}"
        call.name = str(meta.get("name", ""))
        self._check_home(call)
        meta["uid"] = str(uuid.uuid4())
        meta["creationTimestamp"] = self.now()
        if call.namespace:
            meta["namespace"] = call.namespace
        if meta.pop("resourceVersion", None):
            raise statuses.internal("resourceVersion should not be set on objects to be created")
        others = self.store.all(call.kind.resource)
        made = strategies.created({**new, "metadata": meta}, call.kind, others)
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
        new = _with_old_times(live, new)
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


def _unfit_patch(patched: Mapping[str, object], why: str) -> StatusError:
    text = json.dumps(patched, separators=(",", ":"), sort_keys=True)
    return statuses.invalid_patch([statuses.invalid_value("patch", text, why)])


def _held(thing: Object) -> bool:
    spec = cast("Object", thing.get("spec") or {})
    of_namespace = thing.get("kind") == "Namespace" and spec.get("finalizers")
    return bool(metadata(thing).get("finalizers") or of_namespace)


def _ignored(call: Call) -> FieldSet | None:
    if call.subresource == "status":
        if call.kind.custom_type is not None:
            return _META_SPEC
        return (
            _LABELS_SPEC
            if call.kind.group in ("apps", "") and call.kind.kind == "Deployment"
            else _SPEC
        )
    return _STATUS if call.kind.has_status else None


def _without_owners(thing: Object) -> Object:
    meta = {k: v for k, v in metadata(thing).items() if k != "managedFields"}
    return {**thing, "metadata": meta}


def _with_owners(thing: Object, owners: managed.Managed) -> Object:
    meta = {k: v for k, v in metadata(thing).items() if k != "managedFields"}
    if owners:
        meta["managedFields"] = managed.write(owners.items())
    return {**thing, "metadata": meta}


def _timeless(entries: object) -> list[Object]:
    found = cast("list[Object]", entries or [])
    plain = [{k: v for k, v in entry.items() if k != "time"} for entry in found]
    return sorted(
        plain,
        key=lambda entry: [
            str(entry.get(k)) for k in ("operation", "manager", "apiVersion", "subresource")
        ],
    )


def _with_old_times(live: Object, new: Object) -> Object:
    """Leave the owners' times alone if only they changed, so that nothing is written."""
    before, after = metadata(live), metadata(new)
    if _timeless(before.get("managedFields")) != _timeless(after.get("managedFields")):
        return new
    if "managedFields" not in before:
        return new
    with_times = {**new, "metadata": {**after, "managedFields": before["managedFields"]}}
    rest = {k: v for k, v in before.items() if k != "resourceVersion"}
    meta = cast("Object", with_times["metadata"])
    same = {k: v for k, v in meta.items() if k != "resourceVersion"} == rest
    others = {k: v for k, v in with_times.items() if k != "metadata"}
    same = same and others == {k: v for k, v in live.items() if k != "metadata"}
    return with_times if same else new


def _ordered(thing: Object) -> Object:
    """Put the fields in the order people know."""
    first = ("kind", "apiVersion", "metadata", "spec", "data")
    rest = [name for name in thing if name not in first and name != "status"]
    return {name: thing[name] for name in (*first, *rest, "status") if name in thing}


def _described(call: Call, meta: Object) -> str:
    sent, name = meta.get("namespace", ""), meta.get("name", "")
    group = f"{call.kind.group}/{call.kind.version}" if call.kind.group else f"/{call.kind.version}"
    return f"{sent}/{name}; {group}, Kind={call.kind.kind}"
