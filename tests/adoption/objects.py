"""A dozen kinds and more as Git states them first, and after one commit that does everything.

The commit changes, adds and drops fields in each object, adds an object and drops one.
"""

from typing import Any, Final, TypeAlias

import yaml

Json: TypeAlias = dict[str, Any]
ADDED: Final = "added"  # the ConfigMap that the commit adds
DROPPED: Final = "dropped"  # and the one that it drops

_LABELS: Final = "labels: {team: red, tier: front}, annotations: {note: first, old: gone}"
_LABELS_AFTER: Final = "labels: {team: blue, tier: front, new: one}, annotations: {note: second}"
_POD: Final = """
  metadata: {labels: {app: web}}
  spec:
    containers:
      - name: web
        image: example/web:1
        args: [a, b]
        env: [{name: A, value: "1"}, {name: B, value: "2"}]
      - {name: side, image: "example/side:1"}
"""
_POD_AFTER: Final = """
  metadata: {labels: {app: web}}
  spec:
    containers:
      - name: web
        image: example/web:2
        args: [a]
        env: [{name: A, value: "9"}, {name: C, value: "3"}]
      - {name: log, image: "example/log:1"}
"""
_SHAPES: Final[dict[str, tuple[str, str, str]]] = {  # kind -> apiVersion, before, after
    "ConfigMap": ("v1", "data: {a: '1', b: '2'}", "data: {a: '9', c: '3'}"),
    "Secret": ("v1", "stringData: {a: one, b: two}", "stringData: {a: other, c: three}"),
    "ServiceAccount": ("v1", "automountServiceAccountToken: true", ""),
    "Service": (
        "v1",
        "spec: {selector: {app: web, old: x}, ports: [{name: a, port: 80}, {name: b, port: 81}]}",
        (
            "spec: {selector: {app: web}, ports: [{name: a, port: 80, targetPort: 8080},"
            " {name: c, port: 82}]}"
        ),
    ),
    "LimitRange": (
        "v1",
        "spec: {limits: [{type: Container, default: {cpu: 500m}}]}",
        "spec: {limits: [{type: Container, default: {cpu: 600m, memory: 1Gi}}]}",
    ),
    "ResourceQuota": (
        "v1",
        "spec: {hard: {pods: '10', services: '5'}}",
        "spec: {hard: {pods: '20', configmaps: '50'}}",
    ),
    "Deployment": (
        "apps/v1",
        "spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: POD}",
        "",
    ),
    "StatefulSet": (
        "apps/v1",
        "spec: {serviceName: web, selector: {matchLabels: {app: web}}, template: POD}",
        "",
    ),
    "DaemonSet": ("apps/v1", "spec: {selector: {matchLabels: {app: web}}, template: POD}", ""),
    "CronJob": (
        "batch/v1",
        "spec: {schedule: '1 * * * *', suspend: true, jobTemplate: {spec: {template: JOB}}}",
        (
            "spec: {schedule: '2 * * * *', startingDeadlineSeconds: 60,"
            " jobTemplate: {spec: {template: JOB}}}"
        ),
    ),
    "NetworkPolicy": (
        "networking.k8s.io/v1",
        "spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 80}]}]}",
        "spec: {podSelector: {}, ingress: [{ports: [{port: 81}]}]}",
    ),
    "Ingress": (
        "networking.k8s.io/v1",
        (
            "spec: {ingressClassName: nginx,"
            " defaultBackend: {service: {name: web, port: {number: 80}}}}"
        ),
        "spec: {defaultBackend: {service: {name: web, port: {number: 81}}}}",
    ),
    "PodDisruptionBudget": (
        "policy/v1",
        "spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}",
        "spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}",
    ),
    "HorizontalPodAutoscaler": (
        "autoscaling/v2",
        "spec: {maxReplicas: 5, minReplicas: 2, scaleTargetRef: OTHER}",
        "spec: {maxReplicas: 6, scaleTargetRef: OTHER}",
    ),
    "Role": (
        "rbac.authorization.k8s.io/v1",
        "rules: [{apiGroups: [''], resources: [configmaps, pods], verbs: [get]}]",
        "rules: [{apiGroups: [''], resources: [configmaps], verbs: [get, list]}]",
    ),
}
KINDS: Final = tuple(_SHAPES)


def before() -> dict[str, Json]:
    """What Git states first, by the name of the file."""
    found = {kind: _object(kind, after=False) for kind in KINDS}
    return {**found, DROPPED: _config_map(DROPPED)}


def after() -> dict[str, Json]:
    """What the commit makes of it."""
    found = {kind: _object(kind, after=True) for kind in KINDS}
    return {**found, ADDED: _config_map(ADDED)}


def text(body: Json) -> str:
    """One object as a file."""
    return yaml.safe_dump(body, sort_keys=False)


def _object(kind: str, *, after: bool) -> Json:
    version, first, second = _SHAPES[kind]
    labels = _LABELS_AFTER if after else _LABELS
    rest = (second or first) if after else first
    if kind == "ServiceAccount" and after:
        rest = second
    body: Json = yaml.safe_load(rest) or {}
    pod: Json = yaml.safe_load(f"x: {_POD_AFTER if after else _POD}")["x"]
    spec = body.get("spec", {})
    if spec.get("template") == "POD":
        spec["template"] = pod
    if kind == "HorizontalPodAutoscaler":
        spec["scaleTargetRef"] = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "other"}
    if kind == "CronJob":
        job = {**pod, "spec": {**pod["spec"], "restartPolicy": "Never"}}
        spec["jobTemplate"]["spec"]["template"] = job
    metadata = yaml.safe_load("{name: NAME, LABELS}".replace("LABELS", labels))
    metadata["name"] = kind.lower()
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **body}


def _config_map(name: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}}
