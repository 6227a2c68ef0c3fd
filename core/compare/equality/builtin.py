"""What an API server fills in by itself in built-in kinds (verdicts.md 2.3).

The OpenAPI of built-in kinds publishes almost no defaults, and a client that creates an object by
Update owns every one of them; without this table a plain `kubectl create` would be full of drift.
The key is the schema component without its version ("apps.DeploymentSpec").  A default that depends
on other fields is a function of the *live* object that holds it, and of the whole live object.

Source:
    The defaults.go files of k8s.io/kubernetes v1.37.2 (pkg/apis/*/v1) and of
    apiextensions-apiserver v0.37.2.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.compare.equality import dependent
from core.compare.equality.dependent import Default
from core.model import Json, JsonObject, within

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


_CONTAINER: Final[Mapping[str, Default]] = {
    "imagePullPolicy": dependent.pull_policy("image"),
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
    "apps.StatefulSetUpdateStrategy": {
        "type": "RollingUpdate",
        "rollingUpdate": dependent.rolling,
    },
    "apps.RollingUpdateStatefulSetStrategy": {"partition": 0, "maxUnavailable": 1},
    "apps.StatefulSetPersistentVolumeClaimRetentionPolicy": {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    },
    "apps.DaemonSetSpec": {"revisionHistoryLimit": 10},
    "apps.DaemonSetUpdateStrategy": {
        "type": "RollingUpdate",
        "rollingUpdate": dependent.rolling,
    },
    "apps.RollingUpdateDaemonSet": {"maxUnavailable": dependent.unavailable, "maxSurge": 0},
    "apps.ReplicaSetSpec": {"replicas": 1},
    "batch.JobSpec": {
        "backoffLimit": dependent.in_job(dependent.backoff_limit),
        "completions": dependent.in_job(dependent.completions),
        "parallelism": dependent.in_job(1),
        "completionMode": dependent.in_job("NonIndexed"),
        "suspend": dependent.in_job(False),
        "manualSelector": dependent.in_job(False),
        "podReplacementPolicy": dependent.in_job(dependent.pod_replacement),
        "selector": dependent.in_job(dependent.own_selector),
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
        "serviceAccount": dependent.same_as("serviceAccountName"),
        "enableServiceLinks": dependent.service_links,
    },
    "core.Container": _CONTAINER,
    "core.EphemeralContainer": _CONTAINER,
    "core.ContainerPort": {"protocol": "TCP", "hostPort": dependent.host_port},
    "core.ResourceRequirements": {"requests": dependent.requests},
    "core.Probe": {
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
    },
    "core.HTTPGetAction": {"path": "/", "scheme": "HTTP", "protocol": "HTTP1"},
    "core.ObjectFieldSelector": {"apiVersion": "v1"},
    "core.ResourceFieldSelector": {"divisor": "0"},
    "core.Volume": {"emptyDir": dependent.empty_dir},
    "core.SecretVolumeSource": {"defaultMode": 420},
    "core.ConfigMapVolumeSource": {"defaultMode": 420},
    "core.DownwardAPIVolumeSource": {"defaultMode": 420},
    "core.ProjectedVolumeSource": {"defaultMode": 420},
    "core.ServiceAccountTokenProjection": {"expirationSeconds": 3600},
    "core.HostPathVolumeSource": {"type": ""},
    "core.ImageVolumeSource": {"pullPolicy": dependent.pull_policy("reference")},
}
_OTHERS: Final[Mapping[str, Mapping[str, Default]]] = {
    "core.ServiceSpec": {
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "sessionAffinityConfig": dependent.affinity,
        "internalTrafficPolicy": "Cluster",
        "externalTrafficPolicy": "Cluster",
        "allocateLoadBalancerNodePorts": True,
    },
    "core.ServicePort": {"protocol": "TCP", "targetPort": dependent.same_as("port")},
    "core.EndpointPort": {"protocol": "TCP"},
    "core.Secret": {"type": "Opaque"},
    "core.PersistentVolumeSpec": {
        "persistentVolumeReclaimPolicy": "Retain",
        "volumeMode": "Filesystem",
    },
    # apiVersion and kind: of a claim inside volumeClaimTemplates
    "core.PersistentVolumeClaim": {"apiVersion": "v1", "kind": "PersistentVolumeClaim"},
    "core.PersistentVolumeClaimSpec": {"volumeMode": "Filesystem"},
    "core.ReplicationControllerSpec": {"replicas": 1, "selector": dependent.template_labels},
    "core.NamespaceSpec": {"finalizers": ["kubernetes"]},
    "core.LimitRangeItem": {"default": dependent.limit, "defaultRequest": dependent.limit_request},
    "discovery.EndpointPort": {"name": "", "protocol": "TCP"},
    "networking.NetworkPolicyPort": {"protocol": "TCP"},
    "networking.NetworkPolicySpec": {"policyTypes": dependent.policy_types},
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
    "resource.DeviceTaint": {"timeAdded": dependent.when_written("timeAdded")},
    "scheduling.PriorityClass": {"preemptionPolicy": "PreemptLowerPriority"},
    "rbac.RoleRef": {"apiGroup": dependent.RBAC},
    "rbac.Subject": {"apiGroup": dependent.subject_group},
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
        "singular": dependent.singular,
        "listKind": dependent.list_kind,
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
            return {"labels": {"kubernetes.io/metadata.name": within(live, "metadata", "name")}}
        case "DaemonSet":
            generation = within(live, "metadata", "annotations", _TEMPLATE_GENERATION)
            return {"annotations": {_TEMPLATE_GENERATION: generation}}
        case "Job" | "ReplicationController" if not within(git, "metadata", "labels"):
            return {"labels": within(live, "spec", "template", "metadata", "labels")}
        case _:
            return {}
