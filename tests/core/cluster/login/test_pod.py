"""The account of a pod: a folder of files that somebody else keeps fresh."""

import base64
from pathlib import Path

import pytest

from core.cluster import home_namespace, pod_namespace
from core.cluster.login.credentials import log_in
from core.errors import UnavailableError, UsageError
from core.model import ClusterSpec
from core.model.controllers.controller import Controller
from tests.core.cluster.login.test_credentials import self_signed
from tests.core.cluster.manual import ManualClock

POD = ClusterSpec(name="prod", in_cluster=True)


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the kubelet mounts."""
    certificate, _ = self_signed()
    (tmp_path / "ca.crt").write_bytes(base64.b64decode(certificate))
    (tmp_path / "token").write_text("first")
    (tmp_path / "namespace").write_text("ops")
    monkeypatch.setenv("DRIFTDECK_SERVICE_ACCOUNT", str(tmp_path))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    return tmp_path


async def test_the_pods_account_is_its_files_and_its_server_stands_in_the_environment(
    account: Path,
) -> None:
    clock = ManualClock()
    login = await log_in(POD, clock.clock)
    assert (login.server, login.namespace, login.context) == (
        "https://[fd00::1]:443",
        "ops",
        "in-cluster",
    )
    assert login.tls is not None
    assert await login.bearer.header() == "Bearer first"
    (account / "token").write_text("second")
    assert await login.bearer.header() == "Bearer first"
    assert await login.bearer.refused("Bearer first")
    assert await login.bearer.header() == "Bearer second"


@pytest.mark.usefixtures("account")
async def test_beside_its_server_a_pod_wants_nothing_compressed() -> None:
    assert not (await log_in(POD, ManualClock().clock)).compressed


@pytest.mark.parametrize("name", ["token", "ca.crt"])
async def test_a_file_that_is_not_there_is_one_clear_error(account: Path, name: str) -> None:
    (account / name).unlink()
    with pytest.raises(UsageError, match=f"no pod with an account in {account}: Service .* exist"):
        await log_in(POD, ManualClock().clock)


async def test_outside_of_a_pod_there_is_no_account(
    account: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
    with pytest.raises(UsageError, match=f"no pod with an account in {account}: Service host"):
        await log_in(POD, ManualClock().clock)


async def test_a_cluster_of_a_secret_is_never_the_pods_own(
    account: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(account / "none"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "1")
    own = await log_in(ClusterSpec(name="prod"), ManualClock().clock)
    assert own.context == "in-cluster"
    with pytest.raises(UnavailableError, match=r"cannot reach https://127\.0\.0\.1:1"):
        await log_in(ClusterSpec(name="eu", secret=("eu", "k")), ManualClock().clock)


def test_the_namespace_of_a_pod_is_told_and_elsewhere_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "namespace").write_text("ops\n")
    here = {"DRIFTDECK_SERVICE_ACCOUNT": str(tmp_path)}
    assert pod_namespace({**here, "KUBERNETES_SERVICE_HOST": "10.0.0.1"}) == "ops"
    assert pod_namespace(here) == ""


def test_a_controller_is_in_its_pods_namespace_only_where_its_pod_is(tmp_path: Path) -> None:
    (tmp_path / "namespace").write_text("ops")
    pod = {"DRIFTDECK_SERVICE_ACCOUNT": str(tmp_path), "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    here, elsewhere = ClusterSpec(name="a", in_cluster=True), ClusterSpec(name="b", context="b")
    stated = Controller(namespace="decks")
    assert home_namespace(here, stated, pod) == "ops"
    assert home_namespace(elsewhere, stated, pod) == "decks"
    assert home_namespace(here, stated, {}) == "decks"
