"""What one object says before it is pruned: P1 to P3, let pass and stopped."""

import json
from typing import Any

import pytest

from core.model import Allowed, Blocked, Clearance, Guard, Live, ObjectRef
from core.reconcile.judging.protections import clearance

OURS = {"manager": "driftdeck", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {}}
FLAGS = ObjectRef("", "ConfigMap", "web", "flags")
OPTIONS = "argocd.argoproj.io/sync-options"


def found(uid: str = "u1", **metadata: Any) -> Live:
    body = {"metadata": {"name": "flags", "managedFields": [OURS], **metadata}}
    return Live(uid, "7", json.dumps(body).encode())


def said(live: Live, ref: ObjectRef = FLAGS, uid: str | None = "u1") -> Clearance:
    return clearance(ref, uid, live)


def stops(guard: Guard, live: Live, ref: ObjectRef = FLAGS, uid: str | None = "u1") -> Blocked:
    clear = said(live, ref, uid)
    assert isinstance(clear, Blocked), clear
    assert clear.guard is guard
    return clear


def test_what_we_applied_and_nobody_protects_may_go() -> None:
    assert isinstance(said(found()), Allowed)


@pytest.mark.parametrize("recorded", ["u2", None])
def test_another_uid_and_one_that_was_never_recorded_stop(recorded: str | None) -> None:
    stops(Guard.SAME_OBJECT, found(), uid=recorded)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [{**OURS, "operation": "Update"}],
        [{**OURS, "manager": "kubectl"}],
        [{**OURS, "manager": "kubectl", "operation": "Update"}],
    ],
    ids=["none", "our updates", "an apply of kubectl", "an edit"],
)
def test_what_others_took_over_wholly_is_left_to_a_person(entries: list[Any]) -> None:
    stops(Guard.OURS, found(managedFields=entries))


def test_an_edit_beside_our_apply_does_not_make_it_anothers() -> None:
    edit = {**OURS, "manager": "kubectl-edit", "operation": "Update"}
    assert isinstance(said(found(managedFields=[OURS, edit])), Allowed)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (OPTIONS, "Prune=false"),
        (OPTIONS, "Prune=confirm"),
        (OPTIONS, "Delete=false"),
        (OPTIONS, "SkipDryRunOnMissingResource=true, prune=FALSE"),
        ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
        ("kustomize.toolkit.fluxcd.io/prune", "Disabled"),
        ("helm.sh/resource-policy", "keep"),
        ("helm.sh/resource-policy", " Keep "),
    ],
)
def test_an_annotation_that_keeps_it_is_obeyed_and_named(annotation: str, value: str) -> None:
    block = stops(Guard.NOT_PROTECTED, found(annotations={annotation: value}))
    assert annotation in block.words


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (OPTIONS, "Prune=true"),
        (OPTIONS, "PruneLast=true"),
        (OPTIONS, ""),
        ("kustomize.toolkit.fluxcd.io/prune", "enabled"),
        ("helm.sh/resource-policy", ""),
        ("example/prune", "Prune=false"),
    ],
)
def test_an_annotation_that_says_something_else_keeps_nothing(annotation: str, value: str) -> None:
    assert isinstance(said(found(annotations={annotation: value})), Allowed)


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("", "Namespace"),
        ("", "PersistentVolume"),
        ("", "PersistentVolumeClaim"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("storage.k8s.io", "StorageClass"),
    ],
)
def test_what_holds_others_or_their_data_is_left_to_a_person(group: str, kind: str) -> None:
    assert kind in stops(Guard.NOT_PROTECTED, found(), ObjectRef(group, kind, "", "x")).words


def test_a_kind_of_another_group_that_is_called_so_is_not_protected() -> None:
    assert isinstance(said(found(), ObjectRef("example.dev", "Namespace", "", "x")), Allowed)


def test_what_driftdeck_itself_needs_is_never_pruned() -> None:
    ours = found(labels={"app.kubernetes.io/managed-by": "driftdeck"})
    assert "driftdeck" in stops(Guard.NOT_PROTECTED, ours).words
    others = found(labels={"app.kubernetes.io/managed-by": "Helm"})
    assert isinstance(said(others), Allowed)


def test_metadata_that_cannot_be_read_stops() -> None:
    body = {"metadata": {"name": "x", "managedFields": [OURS], "annotations": {"a": 1}}}
    stops(Guard.NOT_PROTECTED, Live("u1", "7", json.dumps(body).encode()))
