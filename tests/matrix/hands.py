"""The hands that make the changes: kubectl itself, and four clients that are not kubectl.

Where there is no kubectl the same requests are made with its field managers.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.apiserver.client import Client
from tests.matrix.changes import Case, Nature, Who
from tests.matrix.objects import COLLECTIONS, Json

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
MERGE_PATCH, APPLY = "application/merge-patch+json", "application/apply-patch+yaml"


@dataclass(frozen=True)
class Hands:
    """One colleague with all rights and every tool."""

    client: Client
    kubeconfig: Path

    @property
    def kubectl(self) -> str | None:
        """The real program, if it is here."""
        return shutil.which("kubectl")

    def make(self, cases: Iterable[Case]) -> None:
        """Make every change, each in the way of who makes it."""
        by: dict[Who, list[Case]] = {who: [] for who in Who}
        for case in cases:
            by[case.who].append(case)
        for case in (*by[Who.CLIENT], *by[Who.CONTROLLER]):
            self._as_client(case)
        for case in (*by[Who.APPLIER], *by[Who.SERVER_SIDE]):
            self._as_applier(case)
        if self.kubectl is None:
            for case in (*by[Who.KUBECTL], *by[Who.CLIENT_SIDE]):
                self._as_client(case)
        else:
            self._with_kubectl(by[Who.KUBECTL])
            self._with_kubectl_apply(by[Who.CLIENT_SIDE])

    def live(self, case: Case) -> Json:
        """The object as the server has it."""
        return self._call("GET", _path(case))

    def _as_client(self, case: Case) -> None:
        """By reading, changing and writing back the whole object."""
        query = f"?fieldManager={case.manager}"
        if case.change.nature is Nature.CREATED:
            self._call("POST", f"{COLLECTIONS[case.change.kind]}{query}", _sent(case, case.git))
        elif case.change.nature is Nature.DELETED:
            self._call("DELETE", _path(case))
        elif case.manager == "kubectl":
            body = {"spec": {"replicas": case.edited(case.git)["spec"]["replicas"]}}
            self._call("PATCH", f"{_path(case)}/scale{query}", body, MERGE_PATCH)
        else:
            self._call("PUT", f"{_path(case)}{query}", _sent(case, case.edited(self.live(case))))

    def _as_applier(self, case: Case) -> None:
        """By applying Git's object with the change in it; what goes was taken over before."""
        taken = case.change.taken
        bodies = [case.edited(case.git, taken)] if taken is not None else []
        for body in (*bodies, case.edited(case.git)):
            query = f"?fieldManager={case.manager}&force=true"
            self._call("PATCH", f"{_path(case)}{query}", body, APPLY)

    def _with_kubectl(self, cases: Sequence[Case]) -> None:
        replaced = []
        for case in cases:
            words = [word.replace("{name}", case.name) for word in case.change.kubectl]
            if not words:
                replaced.append(case.edited(self.live(case)))
            elif words == ["create"]:
                self._run("create", "-f", "-", sent=[case.git])
            else:
                self._run(*words)
        self._run("replace", "-f", "-", sent=replaced)

    def _with_kubectl_apply(self, cases: Sequence[Case]) -> None:
        """By `kubectl apply` of what Git has, and then of the changed file."""
        self._run("apply", "-f", "-", sent=[case.git for case in cases])
        self._run("apply", "-f", "-", sent=[case.edited(case.git) for case in cases])

    def _run(self, *words: str, sent: Sequence[Json] = ()) -> None:
        assert self.kubectl is not None
        body = {"apiVersion": "v1", "kind": "List", "items": list(sent)}
        done = subprocess.run(  # noqa: S603 - our own command line
            [self.kubectl, f"--kubeconfig={self.kubeconfig}", *words],
            input=json.dumps(body).encode(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (words, done.stderr.decode())

    def _call(
        self, method: str, path: str, body: Json | None = None, content_type: str | None = None
    ) -> Json:
        kind = content_type or "application/json"
        answer = self.client.call(method, path, body, content_type=kind)
        expected = {HTTPStatus.OK, HTTPStatus.CREATED}
        assert answer.status in expected, (method, path, answer.body)
        found: dict[str, Any] = answer.json()
        return found


def _path(case: Case) -> str:
    return f"{COLLECTIONS[case.change.kind]}/{case.name}"


def _sent(case: Case, body: Json) -> Json:
    """Put in what a client-side apply leaves of itself."""
    if case.who is Who.CLIENT_SIDE:
        applied = json.dumps(case.edited(case.git))
        body["metadata"].setdefault("annotations", {})[LAST_APPLIED] = applied
    return body
