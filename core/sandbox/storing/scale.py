"""The scale subresource: an object's number of replicas seen as a `Scale`, owners included.

`managedfields/scalehandler.go` does the same translation, which is why a scaling leaves an entry
without a time: the parent never had one for it.
"""

from collections.abc import Mapping
from typing import cast

from core.sandbox.apply import managed, ownership
from core.sandbox.apply.managed import Entry, Managed, Manager
from core.sandbox.apply.ownership import Write
from core.sandbox.store import Object, metadata
from core.sandbox.types import catalog, typed
from core.sandbox.types.fieldset import FieldSet, Path
from core.sandbox.types.kinds import Kind

API_VERSION = "autoscaling/v1"
_SCHEMA = "io.k8s.api.autoscaling.v1.Scale"
SCALE = Kind(group="autoscaling", version="v1", kind="Scale", plural="scales")
_REPLICAS: Path = ("f:spec", "f:replicas")


def at_path(thing: Object, path: str) -> object:
    """Return what stands at a dotted path, or None."""
    value: object = thing
    for name in path.split(".") if path else []:
        value = value.get(name) if isinstance(value, dict) else None
    return value if path else None


def _with(thing: Object, path: str, value: object) -> Object:
    head, _, rest = path.partition(".")
    if not rest:
        return {**thing, head: value}
    return {**thing, head: _with(cast("Object", thing.get(head) or {}), rest, value)}


def _selector_text(thing: Object) -> str:
    selector = at_path(thing, "spec.selector")
    labels = typed.as_map(typed.as_map(selector).get("matchLabels"))
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items()))


def scale_of(thing: Object, kind: Kind) -> Object:
    """Return the `Scale` of an object."""
    spec_path, status_path, selector_path = kind.scale_paths
    meta = metadata(thing)
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    status: Object = {"replicas": at_path(thing, status_path) or 0}
    selector = at_path(thing, selector_path) if kind.custom_type else _selector_text(thing)
    if selector:
        status["selector"] = selector
    replicas = at_path(thing, spec_path) or 0
    return {
        "kind": "Scale",
        "apiVersion": API_VERSION,
        "metadata": {name: meta[name] for name in kept if name in meta},
        "spec": {"replicas": replicas} if replicas else {},
        "status": status,
    }


def _path(kind: Kind) -> Path:
    return tuple("f:" + name for name in kind.scale_paths[0].split("."))


def _to_scale(owners: Managed, kind: Kind) -> Managed:
    """Return who owns the replicas, as owners of a `Scale`.

    An Update is known by its apiVersion, too, and changes it here: on the way back nobody
    recognises it, and it becomes an entry of its own, without a time (a quirk of the real server).
    """
    fields = FieldSet.of(_REPLICAS)
    return {
        _as_version(who, API_VERSION): Entry(fields, API_VERSION, entry.time)
        for who, entry in owners.items()
        if entry.fields.has(_path(kind))
    }


def _as_version(who: Manager, version: str) -> Manager:
    return who if who.operation == managed.APPLY else who._replace(api_version=version)


def _to_parent(owners: Managed, scaled: Managed, kind: Kind) -> list[tuple[Manager, Entry]]:
    path = FieldSet.of(_path(kind))
    left: list[tuple[Manager, Entry]] = []
    for who, entry in owners.items():
        if not entry.fields.has(_path(kind)) or who in scaled:
            left.append((who, entry))
        elif fields := entry.fields.difference(path):
            left.append((who, entry.owning(fields)))
    for who, entry in scaled.items():
        if who not in owners and entry.fields.has(_REPLICAS):
            left.append((_as_version(who, kind.api_version), Entry(path, kind.api_version)))
    return left


def scaled(
    thing: Object, sent: Mapping[str, object], kind: Kind, write: Write, *, applying: bool
) -> Object:
    """Return the object with the replicas that *sent*, a `Scale`, asks for, and its owners.

    Raises:
        ConflictError: An apply wants a number another manager owns.
    """
    owners = managed.read(metadata(thing).get("managedFields")) or {}
    before = {k: v for k, v in scale_of(thing, kind).items() if k != "status"}
    replicas = typed.as_map(sent.get("spec")).get("replicas", 0)
    after: Object = {**before, "spec": {"replicas": replicas} if replicas else {}}
    below = Write(
        kind=catalog.type_named(_SCHEMA),
        api_version=API_VERSION,
        manager=write.manager,
        now=write.now,
        subresource="scale",
        force=write.force,
    )
    inner = _to_scale(owners, kind)
    if applying:
        wanted: Object = {"kind": "Scale", "apiVersion": API_VERSION, "spec": sent.get("spec")}
        _, inner = ownership.apply(before, wanted, inner, below)
    elif before["spec"] != after["spec"]:
        inner = ownership.track(before, after, inner, below, creating=False)
    made = _with(thing, kind.scale_paths[0], replicas)
    meta = {**metadata(thing), "managedFields": managed.write(_to_parent(owners, inner, kind))}
    return {**made, "metadata": meta}
