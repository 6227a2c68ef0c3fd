"""What the server itself writes into an object, kind by kind, when it is created or changed.

None of it belongs to a client: it happens after the owners of the fields were recorded.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from core.sandbox.store import Object, metadata
from core.sandbox.storing import services
from core.sandbox.types import catalog
from core.sandbox.types.defaults import GENERATION
from core.sandbox.types.kinds import Kind

Others = Callable[[], Iterable[Object]]
_TOLERATIONS = [
    {
        "key": f"node.kubernetes.io/{taint}",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 300,
    }
    for taint in ("not-ready", "unreachable")
]


def _part(thing: Object, name: str) -> Object:
    return cast("Object", thing.get(name) or {})


def created(thing: Object, kind: Kind, others: Others) -> Object:
    """Complete an object that is about to be created.

    Args:
        thing: The object, with its uid.
        kind: Its kind.
        others: Asked for all objects of the kind, where something must be allocated.
    """
    made = dict(thing)
    if kind.has_status and kind.custom_type is None:
        made["status"] = catalog.empty(kind).get("status", {})
    elif kind.has_status:
        made.pop("status", None)
    meta = {**metadata(made)}
    if kind.counts_generation or kind.custom_type is not None:
        meta["generation"] = 1
    made["metadata"] = meta
    complete = _CREATED.get(kind.kind) if kind.custom_type is None else None
    return complete(made, others) if complete is not None else made


def _namespace(thing: Object, _: Others) -> Object:
    return {**thing, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}


def _service(thing: Object, others: Others) -> Object:
    taken = [_part(other, "spec") for other in others()]
    return {**thing, "spec": services.allocated(_part(thing, "spec"), taken)}


def _quality(spec: Object) -> str:
    resources = [_part(one, "resources") for one in cast("list[Object]", spec["containers"])]
    if not any(resources):
        return "BestEffort"
    full = all(
        {"cpu", "memory"} <= _part(one, "limits").keys()
        and _part(one, "limits") == (_part(one, "requests") or _part(one, "limits"))
        for one in resources
    )
    return "Guaranteed" if full else "Burstable"


def _admitted(spec: Object) -> Object:
    """What admission adds to a pod, whenever it is written."""
    spec = dict(spec)
    tolerations = cast("list[Object]", spec.get("tolerations") or [])
    known = {one.get("key") for one in tolerations}
    added = [one for one in _TOLERATIONS if one["key"] not in known]
    spec["tolerations"] = [*tolerations, *added]
    spec.setdefault("priority", 0)
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
    return spec


def _pod(thing: Object, _: Others) -> Object:
    spec = _admitted(_part(thing, "spec"))
    return {**thing, "spec": spec, "status": {"phase": "Pending", "qosClass": _quality(spec)}}


def _daemon_set(thing: Object, _: Others) -> Object:
    return _with_generation(thing, "1")


def _with_generation(thing: Object, generation: object) -> Object:
    meta = dict(metadata(thing))
    meta["annotations"] = {**_part(meta, "annotations"), GENERATION: generation}
    return {**thing, "metadata": meta}


def _job(thing: Object, _: Others) -> Object:
    spec = dict(_part(thing, "spec"))
    meta = metadata(thing)
    if spec.get("manualSelector"):
        return thing
    template = dict(_part(spec, "template"))
    inner = dict(_part(template, "metadata"))
    name, uid = meta.get("name"), meta.get("uid")
    shares = bool(inner.get("labels")) and inner.get("labels") == meta.get("labels")
    inner["labels"] = {
        **_part(inner, "labels"),
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": name,
        "controller-uid": uid,
        "job-name": name,
    }
    template["metadata"] = inner
    spec["template"] = template
    spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    if shares:  # defaulted from the template: one map in Go, so both change
        thing = {**thing, "metadata": {**meta, "labels": inner["labels"]}}
    return {**thing, "spec": spec}


def _claim(thing: Object, _: Others) -> Object:
    finalizer = "kubernetes.io/pvc-protection"
    meta = dict(metadata(thing))
    finalizers = cast("list[str]", meta.get("finalizers") or [])
    meta["finalizers"] = finalizers if finalizer in finalizers else [*finalizers, finalizer]
    return {**thing, "metadata": meta, "status": {"phase": "Pending"}}


def _definition(thing: Object, _: Others) -> Object:
    versions = cast("list[Object]", _part(thing, "spec").get("versions") or [])
    names = [one["name"] for one in versions if one.get("storage")]
    return {**thing, "status": {**_part(thing, "status"), "storedVersions": names[:1]}}


_CREATED: Mapping[str, Callable[[Object, Others], Object]] = {
    "Namespace": _namespace,
    "Service": _service,
    "CustomResourceDefinition": _definition,
    "Pod": _pod,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "PersistentVolumeClaim": _claim,
}


def changed(old: Object, new: Object, kind: Kind, subresource: str, others: Others) -> Object:
    """Complete an object that is about to replace *old*: what this request may not touch stays.

    Args:
        old: What is stored.
        new: What the client wants.
        kind: Its kind.
        subresource: Through which door it came.
        others: Asked for all objects of the kind, where something must be allocated.
    """
    made = dict(new)
    if subresource == "status":
        kept = {name: old[name] for name in old if name not in ("metadata", "status")}
        made = {**kept, "metadata": _status_metadata(old, new, kind)}
        if "status" in new:
            made["status"] = new["status"]
    elif kind.has_status:
        made.pop("status", None)
        if "status" in old:
            made["status"] = old["status"]
    if kind.custom_type is None and not subresource:
        if kind.kind == "Service":
            specs = _part(old, "spec"), _part(made, "spec")
            made["spec"] = services.kept(*specs, lambda: [_part(one, "spec") for one in others()])
        keeps = _CHANGED.get(kind.kind)
        made = keeps(old, made) if keeps is not None else made
    meta = dict(metadata(made))
    before = cast("int", metadata(old).get("generation", 0))
    bumps = subresource != "status" and _bumps(old, made, kind)
    meta.pop("generation", None)
    if before or bumps:
        meta["generation"] = before + 1 if bumps else before
    made["metadata"] = meta
    return made


def _status_metadata(old: Object, new: Object, kind: Kind) -> Object:
    meta = dict(metadata(new))
    if kind.custom_type is not None:
        return {**metadata(old), "managedFields": meta.get("managedFields")}
    meta.pop("labels", None)
    if "labels" in metadata(old):
        meta["labels"] = metadata(old)["labels"]
    return meta


def _kept_daemon_set(old: Object, new: Object) -> Object:
    before = int(str(_part(metadata(old), "annotations").get(GENERATION, "0")))
    templates = (_part(one, "spec").get("template") for one in (old, new))
    same = next(templates) == next(templates)
    return _with_generation(new, str(before if same else before + 1))


def _kept_namespace(old: Object, new: Object) -> Object:
    return {**new, "spec": old.get("spec", {})}


def _kept_pod(_: Object, new: Object) -> Object:
    return {**new, "spec": _admitted(_part(new, "spec"))}


_CHANGED: Mapping[str, Callable[[Object, Object], Object]] = {
    "DaemonSet": _kept_daemon_set,
    "Namespace": _kept_namespace,
    "Pod": _kept_pod,
}


def _bumps(old: Object, new: Object, kind: Kind) -> bool:
    if kind.custom_type is not None:
        aside = {"metadata", "status"} if kind.has_status else {"metadata"}
        return {k: v for k, v in old.items() if k not in aside} != {
            k: v for k, v in new.items() if k not in aside
        }
    if not kind.counts_generation:
        return False
    annotated = kind.kind == "Deployment" and metadata(old).get("annotations") != metadata(new).get(
        "annotations"
    )
    return annotated or old.get("spec") != new.get("spec")
