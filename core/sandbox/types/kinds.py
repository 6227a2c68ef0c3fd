"""The kinds of objects the embedded server knows: the built-in ones, and those of CRDs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.sandbox.types.schema import Type

_STANDARD_VERBS = (
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind at one version, as discovery announces it."""

    group: str
    version: str
    kind: str
    plural: str
    schema: str = ""  # name of the built-in schema; "" of a custom resource
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    singular: str = ""
    has_status: bool = False
    has_scale: bool = False
    counts_generation: bool = False
    list_kind: str = ""
    put_creates: bool = False  # a PUT of what does not exist creates it
    put_needs_version: bool = False
    orphans: bool = False  # a deletion that says nothing leaves the dependents
    warning: str = ""  # what every answer about the kind warns of
    custom_type: Type | None = field(default=None, compare=False, hash=False)
    scale_paths: tuple[str, str, str] = ("spec.replicas", "status.replicas", "")  # of a custom kind
    served_as: tuple[str, ...] = ()  # apiVersions under which the same object is served

    @property
    def api_version(self) -> str:
        """The value of an object's `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> tuple[str, str]:
        """What objects are stored under: all versions of a kind share it."""
        return self.group, self.plural

    @property
    def qualified(self) -> str:
        """The name error messages use: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def verbs(self) -> tuple[str, ...]:
        """What may be done to objects of this kind."""
        return _STANDARD_VERBS


def _core(kind: str, plural: str, short: str = "", **more: object) -> Kind:
    return _built_in("", "v1", "io.k8s.api.core.v1", kind, plural, short, **more)


def _built_in(
    group: str, version: str, package: str, kind: str, plural: str, short: str = "", **more: object
) -> Kind:
    made = Kind(
        group=group,
        version=version,
        kind=kind,
        plural=plural,
        schema=f"{package}.{kind}",
        short_names=tuple(short.split()),
        singular=kind.lower(),
        list_kind=kind + "List",
    )
    return replace(made, **more)  # type: ignore[arg-type]  # the fields of Kind, checked by replace


def _apps(kind: str, plural: str, short: str, **more: object) -> Kind:
    more = {"has_status": True, "counts_generation": True, "categories": ("all",), **more}
    return _built_in("apps", "v1", "io.k8s.api.apps.v1", kind, plural, short, **more)


def _batch(kind: str, plural: str, short: str = "", **more: object) -> Kind:
    more = {"has_status": True, "counts_generation": True, "categories": ("all",), **more}
    return _built_in("batch", "v1", "io.k8s.api.batch.v1", kind, plural, short, **more)


def _rbac(kind: str, plural: str, *, namespaced: bool) -> Kind:
    group = "rbac.authorization.k8s.io"
    return _built_in(
        group, "v1", "io.k8s.api.rbac.v1", kind, plural, namespaced=namespaced, put_creates=True
    )


def _net(kind: str, plural: str, short: str = "", **more: object) -> Kind:
    more = {"counts_generation": True, **more}
    return _built_in(
        "networking.k8s.io", "v1", "io.k8s.api.networking.v1", kind, plural, short, **more
    )


_ENDPOINTS = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
_CRD_PACKAGE = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1"

BUILT_IN: tuple[Kind, ...] = (
    _core("Namespace", "namespaces", "ns", namespaced=False, has_status=True),
    _core("Pod", "pods", "po", has_status=True, categories=("all",), counts_generation=True),
    _core("Service", "services", "svc", has_status=True, put_creates=True, categories=("all",)),
    _core("Endpoints", "endpoints", "ep", put_creates=True, warning=_ENDPOINTS),
    _core("ConfigMap", "configmaps", "cm"),
    _core("Secret", "secrets"),
    _core("ServiceAccount", "serviceaccounts", "sa"),
    _core("PersistentVolumeClaim", "persistentvolumeclaims", "pvc", has_status=True),
    _core("Event", "events", "ev", put_creates=True),
    _core("LimitRange", "limitranges", "limits", put_creates=True),
    _core("ResourceQuota", "resourcequotas", "quota", has_status=True),
    _apps("Deployment", "deployments", "deploy", has_scale=True),
    _apps("StatefulSet", "statefulsets", "sts", has_scale=True),
    _apps("ReplicaSet", "replicasets", "rs", has_scale=True),
    _apps("DaemonSet", "daemonsets", "ds"),
    _batch("Job", "jobs", orphans=True),
    _batch("CronJob", "cronjobs", "cj"),
    _rbac("Role", "roles", namespaced=True),
    _rbac("RoleBinding", "rolebindings", namespaced=True),
    _rbac("ClusterRole", "clusterroles", namespaced=False),
    _rbac("ClusterRoleBinding", "clusterrolebindings", namespaced=False),
    _net("Ingress", "ingresses", "ing", has_status=True),
    _net("NetworkPolicy", "networkpolicies", "netpol"),
    _built_in(
        "policy",
        "v1",
        "io.k8s.api.policy.v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        "pdb",
        has_status=True,
        counts_generation=True,
        put_needs_version=True,
    ),
    _built_in(
        "autoscaling",
        "v2",
        "io.k8s.api.autoscaling.v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "hpa",
        has_status=True,
        counts_generation=True,
        categories=("all",),
    ),
    _built_in(
        "coordination.k8s.io",
        "v1",
        "io.k8s.api.coordination.v1",
        "Lease",
        "leases",
        put_creates=True,
        put_needs_version=True,
    ),
    _built_in(
        "apiextensions.k8s.io",
        "v1",
        _CRD_PACKAGE,
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "crd crds",
        namespaced=False,
        has_status=True,
        counts_generation=True,
        categories=("api-extensions",),
    ),
)


class Registry:
    """Every kind served now."""

    def __init__(self, kinds: Iterable[Kind] = BUILT_IN) -> None:
        """Begin with *kinds*."""
        self._by_path: dict[tuple[str, str, str], Kind] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: Kind) -> None:
        """Serve *kind* from now on."""
        self._by_path[kind.group, kind.version, kind.plural] = kind

    def remove(self, group: str, plural: str) -> None:
        """Serve no version of a kind any more."""
        for key in [key for key in self._by_path if (key[0], key[2]) == (group, plural)]:
            del self._by_path[key]

    def find(self, group: str, version: str, plural: str) -> Kind | None:
        """Return the kind at a path, or None."""
        return self._by_path.get((group, version, plural))

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_path.values())

    def groups(self) -> Mapping[str, list[str]]:
        """Return the versions of each group, in the order they were added."""
        found: dict[str, list[str]] = {}
        for group, version, _ in self._by_path:
            versions = found.setdefault(group, [])
            if version not in versions:
                versions.append(version)
        return found
