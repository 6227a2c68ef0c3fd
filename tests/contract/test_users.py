"""Who may do what, and how a refusal reads."""

import pytest

from tests.contract.client import Client, Server
from tests.contract.worlds import Home, config_map

REVIEWS = "/apis/authorization.k8s.io/v1"


@pytest.mark.parametrize("user", ["admin", "alice", "bob", "driftdeck"])
def test_a_writer_may_write(server: Server, home: Home, user: str) -> None:
    assert Client(server, user).create(home.config_maps, config_map(user)).status == 201


def test_a_viewer_reads_and_does_not_write(server: Server, home: Home) -> None:
    viewer = Client(server, "viewer")
    assert viewer.get(home.secrets).status == 200
    for reply in (
        viewer.create(home.config_maps, config_map()),
        viewer.delete(f"{home.config_maps}/a"),
        viewer.apply(f"{home.config_maps}/a", config_map(), dryRun="All"),
    ):
        assert (reply.status, reply.body["reason"]) == (403, "Forbidden")


def test_a_refusal_names_user_verb_and_kind(server: Server, home: Home) -> None:
    reply = Client(server, "nobody").get(f"{home.deployments}/web")
    assert reply.status == 403
    assert reply.body["details"] == {"name": "web", "group": "apps", "kind": "deployments"}
    assert reply.body["message"] == (
        'deployments.apps "web" is forbidden: User "nobody" cannot get resource "deployments" '
        f'in API group "apps" in the namespace "{home.name}"'
    )


def test_nobody_may_look_at_discovery(server: Server) -> None:
    assert Client(server, "nobody").get("/apis/apps/v1").status == 200


def test_a_token_nobody_has_is_unauthorized(server: Server, home: Home) -> None:
    reply = Client(server, "stranger").get(home.config_maps)
    assert (reply.status, reply.body["reason"]) == (401, "Unauthorized")


def test_without_a_token_one_is_anonymous_and_may_nothing(server: Server, home: Home) -> None:
    reply = Client(server, "").get(home.config_maps)
    assert reply.status == 403
    assert 'User "system:anonymous" cannot list resource "configmaps"' in reply.body["message"]


@pytest.mark.parametrize(
    ("user", "verb", "allowed"),
    [
        ("admin", "delete", True),
        ("driftdeck", "patch", True),
        ("viewer", "list", True),
        ("viewer", "patch", False),
        ("nobody", "get", False),
    ],
)
def test_one_can_ask_what_one_may(server: Server, user: str, verb: str, *, allowed: bool) -> None:
    asked = {"resourceAttributes": {"verb": verb, "resource": "secrets", "namespace": "default"}}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": asked,
    }
    reply = Client(server, user).create(f"{REVIEWS}/selfsubjectaccessreviews", body)
    assert (reply.status, reply.body["status"]["allowed"]) == (201, allowed)


def test_one_can_ask_for_all_rights_in_a_namespace(server: Server) -> None:
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": "default"},
    }
    reply = Client(server, "viewer").create(f"{REVIEWS}/selfsubjectrulesreviews", body)
    rules = reply.body["status"]["resourceRules"]
    reads = [one for one in rules if "*" in one.get("resources", [])]
    assert [sorted(one["verbs"]) for one in reads] == [["get", "list", "watch"]]
    assert reply.body["status"]["incomplete"] is False
