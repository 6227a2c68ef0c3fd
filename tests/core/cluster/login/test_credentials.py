"""From a kubeconfig to a login."""

import base64
import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.cluster.login.config import UserEntry
from core.cluster.login.credentials import log_in
from core.cluster.login.headers import impersonation
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


@pytest.mark.parametrize("token", ["canary\n", "canary\r\n", "  canary ", "canary\t"])
async def test_space_around_a_token_is_no_part_of_it(tmp_path: Path, token: str) -> None:
    login = await logged_in(written(tmp_path, {"token": token}))
    assert await login.bearer.header() == "Bearer canary"


@pytest.mark.parametrize("token", ["can\nary", "can\0ary", "can\x7fary", "can\ud800ary"])
async def test_a_token_that_no_header_can_hold_is_denied_in_one_line(
    tmp_path: Path, token: str
) -> None:
    with pytest.raises(DeniedError, match="user 'u': its token holds") as caught:
        await logged_in(written(tmp_path, {"token": token}))
    assert "can" not in str(caught.value).replace("control character", "")


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


async def test_a_plugin_that_wants_to_know_its_cluster_is_told_as_client_go_tells_it(
    tmp_path: Path,
) -> None:
    answer = {"kind": "ExecCredential", "apiVersion": "v", "status": {"token": "t"}}
    asked = tmp_path / "asked"
    code = f"echo \"$KUBERNETES_EXEC_INFO\" > {asked}; echo '{json.dumps(answer)}'"
    plugin = {"command": "sh", "args": ["-c", code], "apiVersion": "v", "provideClusterInfo": True}
    stated: dict[str, object] = {"tls-server-name": "eu", "disable-compression": True}
    await logged_in(written(tmp_path, {"exec": plugin}, **stated))
    told = json.loads(asked.read_text())["spec"]["cluster"]
    assert told == {"server": "http://127.0.0.1:1/", **stated}


STATIC = [
    ({"token": "t"}, "Bearer t"),
    ({"tokenFile": "tok"}, "Bearer from-file"),
    ({"username": "a", "password": "b"}, "Basic YTpi"),
    ({"username": "a"}, "Basic YTo="),
]


@pytest.mark.parametrize(("static", "header"), STATIC)
async def test_what_stands_in_the_file_goes_before_a_plugin(
    tmp_path: Path, static: Mapping[str, object], header: str
) -> None:
    (tmp_path / "tok").write_text("from-file")
    plugin = {"exec": {"command": "./no-such-plugin", "apiVersion": "v"}}
    login = await logged_in(written(tmp_path, {**plugin, **static}))
    assert await login.bearer.header() == header


async def test_a_client_certificate_goes_before_a_plugin(tmp_path: Path) -> None:
    certificate, key = self_signed()
    user = {
        "client-certificate-data": certificate,
        "client-key-data": key,
        "exec": {"command": "./no-such-plugin", "apiVersion": "v"},
    }
    login = await logged_in(written(tmp_path, user, server="https://127.0.0.1:1"))
    assert await login.bearer.header() is None


async def test_a_token_and_a_password_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only one is allowed"):
        await logged_in(written(tmp_path, {"token": "t", "username": "a", "password": "b"}))


async def test_a_certificate_without_its_key_is_a_usage_error(tmp_path: Path) -> None:
    certificate, _ = self_signed()
    with pytest.raises(UsageError, match="without its key"):
        await logged_in(written(tmp_path, {"client-certificate-data": certificate}))


async def test_a_pipe_for_a_token_file_is_no_token(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DeniedError, match="holds no token"):
        await logged_in(written(tmp_path, {"tokenFile": "pipe"}))


@pytest.mark.parametrize("content", ["", "a\nb", "a\0b", "\x1b[1m"])
async def test_a_token_file_that_holds_no_one_token_is_denied(tmp_path: Path, content: str) -> None:
    (tmp_path / "tok").write_text(content)
    with pytest.raises(DeniedError, match="holds no token"):
        await logged_in(written(tmp_path, {"tokenFile": "tok"}))


@pytest.mark.parametrize(
    "server",
    [
        "https://[::1",
        "https://host:99999",
        "https://host:abc",
        "https://host:0",
        "https://...",
        "https://" + "a" * 64 + ".example",
        "https://joe:canary@host",
        "https://",
        "ftp://host",
        "ht tp://host",
        "https://ho st",
        "https://host\n",
        "https://a\0b",
        "\ud800",
    ],
)
async def test_a_server_that_cannot_be_is_a_usage_error_without_its_password(
    tmp_path: Path, server: str
) -> None:
    with pytest.raises(UsageError, match="its server is") as caught:
        await logged_in(written(tmp_path, {"token": "t"}, server=server))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("server", "reached"),
    [
        ("http://host/?token=canary#canary", "http://host"),
        ("http://host:1/a b", None),
        ("http://host:1/k8s/clusters/ü/", "http://host:1/k8s/clusters/%C3%BC"),
        ("http://[::1]:6443/", "http://[::1]:6443"),
        ("127.0.0.1:6443", "http://127.0.0.1:6443"),
        ("localhost", "http://localhost"),
    ],
)
async def test_servers_are_read_as_kubectl_reads_them(
    tmp_path: Path, server: str, reached: str | None
) -> None:
    spec = written(tmp_path, {"token": "t"}, server=server)
    if reached is None:
        with pytest.raises(UsageError):
            await logged_in(spec)
        return
    assert (await logged_in(spec)).server == reached


async def test_a_name_for_tls_that_no_host_has_is_a_usage_error(tmp_path: Path) -> None:
    for name in (".x", "a..b", "a\0b", "x" * 64):
        odd: dict[str, object] = {"tls-server-name": name}
        with pytest.raises(UsageError, match="tls-server-name"):
            await logged_in(written(tmp_path, {"token": "t"}, **odd))


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


@pytest.mark.parametrize(
    ("stated", "compressed"),
    [
        ({}, True),
        ({"disable-compression": None}, True),
        ({"disable-compression": False}, True),
        ({"disable-compression": True}, False),
    ],
)
async def test_answers_are_compressed_unless_the_kubeconfig_says_otherwise(
    tmp_path: Path, stated: dict[str, object], compressed: bool
) -> None:
    assert (await logged_in(written(tmp_path, {"token": "t"}, **stated))).compressed == compressed


@pytest.mark.parametrize("value", ["true", 1, ["true"]])
async def test_what_is_no_claim_about_compression_is_named_with_its_place(
    tmp_path: Path, value: object
) -> None:
    odd = {"disable-compression": value}
    with pytest.raises(UsageError, match=r"bool.*clusters\[0\]\.cluster\.disable-compression"):
        await logged_in(written(tmp_path, {"token": "t"}, **odd))


async def test_only_http_proxies_are_taken(tmp_path: Path) -> None:
    proxied: dict[str, object] = {"proxy-url": "http://user:canary@proxy:3128"}
    login = await logged_in(written(tmp_path, {"token": "t"}, **proxied))
    assert login.proxy == "http://user:canary@proxy:3128"
    assert "canary" not in repr(login)
    socks: dict[str, object] = {"proxy-url": "socks5://proxy"}
    with pytest.raises(UsageError, match="only HTTP proxies"):
        await logged_in(written(tmp_path, {"token": "t"}, **socks))


def acting(**more: object) -> UserEntry:
    return msgspec.convert({"token": "t", "as": "jane", **more}, type=UserEntry)


def test_impersonation_is_never_dropped() -> None:
    user = acting(
        **{
            "as-uid": "7",
            "as-groups": ["a", "b"],
            "as-user-extra": {"reason": ["x", "y"]},
        }
    )
    assert impersonation(user, "u") == (
        ("Impersonate-User", "jane"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-reason", "x"),
        ("Impersonate-Extra-reason", "y"),
    )
    assert impersonation(UserEntry(token="t"), "u") == ()


def test_keys_of_extras_are_percent_encoded_as_client_go_does() -> None:
    extras = {"example.org/reason": ["change 12"], "ü%": ["x"], "a b": ["y"]}
    assert impersonation(acting(**{"as-user-extra": extras}), "u")[1:] == (
        ("Impersonate-Extra-example.org%2Freason", "change 12"),
        ("Impersonate-Extra-%C3%BC%25", "x"),
        ("Impersonate-Extra-a%20b", "y"),
    )


@pytest.mark.parametrize(
    "more",
    [
        {"as": "a\nb"},
        {"as-groups": ["a\r\nX-Evil: 1"]},
        {"as-uid": "\0"},
        {"as-user-extra": {"k": ["\x1b[31m"]}},
        {"as-user-extra": {"k\n": ["v"]}},
        {"as": "\ud800"},
    ],
)
def test_what_a_header_cannot_hold_is_refused_without_its_value(more: Mapping[str, object]) -> None:
    with pytest.raises(DeniedError, match="user 'u'") as caught:
        impersonation(acting(**more), "u")
    assert "Evil" not in str(caught.value)


def test_groups_without_somebody_to_be_are_refused_as_kubectl_does() -> None:
    with pytest.raises(UsageError, match="need an `as`"):
        impersonation(UserEntry(as_groups=("system:masters",)), "u")


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
