"""One app on a real kube-apiserver: files in Git, objects in the cluster, and what `diff` says."""

import json
import subprocess
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml

from core.git import commit_files
from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer
from tests.loop.clusters import MERGE_PATCH, Place, run

ADA = "Ada <ada@example>"
APPLY = "application/apply-patch+yaml"
CORE = frozenset({"ConfigMap", "Service", "Secret", "ReplicationController"})


@dataclass
class Stage:
    """What a test plays on: the namespace is the app's own and nobody else's."""

    server: ApiServer
    namespace: str
    folder: Path
    settings: str = ""  # more keys of the app, each ", key: value"

    @property
    def client(self) -> Client:
        return self.server.client("alice")

    def git(self, **files: str | None) -> None:
        """Commit files of the app's folder; None deletes."""
        repo = self.folder / "repo"
        content = {
            f"{name}.yaml": None if text is None else text.encode() for name, text in files.items()
        }
        commit_files(
            repo, content, author=ADA, message="Change", when=time.time(), init=not repo.exists()
        )

    def put(self, text: str, manager: str = "driftdeck") -> None:
        """Apply one object server-side, as *manager*."""
        body = yaml.safe_load(text)
        path = f"{self.path(body['apiVersion'], body['kind'])}/{body['metadata']['name']}"
        query = f"fieldManager={manager}&force=true"
        answer = self.client.call("PATCH", f"{path}?{query}", body, content_type=APPLY)
        assert answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}, answer.body

    def path(self, api_version: str, kind: str) -> str:
        root = "/apis" if "/" in api_version else "/api"
        return f"{root}/{api_version}/namespaces/{self.namespace}/{kind.lower()}s"

    def patch(self, path: str, patch: Any, manager: str) -> None:
        url = f"{path}{'&' if '?' in path else '?'}fieldManager={manager}"
        answer = self.client.call("PATCH", url, patch, content_type=MERGE_PATCH)
        assert answer.status == HTTPStatus.OK, answer.body

    def scale(self, name: str, replicas: int, manager: str) -> None:
        path = f"{self.path('apps/v1', 'Deployment')}/{name}/scale"
        self.patch(path, {"spec": {"replicas": replicas}}, manager)

    def place(self, user: str = "driftdeck") -> Place:
        apps = (
            f"apps:\n  - {{name: shop, repo: repo, namespace: {self.namespace}{self.settings}}}\n"
        )
        (self.folder / "driftdeck.yaml").write_text(apps)
        return Place(self.server.kubeconfig(user), self.client, self.folder)

    def run(self, *words: str, user: str = "driftdeck") -> subprocess.CompletedProcess[str]:
        return run(self.place(user), *words, timeout_s=100)

    def diff(self, user: str = "driftdeck") -> dict[str, Any]:
        """What `diff -o json --all` says: the app, and its objects by name."""
        done = self.run("diff", "-o", "json", "--all", user=user)
        assert done.stdout, done.stderr
        found = json.loads(done.stdout)
        objects = {each["name"]: each for each in found["objects"]}
        return {"complete": found["complete"], "app": found["apps"][0], **objects}

    def text(self, user: str = "driftdeck") -> str:
        """The report for people, its lines joined."""
        return " ".join(self.run("diff", "--all", user=user).stdout.split())


def changes(row: dict[str, Any]) -> dict[str, str]:
    return {change["path"]: change["verdict"] for change in row["changes"]}
