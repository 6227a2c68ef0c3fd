"""One write request, and whether it fits the place it is sent to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from core.sandbox.apply.ownership import ConflictError, Write, manager_text
from core.sandbox.store import Object, metadata
from core.sandbox.types import catalog, statuses
from core.sandbox.types.fieldset import FieldSet, path_text
from core.sandbox.types.kinds import Kind
from core.sandbox.types.statuses import StatusError
from core.sandbox.types.typed import as_map

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


def write_of(call: Call, now: str) -> Write:
    """Return the request as far as ownership is concerned."""
    return Write(
        kind=catalog.type_of(call.kind),
        api_version=call.kind.api_version,
        manager=call.manager,
        now=now,
        subresource=call.subresource,
        ignored=_ignored(call),
        force=call.force,
        empty=catalog.empty(call.kind),
    )


def _ignored(call: Call) -> FieldSet | None:
    """Return what this door does not let a client set."""
    if call.subresource != "status":
        return _STATUS if call.kind.has_status else None
    if call.kind.custom_type is not None:
        return _META_SPEC
    return _LABELS_SPEC if call.kind.kind == "Deployment" else _SPEC


def described(call: Call, meta: Object) -> str:
    """Name an applied object as the server's internal errors do."""
    sent, name = meta.get("namespace", ""), meta.get("name", "")
    group = f"{call.kind.group}/{call.kind.version}" if call.kind.group else f"/{call.kind.version}"
    return f"{sent}/{name}; {group}, Kind={call.kind.kind}"


def at_home(call: Call, made: Object) -> Object:
    """Return the object in the namespace of the request.

    Raises:
        StatusError: It names another one (400).
    """
    meta = dict(metadata(made))
    sent = meta.pop("namespace", "")
    if call.namespace:
        if sent not in ("", call.namespace):
            raise statuses.bad_request(
                "the namespace of the provided object does not match the namespace sent on "
                "the request"
            )
        meta["namespace"] = call.namespace
    return {**made, "metadata": meta}


def check_name(call: Call, made: Object) -> None:
    """Refuse an object that is called otherwise than the path says."""
    name = metadata(made).get("name", call.name)
    if name != call.name:
        raise statuses.bad_request(
            f"the name of the object ({name}) does not match the name on the URL ({call.name})"
        )


def check_preconditions(call: Call, live: Object, options: Mapping[str, object]) -> None:
    """Refuse to delete another object, or another version, than the client means."""
    wanted, meta = as_map(options.get("preconditions")), metadata(live)
    why = ""
    if wanted.get("uid") not in (None, meta.get("uid")):
        why = (
            f"the UID in the precondition ({wanted['uid']}) does not match the UID in record "
            f"({meta.get('uid')}). The object might have been deleted and then recreated"
        )
    elif wanted.get("resourceVersion") not in (None, meta.get("resourceVersion")):
        why = (
            f"the ResourceVersion in the precondition ({wanted['resourceVersion']}) does not match "
            f"the ResourceVersion in record ({meta.get('resourceVersion')}). The object might have "
            "been modified"
        )
    if why:
        raise statuses.outdated(call.kind, call.name, why, by_kind=True)


def check_uid(call: Call, uid: object, live: Object) -> None:
    """Refuse to replace another object than the client means."""
    have = metadata(live).get("uid")
    if uid in (None, "", have):
        return
    raise statuses.outdated(
        call.kind,
        call.name,
        f"StorageError: invalid object, Code: 4, Key: {call.kind.plural}/{call.name}, "
        "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
        f"{uid}, UID in object meta: {have}",
    )


def check_namespace(call: Call, home: Object | None) -> None:
    """Refuse to create where there is no namespace, or one that is going away."""
    if home is None:
        message = f'namespaces "{call.namespace}" not found'
        details = {"name": call.namespace, "kind": "namespaces"}
        raise StatusError(404, "NotFound", message, details=details)
    if not metadata(home).get("deletionTimestamp"):
        return
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
    raise refused


def apply_conflict(error: ConflictError) -> StatusError:
    """Say which managers own the fields an apply wants."""
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f"conflict with {manager_text(who, entry)}",
            "field": path_text(path),
        }
        for who, entry, path in error.paths()
    ]
    return StatusError(409, "Conflict", str(error), details={"causes": causes})
