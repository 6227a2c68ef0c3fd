"""core.compare.canonical: what Git states, in the form that is compared, sent and hashed."""

import msgspec
import pytest
import yaml

from core.compare import canonical
from core.model import ABSENT, Desired, Document, FieldVerdict, JsonObject, KindRef, Resource
from tests.core.compare.world import KEY, SCHEMAS


def made(
    text: str, *, namespaced: bool = True, has_status: bool = True, key: bytes = KEY
) -> Desired:
    stated: JsonObject = yaml.safe_load(text)
    metadata = stated["metadata"]
    assert isinstance(metadata, dict)
    kind = KindRef(str(stated["apiVersion"]), str(stated["kind"]))
    namespace = metadata.get("namespace")
    document = Document(
        kind,
        str(namespace) if namespace else None,
        str(metadata["name"]),
        msgspec.json.encode(stated),
        "a.yaml",
        7,
        0,
    )
    resource = Resource(kind, "things", namespaced, has_status)
    return canonical(document, resource, SCHEMAS.get(kind), namespace="app", digest_key=key)


def body(desired: Desired) -> JsonObject:
    content: JsonObject = msgspec.json.decode(desired.body)
    return content


CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: b}}"


def test_fp_36_a_namespaced_object_gets_the_namespace_of_the_app() -> None:
    desired = made(CONFIG)
    assert desired.ref.namespace == "app"
    assert body(desired)["metadata"] == {"name": "web", "namespace": "app"}


def test_the_rules_of_an_aggregated_role_are_never_sent() -> None:
    role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web},%s}"
    kept = made(role % " rules: []", namespaced=False)
    assert "rules" in body(kept)
    left = made(role % " aggregationRule: {clusterRoleSelectors: [{}]}, rules: []")
    assert "rules" not in body(left)


def test_fp_36_a_namespace_that_is_stated_stays() -> None:
    assert made(CONFIG.replace("name: web", "name: web, namespace: x")).ref.namespace == "x"


def test_fp_36_a_cluster_scoped_object_loses_its_namespace() -> None:
    desired = made(
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole,"
        " metadata: {name: web, namespace: x}}",
        namespaced=False,
    )
    assert str(desired.ref) == "ClusterRole/web"
    assert desired.ref.group == "rbac.authorization.k8s.io"
    assert body(desired)["metadata"] == {"name": "web"}


def test_fp_37_what_the_server_decides_is_left_out_with_a_warning_each() -> None:
    desired = made(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: web, uid: u, resourceVersion: '1',"
        " managedFields: [], selfLink: /x, generation: 2, creationTimestamp: null}}"
    )
    assert body(desired)["metadata"] == {"name": "web", "namespace": "app"}
    assert [change.path for change in desired.warnings] == [
        "metadata.generation",
        "metadata.managedFields",
        "metadata.resourceVersion",
        "metadata.selfLink",
        "metadata.uid",
    ]
    assert {change.verdict for change in desired.warnings} == {FieldVerdict.WARN}
    assert desired.warnings[0].git == 2
    assert desired.warnings[0].live is ABSENT


def test_a_status_goes_only_where_it_has_a_subresource() -> None:
    widget = "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, status: {x: 1}}"
    assert "status" not in body(made(widget))
    assert "status" in body(made(widget, has_status=False))


def test_null_goes_unless_the_schema_wants_it_and_stays_inside_lists() -> None:
    desired = made(
        "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a, labels: null},"
        " spec: {maybe: null, title: null, free: {a: null, b: [null]}, template: {metadata:"
        " {creationTimestamp: null}}}}"
    )
    assert body(desired)["spec"] == {
        "maybe": None,
        "free": {"a": None, "b": [None]},
        "template": {"metadata": {}},
    }


def test_a_time_of_creation_goes_from_templates_too() -> None:
    desired = made(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template:"
        " {metadata: {creationTimestamp: '2026-01-01T00:00:00Z', labels: {a: b}}, spec: {}}}}"
    )
    assert body(desired)["spec"] == {"template": {"metadata": {"labels": {"a": "b"}}, "spec": {}}}


@pytest.mark.parametrize(
    ("stated", "account"),
    [("serviceAccount: old", "old"), ("serviceAccount: old, serviceAccountName: new", "new")],
)
def test_the_old_name_of_a_service_account_stands_for_the_new_one(
    stated: str, account: str
) -> None:
    desired = made(f"{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{stated}}}}}")
    assert body(desired)["spec"] == {"serviceAccount": "old", "serviceAccountName": account}


@pytest.mark.parametrize("written", ["protocol: ''", "protocol: null"])
def test_an_entry_is_never_sent_with_an_empty_key_that_has_a_default(written: str) -> None:
    ports = f"[{{port: 80, name: '', {written}}}, {{port: 81, protocol: UDP}}]"
    desired = made(
        f"{{apiVersion: v1, kind: Service, metadata: {{name: a}}, spec: {{ports: {ports}}}}}"
    )
    assert body(desired)["spec"] == {
        "ports": [{"port": 80, "name": ""}, {"port": 81, "protocol": "UDP"}]
    }


@pytest.mark.parametrize("texts", ["{}", "[]", "x", "5"])
def test_texts_of_a_secret_that_are_none_add_nothing(texts: str) -> None:
    desired = made(
        f"{{apiVersion: v1, kind: Secret, metadata: {{name: web}}, stringData: {texts}}}"
    )
    assert body(desired).keys() == {"apiVersion", "kind", "metadata"}


def test_fp_18_the_texts_of_a_secret_become_data() -> None:
    desired = made(
        "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {a: b2xk, b: Yg==},"
        " stringData: {a: new, empty: ''}}"
    )
    assert body(desired)["data"] == {"a": "bmV3", "b": "Yg==", "empty": ""}
    assert "stringData" not in body(desired)


def test_a_secret_of_another_group_is_left_alone() -> None:
    desired = made("{apiVersion: x.io/v1, kind: Secret, metadata: {name: a}, stringData: {a: b}}")
    assert body(desired)["stringData"] == {"a": "b"}


def test_a_text_that_is_no_text_is_left_for_the_server_to_refuse() -> None:
    desired = made("{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: 1}}")
    assert body(desired)["data"] == {"a": 1}


def test_equal_documents_have_equal_digests_whatever_the_order_of_their_keys() -> None:
    other = "{data: {a: b}, metadata: {namespace: app, name: web}, kind: ConfigMap, apiVersion: v1}"
    assert made(CONFIG).digest == made(other).digest
    assert made(CONFIG).body == made(other).body
    assert len(made(CONFIG).digest) == 16


def test_another_value_is_another_digest() -> None:
    assert made(CONFIG).digest != made(CONFIG.replace("a: b", "a: c")).digest


@pytest.mark.parametrize(("kind", "keyed"), [("Secret", True), ("ConfigMap", False)])
def test_only_the_digest_of_a_secret_depends_on_the_key(kind: str, *, keyed: bool) -> None:
    text = CONFIG.replace("ConfigMap", kind)
    assert (made(text, key=b"one").digest != made(text, key=b"two" * 99).digest) is keyed


def test_a_time_of_creation_under_another_name_than_metadata_is_git_s() -> None:
    desired = made(
        "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a},"
        " spec: {free: {record: {creationTimestamp: null}}}}"
    )
    assert body(desired)["spec"] == {"free": {"record": {"creationTimestamp": None}}}


def test_the_time_of_creation_of_an_object_goes_without_a_schema_too() -> None:
    stated = "{apiVersion: x.io/v1, kind: Odd, metadata: {name: a, creationTimestamp: x}}"
    assert body(made(stated))["metadata"] == {"name": "a", "namespace": "app"}


def test_a_time_that_is_no_object_s_is_git_s() -> None:
    desired = made(
        "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, spec: {free: {metadata:"
        " {creationTimestamp: x}}, template: {metadata: {creationTimestamp: '2020'}}}}"
    )
    assert body(desired)["spec"] == {
        "free": {"metadata": {"creationTimestamp": "x"}},
        "template": {"metadata": {"creationTimestamp": "2020"}},
    }
