"""Rows about who decides a field: programs that nobody knows, controllers, appliers, empty maps."""

from typing import Final

from tests.verdicts.acts import apply, edit, merge
from tests.verdicts.case import DRIFT, Act, Case
from tests.verdicts.rows.shapes import (
    CONTAINER,
    WEB,
    config_map,
    container,
    deployment,
    edited_container,
    service,
    widget,
)

_POD: Final = "spec.template.spec"
_OPERATOR: Final = "acme-operator"
_REPORTS: Final = merge("status: {phase: ready}", _OPERATOR, sub="/status")
_STRANGERS: Final = ("acme-tool", "rancher", "k9s", "node-fetch", "curl", "Terraform")
_ACCOUNT: Final = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: NAME, labels: {app: web}}
secrets: [%s]
"""
_TWO_PORTS: Final = "[{name: a, port: 80}, {name: b, port: 443}]"


def _volumes(*names: str) -> str:
    listed = ", ".join(f"{{name: {name}, emptyDir: {{}}}}" for name in names)
    return f"{WEB}, volumes: [{listed}]"


def _volume(name: str, by: str) -> Act:
    volumes = f"volumes: [{{name: {name}, emptyDir: {{}}}}]"
    return edit(f"spec: {{template: {{spec: {{{volumes}}}}}}}", by)


def _key_b(by: str) -> Act:
    return apply(config_map("b: x"), by)


def _port_b(by: str) -> Act:
    return apply(service("[{name: b, port: 443, appProtocol: https}]"), by)


CASES: Final = (
    *(
        Case(
            id="A7",
            about=f"{manager} changes what Git states",
            git=config_map(),
            acts=(merge("data: {a: other}", manager),),
            verdict="drifted",
            shown={"data.a": DRIFT},
        )
        for manager in _STRANGERS
    ),
    Case(
        id="A7",
        about="another applier that nobody knows takes a field",
        git=config_map(),
        acts=(apply(config_map("a: other"), "acme-team"),),
        verdict="drifted",
        shown={"data.a": DRIFT},
    ),
    Case(
        id="A6",
        about="who writes the status of an object is its controller",
        git=widget("count: 1"),
        acts=(_REPORTS, merge("spec: {count: 5}", _OPERATOR)),
        verdict="contested",
        shown={"spec.count": "contested"},
        says=_OPERATOR,
    ),
    Case(
        id="A6",
        about="another than the writer of the status",
        git=widget("count: 1"),
        acts=(_REPORTS, merge("spec: {count: 5}", "acme-tool")),
        verdict="drifted",
        shown={"spec.count": DRIFT},
    ),
    Case(
        id="B6",
        about="a program that nobody knows adds a key",
        git=config_map(),
        acts=(merge("data: {b: x}", "acme-tool"),),
        verdict="drifted",
        shown={"data.b": DRIFT},
    ),
    Case(
        id="B6",
        about="a program that nobody knows annotates a template",
        git=deployment(),
        acts=(edit("spec: {template: {metadata: {annotations: {a: b}}}}", "acme-tool"),),
        verdict="drifted",
        shown={"spec.template.metadata.annotations.a": DRIFT},
    ),
    Case(
        id="B9",
        about="a program that nobody knows labels an object",
        git=config_map(),
        acts=(merge("metadata: {labels: {a: b}}", "acme-tool"),),
        shown={"metadata.labels.a": "info injected"},
    ),
    Case(
        id="B9",
        about="the controller of an object adds a field",
        git=widget("count: 1"),
        acts=(_REPORTS, merge("spec: {lines: [a]}", _OPERATOR)),
        shown={"spec.lines": "info injected"},
    ),
    Case(
        id="B4",
        about="a dropped key that another still applies",
        before=config_map("a: x, b: x"),
        acts=(_key_b("acme-team"),),
        git=config_map("a: x"),
        verdict="contested",
        shown={"data.b": "contested"},
        says="acme-team",
    ),
    Case(
        id="B4",
        about="a dropped key that a deployer still applies",
        before=config_map("a: x, b: x"),
        acts=(_key_b("kustomize-controller"),),
        git=config_map("a: x"),
        verdict="drifted",
        shown={"data.b": DRIFT},
    ),
    Case(
        id="B4",
        about="a dropped port that another still applies, with more to it",
        before=service(_TWO_PORTS),
        acts=(_port_b("acme-team"),),
        git=service("[{name: a, port: 80}]"),
        verdict="contested",
        shown={"spec.ports[port=443,protocol=TCP]": "contested"},
        says="acme-team",
    ),
    Case(
        id="B4",
        about="a dropped port that nobody else applies",
        before=service(_TWO_PORTS),
        git=service("[{name: a, port: 80}]"),
        verdict="drifted",
        shown={"spec.ports[port=443,protocol=TCP]": DRIFT},
    ),
    Case(
        id="B4",
        about="a key of an earlier commit that Git dropped, in a deployer's object",
        made=config_map("a: x, b: x"),
        by="helm",
        earlier=config_map("a: x, b: x"),
        git=config_map("a: x"),
        verdict="drifted",
        shown={"data.b": DRIFT},
    ),
    Case(
        id="B4",
        about="a port of an earlier commit that Git dropped, in a deployer's object",
        made=service(_TWO_PORTS),
        by="Terraform",
        earlier=service(_TWO_PORTS),
        git=service("[{name: a, port: 80}]"),
        verdict="drifted",
        shown={"spec.ports[port=443,protocol=TCP]": DRIFT},
    ),
    Case(
        id="B4",
        about="a key of an earlier commit that had another value, in a deployer's object",
        made=config_map("a: x, b: other"),
        by="helm",
        earlier=config_map("a: x, b: x"),
        git=config_map("a: x"),
        shown={"data.b": "info injected"},
    ),
    Case(
        id="B4",
        about="an earlier commit that stated the value elsewhere, in a deployer's object",
        made=config_map("a: x, b: x"),
        by="helm",
        earlier=config_map("a: x, c: x"),
        git=config_map("a: x"),
        shown={"data.b": "info injected"},
    ),
    Case(
        id="B4",
        about="a key of an earlier commit that another still applies, in a deployer's object",
        made=config_map("a: x, b: x"),
        by="helm",
        acts=(_key_b("acme-team"),),
        earlier=config_map("a: x, b: x"),
        git=config_map("a: x"),
        verdict="contested",
        shown={"data.b": "contested"},
        says="acme-team",
    ),
    Case(
        id="B4",
        about="a key of an earlier commit that was never applied, in an object that is ours",
        before=config_map("a: x"),
        acts=(merge("data: {b: x}", "helm"),),
        earlier=config_map("a: x, b: x"),
        git=config_map("a: x"),
        shown={"data.b": "info injected"},
    ),
    Case(
        id="3",
        about="an empty map in Git that a controller fills",
        git=deployment(container("resources: {}")),
        acts=(edit(edited_container("resources: {requests: {cpu: 1}}"), "vpa-updater"),),
        shown={f"{CONTAINER}.resources.requests.cpu": "info injected"},
    ),
    Case(
        id="3",
        about="an empty map in Git that a person fills",
        git=deployment(container("resources: {}")),
        acts=(edit(edited_container("resources: {requests: {cpu: 1}}")),),
        verdict="drifted",
        shown={f"{CONTAINER}.resources.requests.cpu": DRIFT},
    ),
    Case(
        id="3",
        about="empty maps of a custom resource that its controller fills",
        git=widget("free: {}, policy: {}"),
        acts=(_REPORTS, merge("spec: {free: {a: {b: 1}}, policy: {limit: 7}}", _OPERATOR)),
        shown={"spec.free.a.b": "info injected", "spec.policy.limit": "info injected"},
    ),
    Case(
        id="3",
        about="empty maps of a custom resource that a program nobody knows fills",
        git=widget("free: {}, policy: {}"),
        acts=(merge("spec: {free: {a: {b: 1}}, policy: {limit: 7}}", "acme-tool"),),
        verdict="drifted",
        shown={"spec.free.a.b": DRIFT, "spec.policy.limit": DRIFT},
    ),
    Case(
        id="A6",
        about="an undivided map belongs whole to who changed it",
        git=service(),
        acts=(merge("spec: {selector: {app: other}}", "keda-operator"),),
        verdict="contested",
        shown={"spec.selector": "contested"},
        says="keda-operator",
    ),
    Case(
        id="2.2",
        about="a new volume beside one of equal content that a controller added",
        before=deployment(),
        acts=(_volume("mesh", "pilot-discovery"),),
        git=deployment(_volumes("scratch")),
        verdict="drifted",
        shown={
            f"{_POD}.volumes[name=scratch]": DRIFT,
            f"{_POD}.volumes[name=mesh]": "info injected",
        },
    ),
    Case(
        id="2.2",
        about="a volume that a person renamed",
        git=deployment(_volumes("scratch")),
        acts=(
            merge(
                "spec: {template: {spec: {volumes: [{name: mesh, emptyDir: {}}]}}}",
            ),
        ),
        verdict="drifted",
        shown={f"{_POD}.volumes[name=scratch]": DRIFT},
        says="replaces",
    ),
    Case(
        id="2.2",
        about="a new variable beside one of equal value that a controller added",
        before=deployment(),
        acts=(edit(edited_container("env: [{name: B, value: x}]"), "pilot-discovery"),),
        git=deployment(container("env: [{name: A, value: x}]")),
        verdict="drifted",
        shown={f"{CONTAINER}.env[name=A]": DRIFT, f"{CONTAINER}.env[name=B]": "info injected"},
    ),
    Case(
        id="2.2",
        about="a new container beside one of the same image that a deployer added",
        before=deployment(),
        acts=(
            edit(
                "spec: {template: {spec: {containers: [{name: p, image: 'p:1'}]}}}",
                "argocd-controller",
            ),
        ),
        git=deployment("containers: [{name: web, image: 'web:1'}, {name: q, image: 'p:1'}]"),
        verdict="drifted",
        shown={
            f"{_POD}.containers[name=q]": DRIFT,
            f"{_POD}.containers[name=p]": "info injected",
        },
    ),
    Case(
        id="2.2",
        about="a secret of a service account beside one that the cluster added",
        before=_ACCOUNT % "",
        acts=(merge("secrets: [{name: token}]", "kube-controller-manager"),),
        git=_ACCOUNT % "{name: mine}",
        verdict="drifted",
        shown={"secrets[name=mine]": DRIFT, "secrets[name=token]": "info injected"},
    ),
)
