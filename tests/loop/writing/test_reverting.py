"""A revert, typed: it does what it changes itself, and leaves what others changed or committed."""

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.git import commit_files
from tests.loop.clusters import (
    BOTH,
    MERGE_PATCH,
    Place,
    either_place,
    run,
)
from tests.loop.test_loop import ADA

APPLY = "application/apply-patch+yaml"
STRATEGIC = "application/strategic-merge-patch+json"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
WEB = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: {image}
          env:
            - {{name: JAVA_OPTS, value: -Xmx1g}}
            - {{name: LEVEL, value: info}}{more}
"""
FLAGS = """apiVersion: v1
kind: ConfigMap
metadata: {{name: flags}}
data: {{sale: "{sale}"}}
"""


@pytest.fixture
def name() -> str:
    return f"reverting-{secrets.token_hex(4)}"


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> Iterator[Place]:
    """One app in a namespace of its own, committed and not yet applied."""
    app = f"{{name: shop, repo: repo, path: shop, namespace: {name}}}"
    (tmp_path / "driftdeck.yaml").write_text(f"apps: [{app}]\n")
    space = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n"
    files = {"space.yaml": space, "web.yaml": web(), "flags.yaml": flags()}
    commit(tmp_path / "repo", "Everything", **files)
    with either_place(request, tmp_path) as made:
        yield made


def web(*, image: str = "example/web:1", replicas: int = 3, more: str = "") -> str:
    return WEB.format(image=image, replicas=replicas, more=more)


def flags(*, sale: str = "off") -> str:
    return FLAGS.format(sale=sale)


def commit(repo: Path, message: str, **files: str | None) -> str:
    content = {f"shop/{name}": None if t is None else t.encode() for name, t in files.items()}
    init = not repo.exists()
    return commit_files(repo, content, author=ADA, message=message, when=time.time(), init=init)


class Cluster:
    """The objects of the app, as a colleague sees them."""

    def __init__(self, place: Place, name: str) -> None:
        self.client, self.core = place.client, f"/api/v1/namespaces/{name}"
        self.apps = f"/apis/apps/v1/namespaces/{name}/deployments"

    @property
    def web(self) -> Any:
        return self.client.call("GET", f"{self.apps}/web").json()["spec"]

    @property
    def image(self) -> str:
        return str(self.web["template"]["spec"]["containers"][0]["image"])

    @property
    def env(self) -> dict[str, str]:
        env = self.web["template"]["spec"]["containers"][0]["env"]
        return {each["name"]: each["value"] for each in env}

    @property
    def sale(self) -> str:
        return str(self.client.call("GET", f"{self.core}/configmaps/flags").json()["data"]["sale"])

    def set_env(self, **env: str) -> None:
        """`kubectl set env deployment/web NAME=VALUE`."""
        values = [{"name": name, "value": value} for name, value in env.items()]
        spec = {"template": {"spec": {"containers": [{"name": "web", "env": values}]}}}
        path = f"{self.apps}/web?fieldManager=kubectl-set"
        answer = self.client.call("PATCH", path, {"spec": spec}, content_type=STRATEGIC)
        assert answer.status == 200, answer.body

    def patch(self, path: str, body: Any, manager: str) -> None:
        url = f"{path}?fieldManager={manager}"
        answer = self.client.call("PATCH", url, body, content_type=MERGE_PATCH)
        assert answer.status == 200, answer.body


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_colleague_s_pending_commits_and_a_live_hot_fix_survive_a_revert(
    place: Place, name: str
) -> None:
    cluster = Cluster(place, name)
    assert run(place, "sync", "--yes").returncode == 0
    bad = commit(place.repo, "Web 2", **{"web.yaml": web(image="example/web:2")})
    assert run(place, "sync", "--yes").returncode == 0
    more = "\n            - {name: COMING, value: soon}"
    pending = web(image="example/web:2", replicas=9, more=more)
    commit(place.repo, "Pending", **{"web.yaml": pending, "flags.yaml": flags(sale="on")})
    cluster.set_env(JAVA_OPTS="-Xmx4g", DEBUG="1")
    shown = run(place, "revert", bad, "--dry-run")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    container = "spec.template.spec.containers[name=web]"
    for part in (
        f"{container}.image",
        f"left alone: {container}.env[name=JAVA_OPTS].value by kubectl-set",
        f"left alone: {container}.env[name=DEBUG] by kubectl-set",
        "left alone: spec.replicas",
        f"left alone, though not as Git says: ConfigMap/{name}/flags",
    ):
        assert part in words(shown.stdout), shown.stdout
    assert cluster.image == "example/web:2"
    done = run(place, "revert", bad, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 done" in done.stdout
    assert cluster.image == "example/web:1"
    assert cluster.web["replicas"] == 3
    assert cluster.env == {"JAVA_OPTS": "-Xmx4g", "LEVEL": "info", "DEBUG": "1"}
    assert cluster.sale == "off"
    again = run(place, "revert", bad, "--dry-run")
    assert again.returncode == 5
    assert "nothing of" in again.stderr
    rest = json.loads(run(place, "diff", "-o", "json").stdout)
    paths = {c["path"] for each in rest["objects"] for c in each["changes"]}
    assert paths == {
        "data.sale",
        "spec.replicas",
        f"{container}.env[name=COMING]",  # in the place of DEBUG
        f"{container}.env[name=JAVA_OPTS].value",
    }
    assert run(place, "sync", "--yes").returncode == 0
    assert run(place, "diff").returncode == 0
    assert cluster.env == {"JAVA_OPTS": "-Xmx1g", "LEVEL": "info", "COMING": "soon"}


def test_what_kubectl_applied_is_reverted_like_what_we_applied(place: Place, name: str) -> None:
    cluster = Cluster(place, name)
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    assert place.client.call("POST", "/api/v1/namespaces", space).status == 201
    more = "\n            - {name: ADDED, value: bad}"
    bad = commit(place.repo, "Bad", **{"web.yaml": web(image="example/web:2", more=more)})
    stated = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": name},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "containers": [
                        {
                            "name": "web",
                            "image": "example/web:2",
                            "env": [
                                {"name": "JAVA_OPTS", "value": "-Xmx1g"},
                                {"name": "LEVEL", "value": "info"},
                                {"name": "ADDED", "value": "bad"},
                            ],
                        }
                    ]
                },
            },
        },
    }
    body: dict[str, Any] = json.loads(json.dumps(stated))
    body["metadata"]["annotations"] = {LAST_APPLIED: json.dumps(stated)}
    url = f"{cluster.apps}?fieldManager=kubectl-client-side-apply"
    assert place.client.call("POST", url, body).status == 201
    cluster.patch(f"{cluster.apps}/web", {"spec": {"replicas": 5}}, "kubectl-edit")
    done = run(place, "revert", bad, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert cluster.image == "example/web:1"
    assert cluster.env == {"JAVA_OPTS": "-Xmx1g", "LEVEL": "info"}
    assert cluster.web["replicas"] == 5
    assert "left alone: spec.replicas by kubectl-edit" in words(done.stdout)
    assert f"left alone, though not as Git says: ConfigMap/{name}/flags" in words(done.stdout)


def test_an_inventory_that_another_process_wrote_does_not_decide_what_is_reverted(
    place: Place, name: str
) -> None:
    cluster = Cluster(place, name)
    assert run(place, "sync", "--yes").returncode == 0
    bad = commit(place.repo, "Sale", **{"flags.yaml": flags(sale="on")})
    assert run(place, "sync", "--yes").returncode == 0
    record = f"{cluster.core}/configmaps/driftdeck-shop-0"
    rows = place.client.call("GET", record).json()["data"]["rows"]
    foreign = "\n".join(
        " ".join([line.split(" ")[0], line.split(" ")[1], "0123456789abcdef"])
        for line in rows.splitlines()
    )
    cluster.patch(record, {"data": {"rows": foreign}}, "driftdeck")
    assert run(place, "revert", bad, "--yes").returncode == 0
    assert cluster.sale == "off"


def test_objects_that_come_back_are_made_and_objects_that_go_stay_and_are_named(
    place: Place, name: str
) -> None:
    cluster = Cluster(place, name)
    assert run(place, "sync", "--yes").returncode == 0
    extra = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\ndata: {a: b}\n"
    bad = commit(place.repo, "Swap", **{"flags.yaml": None, "extra.yaml": extra})
    assert run(place, "sync", "--yes").returncode == 0
    deleted = place.client.call("DELETE", f"{cluster.core}/configmaps/flags")
    assert deleted.status == 200
    done = run(place, "revert", bad, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"create ConfigMap {name}/flags" in words(done.stdout)
    told = f"ConfigMap/{name}/extra is no longer in Git then; it stays in the cluster"
    assert told in words(done.stdout)
    assert cluster.sale == "off"
    assert place.client.call("GET", f"{cluster.core}/configmaps/extra").status == 200


def test_what_the_server_will_refuse_is_said_before_anything_is_committed(
    place: Place, name: str
) -> None:
    cluster = Cluster(place, name)
    assert run(place, "sync", "--yes").returncode == 0
    frozen = flags(sale="off") + "immutable: true\n"
    assert run(place, "sync", "--yes").returncode == 0
    bad = commit(place.repo, "Frozen", **{"flags.yaml": frozen, "web.yaml": web(replicas=4)})
    assert run(place, "sync", "--yes").returncode == 0
    shown = run(place, "revert", bad, "--dry-run")
    assert "immutable" in words(shown.stdout)
    assert "1 to apply; 1 cannot be done" in words(shown.stdout)
    done = run(place, "revert", bad, "--yes")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "1 of 2 done, 1 refused" in done.stdout
    assert cluster.web["replicas"] == 3


@pytest.mark.parametrize("strategy", ["Recreate", "RollingUpdate"])
def test_a_revert_from_one_member_of_a_union_to_the_other_takes_the_first_away(
    place: Place, name: str, strategy: str
) -> None:
    cluster = Cluster(place, name)
    members = {
        "Recreate": "  strategy: {type: Recreate}\n",
        "RollingUpdate": "  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 2}}\n",
    }

    def stated(which: str) -> str:
        return web().replace("  selector:", f"{members[which]}  selector:")

    commit(place.repo, "Before", **{"web.yaml": stated(strategy)})
    assert run(place, "sync", "--yes").returncode == 0
    (other,) = members.keys() - {strategy}
    bad = commit(place.repo, "Other", **{"web.yaml": stated(other)})
    assert run(place, "sync", "--yes").returncode == 0
    assert cluster.web["strategy"]["type"] == other
    cluster.set_env(JAVA_OPTS="-Xmx4g")
    done = run(place, "revert", bad, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert cluster.web["strategy"]["type"] == strategy
    assert ("rollingUpdate" in cluster.web["strategy"]) is (strategy == "RollingUpdate")
    assert cluster.env["JAVA_OPTS"] == "-Xmx4g"


DEFINITION = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: things.{group}}}
spec:
  group: {group}
  scope: Namespaced
  names: {{kind: Thing, plural: things, singular: thing, listKind: ThingList}}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object}}}}}}}}
"""


def test_a_definition_and_what_it_defines_come_back_in_one_run(place: Place, name: str) -> None:
    group = f"{name}.example.com"
    thing = f"apiVersion: {group}/v1\nkind: Thing\nmetadata: {{name: one}}\nspec: {{}}\n"
    assert run(place, "sync", "--yes").returncode == 0
    files = {"definition.yaml": DEFINITION.format(group=group), "thing.yaml": thing}
    commit(place.repo, "Add", **files)
    for applied in (False, True):  # of what is still there, nothing is to be done
        bad = commit(place.repo, "Remove", **dict.fromkeys(files))
        done = run(place, "revert", bad, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert ("0 of 0 done" if applied else "2 of 2 done") in done.stdout
        assert run(place, "diff").returncode == 0


# Whoever applied it -------------------------------------------------------------------------------

REST = """---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {{app: web}}
  ports: [{{name: http, port: {port}, targetPort: 8080}}]
---
apiVersion: v1
kind: Secret
metadata: {{name: key}}
data: {{password: {password}, other: a2VlcA==}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: flags}}
data: {{sale: "off"{more}}}
"""


@pytest.mark.parametrize("manager", ["kubectl", "helm"])
def test_what_others_applied_goes_back_exactly_and_nothing_else_does(
    place: Place, name: str, manager: str
) -> None:
    cluster = Cluster(place, name)
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    assert place.client.call("POST", "/api/v1/namespaces", space).status == 201

    def state(message: str, main: str, rest: str, *, deployed: bool = True) -> str:
        made = commit(place.repo, message, **{"web.yaml": main, "flags.yaml": rest.lstrip("-\n")})
        for body in yaml.safe_load_all(f"{main}{rest}") if deployed else ():
            root = cluster.apps if body["kind"] == "Deployment" else cluster.core
            plural = "" if body["kind"] == "Deployment" else f"/{body['kind'].lower()}s"
            query = f"fieldManager={manager}&force=true"
            path = f"{root}{plural}/{body['metadata']['name']}?{query}"
            answer = place.client.call("PATCH", path, body, content_type=APPLY)
            assert answer.status in {200, 201}, answer.body
        return made

    state("Good", web(), REST.format(port=80, password="b2xk", more=""))
    added = "\n            - {name: ADDED, value: bad}"
    rest = REST.format(port=81, password="bmV3", more=', extra: "1"')
    bad = state("Bad", web(image="example/web:2", more=added), rest)
    pending = web(image="example/web:2", replicas=9, more=added)
    state("Pending", pending, rest, deployed=False)
    cluster.set_env(JAVA_OPTS="-Xmx4g", HOT="1")
    label = {"metadata": {"labels": {"who": "me"}}}
    cluster.patch(f"{cluster.core}/configmaps/flags", label, "kubectl-label")
    done = run(place, "revert", bad, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (cluster.image, cluster.web["replicas"]) == ("example/web:1", 3)
    assert cluster.env == {"JAVA_OPTS": "-Xmx4g", "LEVEL": "info", "HOT": "1"}

    def found(place_: str) -> Any:
        return place.client.call("GET", f"{cluster.core}/{place_}").json()

    assert [each["port"] for each in found("services/web")["spec"]["ports"]] == [80]
    assert found("secrets/key")["data"] == {"password": "b2xk", "other": "a2VlcA=="}
    config = found("configmaps/flags")
    assert (config["data"], config["metadata"]["labels"]) == ({"sale": "off"}, {"who": "me"})
