"""Who may talk to the server, and what each may do.

admin
    `system:masters`, beyond all authorization.
alice, bob, carol
    Three other writers, for "who changed this field".
driftdeck
    The engine; its group `driftdeck:engines` is what the audit policy and admission rules see.
viewer
    Reads everything, Secrets too, and writes nothing.
nobody
    Known to the server, and without any right but discovery.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.apiserver.client import Json

_RBAC = "rbac.authorization.k8s.io"
_WRITERS, _ENGINES, _VIEWERS = (
    "driftdeck-test:writers",
    "driftdeck:engines",
    "driftdeck-test:viewers",
)


@dataclass(frozen=True, slots=True)
class User:
    """A line of the token file."""

    name: str
    group: str | None = None

    def line(self, token: str) -> str:
        """The line, with a user id that differs from the name as it does in a real cluster."""
        groups = f',"{self.group}"' if self.group else ""
        return f"{token},{self.name},u-{self.name}{groups}\n"


USERS = (
    User("admin", "system:masters"),
    User("alice", _WRITERS),
    User("bob", _WRITERS),
    User("carol", _WRITERS),
    User("driftdeck", _ENGINES),
    User("viewer", _VIEWERS),
    User("nobody"),
)

# (user, verb, resource): once the server says yes to each, every binding below has arrived.
PROOFS = (
    ("alice", "delete", "secrets"),
    ("driftdeck", "delete", "secrets"),
    ("viewer", "list", "secrets"),
)


def _binding(name: str, group: str, role: str) -> Json:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": _RBAC, "kind": "Group", "name": group}],
    }


def rights() -> Sequence[tuple[str, Json]]:
    """Objects that give the users their rights, each with the path to POST it to."""
    reader = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "driftdeck-test-viewer"},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}],
    }
    bindings = f"/apis/{_RBAC}/v1/clusterrolebindings"
    return (
        (f"/apis/{_RBAC}/v1/clusterroles", reader),
        (bindings, _binding("driftdeck-test-writers", _WRITERS, "cluster-admin")),
        (bindings, _binding("driftdeck-test-engines", _ENGINES, "cluster-admin")),
        (bindings, _binding("driftdeck-test-viewers", _VIEWERS, "driftdeck-test-viewer")),
    )


def access_review(verb: str, resource: str, *, group: str = "") -> Json:
    """The question "may I?", to be POSTed by the one who wants to know."""
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": verb, "resource": resource, "group": group}},
    }


def kubeconfig(
    url: str, ca_file: Path, tokens: dict[str, str], namespace: str, *, compressed: bool = True
) -> str:
    """A kubeconfig with a context `real-<user>` for each of *tokens*; the first one is current.

    The certificate is copied in, so that the file may be moved or outlive the server.  Where
    answers are not *compressed*, who uses it is as good as in the cluster.
    """
    ca = base64.b64encode(ca_file.read_bytes()).decode()
    cluster = {
        "server": url,
        "certificate-authority-data": ca,
        "disable-compression": not compressed,
    }
    contexts = [
        {
            "name": f"real-{user}",
            "context": {"cluster": "real", "user": f"real-{user}", "namespace": namespace},
        }
        for user in tokens
    ]
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "real", "cluster": cluster}],
        "users": [
            {"name": f"real-{user}", "user": {"token": token}} for user, token in tokens.items()
        ],
        "contexts": contexts,
        "current-context": contexts[0]["name"],
    }
    return yaml.safe_dump(content, sort_keys=False)
