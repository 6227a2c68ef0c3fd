"""From a kubeconfig to a login."""

import base64
import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.cluster.login.credentials import impersonation, log_in
from core.cluster.login.login import FileBearer, FixedBearer, Login, read_token
from core.cluster.login.plugin import PluginBearer
from core.errors import DeniedError, UsageError
from core.model import ClusterSpec
from tests.core.cluster.manual import ManualClock


def written(folder: Path, user: Mapping[str, object] | None, **cluster: object) -> ClusterSpec:
    """A kubeconfig with one context."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1/", **cluster}}],
        "users": [] if user is None else [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
        "current-context": "x",
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config))
    return ClusterSpec(name="test", kubeconfig=str(path))


def self_signed() -> tuple[str, str]:
    """A certificate and its key, as a kubeconfig holds them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "u")])
    begins = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(encoding)
    return base64.b64encode(public).decode(), base64.b64encode(private).decode()


async def logged_in(spec: ClusterSpec, context: str = "") -> Login:
    return await log_in(spec, ManualClock().clock, context=context)


async def test_a_token_is_sent_as_it_is(tmp_path: Path) -> None:
    login = await logged_in(written(tmp_path, {"token": "canary"}))
    assert (login.context, login.server, login.namespace, login.user) == (
        "x",
        "http://127.0.0.1:1",
        "shop",
        "u",
    )
    assert await login.bearer.header() == "Bearer canary"
    assert not await login.bearer.refused("Bearer canary")
    assert "canary" not in repr(login)


async def test_a_token_file_goes_before_a_token_and_is_relative_to_the_kubeconfig(
    tmp_path: Path,
) -> None:
    (tmp_path / "tok").write_text("from-file\n")
    login = await logged_in(written(tmp_path, {"token": "fixed", "tokenFile": "tok"}))
    assert await login.bearer.header() == "Bearer from-file"


async def test_a_name_and_a_password_are_basic(tmp_path: Path) -> None:
    login = await logged_in(written(tmp_path, {"username": "a", "password": "b"}))
    assert await login.bearer.header() == "Basic " + base64.b64encode(b"a:b").decode()


async def test_a_plugin_is_run_by_us(tmp_path: Path) -> None:
    answer = {"kind": "ExecCredential", "apiVersion": "v", "status": {"token": "t"}}
    program = tmp_path / "plugin.sh"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    program.chmod(0o700)
    user = {"exec": {"command": "./plugin.sh", "apiVersion": "v"}}
    login = await logged_in(written(tmp_path, user))
    assert isinstance(login.bearer, PluginBearer)
    assert await login.bearer.header() == "Bearer t"


@pytest.mark.parametrize(
    "user",
    [
        {},
        None,
        {"token": ""},
        {"tokenFile": "nowhere"},
        {"auth-provider": {"name": "oidc", "config": {}}},
        {"exec": {"command": "no-such-plugin", "apiVersion": "v"}},
        {"exec": {"command": "sh", "apiVersion": "v", "interactiveMode": "Always"}},
    ],
)
async def test_a_named_user_without_credential_is_refused_never_anonymous(
    tmp_path: Path, user: Mapping[str, object] | None
) -> None:
    with pytest.raises((DeniedError, UsageError)):
        await logged_in(written(tmp_path, user))


def forget_user(path: Path) -> None:
    config = json.loads(path.read_text())
    del config["contexts"][0]["context"]["user"]
    path.write_text(json.dumps(config))


async def test_a_context_without_user_is_anonymous_and_says_so(tmp_path: Path) -> None:
    spec = written(tmp_path, None)
    forget_user(Path(spec.kubeconfig))
    login = await logged_in(spec)
    assert login.user == "anonymous"
    assert await login.bearer.header() is None


async def test_a_client_certificate_alone_is_a_credential(tmp_path: Path) -> None:
    certificate, key = self_signed()
    user = {"client-certificate-data": certificate, "client-key-data": key}
    login = await logged_in(written(tmp_path, user, server="https://127.0.0.1:1"))
    assert login.user == "u"
    assert await login.bearer.header() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "text",
        "a: [",
        "clusters: 5",
        "{contexts: [{}]}",
        "{contexts: [{name: x}], current-context: x}",
        "{contexts: [{name: x, context: {cluster: c}}], clusters: [], current-context: x}",
        "{contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {}}]}",
        "\t: x",
        "!!python/object/apply:os.system ['true']",
    ],
)
async def test_a_file_that_is_no_kubeconfig_is_a_usage_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    with pytest.raises(UsageError):
        await logged_in(ClusterSpec(name="test", kubeconfig=str(path)))


async def test_two_files_are_read_as_one_and_the_first_wins(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    one = written(first, {"token": "first"})
    two = written(second, {"token": "second"})
    both = os.pathsep.join((one.kubeconfig, str(tmp_path / "absent"), two.kubeconfig))
    login = await logged_in(ClusterSpec(name="test", kubeconfig=both))
    assert await login.bearer.header() == "Bearer first"


def switch_context(path: Path) -> None:
    config = json.loads(path.read_text())
    config["contexts"].append({"name": "other", "context": {"cluster": "c", "user": "u"}})
    config["current-context"] = "other"
    path.write_text(json.dumps(config))


async def test_the_context_found_first_is_kept_when_the_file_names_another(
    tmp_path: Path,
) -> None:
    spec = written(tmp_path, {"token": "t"})
    pinned = (await logged_in(spec)).context
    switch_context(Path(spec.kubeconfig))
    assert (await logged_in(spec)).context == "other"
    assert (await logged_in(spec, pinned)).context == "x"


async def test_certificates_that_cannot_be_used_are_a_usage_error(tmp_path: Path) -> None:
    garbage = base64.b64encode(b"garbage").decode()
    for cluster in (
        {"certificate-authority-data": garbage},
        {"certificate-authority": "nowhere.crt"},
    ):
        spec = written(tmp_path, {"token": "t"}, server="https://127.0.0.1:1", **cluster)
        with pytest.raises(UsageError):
            await logged_in(spec)


async def test_tls_is_verified_unless_the_kubeconfig_says_otherwise(tmp_path: Path) -> None:
    spec = written(tmp_path, {"token": "t"}, server="https://127.0.0.1:1")
    strict = await logged_in(spec)
    assert strict.tls is not None
    assert strict.tls.check_hostname
    server: dict[str, object] = {"server": "https://127.0.0.1:1", "insecure-skip-tls-verify": True}
    loose = await logged_in(written(tmp_path, {"token": "t"}, **server))
    assert loose.tls is not None
    assert not loose.tls.check_hostname


async def test_only_http_proxies_are_taken(tmp_path: Path) -> None:
    proxied: dict[str, object] = {"proxy-url": "http://user:canary@proxy:3128"}
    login = await logged_in(written(tmp_path, {"token": "t"}, **proxied))
    assert login.proxy == "http://user:canary@proxy:3128"
    assert "canary" not in repr(login)
    socks: dict[str, object] = {"proxy-url": "socks5://proxy"}
    with pytest.raises(UsageError, match="only HTTP proxies"):
        await logged_in(written(tmp_path, {"token": "t"}, **socks))


def test_impersonation_is_never_dropped() -> None:
    user = {
        "token": "t",
        "as": "jane",
        "as-uid": "7",
        "as-groups": ["a", "b"],
        "as-user-extra": {"reason": ["x", "y"]},
    }
    assert impersonation(user) == (
        ("Impersonate-User", "jane"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-reason", "x"),
        ("Impersonate-Extra-reason", "y"),
    )
    assert impersonation({"token": "t"}) == ()


async def test_outside_a_pod_in_cluster_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no pod"):
        await logged_in(ClusterSpec(name="test", in_cluster=True))


# Tokens that somebody else rotates ----------------------------------------------------------------


async def test_a_token_file_is_read_again_after_a_minute(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("one")
    moment = ManualClock()
    bearer = FileBearer(str(path), "one", moment.clock)
    path.write_text("two\n")
    moment.now += 59
    assert await bearer.header() == "Bearer one"
    moment.now += 1
    assert await bearer.header() == "Bearer two"


async def test_an_empty_or_missing_token_file_keeps_the_old_token(tmp_path: Path) -> None:
    path = tmp_path / "token"
    moment = ManualClock()
    bearer = FileBearer(str(path), "one", moment.clock)
    for content in (None, "", " \n"):
        if content is not None:
            path.write_text(content)
        moment.now += 61
        assert await bearer.header() == "Bearer one"
    path.write_bytes(b"\xff\xfe")
    assert read_token(str(path)) == ""


async def test_a_refused_token_is_read_again_at_once(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("one")
    bearer = FileBearer(str(path), "one", ManualClock().clock)
    assert not await bearer.refused("Bearer one")
    path.write_text("two")
    assert await bearer.refused("Bearer one")
    assert await bearer.header() == "Bearer two"


async def test_no_header_is_different_from_an_empty_one() -> None:
    assert FixedBearer(None).empty
    assert await FixedBearer(None).header() is None
