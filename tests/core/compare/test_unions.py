"""Which live fields a refusal can be about, where Git states others beside them."""

from dataclasses import replace

import msgspec
import pytest

from core.compare import Beside, judge
from core.compare.evidence.evidence import Evidence
from core.compare.unions import NOTE, Unions, with_blocking
from core.model import ABSENT, FieldChange, FieldVerdict
from tests.core.compare.world import SCHEMAS, By, desired, live_of, obj

WEB = "spec.template.spec.containers[name=web]"
POD = "spec: {template: {spec: {containers: [{name: web, livenessProbe: %s}]}}}"
PROBE = f"{WEB}.livenessProbe"
CAUSE = "spec.template.spec.containers[0].livenessProbe.tcpSocket"


def unions(
    git: str, live: str, by: By | None = None, *, enforced: bool = False, spared: str = ""
) -> Unions:
    wanted = desired(obj("Deployment", git))
    found = Evidence(msgspec.json.decode(live_of(obj("Deployment", live), by).body), {})
    root = SCHEMAS[wanted.kind].root
    body = msgspec.json.decode(wanted.body)
    return Unions(body, found, root, spared=spared.split(), enforced=enforced)


def beside(found: Unions, words: str = "no", cause: str = CAUSE) -> list[tuple[str, ...]]:
    return list(found.beside([cause], words))


def test_a_default_that_is_refused_by_its_name_is_in_the_way() -> None:
    live = "spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}, paused: true}"
    found = unions("spec: {strategy: {type: Recreate}}", live)
    assert found.named(["spec.strategy.rollingUpdate"]) == ("spec.strategy.rollingUpdate",)
    assert found.named(["spec.strategy.type", "spec.strategy", "spec.paused.x.y"]) == (
        "spec.paused",
    )


def test_another_handler_is_in_the_way_and_a_default_or_a_number_beside_it_is_not_the_first() -> (
    None
):
    live = POD % "{httpGet: {port: 80}, periodSeconds: 3, timeoutSeconds: 1}"
    found = unions(POD % "{tcpSocket: {port: 80}}", live)
    handler, number = f"{PROBE}.httpGet", f"{PROBE}.periodSeconds"
    assert beside(found) == [(handler,), (handler, number), (handler,)]
    assert beside(found, "not with periodSeconds")[0] == (number,)


def test_a_field_is_beside_those_that_its_holder_is_refused_for_and_no_others() -> None:
    live = POD % "{httpGet: {port: 80}}"
    found = unions(POD % "{tcpSocket: {port: 80}}", live)
    holder = "spec.template.spec.containers[0].livenessProbe"
    for cause in (holder, "<nil>", "spec.template"):
        assert beside(found, cause=cause)[0] == (f"{PROBE}.httpGet",)
    for cause in (f"{CAUSE}.port", "spec.strategy", "spec.template.metadata"):
        assert beside(found, cause=cause) == []


def test_where_git_s_own_fields_are_as_stated_nothing_is_in_their_way() -> None:
    live = POD % "{httpGet: {port: 80}, tcpSocket: {port: 80}}"
    assert beside(unions(POD % "{tcpSocket: {port: 80}}", live)) == []


def test_an_object_that_the_server_filled_in_is_the_last_guess() -> None:
    volumes = "spec: {template: {spec: {volumes: [{name: v, %s}]}}}"
    found = unions(volumes % "configMap: {name: c}", volumes % "emptyDir: {}")
    cause = "spec.template.spec.volumes[0].configMap"
    assert beside(found, cause=cause) == [("spec.template.spec.volumes[name=v].emptyDir",)]


@pytest.mark.parametrize(
    ("by", "enforced", "spared"),
    [({"keda-operator": f"{PROBE}.httpGet.port"}, False, ""), ({}, True, f"{PROBE}.httpGet.port")],
)
def test_what_a_controller_set_or_a_rule_leaves_alone_is_not_in_the_way(
    by: By, spared: str, *, enforced: bool
) -> None:
    git, live = POD % "{tcpSocket: {port: 80}}", POD % "{httpGet: {port: 80}}"
    assert beside(unions(git, live, by, enforced=enforced, spared=spared)) == []
    assert beside(unions(git, live, by, enforced=True)) != []


def test_metadata_and_status_are_never_in_the_way() -> None:
    found = unions("spec: {paused: true}", "{metadata: {labels: {a: b}}, status: {replicas: 3}}")
    assert found.named(["metadata.labels", "status.replicas", "metadata.labels[a]"]) == ()


def test_metadata_of_a_template_can_be_in_the_way() -> None:
    found = unions("spec: {template: {}}", "spec: {template: {metadata: {labels: {a: b}}}}")
    path = "spec.template.metadata"
    assert found.named([path]) == (path,)


@pytest.mark.parametrize(("git", "live"), [("5", "[{name: web}]"), ("[{name: web}]", "5")])
def test_nothing_is_in_the_way_inside_what_is_a_list_on_one_side_only(git: str, live: str) -> None:
    containers = "spec: {template: {spec: {containers: %s}}}"
    assert unions(containers % git, containers % live).named([f"{CAUSE}.port"]) == ()


def blocked(live: str, by: By, *blocking: str) -> list[tuple[str, str, str, bool]]:
    """What is told of a Deployment whose pods Git probes by TCP, once a dry-run took it."""
    wanted = desired(obj("Deployment", POD % "{tcpSocket: {port: 80}}"))
    found = live_of(obj("Deployment", POD % live), by)
    beside = Beside(whole=True, blocking=blocking)
    answer = wanted.body
    told = judge(wanted, found, SCHEMAS[wanted.kind], predicted=answer, beside=beside).changes
    return [(c.path, str(c.verdict), c.note, c.blocks) for c in told]


def test_what_goes_for_git_s_sake_is_drift_as_a_whole_and_says_why() -> None:
    path, by = f"{PROBE}.httpGet", {"helm": f"{PROBE}.httpGet.port {PROBE}.httpGet.path"}
    found = blocked("{httpGet: {port: 80, path: /a}}", by, path)
    assert found == [
        (path, "drift", NOTE, True),
        (f"{PROBE}.tcpSocket", "drift", "", False),
    ]


def test_what_is_drift_by_itself_stays_what_it_is_and_is_marked() -> None:
    by = {"kubectl-edit": f"{PROBE}.httpGet.port"}
    expected = [
        (f"{PROBE}.httpGet.port", "drift", "", True),
        (f"{PROBE}.tcpSocket", "drift", "", False),
    ]
    assert blocked("{httpGet: {port: 80}}", by, f"{PROBE}.httpGet") == expected
    assert blocked("{httpGet: {port: 80}}", by) == expected


def test_a_field_that_only_the_server_filled_in_is_told_when_it_has_to_go() -> None:
    git = desired(obj("Deployment", "spec: {strategy: {type: Recreate}}"))
    strategy = "spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}}"
    path = "spec.strategy.rollingUpdate"
    beside = Beside(whole=True, blocking=(path,))
    found = live_of(obj("Deployment", strategy), {})
    told = judge(git, found, SCHEMAS[git.kind], predicted=git.body, beside=beside)
    gone = next(change for change in told.changes if change.path == path)
    assert (gone.live, gone.git, gone.blocks) == ({"maxSurge": "25%"}, ABSENT, True)


@pytest.mark.parametrize(
    ("by", "manager"),
    [
        ({"kubectl-edit": "spec.paused"}, "kubectl-edit"),
        ({"helm": "spec.paused", "kubectl-edit": "spec.paused"}, "kubectl-edit"),
        ({}, None),
    ],
)
def test_what_is_in_the_way_names_the_owner_that_decides(by: By, manager: str | None) -> None:
    live = live_of(obj("Deployment", "spec: {paused: true}"), by)
    (change,) = with_blocking([], ["spec.paused"], Evidence(msgspec.json.decode(live.body), {}))
    assert (change.live, change.blocks, change.note) == (True, True, NOTE)
    assert change.actor is not None
    assert change.actor.manager == manager


def test_what_is_in_the_way_takes_the_place_of_the_changes_inside_of_it() -> None:
    live = live_of(obj("Deployment", "spec: {strategy: {rollingUpdate: {maxSurge: 1}}}"))
    evidence = Evidence(msgspec.json.decode(live.body), {})
    inner = FieldChange("spec.strategy.rollingUpdate.maxSurge", FieldVerdict.DRIFT, 1, ABSENT)
    other = FieldChange("spec.replicas", FieldVerdict.DRIFT, 2, 3)
    outer = "spec.strategy.rollingUpdate"
    found = with_blocking([inner, other], [outer], evidence)
    assert [(each.path, each.blocks) for each in found] == [("spec.replicas", False), (outer, True)]
    whole = replace(inner, place=outer)
    found = with_blocking([whole, other], [outer], evidence)
    assert [(each.path, each.blocks) for each in found] == [
        (inner.path, True),
        ("spec.replicas", False),
    ]
    theirs = FieldChange(f"{outer}.maxUnavailable", FieldVerdict.CONTESTED, 1, ABSENT)
    found = with_blocking([whole, theirs], [outer], evidence)
    assert [(each.path, each.blocks) for each in found] == [(outer, True)]


def test_of_several_fields_in_the_way_each_is_told_though_one_of_them_is_known_already() -> None:
    live = live_of(obj("Deployment", "spec: {paused: true, replicas: 2}"))
    known = FieldChange("spec.paused", FieldVerdict.DRIFT, True, ABSENT)
    evidence = Evidence(msgspec.json.decode(live.body), {})
    found = with_blocking([known], ["spec.paused", "spec.replicas"], evidence)
    assert [(each.path, each.note, each.blocks) for each in found] == [
        ("spec.paused", "", True),
        ("spec.replicas", NOTE, True),
    ]
