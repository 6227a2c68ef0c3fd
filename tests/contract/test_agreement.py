"""Long random stories, told to both servers: every answer and every owner must agree.

The stories are drawn by a seeded generator, so a failure names its seed and can be told again.
"""

import random
import re
from typing import Any

import pytest

from tests.apiserver.server import ApiServer
from tests.contract.client import APPLY, MERGE, STRATEGIC, Client, Reply, Server
from tests.contract.worlds import Home, config_map, container, deployment, service

pytestmark = pytest.mark.real

Json = dict[str, Any]
_MANAGERS = ("driftdeck", "kubectl", "other")
_STEPS = 12
_TIMES = ("time", "creationTimestamp", "deletionTimestamp")
_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"10\.0\.0\.\d+")


def _comparable(value: object, key: str = "") -> object:
    """Replace what must differ between two servers by a word."""
    if isinstance(value, dict):
        return {name: _comparable(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = [_comparable(item) for item in value]
        return sorted(items, key=repr) if key in ("managedFields", "causes") else items
    if key in _TIMES and value:
        return "TIME"
    if key == "nodePort":
        return "PORT"
    if key == "resourceVersion":
        return "VERSION"
    return _ADDRESS.sub("ADDRESS", _UID.sub("UID", value)) if isinstance(value, str) else value


def _some(dice: random.Random, *choices: Any) -> Any:
    return dice.choice(choices)


def _container(dice: random.Random, name: str) -> Json:
    made = container(name, _some(dice, "a:1", "b:2"))
    names = dice.sample("ABC", dice.randint(0, 3))
    made["env"] = [{"name": one, "value": _some(dice, "1", "2", "")} for one in names]
    extras: Json = {
        "ports": [{"containerPort": _some(dice, 80, 81)}],
        "args": _some(dice, ["x"], ["x", "y"], []),
        "resources": _some(dice, {"limits": {"cpu": "1000m"}}, {"limits": {"cpu": "1"}}, {}),
        "tty": _some(dice, True, False),
        "command": None,
        "livenessProbe": _some(dice, {"tcpSocket": {"port": 1}}, {"httpGet": {"port": "p"}}),
    }
    return made | {key: item for key, item in extras.items() if dice.random() < 0.3}


def _deployment(dice: random.Random) -> Json:
    names = dice.sample(["web", "side", "x"], dice.randint(1, 3))
    body = deployment(*(_container(dice, name) for name in names), name="it")
    extras: Json = {
        "replicas": dice.randint(0, 3),
        "strategy": _some(dice, {"type": "Recreate"}, {"rollingUpdate": {"maxSurge": 1}}, {}),
        "paused": _some(dice, True, False),
    }
    body["spec"] |= {key: item for key, item in extras.items() if dice.random() < 0.5}
    labels = {one: _some(dice, "1", "2") for one in dice.sample("abc", dice.randint(0, 3))}
    body["metadata"] |= {"labels": labels} if dice.random() < 0.5 else {}
    return body


def _config_map(dice: random.Random) -> Json:
    names = dice.sample("abcd", dice.randint(0, 4))
    return config_map("it", **{one: _some(dice, "1", "2", "") for one in names})


def _service(dice: random.Random) -> Json:
    ports = [
        {"name": f"p{number}", "port": number, **_some(dice, {}, {"protocol": "UDP"})}
        for number in dice.sample([80, 81, 82], dice.randint(1, 3))
    ]
    return service(*ports, name="it", type=_some(dice, "ClusterIP", "NodePort"))


_KINDS = {"deployments": _deployment, "configmaps": _config_map, "services": _service}


def _step(dice: random.Random, path: str, kind: str) -> tuple[str, str, Json, str]:
    """Draw one request: method, path with query, body, content type."""
    query = f"?fieldManager={_some(dice, *_MANAGERS)}"
    body, luck = _KINDS[kind](dice), dice.random()
    if luck < 0.55:
        force = _some(dice, "", "&force=true", "&force=true&dryRun=All", "&force=true")
        return "PATCH", path + query + force, body, APPLY
    if luck < 0.7:
        content = "data" if kind == "configmaps" else "spec"
        part = {k: v for k, v in body[content].items() if k not in ("selector", "template")}
        return "PATCH", path + query, {content: part}, MERGE
    if luck < 0.85:
        change: Json = {key: body[key] for key in ("spec", "data") if key in body}
        return "PATCH", path + query, change, STRATEGIC
    if luck < 0.95 or kind != "deployments":
        return "PUT", path + query, body, "application/json"
    scale = {"spec": {"replicas": dice.randint(0, 3)}}
    return "PATCH", f"{path}/scale{query}", scale, MERGE


def _view(reply: Reply) -> object:
    return reply.status, _comparable(reply.body)


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_both_servers_tell_the_same_story(
    sandbox_server: Server, real_server: ApiServer, kind: str, seed: int
) -> None:
    real = Server("real", real_server.url, real_server.ca_file, real_server.tokens)
    clients = Client(sandbox_server), Client(real)
    home, dice = Home(f"story-{kind}-{seed}"), random.Random(f"{kind} {seed}")  # noqa: S311 - dice, not secrets
    for client in clients:
        client.create("/api/v1/namespaces", {"metadata": {"name": home.name}})
    folder = {"deployments": home.deployments, "services": home.services}
    path = f"{folder.get(kind, home.config_maps)}/it"
    for number in range(_STEPS):
        method, where, body, content_type = _step(dice, path, kind)
        sandbox, truth = (
            client.call(method, where, body, content_type=content_type) for client in clients
        )
        assert _view(sandbox) == _view(truth), f"step {number}: {method} {where} {body}"
        sandbox, truth = (client.get(path) for client in clients)
        assert _view(sandbox) == _view(truth), f"after step {number}: {method} {where} {body}"
