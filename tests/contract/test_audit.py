"""What the audit log tells of a write."""

import json

from core.demo.colleague import KUBECTL
from tests.apiserver.waiting import eventually
from tests.contract.client import Client, Json, Server
from tests.contract.worlds import Home, config_map

PARTS = ("kind", "apiVersion", "stage", "verb", "requestURI", "userAgent", "objectRef")
SUBJECT = ("uid", "resourceVersion")  # of the object, which differ


def told(server: Server, home: Home) -> list[Json]:
    """The writes below a namespace, oldest first, without what differs each time."""
    assert server.audit_path is not None
    lines, _, _ = server.audit_path.read_bytes().rpartition(b"\n")
    found = (json.loads(line) for line in lines.splitlines())
    below = f"/namespaces/{home.name}/"
    writing = {"create", "update", "patch", "delete", "deletecollection"}
    return [
        {
            **{name: event[name] for name in PARTS},
            "objectRef": {k: v for k, v in event["objectRef"].items() if k not in SUBJECT},
            "user": event["user"]["username"],
            "code": event["responseStatus"]["code"],
        }
        for event in found
        if below in event["requestURI"]
        and event["verb"] in writing
        and event["user"]["username"] in server.tokens
    ]


def waited(server: Server, home: Home, count: int) -> list[Json]:
    assert eventually(lambda: len(told(server, home)) >= count, within_s=60)
    return told(server, home)


def test_each_write_is_told_with_its_user_its_client_and_its_object(
    server: Server, home: Home
) -> None:
    alice = Client(server, "alice", KUBECTL)
    one = f"{home.config_maps}/a"
    assert alice.create(home.config_maps, config_map("a")).status == 201
    assert alice.patch(one, {"data": {"a": "2"}}, fieldManager="kubectl-edit").status == 200
    assert alice.apply(one, config_map("a"), force="true", dryRun="All").status == 200
    assert Client(server, "viewer", KUBECTL).delete(one).status == 403
    assert alice.delete(one).status == 200
    assert alice.delete(home.config_maps).status == 200
    created, edited, tried, refused, deleted, cleared = waited(server, home, 6)
    place = {
        "resource": "configmaps",
        "namespace": home.name,
        "name": "a",
        "apiVersion": "v1",
    }
    assert created == {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "stage": "ResponseComplete",
        "verb": "create",
        "requestURI": home.config_maps,
        "userAgent": KUBECTL,
        "objectRef": place,
        "user": "alice",
        "code": 201,
    }
    assert (edited["verb"], edited["objectRef"], edited["code"]) == ("patch", place, 200)
    assert edited["requestURI"] == f"{one}?fieldManager=kubectl-edit"
    assert "dryRun=All" in tried["requestURI"]
    assert (refused["verb"], refused["user"], refused["code"]) == ("delete", "viewer", 403)
    assert (deleted["verb"], deleted["objectRef"]) == ("delete", place)
    nameless = {name: value for name, value in place.items() if name != "name"}
    assert (cleared["verb"], cleared["objectRef"]) == ("deletecollection", nameless)


def test_a_subresource_is_part_of_what_was_written(server: Server, home: Home) -> None:
    alice = Client(server, "alice", KUBECTL)
    body = {
        "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "web", "image": "web"}]},
            },
        },
    }
    assert alice.create(home.deployments, body).status == 201
    scale = f"{home.deployments}/web/scale"
    assert alice.patch(scale, {"spec": {"replicas": 3}}).status == 200
    _, scaled = waited(server, home, 2)
    assert scaled["objectRef"] == {
        "resource": "deployments",
        "namespace": home.name,
        "name": "web",
        "apiGroup": "apps",
        "apiVersion": "v1",
        "subresource": "scale",
    }
