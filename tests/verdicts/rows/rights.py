"""Rows about roles, autoscalers, claims, metadata and the scope of objects."""

from typing import Final

from tests.verdicts.acts import awaited, create, merge
from tests.verdicts.case import DRIFT, REAL, Case
from tests.verdicts.rows.shapes import config_map

_ROLE: Final = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: NAME}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
"""
_AGGREGATED: Final = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: NAME}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {into: NAME}}]}
rules: []
"""
_PART: Final = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: NAME-part, labels: {into: NAME}}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
"""
_ANYTHING: Final = 'rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]'
_CLAIM: Final = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: NAME}
spec: {accessModes: [ReadWriteOnce], storageClassName: "", volumeName: NAME,
  resources: {requests: {storage: 1Gi}}}
"""
_VOLUME: Final = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: NAME}
spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: {path: /tmp/NAME},
  storageClassName: ""}
"""
_BOUND: Final = "pv.kubernetes.io/bind-completed"
_OWNER: Final = (  # of a kind that the garbage collector does not know: it leaves the object alone
    "{apiVersion: gone.example/v1, kind: Gone, name: OWNER,"
    " uid: 0f0f0f0f-0000-4000-8000-000000000000}"
)

CASES: Final = (
    Case(
        id="FP-32",
        about="no rules",
        made=_ROLE.replace('[{apiGroups: [""], resources: [pods], verbs: [get]}]', "[]"),
        git=_ROLE.replace('[{apiGroups: [""], resources: [pods], verbs: [get]}]', "[]"),
    ),
    Case(
        id="FP-32",
        about="rules that were aggregated",
        git=_AGGREGATED,
        acts=(
            create(_PART),
            awaited(
                lambda live: bool(live.get("rules")),
                otherwise=merge(_ANYTHING, "clusterrole-aggregation-controller"),
            ),
        ),
    ),
    Case(
        id="FP-32",
        about="a role got more rules, whoever wrote them",
        git=_ROLE,
        acts=(merge(_ANYTHING, "keda-operator"),),
        verdict="drifted",
        shown={"rules": DRIFT},
    ),
    Case(
        id="FP-34",
        about="annotations of a bound claim",
        git=_CLAIM,
        acts=(
            create(_VOLUME),
            awaited(lambda live: _BOUND in live["metadata"].get("annotations", {})),
        ),
        shown={"metadata.finalizers[=kubernetes.io/pvc-protection]": "info injected"},
        on=REAL,
    ),
    Case(
        id="FP-34",
        about="the last-applied annotation",
        made=config_map(
            metadata="annotations: {kubectl.kubernetes.io/last-applied-configuration: '"
            '{"apiVersion":"v1","data":{"a":"b"},"kind":"ConfigMap","metadata":{"name":"NAME"}}'
            "'}"
        ),
        by="kubectl-client-side-apply",
        git=config_map(),
    ),
    Case(id="FP-36", about="a namespace left out", git=config_map()),
    Case(
        id="FP-36",
        about="a namespace on an object that has none",
        git=_ROLE.replace("kind: Role", "kind: ClusterRole").replace(
            "{name: NAME}", "{name: NAME, namespace: SPACE}"
        ),
    ),
    Case(
        id="FP-36",
        about="the same name in another namespace",
        made=config_map(),
        git=config_map(metadata="namespace: default"),
        verdict="missing",
    ),
    Case(
        id="FP-37",
        about="what only the server can say, stated in Git",
        git=config_map(
            metadata="resourceVersion: '7', uid: 5f1c, managedFields: [{}], selfLink: /a,"
            " generation: 9"
        ),
        shown={
            "metadata.generation": "warn",
            "metadata.managedFields": "warn",
            "metadata.resourceVersion": "warn",
            "metadata.selfLink": "warn",
            "metadata.uid": "warn",
        },
    ),
    Case(
        id="FP-37",
        about="the owner that Git states is another one live",
        git=config_map(metadata=f"ownerReferences: [{_OWNER.replace('OWNER', 'one')}]"),
        acts=(merge(f"metadata: {{ownerReferences: [{_OWNER.replace('OWNER', 'two')}]}}"),),
        verdict="drifted",
        shown={'metadata.ownerReferences[uid="0f0f0f0f-0000-4000-8000-000000000000"].name': DRIFT},
    ),
)
