"""The kubeconfig of another cluster in a Secret: what may stand there, and that it is read anew."""

import base64
import json
from typing import Any

import pytest

from core.cluster.login.kubeconfig import context_in
from core.cluster.login.login import FixedBearer, Login
from core.cluster.login.secret import SecretFile
from core.errors import DeniedError, UsageError
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import Asked, Reply, serving, status

CLUSTER = {"server": "https://eu.example", "certificate-authority-data": "QQ=="}
WHAT = "in the Secret eu"


def a_kubeconfig(user: dict[str, Any] | None = None, **cluster: object) -> bytes:
    made = {
        "clusters": [{"name": "c", "cluster": CLUSTER | cluster}],
        "users": [{"name": "u", "user": user or {"token": "canary"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    return json.dumps(made).encode()


def test_a_token_and_data_may_stand_there() -> None:
    data = {"client-certificate-data": "QQ==", "client-key-data": "QQ=="}
    entry = context_in(a_kubeconfig({"token": "canary", **data}), WHAT)
    assert (entry.name, entry.user_name, entry.user.token) == ("x", "u", "canary")


def test_whether_answers_are_compressed_may_stand_there() -> None:
    entry = context_in(a_kubeconfig(None, **{"disable-compression": True}), WHAT)
    assert entry.cluster.disable_compression


@pytest.mark.parametrize(
    ("user", "cluster", "name"),
    [
        ({"exec": {"command": "touch"}}, {}, "exec"),
        ({"auth-provider": {"name": "gcp"}}, {}, "auth-provider"),
        ({"tokenFile": "/etc/passwd"}, {}, "tokenFile"),
        ({"client-certificate": "/c"}, {}, "client-certificate"),
        ({"token": "canary", "client-key": "/k"}, {}, "client-key"),
        (None, {"certificate-authority": "/ca"}, "certificate-authority"),
        (None, {"proxy-url": "http://evil"}, "proxy-url"),
    ],
)
def test_what_runs_reads_or_leads_elsewhere_is_refused_by_name(
    user: dict[str, Any] | None, cluster: dict[str, object], name: str
) -> None:
    with pytest.raises(UsageError) as error:
        context_in(a_kubeconfig(user, **cluster), WHAT)
    assert f"kubeconfig {WHAT}: {name} is refused there" in str(error.value)
    assert "canary" not in str(error.value)


def test_what_is_no_kubeconfig_is_an_error_that_quotes_nothing() -> None:
    with pytest.raises(UsageError, match="kubeconfig in the Secret eu is no YAML"):
        context_in(b"[canary", WHAT)


async def test_it_is_read_as_the_account_of_the_pod_and_told_when_it_changed() -> None:
    held = {"kubeconfig": "first"}

    async def script(asked: Asked, reply: Reply) -> None:
        assert asked.path == "/api/v1/namespaces/ops/secrets/eu"
        assert asked.headers["Authorization"] == "Bearer pod"
        data = {name: base64.b64encode(value.encode()).decode() for name, value in held.items()}
        reply.say(200, {"kind": "Secret", "data": data})

    async with serving(script) as server:
        inside = Login(
            context="in-cluster",
            server=server.url,
            namespace="ops",
            user="pod",
            bearer=FixedBearer("Bearer pod"),
        )
        secret = SecretFile(inside, ("eu", "kubeconfig"), ManualClock().clock)
        assert await secret.read() == b"first"
        assert not await secret.changed()
        held["kubeconfig"] = "second"
        assert await secret.changed()
        assert await secret.read() == b"second"
        assert not await secret.changed()
        del held["kubeconfig"]
        with pytest.raises(UsageError, match="the Secret eu has no key kubeconfig"):
            await secret.read()


async def test_a_secret_that_may_not_be_read_is_named() -> None:
    async def script(_: Asked, reply: Reply) -> None:
        reply.say(403, status(403, "Forbidden", "canary"))

    async with serving(script) as server:
        bearer = FixedBearer("Bearer pod")
        inside = Login(context="c", server=server.url, namespace="ops", user="p", bearer=bearer)
        with pytest.raises(DeniedError, match="get secrets eu in ops"):
            await SecretFile(inside, ("eu", "k"), ManualClock().clock).read()
