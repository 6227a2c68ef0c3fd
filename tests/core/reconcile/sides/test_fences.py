"""What an app may not touch: listed with its place and the reason, and nothing is sent for it."""

from typing import Any

import pytest

from core.model import AppSpec, KindRef, ObjectRef, Resource, Snapshot, Verdict
from core.reconcile.memory.effects import Confirm, Follow, Perform
from core.reconcile.memory.inputs import ClusterFound, SchemaRead
from core.reconcile.memory.results import InventoryRead
from core.reconcile.sides.fences import refusal
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    NAMESPACE,
    RESOURCES,
    SPEC,
    World,
    document,
    key,
    live,
    questions,
    world,
    written,
)

ROLE = KindRef("rbac.authorization.k8s.io/v1", "ClusterRole")
CRD = KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition")
WIDGET = KindRef("example.com/v1", "Widget")
SERVED = {
    **RESOURCES,
    ROLE: Resource(ROLE, "clusterroles", namespaced=False, has_status=False),
    CRD: Resource(CRD, "customresourcedefinitions", namespaced=False, has_status=True),
}
GOOD: dict[str, Any] = {"data": {"a": "1"}}


@pytest.mark.parametrize(
    ("kind", "namespace", "name", "kinds", "said"),
    [
        ("ConfigMap", "web", "a", (), ""),
        ("ConfigMap", "b", "a", (), "namespace b is not one this app may touch"),
        ("Namespace", "", "web", (), ""),
        ("Namespace", "", "b", (), "namespace b is not one this app may touch"),
        ("Namespace", "", "b", ("Namespace",), ""),
        ("Node", "", "n", (), "Node has no namespace, and cluster_kinds does not name it"),
        ("Node", "", "n", ("Node",), ""),
        ("Node", "", "web", (), "Node has no namespace, and cluster_kinds does not name it"),
        ("Node", "", "n", ("node",), "Node has no namespace, and cluster_kinds does not name it"),
        ("ConfigMap", "b", "a", ("ConfigMap",), "namespace b is not one this app may touch"),
    ],
)
def test_namespaces_fence_what_lies_in_others_and_what_lies_in_none(
    kind: str, namespace: str, name: str, kinds: tuple[str, ...], said: str
) -> None:
    spec = AppSpec(
        name="a",
        repo="",
        revision="",
        path="",
        cluster="",
        namespaces=("web",),
        cluster_kinds=kinds,
    )
    assert refusal(spec, ObjectRef("", kind, namespace, name)) == said


def test_without_namespaces_nothing_is_fenced() -> None:
    spec = AppSpec(name="a", repo="", revision="", path="", cluster="")
    assert refusal(spec, ObjectRef("", "Node", "", "n")) == ""


def fenced(*, healing: bool = False, **spec: Any) -> World:
    made = world(healing=healing, namespaces=("web",), **spec)
    made.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", SERVED),
        *(SchemaRead("prod", kind, None) for kind in (ROLE, CRD)),
    )
    return made


def role() -> Any:
    return document(ROLE, "admin", rules=[])


def row(made: World, kind: KindRef, name: str) -> Any:
    """The one row of that kind and name, in whatever namespace."""
    (found,) = (
        found
        for each, found in made.state.rows.items()
        if (each.ref.kind, each.ref.name) == (kind.kind, name)
    )
    return found


def test_a_cluster_scoped_object_is_refused_and_nothing_is_sent_for_it() -> None:
    made = fenced(healing=True)
    made.read(role(), document(CONFIG_MAP, "a", **GOOD))
    made.feed(InventoryRead(SPEC.name, ()))
    effects = made.listing(CONFIG_MAP)
    effects += made.recorded(effects)
    assert written(effects) == [key(CONFIG_MAP, "a")]  # the others go on
    refused = row(made, ROLE, "admin")
    assert refused.verdict is Verdict.UNKNOWN
    words = "ClusterRole has no namespace, and cluster_kinds does not name it"
    assert (refused.file, refused.line, refused.reason) == (
        "admin.yaml",
        1,
        f"not-allowed: {words}",
    )
    followed = [each for each in made.effects if isinstance(each, Follow)]
    assert all(ROLE not in each.kinds for each in followed)
    asked = [each for each in made.effects if isinstance(each, Confirm | Perform)]
    assert all(each.key.ref.kind != "ClusterRole" for each in asked)
    (view,) = snapshot(made.state, Snapshot()).apps
    assert view.file_problems == (f"admin.yaml:1: {words}",)
    assert view.complete


def test_a_kind_that_is_allowed_is_applied() -> None:
    made = fenced(healing=True, cluster_kinds=("ClusterRole",))
    made.read(role())
    made.feed(InventoryRead(SPEC.name, ()))
    effects = made.listing(ROLE)
    effects += made.recorded(effects)
    assert [each.ref.kind for each in written(effects)] == ["ClusterRole"]


def test_a_refused_object_says_nothing_of_the_drift_beside_it() -> None:
    made = fenced(healing=True)
    made.read(role(), document(CONFIG_MAP, "a", **GOOD), document(NAMESPACE, "web"))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(NAMESPACE, [("web", live(NAMESPACE, "web", 3))])
    (asked,) = questions(
        made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": "2"}))])
    )
    made.agree(asked)
    assert key(CONFIG_MAP, "a") in written(made.recorded(made.effects))


def test_a_definition_that_is_refused_brings_no_kind() -> None:
    names = {"kind": "Widget", "plural": "widgets"}
    versions = [{"name": "v1", "served": True}]
    spec = {"group": "example.com", "names": names, "versions": versions, "scope": "Namespaced"}
    made = fenced()
    made.read(document(CRD, "widgets", spec=spec), document(WIDGET, "w"))
    made.feed(InventoryRead(SPEC.name, ()))
    assert row(made, WIDGET, "w").verdict is Verdict.UNKNOWN
    assert row(made, CRD, "widgets").verdict is Verdict.UNKNOWN


def test_what_a_definition_of_the_folder_brings_is_fenced_before_it_is_served() -> None:
    names = {"kind": "Widget", "plural": "widgets"}
    versions = [{"name": "v1", "served": True}]
    spec = {"group": "example.com", "names": names, "versions": versions, "scope": "Cluster"}
    made = fenced(cluster_kinds=("CustomResourceDefinition",))
    made.read(document(CRD, "widgets", spec=spec), document(WIDGET, "w"))
    made.feed(InventoryRead(SPEC.name, ()))
    assert row(made, WIDGET, "w").reason.startswith("not-allowed: Widget has no namespace")


def test_a_revert_leaves_out_what_the_app_may_not_touch() -> None:
    made = fenced()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, **GOOD))])
    shown = made.revert((None, role()))
    assert shown.sync is not None
    (step,) = shown.sync.steps
    assert step.problem == "ClusterRole has no namespace, and cluster_kinds does not name it"
    assert all(ROLE not in each.kinds for each in made.effects if isinstance(each, Follow))


def test_what_is_refused_is_told_when_the_commit_is() -> None:
    made = fenced()
    made.read(role(), document(CONFIG_MAP, "a", **GOOD))
    assert "admin.yaml:1: ClusterRole has no namespace" in made.state.events[-1].message
