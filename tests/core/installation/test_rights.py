"""core.installation.rights and roles: exactly what the apps need, and no more."""

import pytest

from core.installation.rights import Own, Right, rights_of, rights_of_itself
from core.installation.roles import roles_of, rules_of
from tests.core.installation.stating import (
    MAP,
    NAMESPACE,
    SECRET,
    WEB,
    WIDGET,
    a_definition,
    a_document,
    an_app,
    kinds_of,
    used,
)

OWN = Own(namespace="ops", secrets=("eu",))
READ = {"get", "list", "watch"}
EVERYTHING = (
    *(a_document(kind) for kind in (NAMESPACE, MAP, SECRET, WEB, WIDGET)),
    a_definition(),
    a_document(("rbac.authorization.k8s.io/v1", "ClusterRole")),
    a_document(("v1", "Pod")),
    a_document(("v1", "ServiceAccount")),
    a_document(("v1", "PersistentVolumeClaim")),
)


def verbs(rights: tuple[Right, ...], plural: str, namespace: str, name: str = "") -> set[str]:
    return {
        one.verb
        for one in rights
        if (one.plural, one.namespace, one.name) == (plural, namespace, name)
    }


def test_an_app_may_read_and_write_what_it_states_where_it_does() -> None:
    rights = rights_of([used(an_app(), a_document(WEB), a_document(SECRET))], kinds_of())
    assert verbs(rights, "deployments", "shop") == READ | {"create", "patch"}
    assert verbs(rights, "secrets", "shop") == READ | {"create", "patch"}
    assert verbs(rights, "horizontalpodautoscalers", "shop") == READ
    assert verbs(rights, "configmaps", "shop") == READ | {"create", "update"}
    assert {one.namespace for one in rights} == {"", "shop"}
    assert all(one.app == "shop" for one in rights if one.namespace)


def test_secrets_are_read_by_apps_that_state_some_alone() -> None:
    rights = rights_of([used(an_app(owns=("shop",)), a_document(MAP))], kinds_of(), OWN)
    assert verbs(rights, "secrets", "shop") == set()
    assert verbs(rights, "services", "shop") == READ
    assert verbs(rights, "events", "shop") == set()
    assert {(one.namespace, one.name) for one in rights if one.plural == "secrets"} == {
        ("ops", "driftdeck-key"),
        ("ops", "eu"),
    }


def test_deletion_is_for_apps_that_prune_and_of_kinds_that_are_pruned_unasked() -> None:
    rights = rights_of([used(an_app(prune=True), *EVERYTHING)], kinds_of(*EVERYTHING))
    deleted = {one.plural for one in rights if one.verb == "delete"}
    kept = {"namespaces", "customresourcedefinitions", "persistentvolumeclaims"}
    assert deleted & kept == set()
    assert {"deployments", "configmaps", "widgets"} <= deleted
    unpruned = rights_of([used(an_app(), *EVERYTHING)], kinds_of(*EVERYTHING))
    assert not any(one.verb == "delete" for one in unpruned)


def test_an_app_that_is_only_watched_is_only_read() -> None:
    rights = rights_of([used(an_app(heal=False, follow=False), a_document(WEB))], kinds_of())
    assert verbs(rights, "deployments", "shop") == READ


def test_no_right_escalates_executes_or_is_for_everything() -> None:
    rights = rights_of(
        [used(an_app(prune=True, owns=("shop",)), *EVERYTHING)], kinds_of(*EVERYTHING), OWN
    )
    assert {one.verb for one in rights} <= READ | {"create", "update", "patch", "delete"}
    assert not any("*" in (one.group + one.plural) or "/" in one.plural for one in rights)
    everywhere = {one.plural for one in rights if not one.namespace and one.verb == "patch"}
    assert everywhere == {"namespaces", "customresourcedefinitions", "clusterroles"}


def test_the_cluster_is_told_apart_by_kube_system_and_namespaces_are_looked_for() -> None:
    rights = rights_of([used(an_app(), a_document(MAP))], kinds_of())
    named = {one.name for one in rights if one.plural == "namespaces"}
    assert named == {"kube-system", "shop"}
    assert verbs(rights, "customresourcedefinitions", "") == READ
    assert rights_of([], kinds_of()) == ()


def test_what_it_needs_whatever_its_apps_are_is_granted_with_them() -> None:
    itself = rights_of_itself(OWN)
    assert {*itself} < {*rights_of([used(an_app(), a_document(MAP))], kinds_of(), OWN)}
    assert Right("", "apiregistration.k8s.io", "apiservices", "watch") in itself


def test_what_the_controller_keeps_is_in_its_own_namespace() -> None:
    rights = rights_of([], kinds_of(), OWN)
    assert {one.namespace for one in rights} == {"ops"}
    assert verbs(rights, "secrets", "ops", "driftdeck-key") == {"get", "update"}
    assert verbs(rights, "secrets", "ops", "eu") == {"get"}
    assert verbs(rights, "leases", "ops") >= READ | {"create", "update"}
    assert verbs(rights, "events", "ops") == {"create", "patch"}


# Roles --------------------------------------------------------------------------------------------


def test_rights_become_rules_by_what_may_be_done() -> None:
    rights = [Right("a", "", plural, "get") for plural in ("pods", "services", "secrets")]
    rights += [Right("a", "", "secrets", "list"), Right("a", "", "secrets", "get", "k")]
    rights += [Right("a", "", "secrets", "update", "k"), Right("a", "", "pods", "get", app="b")]
    assert rules_of(rights) == [
        {"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]},
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": ["k"],
            "verbs": ["update"],
        },
    ]


@pytest.mark.parametrize(("namespace", "kind"), [("a", "Role"), ("", "ClusterRole")])
def test_each_namespace_has_a_role_and_its_binding(namespace: str, kind: str) -> None:
    role, binding = roles_of([Right(namespace, "", "pods", "get")], "r", ("ops", "sa"), {})
    assert (role["kind"], binding["kind"]) == (kind, f"{kind}Binding")
    assert role["metadata"] == binding["metadata"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "namespace": "ops", "name": "sa"}]
    assert binding["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": kind,
        "name": "r",
    }
