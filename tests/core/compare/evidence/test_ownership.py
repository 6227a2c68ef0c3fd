"""core.compare.evidence.ownership: who wrote a field, as far as managedFields tells."""

import pytest

from core.compare import OwnerClass, Owners, class_of
from core.compare.evidence.ownership import listed
from core.model import Json, JsonObject
from core.model.paths import parse_path
from tests.core.compare.world import By, managed


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("driftdeck:Apply", "ours"),
        ("driftdeck:Update", "ours"),
        ("kubectl-edit:Update", "human"),
        ("kubectl-some-plugin:Update", "human"),
        ("kubectl:Apply", "human"),
        ("kubectl:Update:scale", "human"),
        ("kubectl-client-side-apply:Update", "human"),
        ("node-fetch:Update", "human"),
        ("Mozilla:Update", "human"),
        ("argocd-controller:Apply", "deployer"),
        ("kustomize-controller:Apply", "deployer"),
        ("helm:Update", "deployer"),
        ("kube-controller-manager:Update:scale", "controller"),
        ("kube-controller-manager:Update", "controller"),
        ("keda-operator:Update", "controller"),
        ("keda:Update:scale", "controller"),
        ("vpa-updater:Update", "controller"),
        ("cainjector:Update", "controller"),
        ("pilot-discovery:Update", "controller"),
        ("cluster-autoscaler:Update", "controller"),
        ("k9s:Update", "human"),
        ("curl:Update", "human"),
        ("oc:Update", "human"),
        ("oc-edit:Update", "human"),
        ("python-requests:Update", "human"),
        ("Go-http-client:Update", "human"),
        ("argocd-server:Update", "human"),
        ("Terraform:Apply", "deployer"),
        ("HashiCorp:Update", "deployer"),
        ("pulumi-kubernetes:Apply", "deployer"),
        ("Helm:Update", "deployer"),
        ("kapp:Update", "deployer"),
        ("fleetagent:Update", "deployer"),
        ("anything-else:Update", "unknown"),
        ("vpa:Update", "unknown"),
        ("kubectlx:Update", "unknown"),
        ("rancher:Update", "unknown"),
        ("before-first-apply:Update", "none"),
    ],
)
def test_a_manager_has_a_class(owner: str, expected: str) -> None:
    manager = owner.partition(":")[0]
    assert class_of(manager) is OwnerClass(expected)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("my-operator:Update:status", "controller"),
        ("my-operator:Apply:status", "controller"),
        ("my-operator:Update:scale", "unknown"),
        ("other-operator:Update:status", "unknown"),
    ],
)
def test_who_also_writes_the_status_of_an_object_is_its_controller(
    status: str, expected: str
) -> None:
    by = {"my-operator": "spec.a", status: "status.phase"}
    (owner,) = owners(by).of(("spec", "a"))
    assert (owner.manager, owner.kind) == ("my-operator", expected)


@pytest.mark.parametrize("manager", ["kubectl-edit", "helm", "driftdeck"])
def test_a_known_name_keeps_its_class_whatever_else_it_writes(manager: str) -> None:
    by = {manager: "spec.a", f"{manager}:Update:status": "status.phase"}
    (owner,) = owners(by).of(("spec", "a"))
    assert owner.kind is class_of(manager)


def test_settings_have_the_last_word_about_a_name() -> None:
    moved = {"kubectl-edit": OwnerClass.UNKNOWN, "my-operator": OwnerClass.HUMAN}
    assert class_of("kubectl-edit", moved) is OwnerClass.UNKNOWN
    assert class_of("my-operator", moved, reports=True) is OwnerClass.HUMAN


def owners(by: By) -> Owners:
    return Owners.parse({"metadata": {"managedFields": managed(by)}})


@pytest.mark.parametrize(
    ("owned", "asked", "found"),
    [
        ("spec.replicas", "spec.replicas", True),
        ("spec.replicas", "spec", False),
        ("spec.replicas", "spec.paused", False),
        ("spec.selector", "spec.selector", True),
        ("spec.resources", "spec.resources.requests", False),
        ("spec.args", "spec.args", True),
        ("spec.ports", "spec.ports[name=a]", False),
        ("spec.env[name=A].value", "spec.env[name=A].value", True),
        ("spec.env[name=A].value", "spec.env[name=A]", False),
        ("spec.env[name=A].name", "spec.env[name=A]", True),
        ("spec.env[name=A].value", "spec.env[name=B]", False),
        ("ports[port=80,protocol=TCP]", "ports[protocol=TCP,port=80]", True),
        ("metadata.finalizers[=a/b]", "metadata.finalizers[=a/b]", True),
        ("metadata.finalizers[=a/b]", "metadata.finalizers[=a/c]", False),
        ('metadata.annotations["a.b/c"]', 'metadata.annotations["a.b/c"]', True),
    ],
)  # fmt: skip
def test_an_entry_owns_what_it_lists(owned: str, asked: str, *, found: bool) -> None:
    assert bool(owners({"someone": owned}).of(parse_path(asked))) is found


def test_the_owner_that_decides_comes_first() -> None:
    by = {
        "before-first-apply": "a",
        "driftdeck:Apply": "a",
        "helm": "a",
        "keda-operator": "a",
        "acme-tool": "a",
        "kubectl-edit": "a",
    }
    found = [owner.manager for owner in owners(by).of(("a",))]
    assert found == ["kubectl-edit", "acme-tool", "keda-operator", "helm", "driftdeck"]


def test_a_write_through_the_scale_subresource_may_have_no_time() -> None:
    entry: JsonObject = {
        "manager": "kubectl",
        "operation": "Update",
        "subresource": "scale",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
    }
    (owner,) = Owners.parse({"metadata": {"managedFields": [entry]}}).of(("spec", "replicas"))
    assert owner.actor.time is None
    assert owner.actor.subresource == "scale"


@pytest.mark.parametrize(
    "raw", [None, [], [{}], {}, "x", [None], [{"fieldsV1": []}], [{"fieldsV1": {"f:a": 1}}]]
)
def test_malformed_or_wiped_fields_have_no_owner(raw: Json) -> None:
    assert Owners.parse({"metadata": {"managedFields": raw}}).of(("a",)) == ()


@pytest.mark.parametrize("live", [{}, {"metadata": None}, {"metadata": []}])
def test_an_object_without_metadata_has_no_owners(live: JsonObject) -> None:
    assert not Owners.parse(live)


@pytest.mark.parametrize("odd", [{"x": {}}, {"k:{": {}}, {"f:paused": 3}])
def test_a_field_listed_oddly_hides_none_of_those_after_it(odd: JsonObject) -> None:
    fields: JsonObject = {**odd, "f:replicas": {}}
    assert list(listed(fields)) == [("replicas",)]


@pytest.mark.parametrize("odd", [None, "x", {"manager": "a"}, {"manager": "a", "fieldsV1": []}])
def test_an_odd_entry_hides_none_of_those_after_it(odd: Json) -> None:
    fine: JsonObject = {"manager": "helm", "operation": "Update", "fieldsV1": {"f:data": {}}}
    live: JsonObject = {"metadata": {"managedFields": [odd, fine]}}
    assert [owner.manager for owner in Owners.parse(live).entries] == ["helm"]
