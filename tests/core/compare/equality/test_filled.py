"""core.compare.equality.filled: places of a kind, never the bare name of a key."""

import pytest

from core.model import JsonObject
from tests.core.compare.world import By, judged, shown

OURS = "driftdeck:Apply"
HOOK = "webhooks[name=a].clientConfig.caBundle"
REVISION = 'metadata.annotations["deployment.kubernetes.io/revision"]'
BOUND = 'metadata.annotations["pv.kubernetes.io/bind-completed"]'
JOB_NAME = "spec.template.metadata.labels.job-name"

FILLED = [
    ("ValidatingWebhookConfiguration", "webhooks: [{name: a, clientConfig: {%s}}]",
     "caBundle: QQ==", HOOK),
    ("APIService", "spec: {version: v1, %s}", "caBundle: QQ==", "spec.caBundle"),
    ("CustomResourceDefinition",
     "spec: {group: a, conversion: {webhook: {clientConfig: {url: a, %s}}}}", "caBundle: QQ==",
     "spec.conversion.webhook.clientConfig.caBundle"),
    ("Deployment", "metadata: {annotations: {a: b, %s}}",
     "deployment.kubernetes.io/revision: '3'", REVISION),
    ("PersistentVolumeClaim", "metadata: {annotations: {a: b, %s}}",
     "pv.kubernetes.io/bind-completed: 'yes'", BOUND),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "filled", "path"), FILLED)
def test_what_a_controller_fills_in_is_not_shown(
    kind: str, text: str, filled: str, path: str
) -> None:
    assert shown(judged(kind, text % "", text % filled, {"cainjector": path})) == {}


@pytest.mark.parametrize(("kind", "text", "filled", "path"), FILLED)
def test_what_git_stated_and_dropped_is_drift_there_too(
    kind: str, text: str, filled: str, path: str
) -> None:
    assert shown(judged(kind, text % "", text % filled, {OURS: path})) == {path: "drift"}


@pytest.mark.parametrize(
    ("kind", "git", "live", "path"),
    [
        ("ConfigMap", "data: {a: b}", "data: {a: b, caBundle: x}", "data.caBundle"),
        ("Secret", "data: {a: Yg==}", "data: {a: Yg==, caBundle: Yg==}", "data.caBundle"),
        ("Widget", "spec: {count: 1}", "spec: {count: 1, caBundle: QQ==}", "spec.caBundle"),
        ("ConfigMap", "metadata: {labels: {a: b}}", "metadata: {labels: {a: b, job-name: x}}",
         "metadata.labels.job-name"),
        ("Deployment", "spec: {template: {metadata: {labels: {a: b}}}}",
         "spec: {template: {metadata: {labels: {a: b, job-name: x}}}}", JOB_NAME),
        ("Service", "metadata: {annotations: {a: b}}",
         "metadata: {annotations: {a: b, deployment.kubernetes.io/revision: '3'}}", REVISION),
        ("ConfigMap", "metadata: {annotations: {a: b}}",
         "metadata: {annotations: {a: b, pv.kubernetes.io/bind-completed: x}}", BOUND),
    ],
)  # fmt: skip
def test_a_key_of_that_name_elsewhere_is_a_key_like_any_other(
    kind: str, git: str, live: str, path: str
) -> None:
    assert shown(judged(kind, git, live, {OURS: path})) == {path: "drift"}
    assert shown(judged(kind, git, live, {"kubectl-edit": path})) == {path: "drift"}
    beside: By = {"kubectl-label": "metadata.labels.other"}
    if kind != "Secret":  # its data is never without an owner
        assert shown(judged(kind, git, live, beside)) == {path: "info"}


@pytest.mark.parametrize(
    ("kind", "git", "live", "path"),
    [
        ("Service", "spec: {ports: [{port: 80}]}",
         "spec: {clusterIP: 10.0.0.7, ports: [{port: 80}]}", "spec.clusterIP"),
        ("Service", "spec: {ports: [{port: 80}]}", "spec: {ports: [{port: 80, nodePort: 31000}]}",
         "spec.ports[port=80,protocol=TCP].nodePort"),
        ("Job", "spec: {template: {metadata: {labels: {a: b}}}}",
         "spec: {template: {metadata: {labels: {a: b, job-name: web}}}}", JOB_NAME),
    ],
)  # fmt: skip
def test_what_the_server_keeps_whatever_is_applied_is_its_own_once_git_drops_it(
    kind: str, git: str, live: str, path: str
) -> None:
    assert shown(judged(kind, git, live, {OURS: path})) == {}


@pytest.mark.parametrize(
    ("kind", "live", "path"),
    [
        ("Namespace", "metadata: {labels: {a: b}}", "metadata.labels"),
        ("ServiceAccount", "imagePullSecrets: [{name: hers}]", "imagePullSecrets"),
        ("ServiceAccount", "automountServiceAccountToken: false", "automountServiceAccountToken"),
        ("ServiceAccount", "secrets: [{name: hers}]", "secrets[name=hers]"),
        ("ConfigMap", "data: {a: b}", "data.a"),
        ("Secret", "metadata: {annotations: {a: b}}", "metadata.annotations.a"),
        ("ConfigMap", "metadata: {finalizers: [example.org/x]}",
         'metadata.finalizers[="example.org/x"]'),
    ],
)  # fmt: skip
def test_b8_in_an_object_of_only_a_name_what_is_added_is_drift(
    kind: str, live: str, path: str
) -> None:
    judgement = judged(kind, "", live)
    assert [change.verdict.value for change in judgement.changes] == ["drift"]
    (change,) = judgement.changes
    assert change.path.startswith(path.split("[", maxsplit=1)[0])
    assert change.actor is not None
    assert change.actor.manager is None


SERVERS: list[tuple[str, JsonObject]] = [
    ("Namespace", {"metadata": {"labels": {"kubernetes.io/metadata.name": "web"}}}),
    ("Namespace", {"spec": {"finalizers": ["kubernetes"]}}),
    ("Namespace", {"metadata": {"annotations": {"openshift.io/sa.scc.uid-range": "1/2"}}}),
    ("ServiceAccount", {"secrets": [{"name": "web-token-x7k2p"}]}),
    ("ServiceAccount", {"imagePullSecrets": [{"name": "web-dockercfg-x7k2p"}]}),
    ("PersistentVolumeClaim", {"metadata": {"finalizers": ["kubernetes.io/pvc-protection"]}}),
    ("PersistentVolumeClaim", {"spec": {"volumeName": "a"}}),
    ("Pod", {"spec": {"nodeName": "a"}}),
]


@pytest.mark.parametrize(("kind", "live"), SERVERS)
def test_b8_but_for_what_is_known_to_be_a_server_s_own(kind: str, live: JsonObject) -> None:
    assert "drift" not in shown(judged(kind, "", live)).values()


def test_b8_a_token_of_another_account_is_not_the_account_s_own() -> None:
    live = "secrets: [{name: other-token-x7k2p}]"
    assert list(shown(judged("ServiceAccount", "", live)).values()) == ["drift"]
