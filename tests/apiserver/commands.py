"""The command lines, and the files they read: where every flag has its reason."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.apiserver.ports import LOOPBACK
from tests.apiserver.users import USERS

_AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        # The bodies of our own writes: a DELETE shows its preconditions nowhere else.
        {
            "level": "RequestResponse",
            "users": ["driftdeck"],
            "verbs": ["create", "update", "patch", "delete", "deletecollection"],
        },
        # Who holds a Lease stands in its body.
        {
            "level": "RequestResponse",
            "verbs": ["create", "update"],
            "resources": [{"group": "coordination.k8s.io", "resources": ["leases"]}],
        },
        {"level": "Metadata"},
    ],
}


def write_files(folder: Path, tokens: Mapping[str, str]) -> None:
    """Put into *folder* what the kube-apiserver reads at its start."""
    lines = "".join(user.line(tokens[user.name]) for user in USERS)
    (folder / "tokens.csv").write_text(lines)
    (folder / "audit.yaml").write_text(json.dumps(_AUDIT_POLICY))
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    (folder / "sa.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    (folder / "sa.pub").write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def etcd(program: Path, folder: Path, *, client_url: str, peer_port: int) -> Sequence[str]:
    """A cluster of one, which forgets everything when the machine stops."""
    peer_url = f"http://{LOOPBACK}:{peer_port}"
    return (
        str(program),
        "--name=t",
        f"--data-dir={folder / 'etcd'}",
        f"--initial-cluster=t={peer_url}",
        "--unsafe-no-fsync",
        # A member alone waits a whole election timeout before it elects itself: 1.0 s of each start
        # by default, 0.25 s so.  At 10 and 100 ms its idle heartbeats took twice the processor.
        "--heartbeat-interval=50",
        "--election-timeout=250",
        f"--listen-client-urls={client_url}",
        f"--advertise-client-urls={client_url}",
        f"--listen-peer-urls={peer_url}",
        f"--initial-advertise-peer-urls={peer_url}",
    )


def api_server(program: Path, folder: Path, *, etcd_url: str, port: int) -> Sequence[str]:
    """An API server without a cluster behind it: no nodes, no controllers, no service accounts."""
    return (
        str(program),
        f"--etcd-servers={etcd_url}",
        "--etcd-prefix=/t",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={port}",
        f"--advertise-address={LOOPBACK}",
        f"--cert-dir={folder / 'certs'}",  # it makes its certificate there, and keeps it
        "--service-cluster-ip-range=10.0.0.0/24",
        "--allow-privileged=true",
        "--authorization-mode=RBAC",
        f"--token-auth-file={folder / 'tokens.csv'}",
        f"--service-account-issuer=https://{LOOPBACK}:{port}/",
        f"--service-account-key-file={folder / 'sa.pub'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        "--disable-admission-plugins=ServiceAccount",  # nobody makes the default one: Pods fail
        "--endpoint-reconciler-type=none",
        "--profiling=false",
        "--shutdown-delay-duration=0s",
        f"--audit-policy-file={folder / 'audit.yaml'}",
        f"--audit-log-path={folder / 'audit.jsonl'}",
        "--audit-log-maxsize=4096",  # MB; at the usual 100 the log is turned over in a long run
    )


def controllers(
    program: Path, folder: Path, kubeconfig: Path, names: Sequence[str]
) -> Sequence[str]:
    """A controller-manager that runs the controllers *names* and listens nowhere."""
    return (
        str(program),
        f"--kubeconfig={kubeconfig}",
        f"--controllers={','.join(names)}",
        "--leader-elect=false",
        "--secure-port=0",
        f"--service-account-private-key-file={folder / 'sa.key'}",
        f"--root-ca-file={folder / 'certs' / 'apiserver.crt'}",
    )
