"""An apply leaves alone what others decide: Strip where they apply it, Adopt otherwise."""

import json
from typing import Any

from core.compare import Policy
from core.remedy import payload
from tests.core.compare.world import SCHEMAS, By, desired, live_of, obj

HPA = "kube-controller-manager:Update:scale"
GIT = "spec: {replicas: 2, paused: true}"
LIVE = "spec: {replicas: 5, paused: false}"


def sent(kind: str, git: str, live: str, by: By, *paths: str) -> Any:
    wanted = desired(obj(kind, git))
    made = payload(wanted, live_of(obj(kind, live), by), SCHEMAS[wanted.kind], Policy(), paths)
    assert made.digest == wanted.digest
    return json.loads(made.body)


def test_what_an_update_owns_is_sent_as_it_is_live() -> None:
    body = sent("Deployment", GIT, LIVE, {HPA: "spec.replicas"}, "spec.replicas")
    assert body["spec"] == {"replicas": 5, "paused": True}


def test_what_nobody_owns_is_sent_as_it_is_live() -> None:
    body = sent("Deployment", GIT, LIVE, {}, "spec.replicas")
    assert body["spec"] == {"replicas": 5, "paused": True}


def test_an_empty_list_is_sent_as_it_is_live() -> None:
    git = "spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: 80}]}]}}}"
    live = "spec: {template: {spec: {containers: [{name: a, ports: []}]}}}"
    path = "spec.template.spec.containers[name=a].ports"
    body = sent("Deployment", git, live, {HPA: path}, path)
    assert body["spec"]["template"]["spec"]["containers"] == [{"name": "a", "ports": []}]


def test_what_another_apply_owns_is_not_sent() -> None:
    owners = {"scaler:Apply": "spec.replicas", "driftdeck:Apply": "spec.replicas"}
    assert sent("Deployment", GIT, LIVE, owners, "spec.replicas")["spec"] == {"paused": True}


def test_what_only_we_apply_is_sent_as_it_is_live() -> None:
    owners = {"driftdeck:Apply": "spec.replicas"}
    body = sent("Deployment", GIT, LIVE, owners, "spec.replicas")
    assert body["spec"] == {"replicas": 5, "paused": True}


def test_what_git_drops_and_a_controller_owns_too_is_given_up_to_it() -> None:
    owners = {"driftdeck:Apply": "spec.replicas", HPA: "spec.replicas"}
    body = sent("Deployment", "spec: {paused: true}", LIVE, owners, "spec.replicas")
    assert body["spec"] == {"paused": True}


def test_what_git_drops_and_only_we_own_is_sent_as_it_is_live() -> None:
    owners = {"driftdeck:Apply": "spec.replicas"}
    body = sent("Deployment", "spec: {paused: true}", LIVE, owners, "spec.replicas")
    assert body["spec"] == {"replicas": 5, "paused": True}


def test_what_live_lacks_is_not_sent() -> None:
    body = sent("Deployment", GIT, "spec: {}", {}, "spec.replicas", "spec.paused")
    assert body.get("spec", {}) == {}


def test_an_entry_of_a_list_keeps_its_place_and_its_keys() -> None:
    hook = "webhooks: [{name: a.x}, {name: b.x, clientConfig: {caBundle: %s, url: u}}]"
    kind, path = "ValidatingWebhookConfiguration", "webhooks[name=b.x].clientConfig.caBundle"
    body = sent(kind, hook % "Z2l0", hook % "bGl2ZQ==", {"injector": path}, path)
    assert body["webhooks"] == [
        {"name": "a.x"},
        {"name": "b.x", "clientConfig": {"caBundle": "bGl2ZQ==", "url": "u"}},
    ]


def test_an_entry_that_only_live_has_is_sent_with_its_keys_and_what_we_own_of_it() -> None:
    containers = "spec: {template: {spec: {containers: %s}}}"
    live = containers % "[{name: a}, {name: b, image: 'b:1', tty: true}]"
    path = "spec.template.spec.containers[name=b]"
    by = {"driftdeck:Apply": f"{path}.image", "kubectl-edit": f"{path}.tty"}
    body = sent("Deployment", containers % "[{name: a}]", live, by, path)
    entries = body["spec"]["template"]["spec"]["containers"]
    assert entries == [{"name": "a"}, {"name": "b", "image": "b:1"}]


def test_what_another_applies_is_stated_where_git_and_live_agree() -> None:
    """To state it changes nothing, and leaving it out would give up what we own of it."""
    body = sent("Deployment", GIT, GIT, {"scaler:Apply": "spec.replicas"}, "spec.replicas")
    assert body["spec"] == {"replicas": 2, "paused": True}


def test_a_keyed_list_with_two_entries_of_one_key_is_sent_whole_as_it_is_live() -> None:
    containers = "spec: {template: {spec: {containers: [{name: a, env: %s}]}}}"
    git = containers % "[{name: A, value: '1'}]"
    live = containers % "[{name: A, value: '2'}, {name: A, value: '3'}]"
    path = "spec.template.spec.containers[name=a].env"
    body = sent("Deployment", git, live, {"kubectl-edit": path}, path)
    assert body["spec"]["template"]["spec"]["containers"] == [
        {"name": "a", "env": [{"name": "A", "value": "2"}, {"name": "A", "value": "3"}]}
    ]


def test_a_map_that_is_owned_as_a_whole_is_sent_whole_as_it_is_live() -> None:
    git, live = "spec: {selector: {app: a}}", "spec: {selector: {app: b, tier: c}}"
    body = sent("Service", git, live, {"kubectl-edit": "spec.selector"}, "spec.selector")
    assert body["spec"]["selector"] == {"app": "b", "tier": "c"}


def test_a_keyed_list_of_whose_entries_none_is_ours_is_not_sent() -> None:
    containers = "spec: {paused: true, template: {spec: {containers: %s}}}"
    path = "spec.template.spec.containers"
    owners = {"acme-team:Apply": f"{path}[name=b].name {path}[name=b].image"}
    live = containers % "[{name: b, image: 'b:1'}]"
    assert sent("Deployment", containers % "[]", live, owners, path)["spec"] == {"paused": True}


def test_a_text_where_a_keyed_list_should_be_is_no_list_of_entries() -> None:
    containers = "spec: {template: {spec: {containers: %s}}}"
    git, live = containers % "none", containers % "[{name: a, image: 'b:1'}]"
    path = "spec.template.spec.containers"
    body = sent("Deployment", git, live, {"kubectl-edit": f"{path}[name=a].image"}, path)
    assert body["spec"]["template"]["spec"]["containers"] == [{"name": "a", "image": "b:1"}]


def test_what_git_dropped_and_another_applies_stays_ours_too() -> None:
    owners = {"acme-team:Apply": "spec.replicas", "driftdeck:Apply": "spec.replicas spec.paused"}
    body = sent("Deployment", "spec: {paused: true}", LIVE, owners, "spec.replicas")
    assert body["spec"] == {"replicas": 5, "paused": True}


def test_an_entry_that_git_dropped_and_another_applies_keeps_what_is_ours_of_it() -> None:
    containers = "spec: {template: {spec: {containers: %s}}}"
    live = containers % "[{name: a}, {name: b, image: 'b:1', tty: true}]"
    path = "spec.template.spec.containers[name=b]"
    by = {
        "driftdeck:Apply": f"{path}.name {path}.image",
        "acme-team:Apply": f"{path}.name {path}.image {path}.tty",
    }
    body = sent("Deployment", containers % "[{name: a}]", live, by, path)
    entries = body["spec"]["template"]["spec"]["containers"]
    assert entries == [{"name": "a"}, {"name": "b", "image": "b:1"}]


def test_without_a_schema_a_field_is_sent_as_it_is_live() -> None:
    wanted, found = desired(obj("Deployment", GIT)), live_of(obj("Deployment", LIVE), {})
    made = payload(wanted, found, None, Policy(), ("spec.replicas",))
    assert json.loads(made.body)["spec"] == {"replicas": 5, "paused": True}


def test_what_is_sent_is_written_in_the_order_that_git_s_documents_are_written_in() -> None:
    both = "spec: {minReadySeconds: 5, paused: true}"
    path = "spec.minReadySeconds"
    wanted, whole = (
        desired(obj("Deployment", "spec: {paused: true}")),
        desired(obj("Deployment", both)),
    )
    found = live_of(obj("Deployment", both), {"driftdeck:Apply": path})
    assert payload(wanted, found, SCHEMAS[wanted.kind], Policy(), (path,)).body == whole.body


SELECTING = (
    "spec: {topologySpreadConstraints: [{topologyKey: zone, whenUnsatisfiable: ScheduleAnyway,"
    " matchLabelKeys: [rev], labelSelector: {matchLabels: {app: %s}%s}}], affinity: {podAffinity:"
    " {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, matchLabelKeys: [rev],"
    " labelSelector: {matchLabels: {app: p}%s}}]}}}"
)
MERGED = ", matchExpressions: [{key: rev, operator: In, values: ['7']}]"


def test_the_selectors_of_a_pod_are_sent_as_the_server_completed_them() -> None:
    live = SELECTING % ("p", MERGED, MERGED)
    body = sent("Pod", SELECTING % ("p", "", ""), live, {})
    assert body["spec"] == obj("Pod", live)["spec"]


def test_a_selector_that_means_something_else_is_sent_as_git_has_it() -> None:
    body = sent("Pod", SELECTING % ("other", "", ""), SELECTING % ("p", MERGED, MERGED), {})
    (constraint,) = body["spec"]["topologySpreadConstraints"]
    assert constraint["labelSelector"] == {"matchLabels": {"app": "other"}}


def test_in_a_template_selectors_are_sent_as_git_has_them() -> None:
    git, live = (
        f"spec: {{template: {{{SELECTING % ('p', more, more)}}}}}" for more in ("", MERGED)
    )
    assert sent("Deployment", git, live, {})["spec"] == obj("Deployment", git)["spec"]


LAST = "kubectl.kubernetes.io/last-applied-configuration"


def nulls_sent(git: str, live: str, last: str = "") -> Any:
    """What an apply of a Widget says, where `kubectl apply` may have sent *last* before."""
    annotations = f"metadata: {{annotations: {{{LAST}: '{last}'}}}}\n" if last else ""
    return sent("Widget", f"spec: {{{git}}}", f"{annotations}spec: {{{live}}}", {})["spec"]


def test_a_null_is_not_sent_where_it_asks_for_nothing() -> None:
    assert nulls_sent("maybe: null, count: 1", "count: 2") == {"count": 1}
    assert nulls_sent("maybe: null", "maybe: x") == {"maybe": None}
    assert nulls_sent("maybe: null", "maybe: null") == {"maybe": None}


def test_a_null_among_free_values_is_sent() -> None:
    free = {"a": None, "b": [{"c": None}, None]}
    assert nulls_sent("free: {a: null, b: [{c: null}, null]}", "free: {}") == {"free": free}
    assert nulls_sent("free: {a: null, b: [{c: null}, null]}", "count: 1") == {"free": free}


def test_a_null_that_kubectl_apply_dropped_is_not_sent() -> None:
    git = "free: {a: null, b: [{c: null, d: 1}, null]}"
    last = '{"spec": {"free": {"a": null, "b": [{"c": null, "d": 1}, null]}}}'
    kept = {"free": {"b": [{"d": 1}, None]}}
    assert nulls_sent(git, "free: {b: [{d: 1}, null]}", last) == kept
    assert nulls_sent(git, "free: {a: x, b: []}", last)["free"]["a"] is None
    assert nulls_sent(git, "free: {a: x, b: []}", last)["free"]["b"][0] == {"c": None, "d": 1}


def test_nulls_of_keyed_entries_are_looked_for_under_their_keys() -> None:
    git = "backends: [{name: a, extra: null}, {name: b, extra: null}]"
    live = "backends: [{name: b, extra: x}, {name: a}]"
    assert nulls_sent(git, live)["backends"] == [{"name": "a"}, {"name": "b", "extra": None}]
