"""The ServiceAccount that the engine is: its rights, and its token, which is changed in its file.

A token is bound to a Secret of its own, so that it is worth nothing once that is gone: the server
remembers for some seconds that it was good, and open watches live on.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import yaml

from tests.apiserver.client import Json
from tests.apiserver.server import ApiServer

NAMESPACE: Final = "default"
NAME: Final = "driftdeck"
USER: Final = f"system:serviceaccount:{NAMESPACE}:{NAME}"
RIGHTS: Final = "soak-engine"
BINDINGS: Final = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
_CORE: Final = f"/api/v1/namespaces/{NAMESPACE}"
_LASTS_S: Final = 7_200


class Account:
    """Makes tokens for one server, the newest into a file."""

    def __init__(self, server: ApiServer, folder: Path) -> None:
        """Make the account and its first token; the file lies in *folder*."""
        self._server, self._file = server, folder / "token"
        self._number = 0
        self._post(f"{_CORE}/serviceaccounts", {"metadata": {"name": NAME}})
        self.grant()
        self.rotate()

    def kubeconfig(self, url: str) -> str:
        """Return a kubeconfig of the account for a server at *url*, whose token is in the file."""
        stated = yaml.safe_load(self._server.kubeconfig("admin").read_text())
        (cluster,), (user,) = stated["clusters"], stated["users"]
        cluster["cluster"]["server"] = url
        user["user"] = {"tokenFile": str(self._file)}
        return yaml.safe_dump(stated)

    def rotate(self) -> None:
        """Put another token into the file; the one before is worth nothing from then on."""
        self._number += 1
        secret = self._post(f"{_CORE}/secrets", {"metadata": {"name": self._secret(0)}})
        bound = {"apiVersion": "v1", "kind": "Secret", "name": self._secret(0)}
        bound["uid"] = secret["metadata"]["uid"]
        asked = {"spec": {"expirationSeconds": _LASTS_S, "boundObjectRef": bound}}
        made = self._post(f"{_CORE}/serviceaccounts/{NAME}/token", asked)
        fresh = self._file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(made["status"]["token"])
        fresh.replace(self._file)
        self._server.client("admin").call("DELETE", f"{_CORE}/secrets/{self._secret(1)}")

    def grant(self) -> None:
        """Let it do everything."""
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole"}
        subject = {"kind": "ServiceAccount", "namespace": NAMESPACE, "name": NAME}
        body = {
            "metadata": {"name": RIGHTS},
            "roleRef": {**role, "name": "cluster-admin"},
            "subjects": [subject],
        }
        self._post(BINDINGS, body)

    def take(self) -> None:
        """Let it do nothing."""
        self._server.client("admin").call("DELETE", f"{BINDINGS}/{RIGHTS}")

    def _secret(self, ago: int) -> str:
        return f"token-{self._number - ago}"

    def _post(self, path: str, body: dict[str, Any]) -> Json:
        answer = self._server.client("admin").call("POST", path, body)
        assert answer.status == HTTPStatus.CREATED, answer.body
        return answer.json()
