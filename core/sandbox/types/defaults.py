"""The defaults people meet daily, filled in as the API server does (pkg/apis/*/v1/defaults.go).

One function for each Go type that has any, named by its schema; each gets a fresh copy of the
object's top level, and copies what lies below before changing it.
"""

import base64
from collections.abc import Mapping
from typing import cast

from core.sandbox.types.codec import Defaulter, Object

_CORE, _APPS, _BATCH = "io.k8s.api.core.v1.", "io.k8s.api.apps.v1.", "io.k8s.api.batch.v1."
_NET, _RBAC = "io.k8s.api.networking.v1.", "io.k8s.api.rbac.v1."
_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
GENERATION = "deprecated.daemonset.template.generation"
_RBAC_GROUP = "rbac.authorization.k8s.io"


def _fill(target: Object, **wanted: object) -> None:
    for name, default in wanted.items():
        if name not in target:
            target[name] = default


def _fill_empty(target: Object, **wanted: object) -> None:
    """Fill where Go sees a zero value, not only where nothing was sent."""
    for name, default in wanted.items():
        if not target.get(name):
            target[name] = default


def _below(target: Object, name: str) -> Object:
    copy = dict(cast("Object", target.get(name) or {}))
    target[name] = copy
    return copy


def _each(target: Object, name: str) -> list[Object]:
    copies = [dict(item) for item in cast("list[Object]", target.get(name) or [])]
    if copies:
        target[name] = copies
    return copies


def _deployment_spec(spec: Object) -> None:
    _fill(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = _below(spec, "strategy")
    _fill_empty(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _fill(_below(strategy, "rollingUpdate"), maxUnavailable="25%", maxSurge="25%")


def _stateful_set_spec(spec: Object) -> None:
    _fill(spec, replicas=1, revisionHistoryLimit=10)
    _fill_empty(spec, podManagementPolicy="OrderedReady")
    strategy = _below(spec, "updateStrategy")
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
        _below(strategy, "rollingUpdate")
    if strategy["type"] == "RollingUpdate" and "rollingUpdate" in strategy:
        _fill(_below(strategy, "rollingUpdate"), partition=0, maxUnavailable=1)
    retention = _below(spec, "persistentVolumeClaimRetentionPolicy")
    _fill_empty(retention, whenDeleted="Retain", whenScaled="Retain")
    for claim in _each(spec, "volumeClaimTemplates"):
        _fill_empty(claim, apiVersion="v1", kind="PersistentVolumeClaim")


def _daemon_set_spec(spec: Object) -> None:
    _fill(spec, revisionHistoryLimit=10)
    strategy = _below(spec, "updateStrategy")
    _fill_empty(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _fill(_below(strategy, "rollingUpdate"), maxUnavailable=1, maxSurge=0)


def _daemon_set(daemon_set: Object) -> None:
    """Show the internal field that counts templates, as the conversion to apps/v1 does."""
    annotations = _below(_below(daemon_set, "metadata"), "annotations")
    _fill(annotations, **{GENERATION: "0"})


def _replica_set_spec(spec: Object) -> None:
    _fill(spec, replicas=1)


def _job(job: Object) -> None:
    template = cast("Object", cast("Object", job.get("spec") or {}).get("template") or {})
    labels = cast("Object", template.get("metadata") or {}).get("labels")
    metadata = _below(job, "metadata")
    if labels and not metadata.get("labels"):
        metadata["labels"] = labels


def _job_top_spec(spec: Object) -> None:
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = 1
    indexed = "backoffLimitPerIndex" in spec
    _fill(
        spec,
        parallelism=1,
        backoffLimit=2**31 - 1 if indexed else 6,
        completionMode="NonIndexed",
        suspend=False,
        podReplacementPolicy="Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed",
        manualSelector=False,
    )


def _job_with_spec(job: Object) -> None:
    _job(job)
    _job_top_spec(_below(job, "spec"))


def _cron_job_spec(spec: Object) -> None:
    _fill_empty(spec, concurrencyPolicy="Allow")
    _fill(spec, suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)


def _pod_spec(spec: Object) -> None:
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    _fill_empty(
        spec, dnsPolicy="ClusterFirst", restartPolicy="Always", schedulerName="default-scheduler"
    )
    _fill(spec, securityContext={}, terminationGracePeriodSeconds=30)
    if spec.get("hostNetwork"):
        for name in ("containers", "initContainers"):
            for container in _each(spec, name):
                for port in _each(container, "ports"):
                    _fill_empty(port, hostPort=port.get("containerPort", 0))


def _pod(pod: Object) -> None:
    spec = _below(pod, "spec")
    _fill(spec, enableServiceLinks=True)
    for name in ("containers", "initContainers"):
        for container in _each(spec, name):
            resources = cast("Object", container.get("resources") or {})
            limits = cast("Object", resources.get("limits") or {})
            if limits:
                requests = {**limits, **cast("Object", resources.get("requests") or {})}
                container["resources"] = {**resources, "requests": requests}


def _container(container: Object) -> None:
    image = str(container.get("image", ""))
    last = image.rsplit("/", 1)[-1]
    tagged = ":" in last.split("@", 1)[0]
    latest = last.endswith(":latest") or not (tagged or "@" in last)
    _fill_empty(
        container,
        imagePullPolicy="Always" if latest else "IfNotPresent",
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )


def _probe(probe: Object) -> None:
    _fill_empty(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)


def _http_get(action: Object) -> None:
    _fill_empty(action, path="/", scheme="HTTP")


def _volume(volume: Object) -> None:
    if not any(name != "name" for name in volume):
        volume["emptyDir"] = {}


def _mode(source: Object) -> None:
    _fill(source, defaultMode=420)


def _service(service: Object) -> None:
    spec = _below(service, "spec")
    _fill_empty(spec, sessionAffinity="None", type="ClusterIP")
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    else:
        client = _below(_below(spec, "sessionAffinityConfig"), "clientIP")
        _fill(client, timeoutSeconds=10800)
    outside = spec["type"] in ("NodePort", "LoadBalancer")
    if outside:
        _fill_empty(spec, externalTrafficPolicy="Cluster")
    if outside or spec["type"] == "ClusterIP":
        _fill(spec, internalTrafficPolicy="Cluster")
    if spec["type"] == "LoadBalancer":
        _fill(spec, allocateLoadBalancerNodePorts=True)
    for port in _each(spec, "ports"):
        _fill_empty(port, protocol="TCP", targetPort=port.get("port", 0))


def _secret(secret: Object) -> None:
    _fill_empty(secret, type="Opaque")
    plain = cast("Mapping[str, str]", secret.pop("stringData", None) or {})
    if plain:
        coded = {name: base64.b64encode(text.encode()).decode() for name, text in plain.items()}
        secret["data"] = {**cast("Object", secret.get("data") or {}), **coded}


def _claim_spec(spec: Object) -> None:
    _fill(spec, volumeMode="Filesystem")


def _claim(claim: Object) -> None:
    _fill_empty(_below(claim, "status"), phase="Pending")


def _limits(item: Object) -> None:
    if item.get("type") == "Container":
        most, least = (cast("Object", item.get(name) or {}) for name in ("max", "min"))
        item["default"] = {**most, **cast("Object", item.get("default") or {})}
        asked = {**least, **cast("Object", item["default"])}
        item["defaultRequest"] = {**asked, **cast("Object", item.get("defaultRequest") or {})}


def _namespace(namespace: Object) -> None:
    metadata = _below(namespace, "metadata")
    if metadata.get("name"):
        _below(metadata, "labels")["kubernetes.io/metadata.name"] = metadata["name"]
    _fill_empty(_below(namespace, "status"), phase="Active")


def _network_policy_spec(spec: Object) -> None:
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def _role_binding(binding: Object) -> None:
    _fill_empty(_below(binding, "roleRef"), apiGroup=_RBAC_GROUP)


def _subject(subject: Object) -> None:
    if subject.get("kind") in ("User", "Group"):
        _fill_empty(subject, apiGroup=_RBAC_GROUP)


_UP: Mapping[str, object] = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
_DOWN: Mapping[str, object] = {
    "selectPolicy": "Max",
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}


def _autoscaler_spec(spec: Object) -> None:
    _fill(spec, minReplicas=1)
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": 80}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    if "behavior" in spec:
        behavior = _below(spec, "behavior")
        behavior["scaleUp"] = {**_UP, **cast("Object", behavior.get("scaleUp") or {})}
        behavior["scaleDown"] = {**_DOWN, **cast("Object", behavior.get("scaleDown") or {})}


def _definition(definition: Object) -> None:
    spec = _below(definition, "spec")
    names = _below(spec, "names")
    kind = str(names.get("kind", ""))
    _fill_empty(names, singular=kind.lower(), listKind=kind + "List")
    _fill(spec, conversion={"strategy": "None"})
    status = _below(definition, "status")
    versions = cast("list[Object]", spec.get("versions") or [])
    if not status.get("storedVersions"):
        status["storedVersions"] = [v["name"] for v in versions if v.get("storage")][:1]


BY_TYPE: Mapping[str, Defaulter] = {
    _APPS + "DeploymentSpec": _deployment_spec,
    _APPS + "StatefulSetSpec": _stateful_set_spec,
    _APPS + "DaemonSet": _daemon_set,
    _APPS + "DaemonSetSpec": _daemon_set_spec,
    _APPS + "ReplicaSetSpec": _replica_set_spec,
    _BATCH + "Job": _job_with_spec,
    _BATCH + "CronJobSpec": _cron_job_spec,
    _CORE + "Pod": _pod,
    _CORE + "PodSpec": _pod_spec,
    _CORE + "Container": _container,
    _CORE + "EphemeralContainer": _container,
    _CORE + "Probe": _probe,
    _CORE + "HTTPGetAction": _http_get,
    _CORE + "Volume": _volume,
    _CORE + "SecretVolumeSource": _mode,
    _CORE + "ConfigMapVolumeSource": _mode,
    _CORE + "DownwardAPIVolumeSource": _mode,
    _CORE + "ProjectedVolumeSource": _mode,
    _CORE + "ServiceAccountTokenProjection": lambda source: _fill(source, expirationSeconds=3600),
    _CORE + "ObjectFieldSelector": lambda selector: _fill_empty(selector, apiVersion="v1"),
    _CORE + "Service": _service,
    _CORE + "Secret": _secret,
    _CORE + "PersistentVolumeClaimSpec": _claim_spec,
    _CORE + "PersistentVolumeClaim": _claim,
    _CORE + "LimitRangeItem": _limits,
    _CORE + "Namespace": _namespace,
    _CORE + "EndpointPort": lambda port: _fill_empty(port, protocol="TCP"),
    _NET + "NetworkPolicySpec": _network_policy_spec,
    _NET + "NetworkPolicyPort": lambda port: _fill(port, protocol="TCP"),
    _RBAC + "RoleBinding": _role_binding,
    _RBAC + "ClusterRoleBinding": _role_binding,
    _RBAC + "Subject": _subject,
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec": _autoscaler_spec,
    _EXTENSIONS + "CustomResourceDefinition": _definition,
}
