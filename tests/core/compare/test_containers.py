"""A container that only live has: a heal removes it whole only if all in it is to go."""

import pytest

from core.compare import Policy
from core.model import IgnoreRule
from tests.core.compare.world import By, judged

LIVE = "metadata: {annotations: {note: by hand, sum: '7'}}"
NOTE, SUM = "metadata.annotations.note", "metadata.annotations.sum"


def removed(by: By) -> dict[str, str]:
    """What a heal removes for each change that counts, "" where it is the field itself."""
    judgement = judged("ConfigMap", "", LIVE, by)
    return {change.path: change.place for change in judgement.changes if change.verdict == "drift"}


def test_a_container_that_holds_only_drift_goes_as_a_whole() -> None:
    whole = "metadata.annotations"
    assert removed({"kubectl-annotate": f"{NOTE} {SUM}"}) == {NOTE: whole, SUM: whole}


def test_a_container_in_which_a_controller_wrote_stays_and_only_the_field_goes() -> None:
    assert removed({"kubectl-annotate": NOTE, "summing-controller": SUM}) == {NOTE: ""}


POD = "spec: {template: {spec: %s}}"
WEB = "spec.template.spec.containers[name=web]"


def drift(git: str, live: str, by: By, *rules: IgnoreRule) -> dict[str, str]:
    """The same of a Deployment's pod."""
    found = judged("Deployment", POD % git, POD % live, by, policy=Policy(rules=rules))
    return {change.path: change.place for change in found.changes if change.verdict == "drift"}


@pytest.mark.parametrize(
    "other",
    [
        "kubectl.kubernetes.io/last-applied-configuration: '{}'",
        "pv.kubernetes.io/bind-completed: 'yes'",
        "deployment.kubernetes.io/revision: '3'",
    ],
)
def test_an_annotation_that_nothing_is_said_of_keeps_the_others_container(other: str) -> None:
    live = f"metadata: {{annotations: {{note: by hand, {other}}}}}"
    kinds = {"deployment": "Deployment", "pv": "PersistentVolumeClaim"}
    kind = kinds.get(other.partition(".")[0], "ConfigMap")
    found = judged(kind, "", live, {"kubectl-annotate": NOTE, "kube-controller-manager": SUM})
    assert [(change.path, change.place) for change in found.changes] == [(NOTE, "")]


def test_what_a_rule_leaves_alone_keeps_its_container() -> None:
    rules = (IgnoreRule(path=SUM),)
    found = judged(
        "ConfigMap", "", LIVE, {"kubectl-edit": f"{NOTE} {SUM}"}, policy=Policy(rules=rules)
    )
    assert [(change.path, change.place) for change in found.changes] == [(NOTE, "")]


def test_defaults_go_with_the_object_that_they_are_the_defaults_of() -> None:
    """A probe without a handler is refused."""
    probe = "livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 10, timeoutSeconds: 1}"
    where = f"{WEB}.livenessProbe"
    assert drift(
        "{containers: [{name: web}]}",
        f"{{containers: [{{name: web, {probe}}}]}}",
        {"kubectl-edit": f"{where}.tcpSocket.port"},
    ) == {f"{where}.tcpSocket.port": where}


def test_the_inner_container_goes_where_the_outer_one_stays() -> None:
    probe = "livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 3}"
    where = f"{WEB}.livenessProbe"
    by = {"kubectl-edit": f"{where}.tcpSocket.port", "keda-operator": f"{where}.periodSeconds"}
    git, live = "{containers: [{name: web}]}", f"{{containers: [{{name: web, {probe}}}]}}"
    found = drift(git, live, by)
    assert found.pop(f"{where}.tcpSocket.port") == f"{where}.tcpSocket"


@pytest.mark.parametrize(
    ("manager", "whole"), [("kubectl-edit", ""), ("keda-operator", ".capabilities")]
)
def test_a_context_goes_whole_unless_an_operator_wrote_in_it(manager: str, whole: str) -> None:
    context = "securityContext: {runAsUser: 7, capabilities: {add: [A]}}"
    where = f"{WEB}.securityContext"
    by = {manager: f"{where}.runAsUser", "kubectl-patch": f"{where}.capabilities.add"}
    found = drift("{containers: [{name: web}]}", f"{{containers: [{{name: web, {context}}}]}}", by)
    assert found[f"{where}.capabilities.add"] == where + whole


@pytest.mark.parametrize(
    ("other", "place"), [("kubectl-patch", "spec.tags"), ("keda-operator", "")]
)
def test_a_list_goes_whole_with_its_last_entry_unless_one_is_another_s(
    other: str, place: str
) -> None:
    """In a custom resource an empty list is kept as it is."""
    by = {"kubectl-edit": "spec.tags[=a]", other: "spec.tags[=b]"}
    found = judged("Widget", "spec: {count: 1}", "spec: {count: 1, tags: [a, b]}", by)
    gone = {change.path: change.place for change in found.changes if change.verdict == "drift"}
    assert gone["spec.tags[=a]"] == place


def test_a_list_that_git_states_stays_when_what_others_added_goes() -> None:
    by = {"kubectl-edit": "spec.tags[=b]"}
    found = judged("Widget", "spec: {tags: [a]}", "spec: {tags: [a, b]}", by)
    assert [(change.path, change.place) for change in found.changes] == [("spec.tags[=b]", "")]


def test_a_set_goes_as_a_whole_when_all_its_members_go_and_not_otherwise() -> None:
    one, other = "spec.tags[=a]", "spec.tags[=b]"
    for by, gone in (
        ({"kubectl-edit": f"{one} {other}"}, {one: "spec", other: "spec"}),
        ({"kubectl-edit": one, "keda-operator": other}, {one: ""}),
    ):
        found = judged("Widget", "", "spec: {tags: [a, b]}", by)
        places = {each.path: each.place for each in found.changes if each.verdict == "drift"}
        assert places == gone
