"""Which resource a kind is: what Kubernetes serves by itself, and what definitions bring.

Rights are about resources, by group and plural, whatever the version.  So that no server need be
asked, those that Kubernetes 1.37 serves are kept here, as its discovery has them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from core.model import Document, KindRef, Resource
from core.reconcile.sides.promises import DEFINITION, promises

Named: TypeAlias = tuple[str, str]  # group and kind

_BUILT_IN: Final = """
[]
ConfigMap configmaps
Endpoints endpoints
Event events
LimitRange limitranges
Namespace namespaces global
Node nodes global
PersistentVolume persistentvolumes global
PersistentVolumeClaim persistentvolumeclaims
Pod pods
PodTemplate podtemplates
ReplicationController replicationcontrollers scaled
ResourceQuota resourcequotas
Secret secrets
Service services
ServiceAccount serviceaccounts
[admissionregistration.k8s.io]
MutatingAdmissionPolicy mutatingadmissionpolicies global
MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings global
MutatingWebhookConfiguration mutatingwebhookconfigurations global
ValidatingAdmissionPolicy validatingadmissionpolicies global
ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings global
ValidatingWebhookConfiguration validatingwebhookconfigurations global
[apiextensions.k8s.io]
CustomResourceDefinition customresourcedefinitions global
[apiregistration.k8s.io]
APIService apiservices global
[apps]
ControllerRevision controllerrevisions
DaemonSet daemonsets
Deployment deployments scaled
ReplicaSet replicasets scaled
StatefulSet statefulsets scaled
[autoscaling]
HorizontalPodAutoscaler horizontalpodautoscalers
[batch]
CronJob cronjobs
Job jobs
[certificates.k8s.io]
CertificateSigningRequest certificatesigningrequests global
ClusterTrustBundle clustertrustbundles global
PodCertificateRequest podcertificaterequests
[coordination.k8s.io]
Lease leases
[discovery.k8s.io]
EndpointSlice endpointslices
[events.k8s.io]
Event events
[flowcontrol.apiserver.k8s.io]
FlowSchema flowschemas global
PriorityLevelConfiguration prioritylevelconfigurations global
[networking.k8s.io]
IPAddress ipaddresses global
Ingress ingresses
IngressClass ingressclasses global
NetworkPolicy networkpolicies
ServiceCIDR servicecidrs global
[node.k8s.io]
RuntimeClass runtimeclasses global
[policy]
PodDisruptionBudget poddisruptionbudgets
[rbac.authorization.k8s.io]
ClusterRole clusterroles global
ClusterRoleBinding clusterrolebindings global
Role roles
RoleBinding rolebindings
[resource.k8s.io]
DeviceClass deviceclasses global
DeviceTaintRule devicetaintrules global
ResourceClaim resourceclaims
ResourceClaimTemplate resourceclaimtemplates
ResourceSlice resourceslices global
[scheduling.k8s.io]
PriorityClass priorityclasses global
[storage.k8s.io]
CSIDriver csidrivers global
CSINode csinodes global
CSIStorageCapacity csistoragecapacities
StorageClass storageclasses global
VolumeAttachment volumeattachments global
VolumeAttributesClass volumeattributesclasses global
[storagemigration.k8s.io]
StorageVersionMigration storageversionmigrations global
"""


class Served(NamedTuple):
    """How a kind is served."""

    plural: str
    namespaced: bool = True
    scaled: bool = False  # an autoscaler can drive it


def _built_in() -> Iterator[tuple[Named, Served]]:
    group = ""
    for line in _BUILT_IN.split("\n"):
        if line.startswith("["):
            group = line[1:-1]
        elif line:
            kind, plural, *marks = line.split()
            yield (group, kind), Served(plural, "global" not in marks, "scaled" in marks)


BUILT_IN: Final[Mapping[Named, Served]] = dict(_built_in())


def discovered(resources: Iterable[Resource]) -> Mapping[Named, Served]:
    """Take over what a server says that it serves."""
    return {
        (one.kind.group, one.kind.kind): Served(one.plural, one.namespaced, one.has_scale)
        for one in resources
    }


def defined(documents: Iterable[Document]) -> Mapping[Named, Served]:
    """Find the kinds that definitions in Git bring."""
    found = tuple(documents)
    definitions = [each for each in found if each.kind == DEFINITION]
    kinds: frozenset[KindRef] = frozenset(each.kind for each in found)
    return discovered(promises({DEFINITION: definitions}, kinds).values())
