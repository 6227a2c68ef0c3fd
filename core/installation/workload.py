"""The pod, and what stands around it: nothing but what the controller needs, and it may do no more.

The pod satisfies the restricted level of pod security.  It writes to three folders that go with it:
losing them costs evidence and time, and permits nothing (safety.md section 6).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from core.installation.settings import (
    CREDENTIALS,
    CREDENTIALS_FOLDER,
    FOLDER,
    METRICS_PORT,
    PodSettings,
)
from core.model import Json, JsonObject
from core.settings.reading import FILE_NAME

NAME: Final = "driftdeck"
CONFIG: Final = "driftdeck-config"
LABELS: Final[Mapping[str, str]] = {"app.kubernetes.io/name": NAME}
_USER: Final = 65_532
_GRACE_S: Final = 60  # the object in hand is finished or journalled, the lease released last
_FOLDERS: Final = {"state": "/var/lib/driftdeck", "cache": "/var/cache/driftdeck", "tmp": "/tmp"}  # noqa: S108 - the pod's own
_DNS: Final = (53, ("UDP", "TCP"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """What can be chosen of it."""

    namespace: str
    image: str
    replicas: int = 1
    ports: frozenset[int] = frozenset()  # that API servers and repositories listen on


def metadata(name: str, namespace: str) -> JsonObject:
    """Return what names an object of the installation."""
    return {"name": name, "namespace": namespace, "labels": dict(LABELS)}


def deployment(pod: Pod, settings: PodSettings) -> JsonObject:
    """Return the Deployment; new settings are taken by the pods that run."""
    template: JsonObject = {
        "metadata": {"labels": dict(LABELS)},
        "spec": {
            "serviceAccountName": NAME,
            "automountServiceAccountToken": True,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": _GRACE_S,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": _USER,
                "runAsGroup": _USER,
                "fsGroup": _USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [_container(pod, settings)],
            "volumes": _volumes(settings),
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(NAME, pod.namespace),
        "spec": {
            "replicas": pod.replicas,
            "selector": {"matchLabels": dict(LABELS)},
            "template": template,
        },
    }


def _container(pod: Pod, settings: PodSettings) -> JsonObject:
    mounts: list[Json] = [{"name": "settings", "mountPath": FOLDER, "readOnly": True}]
    mounts += [{"name": name, "mountPath": path} for name, path in _FOLDERS.items()]
    if settings.files:
        mounts.append({"name": "credentials", "mountPath": CREDENTIALS_FOLDER, "readOnly": True})
    return {
        "name": NAME,
        "image": pod.image,
        "imagePullPolicy": "IfNotPresent",  # one that was loaded into the nodes is enough
        "command": ["driftdeck"],
        "args": ["--headless", "--autoheal", "--config", f"{FOLDER}/{FILE_NAME}"],
        "workingDir": FOLDER,
        "env": _environment(settings),
        "ports": [{"name": name, "containerPort": port} for name, port in _listens(settings)],
        "livenessProbe": _probe("/livez", failures=6),
        "readinessProbe": _probe("/readyz", failures=3),
        "resources": {
            "requests": {"cpu": "50m", "memory": "128Mi"},
            "limits": {"memory": "1Gi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }


def _environment(settings: PodSettings) -> list[Json]:
    field: JsonObject = {"fieldRef": {"fieldPath": "metadata.namespace"}}
    stated = {
        "HOME": _FOLDERS["state"],
        "XDG_STATE_HOME": _FOLDERS["state"],
        "XDG_CACHE_HOME": _FOLDERS["cache"],
        "TMPDIR": _FOLDERS["tmp"],
    }
    found: list[Json] = [{"name": "POD_NAMESPACE", "valueFrom": field}]
    found += [{"name": name, "value": value} for name, value in stated.items()]
    for name in sorted(set(settings.variables)):
        reference: JsonObject = {"secretKeyRef": {"name": CREDENTIALS, "key": name}}
        found.append({"name": name, "valueFrom": reference})
    return found


def _listens(settings: PodSettings) -> list[tuple[str, int]]:
    hook = settings.webhook_port
    return [("metrics", METRICS_PORT), *([("webhook", hook)] if hook is not None else [])]


def _probe(path: str, *, failures: int) -> JsonObject:
    return {
        "httpGet": {"path": path, "port": "metrics"},
        "periodSeconds": 10,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }


def _volumes(settings: PodSettings) -> list[Json]:
    found: list[Json] = [{"name": "settings", "configMap": {"name": CONFIG}}]
    found += [{"name": name, "emptyDir": JsonObject()} for name in _FOLDERS]
    if settings.files:
        secret: JsonObject = {"secretName": CREDENTIALS, "defaultMode": 0o440}
        found.append({"name": "credentials", "secret": secret})
    return found


def network_policy(pod: Pod, settings: PodSettings) -> JsonObject:
    """Let the pod speak to API servers, repositories and name servers, and be asked how it is."""
    port, protocols = _DNS
    names: list[Json] = [{"protocol": protocol, "port": port} for protocol in protocols]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(NAME, pod.namespace),
        "spec": {
            "podSelector": {"matchLabels": dict(LABELS)},
            "policyTypes": ["Egress", "Ingress"],
            "egress": [{"ports": names}, {"ports": _tcp(sorted(pod.ports))}],
            "ingress": [{"ports": _tcp(port for _, port in _listens(settings))}],
        },
    }


def _tcp(ports: Iterable[int]) -> list[Json]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def disruption_budget(pod: Pod) -> JsonObject:
    """Let one pod at a time be moved: with one replica, too, or no node could be emptied."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(NAME, pod.namespace),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": dict(LABELS)}},
    }


def service(pod: Pod, settings: PodSettings) -> JsonObject:
    """Return the address of metrics, and of the webhook where settings have one."""
    ports: list[Json] = [
        {"name": name, "port": port, "targetPort": name} for name, port in _listens(settings)
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(NAME, pod.namespace),
        "spec": {"selector": dict(LABELS), "ports": ports},
    }
