"""Contexts that lead to one server, told without asking it."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.cluster import known_twice
from core.model import ClusterSpec

SERVER: dict[str, Any] = {
    "server": "https://eu.example:6443",
    "certificate-authority-data": "QQ==",
}


def twice(folder: Path, first: dict[str, Any], second: dict[str, Any]) -> dict[str, str]:
    """Two clusters that are reached so, each by a user of its own."""
    path = folder / "config"
    names = {"ann": first, "bob": second}
    config = {
        "clusters": [{"name": name, "cluster": cluster} for name, cluster in names.items()],
        "users": [{"name": name, "user": {"token": name}} for name in names],
        "contexts": [{"name": n, "context": {"cluster": n, "user": n}} for n in names],
        "current-context": "ann",
    }
    path.write_text(json.dumps(config))
    specs = [
        ClusterSpec(name="prod", kubeconfig=str(path)),
        ClusterSpec(name="lab", kubeconfig=str(path), context="bob"),
        ClusterSpec(name="lost", kubeconfig=str(path), context="nowhere"),
        ClusterSpec(name="pod", in_cluster=True),
    ]
    return dict(known_twice(specs))


@pytest.mark.parametrize(
    "second",
    [
        SERVER,
        SERVER | {"server": "https://EU.example:6443/"},
        SERVER | {"server": "eu.example:6443"},
        SERVER | {"server": "https://eu.example:6443?token=x"},
    ],
)
def test_one_address_is_one_server_whoever_asks(tmp_path: Path, second: dict[str, Any]) -> None:
    assert twice(tmp_path, SERVER, second) == {"lab": "prod"}


def test_the_port_of_https_may_be_left_out(tmp_path: Path) -> None:
    first, second = ({"server": f"https://eu.example{port}"} for port in ("", ":443"))
    assert twice(tmp_path, first, second) == {"lab": "prod"}


@pytest.mark.parametrize(
    "other",
    [
        {"server": "https://us.example:6443"},
        {"server": "https://eu.example:6444"},
        {"server": "https://eu.example:6443/k8s/clusters/c-2"},
        {"tls-server-name": "kube-teleport-proxy-alpn.us.example"},
        {"proxy-url": "http://bastion.us.example:3128"},
        {"certificate-authority-data": "Qg=="},
        {"server": "https://eu.example:notaport"},
    ],
)
def test_what_may_lead_to_another_server_is_left_to_the_servers_to_tell(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    assert twice(tmp_path, SERVER, SERVER | other) == {}


def test_of_one_cluster_nothing_is_read(tmp_path: Path) -> None:
    assert known_twice([ClusterSpec(name="only", kubeconfig=str(tmp_path))]) == {}
