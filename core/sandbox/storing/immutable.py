"""What may not change once an object exists, kind by kind (422)."""

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from core.sandbox.store import Object
from core.sandbox.types.kinds import Kind
from core.sandbox.types.statuses import Cause, forbidden_field, invalid_value, required


def _part(thing: Object, name: str) -> Object:
    return cast("Object", thing.get(name) or {})


def causes(new: Object, old: Object, kind: Kind) -> list[Cause]:
    """Say which fields of *new* may not differ from *old*."""
    keeps = _IMMUTABLE.get(kind.kind)
    return [] if keeps is None else keeps(new, old)


def _same(new: Object, old: Object, *path: str) -> list[Cause]:
    before: object = old
    after: object = new
    for name in path:
        before = cast("Object", before).get(name) if before else None
        after = cast("Object", after).get(name) if after else None
    if before == after:
        return []
    return [invalid_value(".".join(path), after, "field is immutable")]


_SET_FREE = (
    "replicas",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
    "ordinals",
)


def _stateful_set(new: Object, old: Object) -> list[Cause]:
    def fixed(thing: Object) -> Object:
        return {k: v for k, v in _part(thing, "spec").items() if k not in _SET_FREE}

    if fixed(new) == fixed(old):
        return []
    why = (
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
        "'minReadySeconds' are forbidden"
    )
    return [forbidden_field("spec", why)]


def _cluster_ip(new: Object, old: Object) -> list[Cause]:
    before, after = _part(old, "spec"), _part(new, "spec")
    if "ExternalName" in (before.get("type"), after.get("type")):
        return []
    if before.get("clusterIP") == after.get("clusterIP"):
        return []
    why = "may not change once set"
    return [invalid_value("spec.clusterIPs[0]", [after.get("clusterIP")], why)]


def _locked(new: Object, old: Object, names: Iterable[str]) -> list[Cause]:
    if not old.get("immutable"):
        return []
    why = "field is immutable when `immutable` is set"
    found = [forbidden_field(name, why) for name in names if new.get(name) != old.get(name)]
    if not new.get("immutable"):
        found.insert(0, forbidden_field("immutable", why))
    return found


def _secret_kept(new: Object, old: Object) -> list[Cause]:
    return _same(new, old, "type") + _locked(new, old, ("data",))


def _config_map_kept(new: Object, old: Object) -> list[Cause]:
    return _locked(new, old, ("data", "binaryData"))


def _role_ref(new: Object, old: Object) -> list[Cause]:
    if new.get("roleRef") == old.get("roleRef"):
        return []
    return [invalid_value("roleRef", new.get("roleRef"), "cannot change roleRef")]


def _job_kept(new: Object, old: Object) -> list[Cause]:
    missing = [] if _part(new, "spec").get("selector") else [required("spec.selector")]
    return missing + [
        cause
        for name in ("completions", "selector", "template", "completionMode")
        for cause in _same(new, old, "spec", name)
    ]


_IMMUTABLE: Mapping[str, Callable[[Object, Object], list[Cause]]] = {
    "Deployment": lambda new, old: _same(new, old, "spec", "selector"),
    "ReplicaSet": lambda new, old: _same(new, old, "spec", "selector"),
    "DaemonSet": lambda new, old: _same(new, old, "spec", "selector"),
    "StatefulSet": _stateful_set,
    "Job": _job_kept,
    "Service": _cluster_ip,
    "Secret": _secret_kept,
    "ConfigMap": _config_map_kept,
    "RoleBinding": _role_ref,
    "ClusterRoleBinding": _role_ref,
}
