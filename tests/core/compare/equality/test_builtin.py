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
        ("web@sha256:0", "IfNotPresent"),
        ("web:latest@sha256:0", "Always"),
    ],
)
def test_how_an_image_is_pulled_follows_from_its_tag(image: str, default: str) -> None:
    other = {"Always": "IfNotPresent", "IfNotPresent": "Always"}[default]
    for policy, counts in ((default, False), (other, True)):
        live = pod(f"image: '{image}', imagePullPolicy: {policy}")
        by = {EDIT: f"{CONTAINER}.imagePullPolicy"}
        found = shown(judged("Pod", pod(f"image: '{image}'"), live, by))
        assert found == ({f"{CONTAINER}.imagePullPolicy": "drift"} if counts else {})


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
