"""What the server refuses in a well-formed object (422).

Not every rule: those that people meet, and those that decide whether a heal can work (immutable
fields).  Custom resources are checked against their schema in `custom`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from core.sandbox.store import Object, metadata
from core.sandbox.storing import immutable
from core.sandbox.types.kinds import Kind
from core.sandbox.types.statuses import (
    Cause,
    duplicate,
    forbidden_field,
    invalid_value,
    required,
    unsupported,
)

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED = re.compile(r"([a-z0-9.-]+/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_STANDARD_FINALIZERS = ("orphan", "foregroundDeletion", "kubernetes")
_DATA_MAX_BYTES = 1_048_576
_PORT_MAX = 65535
_MODE_MAX = 0o777
_MODE_WORDS = "must be a number between 0 and 0777 (octal), both inclusive"
_WITH_MODE = ("configMap", "downwardAPI", "projected", "secret")
_SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    r"for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_SERVICE_WORDS = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
)
_LABEL_VALUE_WORDS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_QUALIFIED_WORDS = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)


def _part(thing: Object, name: str) -> Object:
    return cast("Object", thing.get(name) or {})


def _items(thing: Object, name: str) -> list[Object]:
    return cast("list[Object]", thing.get(name) or [])


def causes(new: Object, old: Object | None, kind: Kind) -> list[Cause]:
    """Say what is wrong with *new*, alone and as a successor of *old*."""
    found = _metadata_causes(new, kind)
    if kind.custom_type is None:
        check = _CHECKS.get(kind.kind)
        if check is not None:
            found += check(new)
        if old is not None:
            found += immutable.causes(new, old, kind)
    if old is not None:
        found += _successor_causes(new, old)
    return found


def _metadata_causes(thing: Object, kind: Kind) -> list[Cause]:
    meta = metadata(thing)
    name = str(meta.get("name", ""))
    found = []
    if not name:
        found.append(required("metadata.name", "name or generateName is required"))
    elif kind.kind == "Namespace":
        if not _LABEL.fullmatch(name):
            found.append(invalid_value("metadata.name", name, _LABEL_WORDS))
    elif kind.kind == "Service":
        if not _SERVICE_NAME.fullmatch(name):
            found.append(invalid_value("metadata.name", name, _SERVICE_WORDS))
    elif kind.group != "rbac.authorization.k8s.io" and not _SUBDOMAIN.fullmatch(name):
        found.append(invalid_value("metadata.name", name, _SUBDOMAIN_WORDS))
    return found + _label_causes(meta, "metadata.labels") + _finalizer_causes(meta)


def _label_causes(meta: Object, path: str) -> list[Cause]:
    labels = cast("Mapping[str, str]", meta.get("labels") or {})
    return [
        invalid_value(path, value, _LABEL_VALUE_WORDS)
        for value in labels.values()
        if not _LABEL_VALUE.fullmatch(value)
    ]


def _finalizer_causes(meta: Object) -> list[Cause]:
    found = []
    for index, name in enumerate(cast("list[str]", meta.get("finalizers") or [])):
        if not _QUALIFIED.fullmatch(name):
            found.append(invalid_value("metadata.finalizers", name, _QUALIFIED_WORDS))
        if "/" not in name and name not in _STANDARD_FINALIZERS:
            why = "name is neither a standard finalizer name nor is it fully qualified"
            found.append(invalid_value(f"metadata.finalizers[{index}]", name, why))
    return found


def _successor_causes(new: Object, old: Object) -> list[Cause]:
    before, after = metadata(old), metadata(new)
    found = [
        invalid_value(f"metadata.{name}", after[name], "field is immutable")
        for name in ("uid", "creationTimestamp")
        if after.get(name) not in (None, before.get(name))
    ]
    if before.get("deletionTimestamp"):
        had = cast("list[str]", before.get("finalizers") or [])
        has = cast("list[str]", after.get("finalizers") or [])
        if added := [one for one in has if one not in had]:
            shown = ", ".join(f'"{one}"' for one in added)
            why = (
                "no new finalizers can be added if the object is being deleted, "
                f"found new finalizers []string{{{shown}}}"
            )
            found.append(forbidden_field("metadata.finalizers", why))
    return found


def _pod_causes(spec: Object, path: str) -> list[Cause]:
    found: list[Cause] = []
    if not spec.get("containers"):
        found.append(required(f"{path}.containers"))
    volumes = {one.get("name") for one in _items(spec, "volumes")}
    for index, volume in enumerate(_items(spec, "volumes")):
        sources = sorted(volume.keys() - {"name"}, key=lambda name: (name != "emptyDir", name))
        found += _one_of(volume, sources, "volume type", f"{path}.volumes[{index}]")
        found += _mode_causes(volume, f"{path}.volumes[{index}]")
    for name in ("containers", "initContainers"):
        seen: set[object] = set()
        for index, container in enumerate(_items(spec, name)):
            at = f"{path}.{name}[{index}]"
            if not container.get("name"):
                found.append(required(f"{at}.name"))
            elif container["name"] in seen:
                found.append(duplicate(f"{at}.name", container["name"]))
            seen.add(container.get("name"))
            found += _container_causes(container, at, volumes)
    return found


def _mode_causes(volume: Object, at: str) -> list[Cause]:
    modes = {name: _part(volume, name).get("defaultMode", 0) for name in _WITH_MODE}
    return [
        invalid_value(f"{at}.{source}.defaultMode", mode, _MODE_WORDS)
        for source, mode in modes.items()
        if isinstance(mode, int) and not 0 <= mode <= _MODE_MAX
    ]


def _quantity_causes(container: Object, at: str) -> list[Cause]:
    resources = _part(container, "resources")
    return [
        invalid_value(f"{at}.resources.{kind}[{name}]", value, "must be greater than or equal to 0")
        for kind in ("limits", "requests")
        for name, value in _part(resources, kind).items()
        if str(value).startswith("-")
    ]


def _container_causes(container: Object, at: str, volumes: set[object]) -> list[Cause]:
    found = _quantity_causes(container, at)
    if not container.get("image"):
        found.append(required(f"{at}.image"))
    for index, port in enumerate(_items(container, "ports")):
        number = port.get("containerPort", 0)
        if not isinstance(number, int) or not 0 < number <= _PORT_MAX:
            why = "must be between 1 and 65535, inclusive"
            found.append(invalid_value(f"{at}.ports[{index}].containerPort", number, why))
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        handlers = _part(container, probe)
        found += _one_of(handlers, _HANDLERS, "handler type", f"{at}.{probe}")
    for index, mount in enumerate(_items(container, "volumeMounts")):
        if mount.get("name") not in volumes:
            field = f"{at}.volumeMounts[{index}].name"
            message = f'Not found: "{mount.get("name")}"'
            found.append(Cause("FieldValueNotFound", message, field))
    return found


def _workload(thing: Object) -> list[Cause]:
    spec = _part(thing, "spec")
    found = []
    replicas = spec.get("replicas", 0)
    if isinstance(replicas, int) and replicas < 0:
        why = "must be greater than or equal to 0"
        found.append(invalid_value("spec.replicas", replicas, why))
    selector = _part(spec, "selector")
    template = _part(spec, "template")
    labels = _part(_part(template, "metadata"), "labels")
    wanted = _part(selector, "matchLabels")
    if not selector:
        found.append(required("spec.selector"))
    elif any(labels.get(name) != value for name, value in wanted.items()):
        why = "`selector` does not match template `labels`"
        found.append(invalid_value("spec.template.metadata.labels", labels, why))
    return found + _pod_causes(_part(template, "spec"), "spec.template.spec")


def _deployment(thing: Object) -> list[Cause]:
    strategy = _part(_part(thing, "spec"), "strategy")
    found = _workload(thing)
    if strategy.get("type") == "Recreate" and "rollingUpdate" in strategy:
        why = "may not be specified when strategy `type` is 'Recreate'"
        found.append(forbidden_field("spec.strategy.rollingUpdate", why))
    return found


def _one_of(thing: Object, names: Iterable[str], what: str, at: str) -> list[Cause]:
    """Refuse the second and later of members that exclude each other."""
    there = [name for name in names if name in thing]
    why = f"may not specify more than 1 {what}"
    return [forbidden_field(f"{at}.{name}", why) for name in there[1:]]


def _pod(thing: Object) -> list[Cause]:
    return _pod_causes(_part(thing, "spec"), "spec")


def _job(thing: Object) -> list[Cause]:
    spec = _part(_part(_part(thing, "spec"), "template"), "spec")
    found = _pod_causes(spec, "spec.template.spec")
    if spec.get("restartPolicy") not in ("OnFailure", "Never"):
        policy = spec.get("restartPolicy")
        allowed = ("OnFailure", "Never")
        found.append(unsupported("spec.template.spec.restartPolicy", policy, allowed))
    return found


def _cron_job(thing: Object) -> list[Cause]:
    spec = _part(thing, "spec")
    found = [] if spec.get("schedule") else [required("spec.schedule")]
    pod = _part(_part(_part(_part(spec, "jobTemplate"), "spec"), "template"), "spec")
    return found + _pod_causes(pod, "spec.jobTemplate.spec.template.spec")


def _service(thing: Object) -> list[Cause]:
    spec = _part(thing, "spec")
    kinds = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
    found = []
    if spec.get("type") not in kinds:
        found.append(unsupported("spec.type", spec.get("type"), kinds))
    ports = _items(spec, "ports")
    if not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        found.append(required("spec.ports"))
    seen: set[object] = set()
    for index, port in enumerate(ports):
        at = f"spec.ports[{index}]"
        number = port.get("port", 0)
        if not isinstance(number, int) or not 0 < number <= _PORT_MAX:
            why = "must be between 1 and 65535, inclusive"
            found.append(invalid_value(f"{at}.port", number, why))
        if not port.get("name") and len(ports) > 1:
            found.append(required(f"{at}.name"))
        if port.get("name") and port["name"] in {one.get("name") for one in ports[:index]}:
            found.append(duplicate(f"{at}.name", port["name"]))
        key = (number, port.get("protocol"))
        if key in seen:
            shown = {"name": "", "protocol": port.get("protocol"), "port": number}
            found.append(duplicate(at, shown))
        seen.add(key)
    return found


def _keys(thing: Object, names: Iterable[str]) -> list[Cause]:
    found, size = [], 0
    for name in names:
        for key, value in _part(thing, name).items():
            size += len(str(value))
            if not _CONFIG_KEY.fullmatch(key):
                why = (
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
                    "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation "
                    "is '[-._a-zA-Z0-9]+')"
                )
                found.append(invalid_value(f"{name}[{key}]", key, why))
    if size > _DATA_MAX_BYTES:
        message = f"Too long: may not be more than {_DATA_MAX_BYTES} bytes"
        found.append(Cause("FieldValueTooLong", message, "[]"))
    return found


def _config_map(thing: Object) -> list[Cause]:
    return _keys(thing, ("data", "binaryData"))


def _secret(thing: Object) -> list[Cause]:
    return _keys(thing, ("data",))


_CHECKS: Mapping[str, Callable[[Object], list[Cause]]] = {
    "Pod": _pod,
    "Deployment": _deployment,
    "StatefulSet": _workload,
    "ReplicaSet": _workload,
    "DaemonSet": _workload,
    "Job": _job,
    "CronJob": _cron_job,
    "Service": _service,
    "ConfigMap": _config_map,
    "Secret": _secret,
}
