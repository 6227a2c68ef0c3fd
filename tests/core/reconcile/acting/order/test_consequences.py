"""Which changes have pods start anew."""

import json
from typing import Any

import pytest

from core.model import (
    FieldChange,
    FieldVerdict,
    Key,
    KindRef,
    ObjectRef,
    Stamp,
    Step,
    Verb,
)
from core.reconcile.acting.order.consequences import restarts_pods

IMAGE = "spec.template.spec.containers[name=web].image"


def restarts(
    kind: str, *paths: str, verb: Verb = Verb.APPLY, place: str = "", spec: Any = None
) -> bool:
    api_version, _, name = kind.rpartition(" ")
    found = KindRef(api_version, name)
    changes = tuple(FieldChange(p, FieldVerdict.DRIFT, 1, 2, place=place) for p in paths)
    key = Key("shop", ObjectRef(found.group, name, "web", "a"))
    body = json.dumps({"spec": spec or {}}).encode()
    return restarts_pods(Step(key, found, verb, Stamp("d", "1", "u"), changes), body)


@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet", "StatefulSet"])
def test_a_change_of_the_pod_template_does(kind: str) -> None:
    assert restarts(f"apps/v1 {kind}", "spec.replicas", IMAGE)
    assert restarts(f"apps/v1 {kind}", "spec.template.metadata.annotations.a")
    assert restarts(f"apps/v1 {kind}", "spec.template")
    assert restarts(f"apps/v1 {kind}", "spec")
    assert restarts(f"apps/v1 {kind}", "metadata.labels.a", place="spec.template.spec.volumes")


def test_an_undo_of_such_a_change_does_so_again() -> None:
    assert restarts("apps/v1 Deployment", IMAGE, verb=Verb.UNDO)
    assert not restarts("apps/v1 Deployment", "spec.replicas", verb=Verb.UNDO)


@pytest.mark.parametrize("path", ["spec.replicas", "spec.templates.a", "metadata.labels.template"])
def test_any_other_change_does_not(path: str) -> None:
    assert not restarts("apps/v1 Deployment", path)


@pytest.mark.parametrize(
    "kind", ["apps/v1 ReplicaSet", "batch/v1 CronJob", "v1 ConfigMap", "example.com/v1 Deployment"]
)
def test_other_kinds_leave_running_pods_as_they_are(kind: str) -> None:
    assert not restarts(kind, IMAGE, "spec.template")


def test_a_container_of_a_pod_is_started_anew() -> None:
    assert restarts("v1 Pod", "spec.containers[name=web].image")
    assert not restarts("v1 Pod", "metadata.labels.a")


@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.TAKE_OVER])
def test_what_is_new_or_taken_over_has_nothing_to_restart(verb: Verb) -> None:
    assert not restarts("apps/v1 Deployment", IMAGE, verb=verb)


@pytest.mark.parametrize("spec", [{"paused": True}, {"updateStrategy": {"type": "OnDelete"}}])
def test_what_waits_for_a_person_restarts_nothing(spec: Any) -> None:
    assert not restarts("apps/v1 StatefulSet", IMAGE, spec=spec)
    assert restarts("apps/v1 StatefulSet", IMAGE, spec={"paused": False, "updateStrategy": {}})
