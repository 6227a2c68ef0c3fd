"""The whole installation, on a real server with RBAC: what is printed is enough, and not too much.

The pod is played by a process here: its account's token comes from the server, its settings and
words from the ConfigMap and the Deployment that were printed.
"""

import base64
import json
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.installation.kinds import BUILT_IN
from core.sandbox import SandboxThread
from tests import commands
from tests.apiserver import users
from tests.apiserver.client import Client, Json
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.commands import Piped
from tests.controller import Controller
from tests.core.git.sample import Sample
from tests.githost.https import HttpsHost
from tests.loop.clusters import MERGE_PATCH

APPLY = "application/apply-patch+yaml"
SETTINGS = """\
clusters:
  prod: {{kubeconfig: {real}}}
  edge: {{kubeconfig: {edge}}}
controller: {{cluster: prod, namespace: {own}}}
repositories: [{{url: "{base}", token_file: token, ca_file: "{ca}", poll: 5s}}]
apps:
  - {{name: {shop}, repo: "{url}", path: shop, cluster: prod, namespace: {shop}, prune: true}}
  - {{name: {team}, repo: "{url}", path: team, cluster: prod, namespace: {team}}}
  - {{name: far, repo: "{url}", path: team, cluster: edge}}
"""
NAMESPACE = "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}\n"
MAP = "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{a: '1'}}}}\n"
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: hidden}}
"""


class Site:
    """A server, a repository elsewhere, and another cluster, with settings that name all three."""

    def __init__(
        self, server: ApiServer, host: HttpsHost, edge: SandboxThread, folder: Path
    ) -> None:
        mark = secrets.token_hex(4)
        self.own, self.shop, self.team = (f"{name}-{mark}" for name in ("own", "shop", "team"))
        self.server, self.folder, self.client = server, folder, server.client("alice")
        self.sample = Sample(host.folder / "config.git", bare=True)
        self.sample.commit(
            {
                "shop/ns.yaml": NAMESPACE.format(name=self.shop).encode(),
                "shop/web.yaml": WEB.encode(),
                "shop/old.yaml": MAP.format(name="old").encode(),
                "team/m.yaml": MAP.format(name="m").encode(),
            }
        )
        (folder / "token").write_text(host.token)
        self.edge_file = edge.kubeconfig(folder, "driftdeck")
        self.edge = Client(edge.url, None, edge.tokens["alice"])
        names = {"own": self.own, "shop": self.shop, "team": self.team}
        text = SETTINGS.format(
            real=server.kubeconfig("alice"),
            edge=self.edge_file,
            base=host.url("")[:-1],
            url=host.url("config.git"),
            ca=host.ca_file,
            **names,
        )
        (folder / "driftdeck.yaml").write_text(text)
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.team}}
        assert self.client.call("POST", "/api/v1/namespaces", body).status == 201

    def environment(self, **more: str) -> Mapping[str, str]:
        home = {"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")}
        return {"PATH": "/usr/bin:/bin", **home, **more}

    def installed(self) -> dict[str, Json]:
        """Print the manifests and apply each, strictly; they are returned by kind."""
        words = ("install", "--config", str(self.folder / "driftdeck.yaml"), "--image", "x:1")
        done = commands.run(*words, environment=self.environment())
        assert done.returncode == 0, done.stderr
        assert f"kubectl -n {self.own} create secret generic driftdeck-credentials" in done.stderr
        documents = [*yaml.safe_load_all(done.stdout)]
        for document in documents:
            query = "fieldManager=kubectl&fieldValidation=Strict"
            path = f"{path_of(document)}?{query}"
            answer = self.client.call("PATCH", path, document, content_type=APPLY)
            assert answer.status == 201, (path, answer.body)
        value = base64.b64encode(self.edge_file.read_bytes()).decode()
        named = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "driftdeck-cluster-edge"},
        }
        secret = {**named, "data": {"kubeconfig": value}}
        answer = self.client.call("POST", f"/api/v1/namespaces/{self.own}/secrets", secret)
        assert answer.status == 201, answer.body
        return {document["kind"]: document for document in documents}

    def pod(self, printed: Mapping[str, Json]) -> tuple[list[str], Mapping[str, str]]:
        """The words and the environment of the pod, whose folders are ours."""
        pod, account = self.folder / "pod", self.folder / "account"
        pod.mkdir()
        account.mkdir()
        path = f"/api/v1/namespaces/{self.own}/serviceaccounts/driftdeck/token"
        wanted = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": {}}
        token = self.client.call("POST", path, wanted).json()["status"]["token"]
        (account / "token").write_text(token)
        (account / "namespace").write_text(self.own)
        (account / "ca.crt").write_bytes(self.server.ca_file.read_bytes())
        for name, text in printed["ConfigMap"]["data"].items():
            here = text.replace("/etc/driftdeck/", f"{pod}/")
            for key in here.split():
                if key.startswith("/etc/driftdeck-credentials/"):
                    here = here.replace(key, str(self.folder / "token"))
            (pod / name).write_text(here)
        (container,) = printed["Deployment"]["spec"]["template"]["spec"]["containers"]
        words = [word.replace("/etc/driftdeck", str(pod)) for word in container["args"]]
        host, _, port = self.server.url.removeprefix("https://").partition(":")
        return [*words, "--listen", "127.0.0.1:0"], self.environment(
            DRIFTDECK_SERVICE_ACCOUNT=str(account),
            KUBERNETES_SERVICE_HOST=host,
            KUBERNETES_SERVICE_PORT=port,
            XDG_STATE_HOME=str(self.folder / "state"),
        )

    def refused(self) -> list[str]:
        """What the account was refused so far, as the audit log has it."""
        user = f"system:serviceaccount:{self.own}:driftdeck"
        return [
            f"{event['verb']} {event['requestURI']}"
            for event in self.server.audit_events()
            if event["user"]["username"] == user and event["responseStatus"]["code"] == 403
        ]

    def may_patch(self, verbs: list[str]) -> None:
        """Have the role of the app's namespace allow *verbs* of Deployments, and nothing else."""
        path = (
            f"/apis/rbac.authorization.k8s.io/v1/namespaces/{self.shop}/roles/driftdeck-{self.own}"
        )
        role = self.client.call("GET", path).json()
        for rule in role["rules"]:
            if rule["resources"] == ["deployments"]:
                rule["verbs"] = verbs
        assert self.client.call("PUT", path, role).status == 200
        wanted = "patch" in verbs
        assert eventually(lambda: self.may_already() is wanted, within_s=60)

    def may_already(self) -> bool:
        """Whether the account may patch Deployments: the server hears of roles by its own watch."""
        token = (self.folder / "account" / "token").read_text()
        account = Client(self.server.url, self.server.ca_file, token)
        review = users.access_review("patch", "deployments", group="apps")
        review["spec"]["resourceAttributes"]["namespace"] = self.shop
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        return account.call("POST", path, review).json()["status"]["allowed"] is True

    def let_look(self, user: str) -> None:
        """Have somebody read ConfigMaps and Leases where the controller is, and nothing else."""
        reading: Json = {"verbs": ["list"], "apiGroups": ["", "coordination.k8s.io"]}
        root = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{self.own}"
        named: Json = {"metadata": {"name": "looking"}}
        role = {**named, "rules": [{**reading, "resources": ["configmaps", "leases"]}]}
        assert self.client.call("POST", f"{root}/roles", role).status == 201
        about: Json = {"apiGroup": "rbac.authorization.k8s.io"}
        binding = {
            **named,
            "roleRef": {**about, "kind": "Role", "name": "looking"},
            "subjects": [{**about, "kind": "User", "name": user}],
        }
        assert self.client.call("POST", f"{root}/rolebindings", binding).status == 201

    def told(self, namespace: str, *words: str) -> subprocess.CompletedProcess[str]:
        """What the controller tells somebody with a kubeconfig and no settings."""
        environment = self.environment(KUBECONFIG=str(self.server.kubeconfig("nobody")))
        return commands.run(
            "status", "-n", namespace, *words, environment=environment, folder=self.folder / "pod"
        )

    def scale(self, replicas: int) -> None:
        path = f"/apis/apps/v1/namespaces/{self.shop}/deployments/web"
        patch = {"spec": {"replicas": replicas}}
        assert self.client.call("PATCH", path, patch, content_type=MERGE_PATCH).status == 200

    def spoil(self) -> None:
        path = f"/api/v1/namespaces/{self.team}/configmaps/m"
        patch = {"data": {"a": "spoilt"}}
        assert self.client.call("PATCH", path, patch, content_type=MERGE_PATCH).status == 200

    def status(self, path: str) -> int:
        return self.client.call("GET", path).status


def path_of(document: Json) -> str:
    group, _, version = document["apiVersion"].rpartition("/")
    plural = BUILT_IN[group, document["kind"]].plural
    metadata = document["metadata"]
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    place = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    return f"{root}{place}/{plural}/{metadata['name']}"


@pytest.fixture
def site(real_server: ApiServer, tmp_path: Path) -> Iterator[Site]:
    with HttpsHost(tmp_path / "served") as host, SandboxThread() as edge:
        yield Site(real_server, host, edge, tmp_path)


@pytest.mark.real
def test_what_is_printed_runs_the_controller_and_a_right_that_goes_is_missed_alone(
    site: Site,
) -> None:
    words, environment = site.pod(site.installed())

    def is_of(event: str, app: str, kind: str) -> Any:
        return lambda line: (
            (line["event"], line["app"], (line["object"] or {}).get("kind")) == (event, app, kind)
        )

    with Controller(words, environment, Piped) as controller:
        wanted = {
            (site.shop, "Secret"),
            (site.shop, "Deployment"),
            (site.team, "ConfigMap"),
            ("far", "ConfigMap"),
        }
        while wanted:
            _, line = controller.take(lambda line: line["event"] == "synced")
            wanted.discard((line["app"], line["object"]["kind"]))
        assert site.edge.call("GET", "/api/v1/namespaces/default/configmaps/m").status == 200
        site.scale(5)
        controller.take(is_of("healed", site.shop, "Deployment"))
        assert site.refused() == []

        site.may_patch(["get", "list", "watch"])
        site.scale(6)
        _, line = controller.take(is_of("heal_skipped", site.shop, "Deployment"))
        assert 'cannot patch resource "deployments"' in line["message"]
        site.spoil()
        controller.take(is_of("healed", site.team, "ConfigMap"))
        config = words[words.index("--config") + 1]
        done = commands.run("doctor", "--in-cluster", "--config", config, environment=environment)
        assert f"app {site.shop}" in done.stdout
        missing = f"may not create, delete, patch deployments.apps in namespace {site.shop}"
        assert missing in done.stdout, done.stdout + done.stderr
        assert (done.returncode, done.stdout.count("FAIL")) == (4, 1)

        site.sample.commit({"shop/old.yaml": None}, "drop")
        site.may_patch(["get", "list", "watch", "create", "patch", "delete"])
        controller.take(is_of("healed", site.shop, "Deployment"))
        controller.take(is_of("pruned", site.shop, "ConfigMap"))

        site.let_look("nobody")
        assert eventually(lambda: site.told(site.own).returncode == 0, within_s=60)
        told = json.loads(site.told(site.own, "-o", "json").stdout)
        assert {each["name"] for each in told["apps"]} == {site.shop, site.team, "far"}
        assert told["leases"][0]["holder"] == told["controllers"][0]["holder"]
        refused = site.told(site.team)
        assert (refused.returncode, "list configmaps" in refused.stderr) == (4, True)
    assert site.status(f"/api/v1/namespaces/{site.shop}/configmaps/old") == 404
    key = site.client.call("GET", f"/api/v1/namespaces/{site.own}/secrets/driftdeck-key").json()
    assert len(base64.b64decode(key["data"]["digest.key"])) == 32
    assert json.dumps(controller.seen).count("hidden") == 0
