"""Whatever a kubeconfig holds, it ends in a login that can be used or in one line, never a bug."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.cluster.connection.answers import LinkError
from core.cluster.connection.link import open_connection
from core.cluster.connection.request import Request
from core.cluster.login.credentials import log_in
from core.errors import DeniedError, UsageError
from core.model import ClusterSpec
from tests.core.cluster.manual import ManualClock

CANARY: Final = "canary-7f3a"
ODD_TEXTS: Final = (
    "",
    " ",
    "\n",
    "a\nb",
    "a\r\nX: y",
    "\0",
    "\x1b[31m",
    "\ud800",
    "ü",
    "a" * 70,
    "/",
    "..",
    "%zz",
    "a b",
    '"',
    "[",
    ":",
)
SERVERS: Final = (
    "http://127.0.0.1:1",
    "https://127.0.0.1:1/",
    "127.0.0.1:1",
    "http://127.0.0.1:1/a/ü/%zz/ /..//",
    f"http://127.0.0.1:1/?token={CANARY}",
    f"https://joe:{CANARY}@127.0.0.1:1",
    "https://[::1",
    "http://[::1]:1",
    "https://127.0.0.1:99999",
    "https://127.0.0.1:abc",
    "https://127.0.0.1:-1",
    "https://...",
    "https://" + "a" * 64,
    "http://",
    "://",
    "ftp://127.0.0.1:1",
    "http://127.0.0.1:1\n",
    "http://127.0.0.1:1\\@x",
    "http://127.0.0.1:1#\x00",
    f"http://127.0.0.1:1/k8s/{CANARY}",
)
ODD: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(ODD_TEXTS),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.lists(st.sampled_from(ODD_TEXTS), max_size=2),
    st.dictionaries(st.sampled_from(ODD_TEXTS), st.sampled_from(ODD_TEXTS), max_size=2),
)
TEXT: Final = st.sampled_from(ODD_TEXTS)
SECRET: Final = st.sampled_from((*ODD_TEXTS, CANARY, f"{CANARY}\n", f"a\n{CANARY}"))


def mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what belongs there, now and then anything at all."""
    return st.integers(0, 7).flatmap(lambda dice: usual if dice else ODD)


PLUGIN: Final = st.fixed_dictionaries(
    {"command": mostly(st.sampled_from(("/no/such", "./no-such", "/", "\0", "")))},
    optional={
        "args": mostly(st.lists(TEXT, max_size=2)),
        "env": mostly(
            st.lists(st.fixed_dictionaries({"name": TEXT}, optional={"value": TEXT}), max_size=2)
        ),
        "interactiveMode": mostly(st.sampled_from(("Never", "IfAvailable", "Always", "?"))),
        "apiVersion": TEXT,
        "installHint": TEXT,
        "provideClusterInfo": mostly(st.booleans()),
    },
)
USER: Final = st.fixed_dictionaries(
    {},
    optional={
        "token": mostly(SECRET),
        "tokenFile": mostly(TEXT),
        "username": mostly(TEXT),
        "password": mostly(SECRET),
        "as": mostly(TEXT),
        "as-uid": mostly(TEXT),
        "as-groups": mostly(st.lists(TEXT, max_size=2)),
        "as-user-extra": mostly(st.dictionaries(TEXT, mostly(st.lists(TEXT, max_size=2)))),
        "client-certificate": mostly(TEXT),
        "client-certificate-data": mostly(TEXT),
        "client-key": mostly(TEXT),
        "client-key-data": mostly(SECRET),
        "auth-provider": mostly(st.fixed_dictionaries({"name": TEXT})),
        "exec": mostly(PLUGIN),
    },
)
CLUSTER: Final = st.fixed_dictionaries(
    {"server": mostly(st.sampled_from(SERVERS))},
    optional={
        "tls-server-name": mostly(TEXT),
        "insecure-skip-tls-verify": mostly(st.booleans()),
        "disable-compression": mostly(st.booleans()),
        "certificate-authority": mostly(TEXT),
        "certificate-authority-data": mostly(TEXT),
        "proxy-url": mostly(st.sampled_from(("http://127.0.0.1:1", "socks5://x", *SERVERS[8:]))),
    },
)
CONTEXT: Final = st.fixed_dictionaries(
    {"cluster": mostly(st.just("c")), "user": mostly(st.just("u"))},
    optional={"namespace": mostly(TEXT)},
)


def section(kind: str, name: str, entry: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return mostly(st.fixed_dictionaries({"name": mostly(st.just(name)), kind: entry}).map(list_of))


def list_of(entry: object) -> list[object]:
    return [entry]


FILE: Final = mostly(
    st.fixed_dictionaries(
        {
            "clusters": section("cluster", "c", mostly(CLUSTER)),
            "users": section("user", "u", mostly(USER)),
            "contexts": section("context", "x", mostly(CONTEXT)),
            "current-context": mostly(st.just("x")),
        },
        optional={"apiVersion": mostly(st.just("v1")), "kind": mostly(st.just("Config"))},
    )
)


def whole(user: object, **cluster: object) -> object:
    return {
        "clusters": [{"name": "c", "cluster": {"server": SERVERS[0], **cluster}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }


@given(FILE)
@example(whole({"token": f"{CANARY}\n"}))
@example(whole({"token": "t", "as": "a\nb"}))
@example(whole({"token": "t"}, server=f"https://joe:{CANARY}@127.0.0.1:1"))
@example(whole({"token": "t"}, server=f"http://127.0.0.1:1/k8s/{CANARY}"))
@example(whole({"token": "t", "as": "a", "as-user-extra": {"a/b": ["c"]}}))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_odd_kubeconfig_is_one_line_or_a_login_that_can_be_used(file: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kubeconfig")
        path.write_text(json.dumps(file))
        told = asyncio.run(used(ClusterSpec(name="test", kubeconfig=str(path))))
    assert told
    assert "\n" not in told
    assert CANARY not in told


async def used(spec: ClusterSpec) -> str:
    """Log in and send one request to a port where nobody listens; return what is told."""
    try:
        login = await log_in(spec, ManualClock().clock)
        connection = await open_connection(login)
    except (UsageError, DeniedError) as error:
        return str(error)
    try:
        await connection.call(Request(path="/version"))
    except (LinkError, UsageError, DeniedError) as error:
        return str(error)
    finally:
        await connection.close()
    raise AssertionError("nobody listens there")
