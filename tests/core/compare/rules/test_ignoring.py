"""Ignore rules, rule A1 and B1: what they hide, what they never hide, and what is sent."""

from typing import Any

import msgspec
import pytest

from core.compare import (
    Judgement,
    Policy,
    SelectorError,
    absence,
    judge,
    left_whole,
    parse_selector,
    presence,
)
from core.compare.evidence.evidence import Evidence
from core.compare.rules.ignoring import spared
from core.compare.rules.optouts import opt_outs
from core.model import IgnoreRule, JsonObject, Live
from core.model.paths import format_path, parse_path, value_at
from core.remedy import payload
from tests.core.compare.world import SCHEMAS, By, desired, judged, live_of, obj, shown

REPLICAS = IgnoreRule(pointer="/spec/replicas", source="driftdeck.yaml:12")
EDIT = "kubectl-edit"


def policy(*rules: IgnoreRule) -> Policy:
    return Policy(rules=rules)


def rule(pointer: str, **more: str) -> Policy:
    return policy(IgnoreRule(pointer=pointer, **more))


def path(text: str) -> Policy:
    return policy(IgnoreRule(path=text))


def hidden(judgement: Judgement) -> dict[str, str]:
    return {change.path: change.note for change in judgement.ignored}


def sent(
    kind: str, git: str | JsonObject, live: str | JsonObject, by: By, rules: Policy
) -> dict[str, Any]:
    """What an apply sends to that live object."""
    wanted = desired(obj(kind, git))
    made = payload(wanted, live_of(obj(kind, live), by), SCHEMAS[wanted.kind], rules)
    assert made.digest == wanted.digest
    body: dict[str, Any] = msgspec.json.decode(made.body)
    return body


def pods(containers: str) -> str:
    return f"spec: {{template: {{spec: {{containers: {containers}}}}}}}"


# What a rule hides ------------------------------------------------------------------------------


def test_an_ignored_field_does_not_count_and_is_no_suspect() -> None:
    found = judged(
        "Deployment", "spec: {replicas: 2}", "spec: {replicas: 5}", policy=policy(REPLICAS)
    )
    assert (found.verdict, found.suspect, found.changes) == ("in_sync", False, ())
    assert hidden(found) == {
        "spec.replicas": "ignored by pointer /spec/replicas, driftdeck.yaml:12"
    }
    assert (found.ignored[0].git, found.ignored[0].live) == (2, 5)


def test_another_field_of_the_same_object_still_counts() -> None:
    git, live = "spec: {replicas: 2, paused: true}", "spec: {replicas: 5, paused: false}"
    found = judged("Deployment", git, live, policy=policy(REPLICAS))
    assert (found.verdict, shown(found)) == ("drifted", {"spec.paused": "drift"})
    assert list(hidden(found)) == ["spec.replicas"]


def test_a_prediction_changes_nothing_about_what_is_ignored() -> None:
    git, live = "spec: {replicas: 2, paused: true}", "spec: {replicas: 5, paused: false}"
    predicted = "spec: {replicas: 5, paused: true}"
    found = judged("Deployment", git, live, policy=policy(REPLICAS), predicted=predicted)
    assert shown(found) == {"spec.paused": "drift"}
    assert list(hidden(found)) == ["spec.replicas"]


@pytest.mark.parametrize(
    ("narrowed", "fits"),
    [
        ({"kind": "Deploy.*"}, True),
        ({"kind": "Deploy"}, False),  # the whole string
        ({"group": "apps", "name": "web|api", "namespace": "app"}, True),
        ({"group": ""}, True),
        ({"group": "^$"}, False),
        ({"name": "api"}, False),
        ({"labels": "tier in (front, back),!canary"}, True),
        ({"labels": "tier=front"}, False),
    ],
)
def test_a_rule_is_about_the_objects_it_describes(narrowed: dict[str, str], fits: bool) -> None:
    git = "{metadata: {labels: {tier: back}}, spec: {replicas: 2}}"
    live = "{metadata: {labels: {tier: back}}, spec: {replicas: 5}}"
    found = judged("Deployment", git, live, policy=rule("/spec/replicas", **narrowed))
    assert (found.verdict == "in_sync") is fits


@pytest.mark.parametrize(("git", "hides"), [("status: {a: 1}", ["status.a"]), ("", [])])
def test_a_status_is_left_alone_only_where_git_states_one(git: str, hides: list[str]) -> None:
    wanted = desired(obj("Widget", git), has_status=False)
    found = live_of(obj("Widget", "status: {a: 2}"))
    judgement = judge(wanted, found, SCHEMAS[wanted.kind], policy=rule("/status/a"))
    assert (judgement.verdict, list(hidden(judgement))) == ("in_sync", hides)


def test_a_label_put_on_the_live_object_by_hand_brings_no_rule_to_bear() -> None:
    live = "{metadata: {labels: {drift: ignore}}, spec: {replicas: 5}}"
    rules = rule("", labels="drift=ignore")
    found = judged(
        "Deployment", "spec: {replicas: 2}", live, {EDIT: "metadata.labels.drift"}, policy=rules
    )
    assert shown(found) == {"metadata.labels.drift": "drift", "spec.replicas": "drift"}


@pytest.mark.parametrize(
    "text", ["/spec/template/spec/containers/0/image", "/spec/template/spec/containers/0"]
)
def test_a_pointer_counts_list_entries_as_git_does(text: str) -> None:
    git = pods("[{name: web, image: a:1}, {name: log, image: l:1}]")
    live = pods("[{name: log, image: l:2}, {name: web, image: a:2}]")
    found = judged("Deployment", git, live, policy=rule(text))
    assert shown(found) == {
        "spec.template.spec.containers": "info",
        "spec.template.spec.containers[name=log].image": "drift",
    }
    assert list(hidden(found)) == ["spec.template.spec.containers[name=web].image"]


def test_a_pointer_past_gits_entries_counts_those_of_live() -> None:
    git = pods("[{name: web, image: a:1}]")
    live = pods("[{name: web, image: a:1}, {name: proxy, image: p:1}]")
    by = {EDIT: "spec.template.spec.containers[name=proxy].name"}
    found = judged("Deployment", git, live, by, policy=rule("/spec/template/spec/containers/1"))
    assert (found.verdict, list(hidden(found))) == (
        "in_sync",
        ["spec.template.spec.containers[name=proxy]"],
    )


def test_a_path_names_a_list_entry_by_its_key() -> None:
    git = pods("[{name: web, image: a:1}]")
    live = pods("[{name: web, image: a:1}, {name: proxy, image: p:1}, {name: spy, image: s:1}]")
    containers = "spec.template.spec.containers"
    by = {EDIT: f"{containers}[name=proxy].name {containers}[name=spy].name"}
    found = judged("Deployment", git, live, by, policy=path(f"{containers}[name=proxy]"))
    assert shown(found) == {f"{containers}[name=spy]": "drift"}
    assert list(hidden(found)) == [f"{containers}[name=proxy]"]


def test_a_path_may_name_some_of_several_keys() -> None:
    git = "spec: {ports: [{port: 80, targetPort: 8080}]}"
    live = "spec: {ports: [{port: 80, protocol: TCP, targetPort: 9}]}"
    found = judged("Service", git, live, policy=path("spec.ports[port=80].targetPort"))
    assert (found.verdict, len(found.ignored)) == ("in_sync", 1)


def test_a_manager_hides_what_it_owns_and_nothing_else() -> None:
    git = "{metadata: {annotations: {a: x}}, spec: {replicas: 2, paused: true}}"
    live = "{metadata: {annotations: {a: x, s: y, h: z}}, spec: {replicas: 5, paused: false}}"
    by = {
        "scaler": "spec.replicas metadata.annotations.s",
        EDIT: "spec.paused metadata.annotations.h",
    }
    found = judged("Deployment", git, live, by, policy=policy(IgnoreRule(manager="scaler")))
    assert shown(found) == {"metadata.annotations.h": "drift", "spec.paused": "drift"}
    assert list(hidden(found)) == ["metadata.annotations.s", "spec.replicas"]


def test_a_manager_that_put_an_entry_there_hides_it_only_where_git_has_none() -> None:
    containers = "spec.template.spec.containers"
    git = pods("[{name: web, image: a:1}]")
    live = pods("[{name: web, image: a:2}, {name: proxy, image: p:1}]")
    by = {
        "injector": f"{containers}[name=proxy].name {containers}[name=web].name",
        EDIT: f"{containers}[name=web].image",
    }
    found = judged("Deployment", git, live, by, policy=policy(IgnoreRule(manager="injector")))
    assert shown(found) == {f"{containers}[name=web].image": "drift"}
    assert list(hidden(found)) == [f"{containers}[name=proxy]"]


def test_a_manager_of_a_map_as_such_hides_nothing_that_others_put_into_it() -> None:
    git = "{metadata: {labels: {a: x}}, spec: {replicas: 2}}"
    live = "{metadata: {labels: {a: y, h: z}}, spec: {replicas: 2}}"
    by = {"scaler": "metadata.labels", EDIT: "metadata.labels.a metadata.labels.h"}
    found = judged("Deployment", git, live, by, policy=policy(IgnoreRule(manager="scaler")))
    assert shown(found) == {"metadata.labels.a": "drift", "metadata.labels.h": "drift"}
    assert hidden(found) == {}


@pytest.mark.parametrize(
    ("owned", "path", "git", "live"),
    [
        ("spec.selector", "spec.selector", "{selector: {a: x}}", "{selector: {a: y}}"),
        ("spec.lines", "spec.lines", "{lines: [x]}", "{lines: [y]}"),
    ],
)
def test_a_manager_of_an_undivided_value_hides_all_of_it(
    owned: str, path: str, git: str, live: str
) -> None:
    kind = "Service" if path == "spec.selector" else "Widget"
    rules = policy(IgnoreRule(manager="scaler"))
    found = judged(kind, f"spec: {git}", f"spec: {live}", {"scaler": owned}, policy=rules)
    assert (shown(found), list(hidden(found))) == ({}, [path])


def test_a_manager_of_a_list_as_such_hides_none_of_its_entries() -> None:
    volumes = "spec: {template: {spec: {volumes: [{name: %s, emptyDir: {}}]}}}"
    path = "spec.template.spec.volumes"
    by = {"scaler": path, EDIT: f"{path}[name=h].name {path}[name=h].emptyDir"}
    rules = policy(IgnoreRule(manager="scaler"))
    found = judged("Deployment", volumes % "a", volumes % "h", by, policy=rules)
    assert shown(found) == {f"{path}[name=a]": "drift"}


@pytest.mark.parametrize("maker", ["pilot-discovery", "acme-tool"])
def test_what_a_person_put_into_an_ignored_manager_s_entry_counts(maker: str) -> None:
    containers = "spec.template.spec.containers"
    git = pods("[{name: web, image: a:1}]")
    live = pods("[{name: web, image: a:1}, {name: proxy, image: p:1, env: [{name: E, value: v}]}]")
    by = {
        maker: f"{containers}[name=proxy].name {containers}[name=proxy].image",
        EDIT: f"{containers}[name=proxy].env[name=E]",
    }
    found = judged("Deployment", git, live, by, policy=policy(IgnoreRule(manager=maker)))
    assert shown(found) == {f"{containers}[name=proxy].env[name=E]": "drift"}
    assert list(hidden(found)) == [f"{containers}[name=proxy]"]
    assert (found.verdict, found.suspect) == ("drifted", True)


def test_a_manager_of_the_status_brings_no_status_into_the_comparison() -> None:
    live = "{spec: {replicas: 2}, status: {replicas: 2, readyReplicas: 2, observedGeneration: 7}}"
    by = {"kube-controller-manager": "status.replicas", EDIT: "spec.paused"}
    rules = policy(IgnoreRule(manager="kube-controller-manager"))
    found = judged("Deployment", "spec: {replicas: 2, paused: true}", live, by, policy=rules)
    assert (shown(found), found.ignored) == ({"spec.paused": "drift"}, ())


def test_the_whole_object_is_ignored() -> None:
    git, live = "spec: {replicas: 2, paused: true}", "spec: {replicas: 5, paused: false}"
    found = judged("Deployment", git, live, policy=rule(""))
    assert (found.verdict, len(found.ignored)) == ("in_sync", 2)


# Differences that contain an ignored place ------------------------------------------------------


def test_of_a_map_that_live_lacks_only_the_ignored_key_is_hidden() -> None:
    git = "metadata: {annotations: {a: x, b: y}}"
    found = judged("ConfigMap", git, "", policy=path("metadata.annotations.a"))
    (change,) = found.changes
    assert (change.path, change.git) == ("metadata.annotations", {"b": "y"})
    assert [each.path.startswith("metadata.annotations") for each in found.ignored] == [True]


def test_a_map_of_which_everything_is_ignored_leaves_nothing() -> None:
    git = "metadata: {annotations: {a: x}}"
    found = judged("ConfigMap", git, "", policy=path("metadata.annotations.a"))
    assert (found.verdict, len(found.ignored)) == ("in_sync", 1)


def test_the_rest_of_a_value_shown_as_one_still_counts() -> None:
    git, live = pods("[{name: w, args: [a, b, c]}]"), pods("[{name: w, args: [a, x, d]}]")
    rules = rule("/spec/template/spec/containers/0/args/1")
    found = judged("Deployment", git, live, policy=rules)
    (change,) = found.changes
    assert (change.git, change.live) == (["a", "x", "c"], ["a", "x", "d"])
    assert (found.ignored[0].git, found.ignored[0].live) == (["a", "b", "c"], ["a", "x", "c"])
    same = judged("Deployment", git, pods("[{name: w, args: [a, x, c]}]"), policy=rules)
    assert same.verdict == "in_sync"


@pytest.mark.parametrize(
    ("git", "live"), [("[a, b, c]", "[a]"), ("[a]", "[a, b, c]"), ("[b, c]", "[b, x, y]")]
)
def test_several_places_of_one_list_do_not_move_each_other(git: str, live: str) -> None:
    rules = policy(
        *(IgnoreRule(pointer=f"/spec/template/spec/containers/0/args/{at}") for at in (1, 2))
    )
    found = judged(
        "Deployment",
        pods(f"[{{name: w, args: {git}}}]"),
        pods(f"[{{name: w, args: {live}}}]"),
        policy=rules,
    )
    assert found.verdict == "in_sync"


def test_a_rule_inside_an_entry_says_nothing_about_whether_it_exists() -> None:
    git = pods("[{name: web, image: a:1}, {name: proxy, image: p:1}]")
    live = pods("[{name: web, image: a:1}]")
    containers = "spec.template.spec.containers"
    inside = judged("Deployment", git, live, policy=path(f"{containers}[name=proxy].image"))
    assert shown(inside) == {f"{containers}[name=proxy]": "drift"}
    whole = judged("Deployment", git, live, policy=path(f"{containers}[name=proxy]"))
    assert (whole.verdict, list(hidden(whole))) == ("in_sync", [f"{containers}[name=proxy]"])


def test_an_ignored_entry_leaves_the_order_of_the_others_alone() -> None:
    git = "spec: {template: {spec: {initContainers: [{name: a}, {name: b}]}}}"
    live = "spec: {template: {spec: {initContainers: [{name: a}, {name: x}, {name: b}]}}}"
    init = "spec.template.spec.initContainers"
    by = {EDIT: f"{init}[name=x].name"}
    found = judged("Deployment", git, live, by, policy=path(f"{init}[name=x]"))
    assert (found.verdict, shown(found)) == ("in_sync", {})


def test_a_member_of_a_set_can_be_ignored() -> None:
    git, live = "metadata: {finalizers: [a/b]}", "metadata: {finalizers: [a/b, c/d, e/f]}"
    by = {EDIT: "metadata.finalizers[=c/d] metadata.finalizers[=e/f]"}
    found = judged("ConfigMap", git, live, by, policy=path("metadata.finalizers[=c/d]"))
    assert shown(found) == {"metadata.finalizers[=e/f]": "drift"}
    assert list(hidden(found)) == ["metadata.finalizers[=c/d]"]


# What is sent -----------------------------------------------------------------------------------


def test_without_a_rule_for_it_an_object_is_sent_as_it_stands() -> None:
    wanted = desired(obj("Deployment", "spec: {replicas: 2}"))
    live = live_of(obj("Deployment", "spec: {replicas: 5}"))
    schema = SCHEMAS[wanted.kind]
    assert payload(wanted, live, schema, Policy()) is wanted
    assert payload(wanted, live, schema, rule("/spec/replicas", kind="Job")) is wanted


@pytest.mark.parametrize(
    ("owner", "replicas"),
    [
        ("kube-controller-manager:Update:scale", 5),  # Adopt
        ("driftdeck:Apply", 5),
        ("nobody", 5),
        ("keda:Apply", None),  # Strip
        ("keda:Apply:scale", None),
    ],
)
def test_an_ignored_value_is_adopted_or_left_to_another_applier(
    owner: str, replicas: int | None
) -> None:
    made = sent(
        "Deployment",
        "spec: {replicas: 2, paused: true}",
        "spec: {replicas: 5, paused: false}",
        {owner: "spec.replicas"} if owner != "nobody" else {},
        policy(REPLICAS),
    )
    assert (made["spec"].get("replicas"), made["spec"]["paused"]) == (replicas, True)


def test_what_live_lacks_is_left_out_and_an_empty_map_is_not_sent() -> None:
    made = sent(
        "ConfigMap", "metadata: {annotations: {a: x}}", "", {}, path("metadata.annotations.a")
    )
    assert "annotations" not in made["metadata"]


def test_what_git_dropped_and_we_still_own_is_kept_by_sending_it() -> None:
    live = "data: {a: x, b: y, c: z}"
    by = {"driftdeck:Apply": "data.a data.b", EDIT: "data.c"}
    made = sent("ConfigMap", "data: {a: x}", live, by, path("data"))
    assert made["data"] == {"a": "x", "b": "y"}


def test_inside_an_ignored_subtree_each_field_goes_its_own_way() -> None:
    containers = "spec.template.spec.containers"
    git = pods("[{name: web, image: a:1, command: [x]}, {name: log, image: l:1}]")
    live = pods("[{name: web, image: a:2, command: [y]}, {name: proxy, image: p:1}]")
    by = {
        "other:Apply": f"{containers}[name=web].image",
        "injector": f"{containers}[name=proxy].name",
    }
    made = sent("Deployment", git, live, by, path(containers))
    assert made["spec"]["template"]["spec"]["containers"] == [{"name": "web", "command": ["y"]}]


def test_part_of_a_value_with_one_owner_is_adopted_whoever_that_is() -> None:
    args = "spec.template.spec.containers[name=w].args"
    made = sent(
        "Deployment",
        pods("[{name: w, args: [a, b, c]}]"),
        pods("[{name: w, args: [a, x, d]}]"),
        {"other:Apply": args},
        path(f"{args}[1]"),
    )
    assert made["spec"]["template"]["spec"]["containers"][0]["args"] == ["a", "x", "c"]


# Objects on one side, and annotations -----------------------------------------------------------

FLUX = "kustomize.toolkit.fluxcd.io"
EXTRANEOUS = "argocd.argoproj.io/compare-options"


def annotated(
    name: str, value: str, rest: str = "spec: {replicas: 2}", holder: str = "annotations"
) -> str:
    return f"{{metadata: {{{holder}: {{{name}: {value}}}}}, {rest}}}"


@pytest.mark.parametrize(
    ("name", "value", "missing_counts"),
    [
        (f"{FLUX}/reconcile", "disabled", False),
        (f"{FLUX}/ssa", "Ignore", False),
        (f"{FLUX}/ssa", "IfNotPresent", True),
        ("helm.toolkit.fluxcd.io/driftDetection", "disabled", True),
    ],
)
@pytest.mark.parametrize("holder", ["annotations", "labels"])
def test_an_opt_out_in_git_leaves_the_object_alone(
    name: str,
    value: str,
    missing_counts: bool,
    holder: str,
) -> None:
    git = annotated(name, value, holder=holder)
    found = judged("Deployment", git, annotated(name, value, "spec: {replicas: 5}", holder))
    assert (found.verdict, list(hidden(found))) == ("in_sync", ["spec.replicas"])
    assert f"{name}: {value.lower()}, web.yaml:1" in found.ignored[0].note
    wanted = desired(obj("Deployment", git))
    assert bool(absence((), wanted)) is not missing_counts


@pytest.mark.parametrize(("holder", "hides"), [("annotations", True), ("labels", False)])
def test_argo_cd_reads_annotations_and_no_labels(holder: str, hides: bool) -> None:
    text = annotated(EXTRANEOUS, "IgnoreExtraneous", "data: {}", holder)
    at = f'metadata.{holder}["{EXTRANEOUS}"]'
    found = live_of(obj("ConfigMap", text), {"driftdeck:Apply": at})
    assert bool(presence((), desired(obj("ConfigMap")).ref, found)) is hides


@pytest.mark.parametrize("value", ["disabled", "enabled"])
def test_an_opt_out_put_on_the_live_object_by_hand_hides_nothing_and_is_drift(value: str) -> None:
    name = f"{FLUX}/reconcile"
    at = f'metadata.annotations["{name}"]'
    live = annotated(name, value, "spec: {replicas: 5}")
    found = judged("Deployment", "spec: {replicas: 2}", live, {"kubectl-annotate": at})
    assert shown(found) == {at: "drift", "spec.replicas": "drift"}


def test_an_opt_out_with_another_value_is_none() -> None:
    name = f"{FLUX}/reconcile"
    found = judged(
        "Deployment", annotated(name, "enabled"), annotated(name, "enabled", "spec: {replicas: 5}")
    )
    assert found.verdict == "drifted"


def test_merge_leaves_what_others_added_and_nothing_else() -> None:
    git = annotated(f"{FLUX}/ssa", "Merge", "data: {a: x}")
    live = annotated(f"{FLUX}/ssa", "Merge", "data: {a: changed, added: y, dropped: z}")
    by = {EDIT: "data.a data.added", "driftdeck:Apply": "data.dropped"}
    found = judged("ConfigMap", git, live, by)
    assert shown(found) == {"data.a": "drift", "data.dropped": "drift"}
    assert list(hidden(found)) == ["data.added"]


def test_a_missing_object_is_left_alone_by_a_rule_for_the_whole_object_only() -> None:
    wanted = desired(obj("Deployment", "metadata: {labels: {a: b}}"))
    whole = IgnoreRule(pointer="", kind="Deployment", labels="a=b", source="driftdeck.yaml:7")
    assert absence((whole,), wanted) == "ignored by a rule for the whole object, driftdeck.yaml:7"
    assert not absence((REPLICAS, IgnoreRule(pointer="", kind="Job")), wanted)


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        (f"{FLUX}/reconcile", "disabled", True),
        (f"{FLUX}/ssa", "Ignore", True),
        (f"{FLUX}/ssa", "IfNotPresent", True),
        (f"{FLUX}/ssa", "Merge", False),
        (f"{FLUX}/reconcile", "enabled", False),
        ("note", "x", False),
    ],
)
def test_an_object_that_is_there_is_left_whole_where_git_or_a_rule_says_so(
    name: str, value: str, *, left: bool
) -> None:
    wanted = desired(obj("ConfigMap", annotated(name, value)))
    assert left_whole((), wanted) is left
    assert left_whole((IgnoreRule(pointer="", kind="ConfigMap"),), wanted) is True
    for other in (IgnoreRule(pointer="", kind="Secret"), IgnoreRule(pointer="/data")):
        assert left_whole((other,), wanted) is left


def extra(by: By) -> str:
    text = annotated(EXTRANEOUS, "IgnoreExtraneous", "data: {}")
    ref = desired(obj("ConfigMap")).ref
    return presence((), ref, live_of(obj("ConfigMap", text), by))


def test_an_extra_object_is_left_alone_if_git_said_so_when_it_was_applied() -> None:
    at = f'metadata.annotations["{EXTRANEOUS}"]'
    assert extra({"driftdeck:Apply": at}) == f"ignored by {EXTRANEOUS} from Git"
    assert not extra({"kubectl-annotate": at})
    assert not extra({"kubectl-annotate": at, "driftdeck:Apply": at})
    assert not extra({})


def test_an_extra_object_is_left_alone_by_a_rule_on_its_live_labels() -> None:
    found = live_of(obj("ConfigMap", "metadata: {labels: {a: b}}"))
    ref = desired(obj("ConfigMap")).ref
    assert presence((IgnoreRule(pointer="", labels="a"),), ref, found)
    assert not presence((IgnoreRule(pointer="", labels="!a"),), ref, found)
    for broken in (b"[", b"[1]"):
        assert presence((IgnoreRule(pointer=""),), ref, Live("u", "1", broken)) == ""


# Texts that people write ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a==b=c", "a in b", "(x)", "a,,b", "a=b,", "a=b, ", "a>1"])
def test_a_text_that_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(SelectorError, match="not a label selector"):
        parse_selector(text)


@pytest.mark.parametrize(("text", "position"), [("a=b,", 4), ("a,,b", 3), ("(x)", 1)])
def test_a_refusal_points_at_the_character_that_cannot_be_read(text: str, position: int) -> None:
    with pytest.raises(SelectorError, match=f"at character {position}$"):
        parse_selector(text)


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("", True),
        ("a", True),
        ("!a", False),
        ("a=1", True),
        ("a==1,b!=2", True),
        ("a in (1, 2)", True),
        ("a notin (1)", False),
        ("z notin (1)", True),
        ("z in (1)", False),
        ("example.com/a = x", False),
    ],
)
def test_a_selector_selects_as_kubectl_does(text: str, selected: bool) -> None:
    assert parse_selector(text)({"a": "1", "b": "1"}) is selected


def test_malformed_owners_name_no_place() -> None:
    live = obj("ConfigMap", "data: {a: y}")
    served = msgspec.json.decode(live_of(live).body)
    fields = {
        "f:data": {"f:a": {}, "k:{": {}, "k:[1]": {}, "v:{}": {}, "i:x": {}, "x": {}, "f:b": 3}
    }
    served["metadata"]["managedFields"] = [
        {"manager": "odd", "operation": "Update", "fieldsV1": fields}
    ]
    wanted = desired(obj("ConfigMap", "data: {a: x}"))
    found = judge(
        wanted,
        Live("5f1c", "42", msgspec.json.encode(served)),
        SCHEMAS[wanted.kind],
        policy=policy(IgnoreRule(manager="odd")),
    )
    assert (found.verdict, list(hidden(found))) == ("in_sync", ["data.a"])
    assert value_at(served, parse_path("data.a")) == "y"


# Where exactly a rule points ----------------------------------------------------------------------


def places(kind: str, git: str, live: str, rule: IgnoreRule, by: By | None = None) -> list[str]:
    """The places of an object that a rule leaves alone."""
    wanted = desired(obj(kind, git))
    found: JsonObject = msgspec.json.decode(live_of(obj(kind, live), by).body)
    stated: JsonObject = msgspec.json.decode(wanted.body)
    root = SCHEMAS[wanted.kind].root
    return [
        format_path(e.parts) for e in spared((rule,), wanted, stated, Evidence(found, {}), root)
    ]


def test_a_place_that_neither_side_has_is_none() -> None:
    for name, there in (("a", ["data.a"]), ("b", ["data.b"]), ("c", [])):
        rule_ = IgnoreRule(pointer=f"/data/{name}")
        assert places("ConfigMap", "data: {a: x}", "data: {b: x}", rule_) == there


def test_positions_in_lists_inside_lists_become_names() -> None:
    pods = "spec: {template: {spec: {containers: [{name: web, env: [{name: A, value: x}]}]}}}"
    rule_ = IgnoreRule(pointer="/spec/template/spec/containers/0/env/0/value")
    at = "spec.template.spec.containers[name=web].env[name=A].value"
    assert places("Deployment", pods, pods, rule_) == [at]
    beyond = IgnoreRule(pointer="/spec/template/spec/containers/1")
    assert places("Deployment", pods, pods, beyond) == []
    for text, name in (
        ("spec: {tags: [a, b]}", "spec.tags[=b]"),
        ("spec: {tags: [a, {x: 1}]}", "spec.tags[1]"),
        ("spec: {steps: [a, b]}", "spec.steps[1]"),
        ("spec: {backends: [{name: a}, {name: b}]}", "spec.backends[name=b]"),
        ("spec: {backends: [{name: a}, {weight: 1}]}", "spec.backends[1]"),
    ):
        field = name.partition("[")[0].removeprefix("spec.")
        assert places("Widget", text, text, IgnoreRule(pointer=f"/spec/{field}/1")) == [name]


@pytest.mark.parametrize(
    ("git", "live", "left"),
    [
        ("", "spec: {free: {}}", ["spec.free"]),
        ("spec: {free: {a: 1}}", "spec: {free: {}}", []),
        ("spec: {free: 1}", "spec: {free: 2}", ["spec.free"]),
        ("spec: {tags: [a]}", "spec: {tags: [b]}", []),
        ("spec: {steps: [a]}", "spec: {steps: [b]}", ["spec.steps"]),
        ("spec: {whole: {a: x}}", "spec: {whole: {a: y}}", ["spec.whole"]),
    ],
)
def test_a_manager_s_place_with_others_things_in_it_is_not_left_alone_whole(
    git: str, live: str, left: list[str]
) -> None:
    by = {"op": "spec.free spec.tags spec.steps spec.whole"}
    assert places("Widget", git, live, IgnoreRule(manager="op"), by) == left


@pytest.mark.parametrize(
    ("git", "live", "by", "data"),
    [
        ("data: {a: x}", "data: {}", {}, {}),
        ("", "data: {}", {}, None),
        ("data: {a: x}", "data: {b: y}", {"op:Apply": "data.b"}, None),
        ("data: {a: x}", "data: {b: y}", {"driftdeck:Apply": "data.b"}, {"b": "y"}),
        ("data: {a: x}", "", {}, None),
    ],
)
def test_a_map_of_which_nothing_is_sent_is_empty_only_where_live_has_it_so(
    git: str, live: str, by: By, data: Any
) -> None:
    assert sent("ConfigMap", git, live, by, rule("/data")).get("data") == data


@pytest.mark.parametrize("metadata", [None, 3, [], {}, {"annotations": 3}, {"labels": []}])
def test_an_object_without_readable_metadata_asks_for_nothing(metadata: Any) -> None:
    assert list(opt_outs({"metadata": metadata})) == []
    assert list(opt_outs({})) == []
