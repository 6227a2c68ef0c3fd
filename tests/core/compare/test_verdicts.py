"""Tables A and B: what a difference means, by who wrote the field and by what the server says."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.compare import Beside, Policy, detailed, judge, mask
from core.model import (
    ABSENT,
    Contested,
    Extras,
    FieldVerdict,
    InfoClass,
    Json,
    JsonObject,
    Live,
    Verdict,
)
from tests.core.compare.world import KEY, SCHEMAS, By, desired, judged, live_of, obj, shown

GRACE = "spec.terminationGracePeriodSeconds"
GIT_GRACE = "spec: {terminationGracePeriodSeconds: 10}"
LIVE_GRACE = "spec: {terminationGracePeriodSeconds: 5}"


@pytest.mark.parametrize(
    ("owner", "verdict"),
    [
        ("kubectl-edit", "drift"),
        ("kubectl-client-side-apply", "drift"),
        ("kubectl:Apply", "drift"),
        ("argocd-controller", "drift"),
        ("driftdeck:Apply", "drift"),
        ("before-first-apply", "drift"),
        ("k9s", "drift"),
        ("Terraform", "drift"),
        ("acme-tool", "drift"),
        ("acme-tool:Apply", "drift"),
        ("keda-operator", "contested"),
        ("kube-controller-manager:Update:scale", "contested"),
    ],
)
def test_a6_a7_the_owner_of_a_different_value_decides(owner: str, verdict: str) -> None:
    assert shown(judged("Pod", GIT_GRACE, LIVE_GRACE, {owner: GRACE})) == {GRACE: verdict}


@pytest.mark.parametrize(
    ("owner", "verdict"),
    [
        ("kubectl-edit", "drift"),  # B6
        ("driftdeck:Apply", "drift"),  # B4
        ("acme-tool", "drift"),  # B6
        ("acme-tool:Apply", "drift"),  # B6
        ("keda-operator", "info"),  # B9
        ("helm", "info"),  # B9
        ("kubectl-client-side-apply", None),  # B7
    ],
)
def test_b4_to_b9_the_owner_of_an_extra_field_decides(owner: str, verdict: str | None) -> None:
    expected = {} if verdict is None else {GRACE: verdict}
    assert shown(judged("Pod", "spec: {}", LIVE_GRACE, {owner: GRACE})) == expected


LABEL = "metadata.labels.team"


@pytest.mark.parametrize(("owner", "verdict"), [("kubectl-label", "drift"), ("acme-tool", "info")])
def test_b6_b9_metadata_that_an_unknown_program_added_is_no_drift(owner: str, verdict: str) -> None:
    found = judged("Pod", "spec: {}", "metadata: {labels: {team: a}}", {owner: LABEL})
    assert shown(found) == {LABEL: verdict}


def test_b6_metadata_of_a_template_is_no_metadata_of_the_object() -> None:
    template = "spec: {template: {metadata: {annotations: {%s}}}}"
    path = "spec.template.metadata.annotations.restart"
    found = judged("Deployment", template % "", template % "restart: x", {"acme-tool": path})
    assert shown(found) == {path: "drift"}


def test_a6_the_controller_of_an_object_is_known_by_its_status() -> None:
    by = {"acme-operator": GRACE, "acme-operator:Update:status": "status.phase"}
    (change,) = judged("Pod", GIT_GRACE, LIVE_GRACE, by).changes
    assert (change.verdict, change.note) == ("contested", "owned by acme-operator")
    assert shown(judged("Pod", "spec: {}", LIVE_GRACE, by)) == {GRACE: "info"}


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ("acme-team:Apply", "contested"),
        ("kubectl:Apply", "contested"),
        ("keda-operator:Apply", "contested"),
        ("kustomize-controller:Apply", "drift"),
        ("acme-tool", "drift"),
        ("kubectl-edit", "drift"),
    ],
)
def test_b4_what_git_dropped_and_another_still_applies_is_contested(
    other: str, verdict: str
) -> None:
    by = {"driftdeck:Apply": GRACE, other: GRACE}
    (change,) = judged("Pod", "spec: {}", LIVE_GRACE, by).changes
    assert (change.verdict, change.git) == (verdict, ABSENT)
    assert change.actor is not None
    assert change.actor.manager == other.partition(":")[0]


def test_b6_who_added_a_field_is_named_before_who_created_the_object() -> None:
    by = {"kubectl-client-side-apply": GRACE, "kubectl:Apply": GRACE}
    (change,) = judged("Pod", "spec: {}", LIVE_GRACE, by).changes
    assert change.actor is not None
    assert (change.verdict, change.actor.manager) == ("drift", "kubectl")


def test_b4_what_git_dropped_and_another_applies_is_drift_where_the_app_enforces_it() -> None:
    by = {"driftdeck:Apply": GRACE, "acme-team:Apply": GRACE}
    enforced = Policy(contested=Contested.ENFORCE)
    found = judged("Pod", "spec: {}", LIVE_GRACE, by, policy=enforced)
    assert shown(found) == {GRACE: "drift"}


def test_b4_a_key_that_another_applies_as_text_is_declared_by_it() -> None:
    by = {"driftdeck:Apply": "data.a", "acme-team:Apply": "stringData.a"}
    found = judged("Secret", "type: Opaque", "type: Opaque\ndata: {a: eA==}", by)
    assert shown(found) == {"data.a": "contested"}


@pytest.mark.parametrize(
    ("owner", "verdict"),
    [("acme-team:Apply", "contested"), ("helm", "drift"), ("argocd-controller:Apply", "drift")],
)
def test_b4_holds_for_what_earlier_commits_stated_before_the_object_is_ours(
    owner: str, verdict: str
) -> None:
    wanted, past = (desired(obj("Pod", text)) for text in ("spec: {}", LIVE_GRACE))
    found = live_of(obj("Pod", LIVE_GRACE), {owner: GRACE})
    schema, beside = SCHEMAS[wanted.kind], Beside(past=(past.body,))
    assert shown(judge(wanted, found, schema, beside=beside)) == {GRACE: verdict}


def test_an_entry_that_an_earlier_commit_stated_is_replaced_whoever_deployed_it() -> None:
    wanted, past = (desired(obj("Pod", VOLUMES % name)) for name in ("scratch", "mesh"))
    found = live_of(obj("Pod", VOLUMES % "mesh"), {"helm": MESH})
    schema = SCHEMAS[wanted.kind]
    judgement = judge(wanted, found, schema, beside=Beside(past=(past.body,)))
    assert [change.place for change in judgement.changes] == ["spec.volumes[name=mesh]"]
    assert len(judge(wanted, found, schema).changes) == 2


# Maps that are divided ------------------------------------------------------------------------

REQUESTS = "spec.containers[name=a].resources.requests.cpu"
RESOURCES = "spec.containers[name=a].resources"


@pytest.mark.parametrize("owner", ["driftdeck:Apply", "kubectl-client-side-apply"])
@pytest.mark.parametrize(
    ("other", "verdict"), [("vpa-updater", "info"), ("kubectl-edit", "drift"), ("", "info")]
)
def test_an_empty_map_in_git_does_not_claim_what_others_put_into_it(
    owner: str, other: str, verdict: str
) -> None:
    pod = "spec: {containers: [{name: a, resources: %s}]}"
    by = {owner: RESOURCES} | ({other: REQUESTS} if other else {})
    found = judged("Pod", pod % "{}", pod % "{requests: {cpu: '1'}}", by)
    assert shown(found) == {REQUESTS: verdict}
    assert found.changes[0].actor is not None
    assert found.changes[0].actor.manager == (other or None)


def test_who_owns_a_map_as_such_did_not_change_what_is_inside() -> None:
    by = {"kubectl-client-side-apply": "data", "kubectl-patch": "data.a"}
    (change,) = judged("ConfigMap", "data: {a: '1'}", "data: {a: '9'}", by).changes
    assert change.actor is not None
    assert change.actor.manager == "kubectl-patch"


REFERENCE = 'metadata.ownerReferences[uid="5f1c"]'
OWNED_BY = "metadata: {ownerReferences: [{apiVersion: v1, kind: Secret, name: a, uid: 5f1c%s}]}"


def test_b4_what_is_inside_an_undivided_entry_is_applied_by_who_applies_the_entry() -> None:
    by = {"driftdeck:Apply": REFERENCE, "acme-team:Apply": REFERENCE}
    found = judged("Pod", OWNED_BY % "", OWNED_BY % ", controller: true", by)
    assert shown(found) == {f"{REFERENCE}.controller": "contested"}


@pytest.mark.parametrize(("git", "live"), [("", ", controller: true"), (", controller: true", "")])
@pytest.mark.parametrize("owner", ["kubectl-edit", "driftdeck:Apply"])
def test_what_is_inside_an_undivided_entry_of_a_list_is_its_owner_s(
    git: str, live: str, owner: str
) -> None:
    found = judged("Pod", OWNED_BY % git, OWNED_BY % live, {owner: REFERENCE})
    assert shown(found) == {f"{REFERENCE}.controller": "drift"}
    (actor,) = (change.actor for change in found.changes)
    assert actor is not None
    assert actor.manager == (owner.partition(":")[0] if live else None)


# Renamed entries ------------------------------------------------------------------------------

VOLUMES = "spec: {volumes: [{name: %s, emptyDir: {}}]}"
MESH = "spec.volumes[name=mesh].name spec.volumes[name=mesh].emptyDir"


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("pilot-discovery", {"spec.volumes[name=mesh]": "info"}),
        ("argocd-controller:Apply", {"spec.volumes[name=mesh]": "info"}),
        ("acme-team:Apply", {"spec.volumes[name=mesh]": "drift"}),
        ("acme-tool", {}),
        ("kubectl-edit", {}),
        ("driftdeck:Apply", {}),
        ("nobody", {}),
    ],
)
def test_an_entry_of_equal_content_is_replaced_only_if_it_is_nobody_else_s(
    owner: str, expected: dict[str, str]
) -> None:
    by = {owner: MESH} if owner != "nobody" else {"kubectl-edit": GRACE}
    found = judged("Pod", VOLUMES % "scratch", VOLUMES % "mesh", by)
    assert shown(found) == {"spec.volumes[name=scratch]": "drift", **expected}
    (scratch,) = (change for change in found.changes if change.path.endswith("[name=scratch]"))
    assert bool(scratch.place) is not bool(expected)


def test_a_controller_s_entry_that_git_once_stated_is_replaced() -> None:
    by = {"driftdeck:Apply": MESH, "pilot-discovery": MESH}
    found = judged("Pod", VOLUMES % "scratch", VOLUMES % "mesh", by)
    assert [change.place for change in found.changes] == ["spec.volumes[name=mesh]"]


def test_an_entry_that_git_dropped_and_another_applies_is_not_replaced() -> None:
    by = {"driftdeck:Apply": MESH, "acme-team:Apply": MESH}
    found = judged("Pod", VOLUMES % "scratch", VOLUMES % "mesh", by)
    assert shown(found) == {
        "spec.volumes[name=scratch]": "drift",
        "spec.volumes[name=mesh]": "contested",
    }
    assert {change.place for change in found.changes} == {""}


def test_b4_what_was_last_applied_and_is_no_longer_in_git_is_drift() -> None:
    applied = json.dumps({"spec": {"terminationGracePeriodSeconds": 5}})
    live = {
        "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": applied}},
        "spec": {"terminationGracePeriodSeconds": 5},
    }
    by = {"kubectl-client-side-apply": GRACE}
    assert shown(judged("Pod", "spec: {}", live, by)) == {GRACE: "drift"}  # type: ignore[arg-type]


def test_b4_entries_of_last_applied_are_found_by_key_even_without_their_defaults() -> None:
    applied = json.dumps({"spec": {"ports": [{"port": 80}, {"port": 443}]}})
    live = {
        "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": applied}},
        "spec": {
            "ports": [
                {"port": 80, "protocol": "TCP", "targetPort": 80},
                {"port": 443, "protocol": "TCP", "targetPort": 443},
            ]
        },
    }
    judgement = judged("Service", "spec: {ports: [{port: 80}]}", live)  # type: ignore[arg-type]
    assert shown(judgement) == {"spec.ports[port=443,protocol=TCP]": "drift"}


def test_b9_every_added_field_counts_where_the_app_says_so() -> None:
    def verdict(by: By) -> Verdict:
        return judged("Pod", "spec: {}", LIVE_GRACE, by, policy=Policy(Extras.ANY)).verdict

    assert verdict({"keda-operator": GRACE}) is Verdict.DRIFTED
    assert verdict({"kubelet": GRACE}) is Verdict.IN_SYNC
    assert verdict({}) is Verdict.IN_SYNC


def test_of_several_owners_a_person_decides() -> None:
    by = {"driftdeck:Apply": GRACE, "keda-operator": GRACE, "kubectl-edit": GRACE}
    (change,) = judged("Pod", GIT_GRACE, LIVE_GRACE, by).changes
    assert change.actor is not None
    assert change.actor.manager == "kubectl-edit"
    assert change.actor.confidence == "owned"
    assert change.actor.time == "2026-02-03T04:05:06Z"


@pytest.mark.parametrize("by", [None, {}, {"": ""}])
def test_where_nobody_owns_a_field_nothing_is_claimed(by: By | None) -> None:
    (change,) = judged("Pod", GIT_GRACE, LIVE_GRACE, by).changes
    assert change.actor is not None
    assert (change.actor.manager, change.actor.confidence) == (None, "unknown")


def test_a_removed_field_has_no_actor_although_its_holder_has() -> None:
    (change,) = judged("Pod", GIT_GRACE, "spec: {}", {"kubectl-edit": "spec"}).changes
    assert (change.live, change.git) == (ABSENT, 10)
    assert change.actor is not None
    assert change.actor.confidence == "unknown"


def test_what_is_inside_an_atomic_value_belongs_to_the_owner_of_the_value() -> None:
    (change,) = judged(
        "Service",
        "spec: {selector: {app: web}}",
        "spec: {selector: {app: other}}",
        {"kubectl-patch": "spec.selector"},
    ).changes
    assert change.path == "spec.selector"
    assert change.actor is not None
    assert change.actor.manager == "kubectl-patch"


def test_what_only_git_has_is_one_entry_at_its_root() -> None:
    judgement = judged(
        "Pod",
        "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80, path: /x}}}]}",
        "spec: {containers: [{name: a}]}",
    )
    assert list(shown(judgement)) == ["spec.containers[name=a].livenessProbe"]


def test_what_only_live_has_is_judged_leaf_by_leaf() -> None:
    probe = "spec.containers[name=a].livenessProbe"
    judgement = judged(
        "Pod",
        "spec: {containers: [{name: a}]}",
        "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80, path: /x},"
        " periodSeconds: 10, timeoutSeconds: 7}}]}",
        {"kubectl-edit": f"{probe}.httpGet.port {probe}.httpGet.path {probe}.timeoutSeconds"},
    )
    assert shown(judgement) == {
        f"{probe}.httpGet.path": "drift",
        f"{probe}.httpGet.port": "drift",
        f"{probe}.timeoutSeconds": "drift",
    }


def test_a_zero_in_git_where_the_server_allocates_asks_for_nothing() -> None:
    stated = "spec: {healthCheckNodePort: %d, ports: [{port: 80, nodePort: %d}]}"
    bare = "spec: {ports: [{port: 80, protocol: TCP, targetPort: 80}]}"
    assert shown(judged("Service", stated % (0, 0), bare)) == {}
    assert shown(judged("Service", stated % (31000, 31001), bare)) == {
        "spec.healthCheckNodePort": "drift",
        "spec.ports[port=80,protocol=TCP].nodePort": "drift",
    }


def test_a_default_that_git_writes_out_is_drift_where_live_lacks_it() -> None:
    found = judged("Deployment", "spec: {revisionHistoryLimit: 10}", "spec: {}")
    assert shown(found) == {"spec.revisionHistoryLimit": "drift"}


def test_replicas_that_git_leaves_open_count_where_no_autoscaler_drives_them() -> None:
    found = judged("Deployment", "spec: {}", "spec: {replicas: 5}", {"kubectl": "spec.replicas"})
    assert shown(found) == {"spec.replicas": "drift"}


@pytest.mark.parametrize(("git", "live"), [("x", ["x"]), (["x"], "x"), ({"x": 1}, ["x"])])
def test_a_list_where_git_states_none_is_another_value(git: Json, live: Json) -> None:
    found = judged("Widget", {"spec": {"free": {"a": git}}}, {"spec": {"free": {"a": live}}})
    assert [(change.path, change.git, change.live) for change in found.changes] == [
        ("spec.free.a", git, live)
    ]


@pytest.mark.parametrize(("levels", "verdict"), [(100, "drifted"), (101, "unknown")])
def test_a_value_is_shown_down_to_a_hundred_levels(levels: int, verdict: str) -> None:
    deep: Json = 1
    for _ in range(levels):
        deep = [deep]
    found = judged("Widget", {"spec": {"free": {"a": []}}}, {"spec": {"free": {"a": deep}}})
    assert found.verdict == verdict


def test_members_of_a_set_are_compared_one_by_one() -> None:
    by = {"kubectl-edit": "spec.tags[=c]"}
    judgement = judged("Widget", "spec: {tags: [a, b]}", "spec: {tags: [c, a]}", by)
    assert shown(judgement) == {"spec.tags[=b]": "drift", "spec.tags[=c]": "drift"}


@pytest.mark.parametrize(
    ("git", "live"),
    [
        ("spec: {title: '1'}", "spec: {title: 1}"),
        ("spec: {enabled: true}", "spec: {enabled: 1}"),
        ("spec: {count: 1}", "spec: {count: true}"),
        ("spec: {title: abc}", 'spec: {title: "abc\\n"}'),
        ('spec: {title: "a\\tb"}', 'spec: {title: "a b"}'),
        ('spec: {title: "a b"}', 'spec: {title: "a\\u00a0b"}'),
        ('spec: {title: "\\u00e9"}', 'spec: {title: "e\\u0301"}'),
        ("spec: {free: {a: 1, b: []}}", "spec: {free: {a: 1}}"),
        ("spec: {free: {a: ''}}", "spec: {free: {}}"),
        ("spec: {free: {}}", "spec: {}"),
        ("spec: {title: x}", "spec: {title: {a: b}}"),
        ("spec: {whole: {a: b}}", "spec: {whole: {a: b, c: d}}"),
    ],
)
def test_values_that_look_alike_are_told_apart(git: str, live: str) -> None:
    assert judged("Widget", git, live).verdict is Verdict.DRIFTED


def test_one_and_one_point_zero_are_the_same_number() -> None:
    assert judged("Widget", "spec: {count: 1}", "spec: {count: 1.0}").changes == ()


# What the server says -------------------------------------------------------------------------


def test_a3_what_an_apply_would_not_change_is_not_drift() -> None:
    live = "spec: {containers: [{name: a, image: 'mirror/a:1'}]}"
    git = "spec: {containers: [{name: a, image: 'a:1'}]}"
    judgement = judged("Pod", git, live, {"kubectl-edit": ""}, predicted=live)
    assert shown(judgement) == {"spec.containers[name=a].image": "info"}
    assert judgement.changes[0].info is InfoClass.INJECTED
    assert judgement.verdict is Verdict.IN_SYNC
    assert judgement.suspect


def test_a3_what_the_server_does_not_keep_is_a_warning() -> None:
    git = "spec: {replicaz: 3, replicas: 1}"
    judgement = judged("Deployment", git, "spec: {replicas: 1}", predicted="spec: {replicas: 1}")
    assert shown(judgement) == {"spec.replicaz": "warn"}
    assert judgement.verdict is Verdict.IN_SYNC


def test_a3_drift_that_an_apply_would_correct_stays() -> None:
    judgement = judged("Pod", GIT_GRACE, LIVE_GRACE, predicted=GIT_GRACE)
    assert shown(judgement) == {GRACE: "drift"}


def test_a3_an_equal_spelling_in_the_prediction_is_no_difference() -> None:
    git = "spec: {containers: [{name: a, resources: {limits: {cpu: '2'}}}]}"
    live = "spec: {containers: [{name: a, resources: {limits: {cpu: '1'}}}]}"
    predicted = "spec: {containers: [{name: a, resources: {limits: {cpu: 1000m}}}]}"
    assert judged("Pod", git, live, predicted=predicted).verdict is Verdict.IN_SYNC


@pytest.mark.parametrize(
    ("predicted", "verdict", "info"),
    [("ba", "info", InfoClass.INJECTED), ("ab", "drift", None)],
)
def test_a3_an_order_of_execution_that_an_apply_would_not_change_is_not_drift(
    predicted: str, verdict: str, info: InfoClass | None
) -> None:
    git, live, answer = (
        f"spec: {{initContainers: [{{name: {order[0]}}}, {{name: {order[1]}}}]}}"
        for order in ("ab", "ba", predicted)
    )
    (change,) = judged("Pod", git, live, predicted=answer).changes
    assert (change.path, change.verdict, change.info) == ("spec.initContainers", verdict, info)


def test_a3_the_server_cannot_vouch_for_extra_fields() -> None:
    by = {"kubectl-edit": GRACE}
    judgement = judged("Pod", "spec: {dnsPolicy: None}", LIVE_GRACE, by, predicted=LIVE_GRACE)
    assert shown(judgement)[GRACE] == "drift"


def test_a3_a_field_lost_in_conversion_is_drift_if_an_apply_brings_it_back() -> None:
    git = "spec: {maxReplicas: 3, minReplicas: 2}"
    judgement = judged("HorizontalPodAutoscaler", git, "spec: {maxReplicas: 3}", predicted=git)
    assert shown(judgement) == {"spec.minReplicas": "drift"}


# Whole objects ---------------------------------------------------------------------------------


def test_x_19_an_object_that_is_being_deleted_is_not_judged() -> None:
    live = "metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'}\nspec: {}"
    judgement = judged("Pod", GIT_GRACE, live)
    assert (judgement.verdict, judgement.reason) == (Verdict.UNKNOWN, "terminating")
    assert not judgement.suspect


OWNED: JsonObject = {"ownerReferences": [{"kind": "Service", "name": "a", "uid": "5f1c"}]}
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"


def record(kind: str, more: JsonObject, data: int = 1) -> JsonObject:
    api_version = {
        "EndpointSlice": "discovery.k8s.io/v1",
        "ControllerRevision": "apps/v1",
        "Lease": "coordination.k8s.io/v1",
    }.get(kind, "v1")
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a", **more}, "x": data}


@pytest.mark.parametrize("kind", ["EndpointSlice", "ControllerRevision", "Lease"])
@pytest.mark.parametrize(
    ("git", "live"),
    [
        (OWNED, {}),
        ({}, OWNED),
        ({"labels": {MANAGED_BY: "endpointslice-controller.k8s.io"}}, {}),
        ({}, {"labels": {MANAGED_BY: "endpointslicemirroring-controller.k8s.io"}}),
    ],
)
def test_x_03_records_of_controllers_are_not_compared(
    kind: str, git: JsonObject, live: JsonObject
) -> None:
    judgement = judge(desired(record(kind, git)), live_of(record(kind, live, 2)), None)
    assert judgement.verdict is Verdict.IN_SYNC
    assert [change.note for change in judgement.changes] == ["not compared"]


@pytest.mark.parametrize("kind", ["EndpointSlice", "ControllerRevision", "Lease"])
@pytest.mark.parametrize("more", [{}, {"labels": {MANAGED_BY: "staff"}}, {"ownerReferences": []}])
def test_x_03_one_that_only_git_states_is_compared(kind: str, more: JsonObject) -> None:
    judgement = judge(desired(record(kind, more)), live_of(record(kind, more, 2)), None)
    assert judgement.suspect


def test_x_03_an_owner_says_nothing_of_other_kinds() -> None:
    stated = desired(record("ConfigMap", OWNED))
    assert judge(stated, live_of(record("ConfigMap", OWNED, 2)), None).suspect


def test_an_unreadable_live_object_is_unknown_and_nothing_else() -> None:
    judgement = judge(desired(obj("Pod")), Live("u", "1", b'{"spec": '), None)
    assert (judgement.verdict, judgement.reason) == (Verdict.UNKNOWN, "compare-failed")


@pytest.mark.parametrize("depth", [50, 150, 300, 600, 100_000])
def test_an_object_nested_without_reason_harms_nobody(depth: int) -> None:
    wanted = desired(obj("Widget", {"spec": {"free": {"a": []}}}))
    deep = b"[" * depth + b"1" + b"]" * depth
    body = b'{"metadata": {"name": "web"}, "spec": {"free": {"a": %s}}}' % deep
    judgement = judge(wanted, Live("u", "1", body), SCHEMAS[wanted.kind])
    assert judgement.reason in {"", "compare-failed"}
    for change in mask(detailed(judgement.changes), wanted.ref, key=KEY):
        assert change.path


def test_without_schema_and_server_a_difference_cannot_be_judged() -> None:
    wanted = desired(obj("Widget", "spec: {count: 1}"))
    same = judge(wanted, live_of(obj("Widget", "spec: {count: 1}")), None)
    other = judge(wanted, live_of(obj("Widget", "spec: {count: 2}")), None)
    assert same.verdict is Verdict.IN_SYNC
    assert (other.verdict, other.reason) == (Verdict.UNKNOWN, "schema-unavailable")
    assert other.suspect


def test_without_schema_what_counts_for_nothing_needs_no_server() -> None:
    by = {"pilot-discovery": "spec.added"}
    found = judge(desired(obj("Widget")), live_of(obj("Widget", "spec: {added: x}"), by), None)
    assert (found.verdict, found.suspect) == (Verdict.IN_SYNC, False)
    assert {change.verdict for change in found.changes} == {FieldVerdict.INFO}


def test_without_schema_the_server_decides() -> None:
    wanted = desired(obj("Widget", "spec: {items: [{a: 1}]}"))
    live = live_of(obj("Widget", "spec: {items: [{a: 1, b: default}]}"))
    assert judge(wanted, live, None, predicted=live.body).verdict is Verdict.IN_SYNC
    assert judge(wanted, live, None, predicted=wanted.body).verdict is Verdict.DRIFTED


def test_warnings_of_git_are_part_of_the_verdict_but_do_not_count() -> None:
    judgement = judged("Pod", "metadata: {uid: x}", "")
    assert shown(judgement) == {"metadata.uid": "warn"}
    assert judgement.verdict is Verdict.IN_SYNC


def test_fp_13_a_status_without_subresource_is_user_data() -> None:
    wanted = desired(obj("Widget", "status: {phase: ready}"), has_status=False)
    live = live_of(obj("Widget", "status: {phase: broken}"))
    judgement = judge(wanted, live, SCHEMAS[wanted.kind])
    assert shown(judgement) == {"status.phase": "drift"}


def test_changes_are_sorted_by_path() -> None:
    git = "metadata: {labels: {b: x, a: x}}\nspec: {dnsPolicy: None}"
    judgement = judged("Pod", git, "metadata: {labels: {a: y, b: y}}\nspec: {dnsPolicy: Default}")
    assert list(shown(judgement)) == ["metadata.labels.a", "metadata.labels.b", "spec.dnsPolicy"]


def test_a_duplicate_key_in_a_keyed_list_makes_it_an_ordinary_list() -> None:
    judgement = judged(
        "Pod",
        "spec: {containers: [{name: a, env: [{name: A, value: x}, {name: A, value: y}]}]}",
        "spec: {containers: [{name: a, env: [{name: A, value: y}]}]}",
    )
    assert shown(judgement) == {"spec.containers[name=a].env": "drift"}


def test_no_verdict_is_drift_without_a_field_that_says_why() -> None:
    judgement = judged("Pod", GIT_GRACE, LIVE_GRACE)
    assert judgement.verdict is Verdict.DRIFTED
    assert any(change.verdict is FieldVerdict.DRIFT for change in judgement.changes)


def test_b6_what_a_person_changed_inside_an_entry_that_a_webhook_added_is_drift() -> None:
    at = "spec.containers[name=proxy]"
    git, live = (
        obj("Pod", f"spec: {{containers: [{{name: web}}{more}]}}")
        for more in ("", ", {name: proxy, image: evil, args: [a], tty: true}")
    )
    found = live_of(live, {"kubectl-edit": f"{at}.image"})
    body = found.body.replace(b'".":{},', b"")  # the webhook's entry: nobody owns its key
    wanted = desired(git)
    judgement = judge(wanted, Live(found.uid, "42", body), SCHEMAS[wanted.kind])
    assert shown(judgement) == {at: "info", f"{at}.image": "drift"}
    assert judgement.suspect


def taken_away(
    predicted: str, *, whole: bool = True, kind: str = "Deployment", sealed: bool = False
) -> list[Any]:
    """What is told of a field that a person added, where a dry-run took it away."""
    live = "spec: {minReadySeconds: 5}" if kind == "Deployment" else "data: {a: eA==}"
    path = "spec.minReadySeconds" if kind == "Deployment" else "data.a"
    wanted = desired(obj(kind, ""))
    wanted = replace(wanted, document=replace(wanted.document, sealed=sealed))
    found, after = live_of(obj(kind, live), {"kubectl-edit": path}), live_of(obj(kind, predicted))
    beside = Beside(whole=whole)
    told = judge(wanted, found, SCHEMAS[wanted.kind], predicted=after.body, beside=beside)
    return [(str(c.verdict), c.info, c.note) for c in told.changes]


def test_b4_what_git_drops_and_a_controller_owns_too_is_left_to_the_controller() -> None:
    by = {"driftdeck:Apply": GRACE, "keda-operator": GRACE}
    judgement = judged("Pod", "", LIVE_GRACE, by)
    assert shown(judgement) == {GRACE: "contested"}
    assert judgement.changes[0].note == "Git dropped it, and it is owned by keda-operator"


def test_a_field_that_goes_says_what_the_server_puts_in_its_place() -> None:
    assert taken_away("") == [("drift", None, "")]
    note = "1, the server's default, takes its place"
    assert taken_away("spec: {minReadySeconds: 1}") == [("drift", None, note)]
    assert taken_away("spec: {minReadySeconds: 1}", whole=False) == [("drift", None, note)]


def test_what_the_server_puts_in_the_place_of_a_secret_is_not_told() -> None:
    note = "the server's default takes its place"
    assert taken_away("data: {a: eQ==}", kind="Secret") == [("drift", None, note)]
    assert taken_away("spec: {minReadySeconds: 1}", sealed=True) == [("drift", None, note)]


def test_a_field_that_the_server_puts_back_cannot_be_had_without() -> None:
    back = ("info", InfoClass.INJECTED, "the server puts it back")
    assert taken_away("spec: {minReadySeconds: 5}") == [back]
    assert taken_away("spec: {minReadySeconds: 5}", whole=False) == [("drift", None, "")]


RESTARTED = 'spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]'


@pytest.mark.parametrize(
    ("by", "verdict"),
    [
        ("driftdeck:Apply", "drift"),
        ("kubectl-rollout", "info"),
        ("some-controller", "info"),
    ],
)
def test_b3_a_restart_is_a_person_s_unless_git_stated_it_and_dropped_it(
    by: str, verdict: str
) -> None:
    restarted = "annotations: {kubectl.kubernetes.io/restartedAt: T}"
    live = f"spec: {{template: {{metadata: {{labels: {{a: b}}, {restarted}}}}}}}"
    git = "spec: {template: {metadata: {labels: {a: b}}}}"
    assert shown(judged("Deployment", git, live, {by: RESTARTED})) == {RESTARTED: verdict}
