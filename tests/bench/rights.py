"""A ServiceAccount that may read and write in a few namespaces alone, as `install` grants it."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from tests.apiserver.client import Json
from tests.apiserver.server import ApiServer
from tests.apiserver.users import kubeconfig

NAME: Final = "driftdeck"
_RBAC: Final = "/apis/rbac.authorization.k8s.io/v1"
_READ: Final = ["get", "list", "watch"]
_SUBJECT: Final = {"kind": "ServiceAccount", "namespace": NAME, "name": NAME}
_WIDE: Final = (
    {"apiGroups": [""], "resources": ["namespaces"], "verbs": [*_READ, "create", "patch"]},
    {
        "apiGroups": ["admissionregistration.k8s.io", "apiextensions.k8s.io"],
        "resources": ["*"],
        "verbs": _READ,
    },
)


def namespaced(
    server: ApiServer, namespaces: Iterable[str], resources: Mapping[str, list[str]], folder: Path
) -> Path:
    """Make the account, and grant it *resources*, by group, in *namespaces*.

    Returns:
        A kubeconfig in *folder* that holds its token, for who is as good as in the cluster.
    """
    client = server.client("admin")

    def post(path: str, body: dict[str, Any]) -> Json:
        answer = client.call("POST", path, body)
        assert answer.status == HTTPStatus.CREATED, answer.body
        return answer.json()

    def grant(place: str, kind: str, rules: list[dict[str, Any]]) -> None:
        named = {"metadata": {"name": NAME}}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": NAME}
        post(f"{place}/{kind.lower()}s", {**named, "rules": rules})
        post(f"{place}/{kind.lower()}bindings", {**named, "roleRef": role, "subjects": [_SUBJECT]})

    post("/api/v1/namespaces", {"metadata": {"name": NAME}})
    accounts = f"/api/v1/namespaces/{NAME}/serviceaccounts"
    post(accounts, {"metadata": {"name": NAME}})
    grant(_RBAC, "ClusterRole", list(_WIDE))
    verbs = [*_READ, "create", "patch", "update", "delete"]
    rules = [{"apiGroups": [g], "resources": r, "verbs": verbs} for g, r in resources.items()]
    for namespace in namespaces:
        grant(f"{_RBAC}/namespaces/{namespace}", "Role", rules)
    made = post(f"{accounts}/{NAME}/token", {"spec": {"expirationSeconds": 7_200}})
    tokens = {NAME: made["status"]["token"]}
    file = folder / "kubeconfig-namespaced.yaml"
    file.touch(mode=0o600)
    file.write_text(kubeconfig(server.url, server.ca_file, tokens, "default", compressed=False))
    return file
