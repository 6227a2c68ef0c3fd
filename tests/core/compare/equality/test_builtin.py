"""Defaults that hang on what stands beside them: what the server writes is no difference."""

import pytest

from tests.core.compare.world import judged, shown

EDIT = "kubectl-edit"
CONTAINER = "spec.containers[name=a]"


def pod(container: str, rest: str = "") -> str:
    return f"spec: {{containers: [{{name: a, {container}}}]{rest}}}"


@pytest.mark.parametrize(
    ("image", "default"),
    [
        ("web", "Always"),
        ("web:latest", "Always"),
        ("web:1", "IfNotPresent"),
        ("registry:5000/web", "Always"),
        (f"web@sha256:{'0' * 64}", "IfNotPresent"),
        (f"web:latest@sha256:{'0' * 64}", "Always"),
        ("ko://shop.example.org/cmd/web", "IfNotPresent"),
    ],
)
def test_how_an_image_is_pulled_follows_from_its_tag(image: str, default: str) -> None:
    other = {"Always": "IfNotPresent", "IfNotPresent": "Always"}[default]
    for policy, counts in ((default, False), (other, True)):
        live = pod(f"image: '{image}', imagePullPolicy: {policy}")
        by = {EDIT: f"{CONTAINER}.imagePullPolicy"}
        found = shown(judged("Pod", pod(f"image: '{image}'"), live, by))
        assert found == ({f"{CONTAINER}.imagePullPolicy": "drift"} if counts else {})


MAX = "type: Container, max: {cpu: '2', memory: 1Gi}"


@pytest.mark.parametrize(
    ("git", "live", "counts"),
    [
        (MAX, f"{MAX}, default: {{cpu: '2', memory: 1Gi}}, defaultRequest: {{cpu: 2, memory: 1Gi}}",
         False),
        (f"{MAX}, default: {{cpu: 500m}}",
         f"{MAX}, default: {{cpu: 500m, memory: 1Gi}}, defaultRequest: {{cpu: 0.5, memory: 1Gi}}",
         False),
        ("type: Container, min: {cpu: 1}",
         "type: Container, min: {cpu: 1}, default: {}, defaultRequest: {cpu: '1'}", False),
        ("type: Container, default: {cpu: 2}, min: {cpu: 1}",
         "type: Container, default: {cpu: 2}, min: {cpu: 1}, defaultRequest: {cpu: 2}", False),
        (MAX, f"{MAX}, default: {{cpu: '1', memory: 1Gi}}, defaultRequest: {{cpu: 1, memory: 1Gi}}",
         True),
        ("type: Container, default: {cpu: 2}",
         "type: Container, default: {cpu: 2}, defaultRequest: {cpu: 1}", True),
        ("type: Pod, max: {cpu: 2}", "type: Pod, max: {cpu: 2}, default: {cpu: 2}", True),
    ],
)  # fmt: skip
def test_a_limit_range_fills_in_what_it_lacks_from_what_it_has(
    git: str, live: str, counts: bool
) -> None:
    git, live = (f"spec: {{limits: [{{{side}}}]}}" for side in (git, live))
    found = shown(judged("LimitRange", git, live, {EDIT: "spec.limits"}))
    assert found == ({"spec.limits": "drift"} if counts else {})


DEVICE, ONE = "deviceClassName: a", "allocationMode: ExactCount, count: 1"


@pytest.mark.parametrize(
    ("git", "live", "counts"),
    [
        (f"exactly: {{{DEVICE}}}",
         f"exactly: {{{DEVICE}, allocationMode: ExactCount, count: 1}}", False),
        (f"exactly: {{{DEVICE}, tolerations: [{{key: a}}]}}",
         f"exactly: {{{DEVICE}, {ONE}, tolerations: [{{key: a, operator: Equal}}]}}", False),
        (f"exactly: {{{DEVICE}, allocationMode: All}}",
         f"exactly: {{{DEVICE}, allocationMode: All}}", False),
        (f"firstAvailable: [{{name: x, {DEVICE}}}]",
         f"firstAvailable: [{{name: x, {DEVICE}, allocationMode: ExactCount, count: 1}}]", False),
        (f"exactly: {{{DEVICE}}}",
         f"exactly: {{{DEVICE}, allocationMode: ExactCount, count: 2}}", True),
        (f"exactly: {{{DEVICE}}}", f"exactly: {{{DEVICE}, allocationMode: All}}", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["ResourceClaim", "ResourceClaimTemplate"])
def test_a_claim_asks_for_one_device_of_a_class(
    kind: str, git: str, live: str, counts: bool
) -> None:
    spec = "spec: {devices: {requests: [{name: one, %s}]}}"
    path = "spec.devices.requests"
    if kind == "ResourceClaimTemplate":
        spec, path = f"spec: {{{spec}}}", f"spec.{path}"
    found = shown(judged(kind, spec % git, spec % live, {EDIT: path}))
    assert found == ({path: "drift"} if counts else {})


@pytest.mark.parametrize(
    ("added", "counts"), [("", False), ("timeAdded: '2026-01-01T01:00:00+01:00', ", False),
                          ("timeAdded: '2026-01-02T00:00:00Z', ", True)]
)  # fmt: skip
def test_the_time_of_a_taint_is_the_server_s_unless_git_states_it(added: str, counts: bool) -> None:
    spec = "spec: {taint: {%skey: x, effect: NoSchedule}}"
    live = spec % "timeAdded: '2026-01-01T00:00:00Z', "
    found = shown(judged("DeviceTaintRule", spec % added, live, {"kubectl-create": TAINT}))
    assert found == ({TAINT: "drift"} if counts else {})


TAINT = "spec.taint.timeAdded"


@pytest.mark.parametrize(
    ("added", "owner", "counts"),
    [
        ("2026-02-03T04:05:06Z", EDIT, False),  # the moment of that edit, which left it out
        ("2026-02-03T04:05:09Z", EDIT, True),
        ("2026-02-03T04:05:09Z", "driftdeck:Apply", True),
        ("2026-02-03T04:05:09Z", "kube-controller-manager", False),
    ],
)
def test_a_time_that_git_dropped_or_a_person_chose_for_a_taint_is_drift(
    added: str, owner: str, counts: bool
) -> None:
    spec = "spec: {taint: {%skey: x, effect: NoSchedule}}"
    live = spec % f"timeAdded: '{added}', "
    found = shown(judged("DeviceTaintRule", spec % "", live, {owner: TAINT}))
    assert found == ({TAINT: "drift"} if counts else {})


@pytest.mark.parametrize(
    ("git", "live", "counts"),
    [
        ("port: 80", "port: 80, name: '', protocol: TCP", False),
        ("port: 80", "port: 80, name: '', protocol: UDP", True),
        ("port: 80", "port: 80, name: web, protocol: TCP", True),
    ],
)
def test_the_ports_of_an_endpoint_slice_have_an_empty_name(
    git: str, live: str, counts: bool
) -> None:
    git, live = (
        f"addressType: IPv4\nports: [{{{ports}}}]\nendpoints: [{{addresses: [10.0.0.1]{more}}}]"
        for ports, more in ((git, ""), (live, ", conditions: {}"))
    )
    found = shown(judged("EndpointSlice", git, live, {EDIT: "ports"}))
    assert found == ({"ports": "drift"} if counts else {})


@pytest.mark.parametrize(
    ("kind", "on_host", "counts"),
    [("Pod", True, False), ("Pod", False, True), ("Deployment", True, True)],
)
def test_a_container_port_is_the_host_s_only_in_a_pod_on_its_network(
    kind: str, on_host: bool, counts: bool
) -> None:
    network = ", hostNetwork: true" if on_host else ""
    git = pod("image: 'b:1', ports: [{containerPort: 80}]", network)
    live = pod("image: 'b:1', ports: [{containerPort: 80, protocol: TCP, hostPort: 80}]", network)
    path = f"{CONTAINER}.ports[containerPort=80,protocol=TCP].hostPort"
    if kind != "Pod":
        git, live = (f"spec: {{template: {{{side}}}}}" for side in (git, live))
        path = f"spec.template.{path}"
    found = shown(judged(kind, git, live, {EDIT: path}))
    assert found == ({path: "drift"} if counts else {})


@pytest.mark.parametrize(("kind", "counts"), [("Pod", False), ("Deployment", True)])
def test_a_pod_requests_what_it_is_limited_to_and_a_template_does_not(
    kind: str, counts: bool
) -> None:
    git = pod("image: 'b:1', resources: {limits: {cpu: '1'}}")
    live = pod("image: 'b:1', resources: {limits: {cpu: '1'}, requests: {cpu: '1'}}")
    path = f"{CONTAINER}.resources.requests.cpu"
    if kind != "Pod":
        git, live = (f"spec: {{template: {{{side}}}}}" for side in (git, live))
        path = f"spec.template.{path}"
    found = shown(judged(kind, git, live, {EDIT: path}))
    assert found == ({path: "drift"} if counts else {})


@pytest.mark.parametrize(("git", "counts"), [("", False), ("metadata: {labels: {own: x}}\n", True)])
def test_a_job_without_labels_of_its_own_has_those_of_its_template(git: str, counts: bool) -> None:
    spec = "spec: {template: {metadata: {labels: {app: web}}, spec: {}}}"
    live = "metadata: {labels: {%sapp: web}}\n" % ("own: x, " if counts else "")
    found = shown(judged("Job", git + spec, live + spec, {EDIT: "metadata.labels.app"}))
    assert found == ({"metadata.labels.app": "drift"} if counts else {})


@pytest.mark.parametrize(("selector", "counts"), [("{app: web}", False), ("{app: other}", True)])
def test_a_replication_controller_selects_by_the_labels_of_its_template(
    selector: str, counts: bool
) -> None:
    git = "spec: {template: {metadata: {labels: {app: web}}, spec: {}}}"
    live = f"spec: {{selector: {selector}, {git.removeprefix('spec: {')}"
    found = shown(judged("ReplicationController", git, live, {EDIT: "spec.selector"}))
    assert found == ({"spec.selector": "drift"} if counts else {})


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        ("singular: widget, listKind: WidgetList", {}),
        ("singular: WIDGET, listKind: WidgetList", {"spec.names.singular": "drift"}),
        ("singular: widget, listKind: widgetlist", {"spec.names.listKind": "drift"}),
    ],
)
def test_a_definition_derives_names_from_its_kind(names: str, counts: dict[str, str]) -> None:
    given = "spec: {names: {kind: Widget, plural: widgets%s}}"
    by = {EDIT: "spec.names.singular spec.names.listKind"}
    found = judged("CustomResourceDefinition", given % "", given % f", {names}", by)
    assert shown(found) == counts


def test_a_daemon_set_is_given_the_generation_of_its_template_as_an_annotation() -> None:
    text = "metadata: {annotations: {%s: '3'}}"
    for name, counts in (("deprecated.daemonset.template.generation", False), ("note", True)):
        path = f'metadata.annotations["{name}"]' if "." in name else f"metadata.annotations.{name}"
        found = shown(judged("DaemonSet", "", text % name, {EDIT: path}))
        assert found == ({path: "drift"} if counts else {})


@pytest.mark.parametrize("protocol", ["", ", protocol: ''", ", protocol: TCP"])
def test_a_port_whose_protocol_is_empty_is_the_one_of_the_default(protocol: str) -> None:
    git = pod(f"image: 'b:1', ports: [{{containerPort: 80{protocol}}}]")
    live = pod("image: 'b:1', ports: [{containerPort: 80, protocol: TCP}]")
    assert shown(judged("Pod", git, live)) == {}


JOB = "{restartPolicy: Never, containers: [{name: a, image: a}]}"
FILLED = (
    "backoffLimit: 6",
    "completions: 1",
    "parallelism: 1",
    "completionMode: NonIndexed",
    "manualSelector: false",
    "podReplacementPolicy: TerminatingOrFailed",
)


@pytest.mark.parametrize("filled", FILLED)
def test_a_job_is_filled_in_and_the_template_of_one_is_not(filled: str) -> None:
    name = filled.partition(":")[0]
    plain = f"template: {{spec: {JOB}}}"
    job = shown(judged("Job", f"spec: {{{plain}}}", f"spec: {{{plain}, {filled}}}"))
    assert job == {}
    around = "spec: {schedule: '* * * * *', jobTemplate: {spec: {%s}}}"
    path = f"spec.jobTemplate.spec.{name}"
    live = around % f"{plain}, {filled}"
    assert shown(judged("CronJob", around % plain, live, {EDIT: path})) == {path: "drift"}


@pytest.mark.parametrize(
    ("git", "counts"),
    [
        ("", False),
        ("selector: {}, ", False),
        ("selector: {matchExpressions: []}, ", False),
        ("selector: {matchLabels: {a: b}}, ", True),
    ],
)
def test_a_job_whose_selector_asks_for_nothing_has_the_server_s(git: str, counts: bool) -> None:
    around = f"spec: {{%stemplate: {{spec: {JOB}}}}}"
    chosen = "selector: {matchLabels: {batch.kubernetes.io/controller-uid: u}}, "
    assert bool(shown(judged("Job", around % git, around % chosen))) is counts


@pytest.mark.parametrize("git", ["", "selector: {}, ", "selector: {matchLabels: {}}, "])
@pytest.mark.parametrize(("more", "counts"), [("", False), (", manualSelector: true", True)])
def test_a_job_selects_by_its_own_uid_whoever_sent_an_empty_selector(
    git: str, more: str, counts: bool
) -> None:
    around = f"spec: {{%stemplate: {{spec: {JOB}}}{more}}}"
    chosen = "selector: {matchLabels: {batch.kubernetes.io/controller-uid: 5f1c}}, "
    by = {"kubectl-create": "spec.selector"}
    assert bool(shown(judged("Job", around % git, around % chosen, by))) is counts


@pytest.mark.parametrize(
    ("kind", "live", "counts"),
    [
        ("OnDelete", 0, False),
        ("OnDelete", 1, False),
        ("OnDelete", 2, True),
        ("RollingUpdate", 1, False),
    ],
)
def test_a_daemon_set_that_does_not_roll_by_itself_is_not_filled_in(
    kind: str, live: int, counts: bool
) -> None:
    around = f"spec: {{updateStrategy: {{type: {kind}, rollingUpdate: {{%s}}}}}}"
    path = "spec.updateStrategy.rollingUpdate.maxUnavailable"
    found = judged(
        "DaemonSet", around % "", around % f"maxUnavailable: {live}, maxSurge: 0", {EDIT: path}
    )
    assert shown(found) == ({path: "drift"} if counts else {})


def test_a_service_without_affinity_has_no_word_on_how_long_it_lasts() -> None:
    path = "spec.sessionAffinityConfig"
    none, client = "sessionAffinity: None", "sessionAffinity: ClientIP"
    lasting = "sessionAffinityConfig: {clientIP: {timeoutSeconds: %d}}"
    for git, live, expected in (
        (f"{none}, sessionAffinityConfig: {{}}", none, {}),
        ("sessionAffinityConfig: {}", none, {}),
        (f"{none}, sessionAffinityConfig: {{clientIP: {{}}}}", none, {}),
        ("sessionAffinityConfig: {clientIP: {}}", none, {}),
        (f"{client}, sessionAffinityConfig: {{}}", f"{client}, {lasting % 10800}", {}),
        (client, f"{client}, {lasting % 10800}", {}),
        (f"{none}, {lasting % 5}", none, {path: "drift"}),
        (client, f"{client}, {lasting % 5}", {f"{path}.clientIP.timeoutSeconds": "drift"}),
    ):
        by = {EDIT: f"{path}.clientIP.timeoutSeconds"}
        found = shown(judged("Service", f"spec: {{{git}}}", f"spec: {{{live}}}", by))
        assert found == expected, git


@pytest.mark.parametrize(
    ("git", "live", "by", "expected"),
    [
        ("a:1", "a:1, imagePullPolicy: IfNotPresent", "kubectl-create", {}),
        ("a:1", "a:1, imagePullPolicy: Always", "kubectl-create", {"imagePullPolicy": "drift"}),
        # while the image is another one, too: one heal puts both right
        ("a:1", "a, imagePullPolicy: Always", "kubectl-create",
         {"image": "drift", "imagePullPolicy": "drift"}),
        ("a:1", "a, imagePullPolicy: Always", "driftdeck:Apply",
         {"image": "drift", "imagePullPolicy": "drift"}),
        ("a:1", "a, imagePullPolicy: Always", "helm", {"image": "drift"}),
        ("a:1", "a, imagePullPolicy: Always", "kubectl-client-side-apply", {"image": "drift"}),
        # the image was changed after the server filled in what Git's asks for
        ("a:1", "a, imagePullPolicy: IfNotPresent", "kubectl-create", {"image": "drift"}),
    ],
)  # fmt: skip
def test_how_to_pull_follows_git_s_image_where_a_person_s_client_made_the_object(
    git: str, live: str, by: str, expected: dict[str, str]
) -> None:
    path = f"{CONTAINER}.imagePullPolicy"
    found = shown(judged("Pod", pod(f"image: {git}"), pod(f"image: {live}"), {by: path}))
    assert found == {f"{CONTAINER}.{name}": verdict for name, verdict in expected.items()}


@pytest.mark.parametrize(
    ("git", "live", "counts"),
    [
        ("egress: [{}], policyTypes: []", "policyTypes: [Ingress]", True),  # an apply fills it in
        ("egress: [{}], policyTypes: []", "policyTypes: [Ingress, Egress]", False),
        ("policyTypes: []", "policyTypes: [Ingress]", False),
    ],
)
def test_types_of_a_policy_that_are_stated_empty_follow_git_s_rules(
    git: str, live: str, counts: bool
) -> None:
    found = shown(judged("NetworkPolicy", f"spec: {{{git}}}", f"spec: {{{live}}}"))
    assert (found.get("spec.policyTypes") == "drift") is counts


ALL = "podSelector: {}, ingress: [{}]"
BOTH_WAYS = "policyTypes: [Ingress, Egress]"


@pytest.mark.parametrize(
    ("live", "by", "expected"),
    [
        (BOTH_WAYS, {"driftdeck:Apply": "spec.ingress"}, "warn"),
        (BOTH_WAYS, {"kubectl-client-side-apply": "spec.policyTypes"}, "warn"),
        (f"egress: [{{}}], {BOTH_WAYS}", {"driftdeck:Apply": "spec.egress"}, "warn"),
        (BOTH_WAYS, {"kubectl-create": "spec.policyTypes"}, "drift"),
        (f"egress: [{{}}], {BOTH_WAYS}", {"kubectl-create": "spec.egress spec.policyTypes"},
         "drift"),  # one heal puts both right
        (BOTH_WAYS, {"driftdeck:Apply": "spec.policyTypes"}, "drift"),
        ("egress: [{}], policyTypes: [Ingress]", {"driftdeck:Apply": "spec.egress"}, ""),
        (f"egress: [{{}}], {BOTH_WAYS}", {"calico": "spec.ingress"}, ""),  # by admission
        ("policyTypes: [Ingress]", {"driftdeck:Apply": "spec.ingress"}, ""),
    ],
)  # fmt: skip
def test_egress_that_stays_denied_after_git_dropped_its_rules_is_a_warning(
    live: str, by: dict[str, str], expected: str
) -> None:
    found = judged("NetworkPolicy", f"spec: {{{ALL}}}", f"spec: {{{ALL}, {live}}}", by)
    assert shown(found).get("spec.policyTypes", "") == expected


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
@pytest.mark.parametrize(
    ("git", "live", "counts"),
    [
        ("rollingUpdate: {}", "type: RollingUpdate", True),
        ("type: RollingUpdate", "type: RollingUpdate", False),
        ("", "type: RollingUpdate, rollingUpdate: {}", False),
    ],
)
def test_how_to_roll_is_missed_where_git_states_it_and_the_server_does_not_fill_it_in(
    kind: str, git: str, live: str, counts: bool
) -> None:
    git, live = (f"spec: {{updateStrategy: {{{side}}}}}" for side in (git, live))
    path = "spec.updateStrategy.rollingUpdate"
    assert shown(judged(kind, git, live)) == ({path: "drift"} if counts else {})
