"""core.installation.uses and kinds: what an app needs, told without a server."""

import pytest

from core.installation.kinds import BUILT_IN, Served
from tests.core.installation.stating import (
    MAP,
    NAMESPACE,
    WEB,
    WIDGET,
    a_definition,
    a_document,
    an_app,
    kinds_of,
    used,
)

ROLE = ("rbac.authorization.k8s.io/v1", "Role")


def places(spec_and_documents: object) -> set[tuple[str, str]]:
    return {(use.served.plural, use.namespace) for use in spec_and_documents.uses}  # type: ignore[attr-defined]


def test_each_kind_is_used_where_its_objects_are() -> None:
    there = a_document(WEB, namespace="other")
    found = used(an_app(), a_document(MAP), a_document(MAP, "y"), a_document(NAMESPACE), there)
    assert places(found) == {("configmaps", "shop"), ("namespaces", ""), ("deployments", "other")}
    assert (found.namespace, found.keeps_in, found.stated) == ("shop", "shop", ("x",))


@pytest.mark.parametrize(
    ("fields", "namespace", "keeps_in"),
    [
        ({"namespace": "own"}, "own", "own"),
        ({"inventory_namespace": "kept"}, "shop", "kept"),
    ],
)
def test_what_the_app_says_of_namespaces_counts(
    fields: dict[str, str], namespace: str, keeps_in: str
) -> None:
    found = used(an_app(**fields), a_document(MAP))
    assert (places(found), found.keeps_in) == ({("configmaps", namespace)}, keeps_in)


def test_what_its_settings_keep_it_from_is_named_and_not_used() -> None:
    spec = an_app(namespaces=("shop",), cluster_kinds=("Node",))
    found = used(spec, a_document(MAP), a_document(WEB, namespace="kube-system"))
    assert places(found) == {("configmaps", "shop")}
    (words,) = found.refused
    assert words.startswith("Deployment/kube-system/x: namespace kube-system is not one")


def test_a_definition_in_git_tells_the_resource_of_its_kind() -> None:
    documents = a_definition(), a_document(WIDGET)
    assert kinds_of(*documents)["example.com", "Widget"] == Served("widgets", scaled=True)
    assert ("widgets", "shop") in places(used(an_app(), *documents))


def test_a_kind_that_nobody_knows_is_named() -> None:
    found = used(an_app(), a_document(WIDGET), a_document(WIDGET, "y"))
    assert (found.uses, found.unknown) == ((), ("Widget (example.com/v1)",))


def test_a_built_in_kind_is_known_at_every_version() -> None:
    assert places(used(an_app(), a_document(("policy/v1beta1", "PodDisruptionBudget")))) == {
        ("poddisruptionbudgets", "shop")
    }
    assert BUILT_IN["rbac.authorization.k8s.io", "ClusterRole"] == Served("clusterroles", False)


def test_objects_that_grant_rights_are_named() -> None:
    assert used(an_app(), a_document(ROLE, "reader")).grants == ("Role/shop/reader",)
