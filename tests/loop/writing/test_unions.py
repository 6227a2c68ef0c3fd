"""Fields of which only one can be there: Git or a person switches, and a sync follows Git.

`kubectl apply` and `kubectl replace` manage each of these, so the real server is the judge.
"""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.apiserver.server import ApiServer
from tests.loop.stage import Stage

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

POD: Final = """
selector: {matchLabels: {app: web}}
template:
  metadata: {labels: {app: web}}
  spec: {containers: [{name: web, image: "a:1"}]}
"""
HTTP = {"httpGet": {"path": "/live", "port": 80}, "periodSeconds": 7}
TCP = {"tcpSocket": {"port": 81}, "periodSeconds": 7}
EXEC = {"exec": {"command": ["true"]}}
GRPC = {"grpc": {"port": 82}}
SECRET = {"secretKeyRef": {"name": "s", "key": "k"}}
FIELD = {"fieldRef": {"fieldPath": "metadata.name"}}
HOOK = {"preStop": {"exec": {"command": ["true"]}}}
OTHER_HOOK = {"preStop": {"httpGet": {"port": 80}}}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}
BALANCED = {
    "type": "LoadBalancer",
    "externalTrafficPolicy": "Local",
    "loadBalancerSourceRanges": ["10.0.0.0/8"],
}
PORTS = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
RANGES = {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}
PEERS: Any = {"from": [{"podSelector": {}}]}


def workload(kind: str, name: str, **spec: Any) -> Any:
    made = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}}
    return {**made, "spec": {**yaml.safe_load(POD), **spec}}


def stateful(name: str, **spec: Any) -> Any:
    return workload("StatefulSet", name, serviceName="s", **spec)


def pod(name: str, container: Mapping[str, Any], **spec: Any) -> Any:
    made = workload("Deployment", name)
    inner = made["spec"]["template"]["spec"]
    inner["containers"][0].update(container)
    inner.update(spec)
    return made


def env(name: str, **source: Any) -> Any:
    return pod(name, {"env": [{"name": "A", "value": "a"}, {"name": "TOKEN", **source}]})


def volume(name: str, **source: Any) -> Any:
    return pod(name, {}, volumes=[{"name": "v", **source}, {"name": "w", "emptyDir": {}}])


def of(api_version: str, kind: str, name: str, **spec: Any) -> Any:
    made = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}}
    return {**made, "spec": spec} if spec else made


def budget(name: str, **spec: Any) -> Any:
    selector = {"matchLabels": {"app": "web"}}
    return of("policy/v1", "PodDisruptionBudget", name, selector=selector, **spec)


def scaler(name: str, **target: Any) -> Any:
    metrics = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    aimed = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "none"}
    spec = {"scaleTargetRef": aimed, "maxReplicas": 3, "metrics": metrics}
    return of("autoscaling/v2", "HorizontalPodAutoscaler", name, **spec)


def walled(name: str, rule: Any) -> Any:
    return of("networking.k8s.io/v1", "NetworkPolicy", name, podSelector={}, ingress=[rule])


def entry(name: str, **backend: Any) -> Any:
    return of("networking.k8s.io/v1", "Ingress", name, defaultBackend=backend)


def seccomp(name: str, **profile: Any) -> Any:
    return pod(name, {"securityContext": {"seccompProfile": profile}})


def service(name: str, **spec: Any) -> Any:
    return of("v1", "Service", name, **PORTS, **spec)


def deployed(name: str, **spec: Any) -> Any:
    return workload("Deployment", name, **spec)


RECREATE = {"type": "Recreate"}
PARTED = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
ON_DELETE = {"type": "OnDelete"}
_PAIRS: Final = (
    (deployed("recreate"), deployed("recreate", strategy=RECREATE)),
    (deployed("rolled", strategy=ROLLING), deployed("rolled", strategy=RECREATE)),
    (stateful("parted", updateStrategy=PARTED), stateful("parted", updateStrategy=ON_DELETE)),
    (
        workload("DaemonSet", "daemons", updateStrategy=ROLLING),
        workload("DaemonSet", "daemons", updateStrategy=ON_DELETE),
    ),
    (env("env", value="plain"), env("env", valueFrom=SECRET)),
    (env("env-source", valueFrom=FIELD), env("env-source", valueFrom=SECRET)),
    (pod("probe", {"livenessProbe": HTTP}), pod("probe", {"livenessProbe": TCP})),
    (pod("probe-exec", {"livenessProbe": TCP}), pod("probe-exec", {"livenessProbe": EXEC})),
    (pod("probe-grpc", {"startupProbe": EXEC}), pod("probe-grpc", {"startupProbe": GRPC})),
    (pod("hook", {"lifecycle": HOOK}), pod("hook", {"lifecycle": OTHER_HOOK})),
    (volume("volume", emptyDir={}), volume("volume", configMap={"name": "c"})),
    (volume("secret", secret={"secretName": "s"}), volume("secret", emptyDir={"medium": "Memory"})),
    (budget("budget", minAvailable=1), budget("budget", maxUnavailable=2)),
    (service("balanced", **BALANCED), service("balanced", type="ClusterIP")),
    (service("ported", type="NodePort"), service("ported")),
    (
        scaler("scaler", type="Utilization", averageUtilization=70),
        scaler("scaler", type="AverageValue", averageValue="1"),
    ),
    (walled("walled", RANGES), walled("walled", PEERS)),
    (
        entry("entry", service={"name": "a", "port": {"number": 80}}),
        entry("entry", resource={"apiGroup": "a.b", "kind": "Bucket", "name": "b"}),
    ),
    (
        seccomp("seccomp", type="Localhost", localhostProfile="a.json"),
        seccomp("seccomp", type="RuntimeDefault"),
    ),
    (
        pod("probes", {"livenessProbe": HTTP, "readinessProbe": TCP, "startupProbe": EXEC}),
        pod("probes", {"livenessProbe": TCP, "readinessProbe": EXEC, "startupProbe": HTTP}),
    ),
    (
        pod("envs", {"env": [{"name": "A", "value": "a"}, {"name": "B", "valueFrom": FIELD}]}),
        pod("envs", {"env": [{"name": "A", "valueFrom": FIELD}, {"name": "B", "value": "b"}]}),
    ),
    (
        pod("claims", {}, resourceClaims=[{"name": "c", "resourceClaimName": "a"}]),
        pod("claims", {}, resourceClaims=[{"name": "c", "resourceClaimTemplateName": "t"}]),
    ),
    (service("named"), service("named", type="ExternalName", externalName="a.example")),
    (
        {**of("v1", "ConfigMap", "binary"), "data": {"k": "a"}},
        {**of("v1", "ConfigMap", "binary"), "binaryData": {"k": "YQ=="}},
    ),
)
NAMES: Final = [before["metadata"]["name"] for before, _ in _PAIRS]


@pytest.fixture
def stage(real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Stage:
    return Stage(real_server, real_namespace, tmp_path)


def collection(stage: Stage, stated: Any) -> str:
    path = stage.path(stated["apiVersion"], stated["kind"])
    return path.replace("policys", "policies").replace("ingresss", "ingresses")


def created(stage: Stage, stated: Any, manager: str) -> None:
    made = deepcopy(stated)
    if manager == "kubectl-client-side-apply":
        note = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(stated)}
        made["metadata"]["annotations"] = note
    url = f"{collection(stage, stated)}?fieldManager={manager}"
    answer = stage.client.call("POST", url, made)
    assert answer.status == HTTPStatus.CREATED, answer.body


def replaced(stage: Stage, stated: Any, manager: str) -> None:
    """Put an object in the place of another, as `kubectl replace` and `kubectl edit` do."""
    url = f"{collection(stage, stated)}/{stated['metadata']['name']}"
    found = stage.client.call("GET", url).json()
    body = {**stated, "metadata": found["metadata"]}
    if stated["kind"] == "Service":
        kept = {
            key: found["spec"][key] for key in ("clusterIP", "clusterIPs") if key in found["spec"]
        }
        body["spec"] = {**body["spec"], **kept}
    answer = stage.client.call("PUT", f"{url}?fieldManager={manager}", body)
    assert answer.status == HTTPStatus.OK, answer.body


def committed(stage: Stage, objects: Iterable[Any]) -> None:
    stage.git(**{each["metadata"]["name"]: yaml.safe_dump(each) for each in objects})


def differing(stage: Stage, user: str = "driftdeck") -> dict[str, Any]:
    found = stage.diff(user)
    return {name: found[name]["changes"] for name in NAMES if found[name]["verdict"] != "in_sync"}


def is_healed(name: str, line: dict[str, Any]) -> bool:
    return bool(line["event"] == "healed" and line["object"]["name"] == name)


@pytest.mark.parametrize("maker", ["driftdeck", "kubectl-client-side-apply", "helm"])
def test_a_union_that_git_switches_is_switched(stage: Stage, maker: str) -> None:
    committed(stage, [before for before, _ in _PAIRS])
    if maker == "driftdeck":
        assert stage.run("sync", "--yes").returncode == 0
    else:
        for before, _ in _PAIRS:
            created(stage, before, maker)
    committed(stage, [after for _, after in _PAIRS])
    done = stage.run("sync", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "cannot" not in done.stdout
    assert differing(stage) == {}
    assert differing(stage, "viewer") == {}


def test_a_union_that_a_person_switches_is_switched_back(stage: Stage) -> None:
    committed(stage, [before for before, _ in _PAIRS])
    assert stage.run("sync", "--yes").returncode == 0
    place = stage.place()
    with place.controller("--autoheal") as running:
        running.wait(lambda line: line["event"] == "cluster_synced")
        for _, after in _PAIRS:
            replaced(stage, after, "kubectl-edit")
            running.wait(partial(is_healed, after["metadata"]["name"]))
    assert differing(stage) == {}
