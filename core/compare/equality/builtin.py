"""What an API server fills in by itself in built-in kinds (verdicts.md 2.3).

The OpenAPI of built-in kinds publishes almost no defaults, and a client that creates an object by
Update owns every one of them; without this table a plain `kubectl create` would be full of drift.
The key is the schema component without its version ("apps.DeploymentSpec").  A default that depends
on other fields is a function of the *live* object that holds it, and of the whole live object.

Source:
    The defaults.go files of k8s.io/kubernetes v1.37.2 (pkg/apis/*/v1) and of
    apiextensions-apiserver v0.37.2.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from core.compare.equality.images import tag_of
from core.model import ABSENT, Absent, Json, JsonObject

Computed: TypeAlias = Callable[[JsonObject, JsonObject], Json | Absent]
Default: TypeAlias = Json | Computed

RESTARTED_AT: Final = "kubectl.kubernetes.io/restartedAt"
LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"

SERVER_METADATA: Final = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)

_TEMPLATE_GENERATION: Final = "deprecated.daemonset.template.generation"
_RBAC: Final = "rbac.authorization.k8s.io"


def _pull_policy(image: str) -> Computed:
    def default(holder: JsonObject, _root: JsonObject) -> Json | Absent:
        latest = tag_of(str(holder.get(image, ""))) == "latest"
        return "Always" if latest else "IfNotPresent"

    return default


def _same_as(sibling: str) -> Computed:
    """Default to a neighbour; a field that names itself is whatever the server put there."""

    def default(holder: JsonObject, _root: JsonObject) -> Json | Absent:
        return holder.get(sibling, ABSENT)

    return default


def _host_port(holder: JsonObject, root: JsonObject) -> Json | Absent:
    """On the host's network a container port is also the host's; in a template it stays open."""
    on_host = root.get("kind") == "Pod" and _at(root, "spec", "hostNetwork") is True
    return holder.get("containerPort", ABSENT) if on_host else ABSENT


def _requests(holder: JsonObject, root: JsonObject) -> Json | Absent:
    """A Pod requests what it is limited to; a template says nothing of it."""
    return holder.get("limits", ABSENT) if root.get("kind") == "Pod" else ABSENT


def _service_links(_holder: JsonObject, root: JsonObject) -> Json | Absent:
    return True if root.get("kind") == "Pod" else ABSENT


def _template_labels(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    return _at(holder, "template", "metadata", "labels") or ABSENT


def _empty_dir(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """A volume that names no source is an empty folder."""
    return {} if holder.keys() == {"name", "emptyDir"} else ABSENT


def _policy_types(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    return ["Ingress", "Egress"] if holder.get("egress") else ["Ingress"]


def _completions(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    return 1 if holder.get("parallelism", 1) == 1 else ABSENT


def _backoff_limit(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    return 2147483647 if "backoffLimitPerIndex" in holder else 6


def _pod_replacement(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    return "Failed" if "podFailurePolicy" in holder else "TerminatingOrFailed"


def _limit(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """Containers are limited to the most that they may be."""
    return holder.get("max", ABSENT) if holder.get("type") == "Container" else ABSENT


def _limit_request(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    if holder.get("type") != "Container":
        return ABSENT
    least, limit = _at(holder, "min"), _at(holder, "default")
    return {
        **(least if isinstance(least, dict) else {}),
        **(limit if isinstance(limit, dict) else {}),
    }


def _subject_group(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    return _RBAC if holder.get("kind") in {"User", "Group"} else ABSENT


def _singular(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    return str(holder.get("kind", "")).lower()


def _list_kind(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    return f"{holder.get('kind', '')}List"


_CONTAINER: Final[Mapping[str, Default]] = {
    "imagePullPolicy": _pull_policy("image"),
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_DEVICES: Final[Mapping[str, Default]] = {"allocationMode": "ExactCount", "count": 1}
_WEBHOOK: Final[Mapping[str, Default]] = {
    "failurePolicy": "Fail",
    "matchPolicy": "Equivalent",
    "namespaceSelector": {},
    "objectSelector": {},
    "timeoutSeconds": 10,
}
_ROLLING: Final[JsonObject] = {"maxUnavailable": "25%", "maxSurge": "25%"}
_SCALE_DOWN: Final[list[Json]] = [{"type": "Percent", "value": 100, "periodSeconds": 15}]
_SCALE_UP: Final[list[Json]] = [{"type": "Pods", "value": 4, "periodSeconds": 15}, *_SCALE_DOWN]
_CPU_TARGET: Final[JsonObject] = {"type": "Utilization", "averageUtilization": 80}

_WORKLOADS: Final[Mapping[str, Mapping[str, Default]]] = {
    "apps.DeploymentSpec": {
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
    },
    "apps.DeploymentStrategy": {"type": "RollingUpdate", "rollingUpdate": _ROLLING},
    "apps.RollingUpdateDeployment": _ROLLING,
    "apps.StatefulSetSpec": {
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "podManagementPolicy": "OrderedReady",
        "persistentVolumeClaimRetentionPolicy": {},
    },
    "apps.StatefulSetUpdateStrategy": {"type": "RollingUpdate", "rollingUpdate": {}},
    "apps.RollingUpdateStatefulSetStrategy": {"partition": 0, "maxUnavailable": 1},
    "apps.StatefulSetPersistentVolumeClaimRetentionPolicy": {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    },
    "apps.DaemonSetSpec": {"revisionHistoryLimit": 10},
    "apps.DaemonSetUpdateStrategy": {"type": "RollingUpdate", "rollingUpdate": {}},
    "apps.RollingUpdateDaemonSet": {"maxUnavailable": 1, "maxSurge": 0},
    "apps.ReplicaSetSpec": {"replicas": 1},
    "batch.JobSpec": {
        "backoffLimit": _backoff_limit,
        "completions": _completions,
        "parallelism": 1,
        "completionMode": "NonIndexed",
        "suspend": False,
        "manualSelector": False,
        "podReplacementPolicy": _pod_replacement,
    },
    "batch.PodFailurePolicyOnPodConditionsPattern": {"status": "True"},
    "batch.CronJobSpec": {
        "concurrencyPolicy": "Allow",
        "suspend": False,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
    },
    "autoscaling.HorizontalPodAutoscalerSpec": {
        "minReplicas": 1,
        "targetCPUUtilizationPercentage": 80,  # autoscaling/v1
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": _CPU_TARGET}}],
    },
    "autoscaling.HorizontalPodAutoscalerBehavior": {
        "scaleUp": {
            "stabilizationWindowSeconds": 0,
            "selectPolicy": "Max",
            "policies": _SCALE_UP,
        },
        "scaleDown": {"selectPolicy": "Max", "policies": _SCALE_DOWN},
    },
}
_PODS: Final[Mapping[str, Mapping[str, Default]]] = {
    "core.PodSpec": {
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
        "securityContext": {},
        "serviceAccount": _same_as("serviceAccountName"),
        "enableServiceLinks": _service_links,
    },
    "core.Container": _CONTAINER,
    "core.EphemeralContainer": _CONTAINER,
    "core.ContainerPort": {"protocol": "TCP", "hostPort": _host_port},
    "core.ResourceRequirements": {"requests": _requests},
    "core.Probe": {
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
    },
    "core.HTTPGetAction": {"path": "/", "scheme": "HTTP", "protocol": "HTTP1"},
    "core.ObjectFieldSelector": {"apiVersion": "v1"},
    "core.ResourceFieldSelector": {"divisor": "0"},
    "core.Volume": {"emptyDir": _empty_dir},
    "core.SecretVolumeSource": {"defaultMode": 420},
    "core.ConfigMapVolumeSource": {"defaultMode": 420},
    "core.DownwardAPIVolumeSource": {"defaultMode": 420},
    "core.ProjectedVolumeSource": {"defaultMode": 420},
    "core.ServiceAccountTokenProjection": {"expirationSeconds": 3600},
    "core.HostPathVolumeSource": {"type": ""},
    "core.ImageVolumeSource": {"pullPolicy": _pull_policy("reference")},
}
_OTHERS: Final[Mapping[str, Mapping[str, Default]]] = {
    "core.ServiceSpec": {
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10800}},
        "internalTrafficPolicy": "Cluster",
        "externalTrafficPolicy": "Cluster",
        "allocateLoadBalancerNodePorts": True,
    },
    "core.ServicePort": {"protocol": "TCP", "targetPort": _same_as("port")},
    "core.EndpointPort": {"protocol": "TCP"},
    "core.Secret": {"type": "Opaque"},
    "core.PersistentVolumeSpec": {
        "persistentVolumeReclaimPolicy": "Retain",
        "volumeMode": "Filesystem",
    },
    # apiVersion and kind: of a claim inside volumeClaimTemplates
    "core.PersistentVolumeClaim": {"apiVersion": "v1", "kind": "PersistentVolumeClaim"},
    "core.PersistentVolumeClaimSpec": {"volumeMode": "Filesystem"},
    "core.ReplicationControllerSpec": {"replicas": 1, "selector": _template_labels},
    "core.NamespaceSpec": {"finalizers": ["kubernetes"]},
    "core.LimitRangeItem": {"default": _limit, "defaultRequest": _limit_request},
    "discovery.EndpointPort": {"name": "", "protocol": "TCP"},
    "networking.NetworkPolicyPort": {"protocol": "TCP"},
    "networking.NetworkPolicySpec": {"policyTypes": _policy_types},
    "networking.IngressClassParametersReference": {"scope": "Cluster"},
    "storage.StorageClass": {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
    "storage.CSIDriverSpec": {
        "attachRequired": True,
        "podInfoOnMount": False,
        "storageCapacity": False,
        "fsGroupPolicy": "ReadWriteOnceWithFSType",
        "volumeLifecycleModes": ["Persistent"],
        "requiresRepublish": False,
        "seLinuxMount": False,
        "preventPodSchedulingIfMissing": False,
    },
    "resource.ExactDeviceRequest": _DEVICES,
    "resource.DeviceRequest": _DEVICES,  # v1beta1
    "resource.DeviceSubRequest": _DEVICES,
    "resource.DeviceTaint": {"timeAdded": _same_as("timeAdded")},  # when it was created
    "scheduling.PriorityClass": {"preemptionPolicy": "PreemptLowerPriority"},
    "rbac.RoleRef": {"apiGroup": _RBAC},
    "rbac.Subject": {"apiGroup": _subject_group},
    "admissionregistration.MutatingWebhook": {**_WEBHOOK, "reinvocationPolicy": "Never"},
    "admissionregistration.ValidatingWebhook": _WEBHOOK,
    "admissionregistration.RuleWithOperations": {"scope": "*"},
    "admissionregistration.NamedRuleWithOperations": {"scope": "*"},
    "admissionregistration.ServiceReference": {"port": 443},
    "admissionregistration.MatchResources": {
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
    },
    "admissionregistration.ValidatingAdmissionPolicySpec": {"failurePolicy": "Fail"},
    "admissionregistration.MutatingAdmissionPolicySpec": {"failurePolicy": "Fail"},
    "apiextensions.CustomResourceDefinitionNames": {
        "singular": _singular,
        "listKind": _list_kind,
    },
    "apiextensions.CustomResourceDefinitionSpec": {"conversion": {"strategy": "None"}},
    "apiextensions.ServiceReference": {"port": 443},
    "apiregistration.ServiceReference": {"port": 443},
    "flowcontrol.FlowSchemaSpec": {"matchingPrecedence": 1000},
    "flowcontrol.LimitedPriorityLevelConfiguration": {
        "nominalConcurrencyShares": 30,
        "lendablePercent": 0,
    },
    "flowcontrol.ExemptPriorityLevelConfiguration": {
        "nominalConcurrencyShares": 0,
        "lendablePercent": 0,
    },
    "flowcontrol.QueuingConfiguration": {"queues": 64, "handSize": 8, "queueLengthLimit": 50},
}

DEFAULTS: Final[Mapping[str, Mapping[str, Default]]] = MappingProxyType(
    {**_WORKLOADS, **_PODS, **_OTHERS}
)

IGNORED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "core.PersistentVolumeClaim": frozenset({"status"}),
        "meta.ObjectMeta": frozenset({"creationTimestamp"}),
    }
)
"""Fields never compared, beside those every object has."""


def implied_metadata(git: JsonObject, live: JsonObject) -> JsonObject:
    """Return the labels and annotations that the server gives *live* although nobody wrote them.

    A namespace gets its name, a Job or ReplicationController without labels those of its template.
    """
    match git.get("kind"):
        case "Namespace":
            return {"labels": {"kubernetes.io/metadata.name": _at(live, "metadata", "name")}}
        case "DaemonSet":
            generation = _at(live, "metadata", "annotations", _TEMPLATE_GENERATION)
            return {"annotations": {_TEMPLATE_GENERATION: generation}}
        case "Job" | "ReplicationController" if not _at(git, "metadata", "labels"):
            return {"labels": _at(live, "spec", "template", "metadata", "labels")}
        case _:
            return {}


def _at(document: JsonObject, *keys: str) -> Json:
    here: Json = document
    for key in keys:
        here = here.get(key) if isinstance(here, dict) else None
    return here
