"""Which pod keeps a workload from working, and why."""

from typing import Any

import pytest

from core.health import Behind, behind, trouble
from tests.core.health.test_kstatus import conditions


def workload(selector: Any) -> Any:
    return {"metadata": {"namespace": "shop"}, "spec": {"selector": selector}}


def pod(name: str, **status: Any) -> Any:
    return {"metadata": {"name": name}, "status": status}


def container(name: str = "web", **state: Any) -> dict[str, Any]:
    return {"name": name, "state": state}


READY = pod("web-0", phase="Running", conditions=conditions(Ready="True"))
PULL = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "web:2"'}
UNPULLED = pod("web-3", phase="Pending", containerStatuses=[container(waiting=PULL)])


def test_pods_are_found_by_the_whole_selector() -> None:
    expressions = [
        {"key": "tier", "operator": "In", "values": ["a", "b"]},
        {"key": "old", "operator": "DoesNotExist"},
        {"key": "team", "operator": "Exists"},
        {"key": "env", "operator": "NotIn", "values": ["test"]},
    ]
    made = workload({"matchLabels": {"app": "web"}, "matchExpressions": expressions})
    wanted = Behind("shop", "app=web,tier in (a,b),!old,team,env notin (test)")
    assert behind("apps", "Deployment", made) == wanted


@pytest.mark.parametrize("selector", [None, {}, {"matchLabels": "x"}, "app=web"])
def test_a_selector_that_chooses_nothing_certain_asks_for_no_pods(selector: Any) -> None:
    assert behind("apps", "StatefulSet", workload(selector)) is None
    assert behind("", "Service", workload({"matchLabels": {"app": "web"}})) is None


def test_pods_that_are_well_done_or_going_say_nothing() -> None:
    going = UNPULLED | {"metadata": {"name": "web-4", "deletionTimestamp": "2026-11-27T10:00:00Z"}}
    assert trouble([READY, going, pod("web-5", phase="Succeeded")]) == ""
    assert trouble([]) == ""


def test_an_image_that_cannot_be_pulled_is_named_before_what_merely_waits() -> None:
    starting = pod("web-1", phase="Pending", conditions=conditions(PodScheduled="True"))
    words = 'container web: ImagePullBackOff: Back-off pulling image "web:2"'
    assert trouble([READY, starting, UNPULLED]) == f"pod web-3: {words} (and 1 more)"


def test_a_crash_loop_says_how_it_ended_and_how_often() -> None:
    back_off = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed"}
    looping = container(waiting=back_off) | {
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
        "restartCount": 7,
    }
    found = trouble([pod("web-2", phase="Running", containerStatuses=[looping])])
    assert found == (
        "pod web-2: container web: CrashLoopBackOff: it ended with 1 (Error), restarted 7 times"
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            {"initContainerStatuses": [container("move", terminated={"exitCode": 3})]},
            "container move: it ended with 3",
        ),
        (
            {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory"},
            "Evicted: The node was low on memory",
        ),
        (
            {"phase": "Pending", "conditions": conditions(PodScheduled="False/Unschedulable")},
            "Unschedulable",
        ),
        ({"phase": "Pending"}, "no node took it yet"),
        ({"phase": "Pending", "conditions": conditions(PodScheduled="True")}, "it starts"),
        ({"phase": "Running"}, "it runs and is not ready"),
        (
            {"phase": "Running", "containerStatuses": [container(waiting={"reason": ""})]},
            "it runs and is not ready",
        ),
    ],
)
def test_each_way_not_to_work_has_its_words(status: dict[str, Any], words: str) -> None:
    assert trouble([pod("web-1", **status)]) == f"pod web-1: {words}"


def test_odd_pods_say_nothing() -> None:
    assert trouble([pod("a", conditions=[None]), {}, {"status": {"containerStatuses": 7}}])
    assert trouble([pod("a", conditions=[None])]) == ""
