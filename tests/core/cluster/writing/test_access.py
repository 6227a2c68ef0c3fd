"""What we may do, as the server says."""

import json

import pytest

from core.cluster.connection.calls import Calls
from core.cluster.writing.access import KEEP_S, Access
from core.errors import UnavailableError
from core.model import KindRef, Resource
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import MAPS, Asked, Reply, Script, linked, serving, status

ROLES = Resource(
    KindRef("rbac.authorization.k8s.io/v1", "ClusterRole"),
    "clusterroles",
    namespaced=False,
    has_status=False,
)


def server_of(
    rules: list[dict[str, object]], *, incomplete: bool = False, code: int = 201
) -> Script:
    """Answers rules reviews with these, and access reviews with yes for the name "yes"."""

    async def script(asked: Asked, reply: Reply) -> None:
        if asked.path.endswith("selfsubjectrulesreviews"):
            reply.say(code, {"status": {"resourceRules": rules, "incomplete": incomplete}})
            return
        spec = json.loads(asked.body)["spec"]["resourceAttributes"]
        reply.say(201, {"status": {"allowed": spec["name"] == "yes"}})

    return script


RULE: dict[str, object] = {"verbs": ["patch"], "apiGroups": [""], "resources": ["configmaps"]}


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (RULE, True),
        ({**RULE, "verbs": ["*"]}, True),
        ({**RULE, "verbs": ["get"]}, False),
        ({**RULE, "apiGroups": ["*"]}, True),
        ({**RULE, "apiGroups": ["apps"]}, False),
        ({**RULE, "resources": ["*"]}, True),
        ({**RULE, "resources": ["secrets"]}, False),
        ({**RULE, "resourceNames": ["a"]}, True),
        ({**RULE, "resourceNames": ["b"]}, False),
        ({**RULE, "resourceNames": []}, True),
        ({**RULE, "resourceNames": None}, True),
        ({}, False),
    ],
)
async def test_a_rule_covers_what_it_names(rule: dict[str, object], *, allowed: bool) -> None:
    async with serving(server_of([rule])) as server, linked(server.url) as link:
        clock = ManualClock().clock
        access = Access(Calls(link, clock), clock)
        assert await access.may("patch", MAPS, "shop", "a") is allowed


async def test_one_question_per_namespace_and_minute() -> None:
    moment = ManualClock()
    async with serving(server_of([RULE])) as server, linked(server.url) as link:
        access = Access(Calls(link, moment.clock), moment.clock)
        for name in ("a", "b", "c"):
            await access.may("patch", MAPS, "shop", name)
        assert len(server.asked) == 1
        await access.may("patch", MAPS, "other", "a")
        assert len(server.asked) == 2
        moment.now += KEEP_S
        await access.may("patch", MAPS, "shop", "a")
        assert len(server.asked) == 3
        access.forget()
        await access.may("patch", MAPS, "shop", "a")
        assert len(server.asked) == 4


@pytest.mark.parametrize(("incomplete", "code"), [(True, 201), (False, 403), (False, 500)])
async def test_incomplete_rules_are_no_rules(*, incomplete: bool, code: int) -> None:
    script = server_of([RULE], incomplete=incomplete, code=code)
    async with serving(script) as server, linked(server.url) as link:
        clock = ManualClock().clock
        access = Access(Calls(link, clock), clock)
        assert await access.may("patch", MAPS, "shop", "yes")
        assert not await access.may("patch", MAPS, "shop", "no")


async def test_cluster_scoped_objects_are_asked_about_one_by_one() -> None:
    """The rules of a namespace do not tell what holds outside of it."""
    everything = server_of([{**RULE, "resources": ["*"], "apiGroups": ["*"]}])
    async with serving(everything) as server, linked(server.url) as link:
        clock = ManualClock().clock
        access = Access(Calls(link, clock), clock)
        assert not await access.may("patch", ROLES, "shop", "no")
        assert await access.may("patch", ROLES, "", "yes")
        assert await access.may("patch", ROLES, "", "yes")
    assert len(server.asked) == 2


async def test_a_server_that_does_not_say_is_not_taken_for_a_no() -> None:
    async def silent(_: Asked, reply: Reply) -> None:
        reply.say(403, status(403, "Forbidden"))

    async with serving(silent) as server, linked(server.url) as link:
        clock = ManualClock().clock
        with pytest.raises(UnavailableError):
            await Access(Calls(link, clock), clock).may("patch", ROLES, "", "x")
