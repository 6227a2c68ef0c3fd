"""Rows about Services, policies and webhook configurations."""

from typing import Final

from tests.verdicts.acts import edit, merge
from tests.verdicts.case import DRIFT, REAL, STUCK, Case
from tests.verdicts.rows.shapes import RULES, service, validating

_POLICY: Final = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: []}
"""
_RULED: Final = _POLICY.replace(
    "policyTypes: [Ingress], ingress: []", "ingress: [{}], egress: [{}]"
)
_UNRULED: Final = _RULED.replace(", egress: [{}]", "")
_DENYING: Final = _UNRULED.replace("ingress:", "policyTypes: [Ingress, Egress], ingress:")
_BUDGET: Final = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: NAME}
spec: {selector: {}, minAvailable: 1}
"""
_TWO: Final = "[{name: t, port: 53}, {name: u, port: 53, protocol: UDP}]"
_HOOK: Final = "webhooks[name=a.example.com]"
_MADE: Final = "{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}"
_GONE: Final = "{operations: [DELETE], apiGroups: [''], apiVersions: [v1], resources: [pods]}"


CASES: Final = (
    Case(id="FP-02", about="what the server allocates", made=service(), git=service()),
    Case(
        id="FP-02",
        about="the ports of a NodePort Service",
        made=service(spec="type: NodePort"),
        git=service(spec="type: NodePort"),
    ),
    Case(
        id="FP-02",
        about="another node port than Git's",
        git=service("[{port: 80, nodePort: 30080}]", "type: NodePort"),
        acts=(edit("spec: {ports: [{port: 80, nodePort: 31000}]}"),),
        verdict="drifted",
        shown={"spec.ports[port=80,protocol=TCP].nodePort": DRIFT},
    ),
    Case(
        id="FP-03",
        about="an empty address asks for any",
        made=service(spec='clusterIP: ""'),
        git=service(spec='clusterIP: ""'),
    ),
    Case(
        id="FP-03",
        about="an address where Git wants none",
        before=service(),
        git=service(spec="clusterIP: None"),
        verdict="drifted",
        shown={"spec.clusterIP": STUCK},
        local=("drifted", {"spec.clusterIP": DRIFT}),
    ),
    Case(
        id="FP-10",
        about="an empty list of source ranges",
        git=service(spec="loadBalancerSourceRanges: []"),
    ),
    Case(
        id="FP-10",
        about="nothing is not everything",
        git=_POLICY,
        acts=(merge("spec: {ingress: [{}]}"),),
        verdict="drifted",
        shown={"spec.ingress": DRIFT},
    ),
    Case(
        id="2.4",
        about="egress that Git no longer rules, made by kubectl create",
        made=_RULED,
        git=_UNRULED,
        verdict="drifted",
        shown={"spec.egress": DRIFT, "spec.policyTypes": DRIFT},
    ),
    Case(
        id="2.4",
        about="egress that Git no longer rules stays denied by the server's default",
        before=_RULED,
        git=_UNRULED,
        verdict="drifted",
        shown={"spec.egress": DRIFT, "spec.policyTypes": "warn"},
        says="no rule in Git lets anything out",
    ),
    Case(
        id="2.4",
        about="egress denied by a default of kubectl apply",
        made=_DENYING,
        by="kubectl-client-side-apply",
        git=_UNRULED,
        shown={"spec.policyTypes": "warn"},
        says="no rule in Git lets anything out",
    ),
    Case(
        id="FP-10",
        about="all is not none",
        git=_BUDGET,
        acts=(merge("spec: {selector: null}"),),
        verdict="drifted",
        shown={"spec.selector": DRIFT},
    ),
    Case(
        id="FP-23",
        about="an empty protocol is that of the default",
        git=service("[{port: 80, protocol: ''}]"),
    ),
    Case(
        id="FP-23",
        about="an apply beside an empty protocol makes no second port",
        before=service("[{port: 80, protocol: ''}]"),
        git=service("[{port: 80, protocol: ''}]", "sessionAffinity: ClientIP"),
        verdict="drifted",
        shown={"spec.sessionAffinity": DRIFT},
    ),
    Case(id="FP-24", about="one number for TCP and UDP", git=service(_TWO)),
    Case(
        id="FP-24",
        about="the UDP entry is gone",
        git=service(_TWO),
        acts=(merge("spec: {ports: [{name: t, port: 53}]}"),),
        verdict="drifted",
        shown={"spec.ports[port=53,protocol=UDP]": DRIFT},
    ),
    Case(
        id="FP-26",
        about="the number of a port is its key",
        git=service("[{name: h, port: 80}]"),
        acts=(merge("spec: {ports: [{name: h, port: 8080, targetPort: 80}]}"),),
        verdict="drifted",
        shown={"spec.ports[port=80,protocol=TCP]": DRIFT},
        says="replaces spec.ports[port=8080,protocol=TCP]",
    ),
    Case(
        id="FP-26",
        about="Git changes the number of a port",
        before=service("[{name: h, port: 80}]"),
        git=service("[{name: h, port: 8080}]"),
        verdict="drifted",
        shown={"spec.ports[port=8080,protocol=TCP]": DRIFT},
        says="replaces spec.ports[port=80,protocol=TCP]",
    ),
    Case(
        id="FP-27",
        about="the order of the ports of a Service",
        git=service(_TWO),
        acts=(merge("spec: {ports: [{name: u, port: 53, protocol: UDP}, {name: t, port: 53}]}"),),
        shown={"spec.ports": "info order"},
    ),
    Case(
        id="FP-27",
        about="the order of webhook rules",
        git=validating(f"rules: [{_MADE}, {_GONE}]"),
        acts=(edit(f"webhooks: [{{name: a.example.com, rules: [{_GONE}, {_MADE}]}}]"),),
        verdict="drifted",
        shown={f"{_HOOK}.rules": DRIFT},
        on=REAL,
    ),
    Case(
        id="FP-30",
        about="a CA bundle that Git leaves out",
        git=validating(RULES),
        acts=(
            edit("webhooks: [{name: a.example.com, clientConfig: {caBundle: QQ==}}]", "cainjector"),
        ),
        on=REAL,
    ),
    Case(
        id="FP-30",
        about="a placeholder that a controller filled",
        git=validating(RULES, "service: {name: hook, namespace: hooks}, caBundle: Cg=="),
        acts=(
            edit("webhooks: [{name: a.example.com, clientConfig: {caBundle: QQ==}}]", "cainjector"),
        ),
        verdict="contested",
        shown={f"{_HOOK}.clientConfig.caBundle": "contested"},
        says="cainjector",
        on=REAL,
    ),
    Case(
        id="FP-30",
        about="calls go to another Service, whoever wrote it",
        git=validating(RULES),
        acts=(
            edit(
                "webhooks: [{name: a.example.com, clientConfig:"
                " {service: {name: other, namespace: hooks}}}]",
                "cainjector",
            ),
        ),
        verdict="drifted",
        shown={f"{_HOOK}.clientConfig.service.name": DRIFT},
        on=REAL,
    ),
    Case(
        id="FP-30",
        about="calls go to another address, whoever wrote it",
        git=validating(RULES, 'url: "https://one.example"'),
        acts=(
            edit(
                "webhooks: [{name: a.example.com, clientConfig: {url: 'https://two.example'}}]",
                "cainjector",
            ),
        ),
        verdict="drifted",
        shown={f"{_HOOK}.clientConfig.url": DRIFT},
        on=REAL,
    ),
)
