"""What we may do, as the server says; asked once per namespace and remembered for a minute."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec

from core.clock import Clock
from core.cluster.connection.calls import Calls
from core.cluster.connection.request import Request
from core.cluster.discovery.discovery import decoded
from core.errors import ProductError, UnavailableError
from core.model import Resource

KEEP_S: Final = 60.0
_ROOT: Final = "/apis/authorization.k8s.io/v1"


class _Rule(msgspec.Struct, rename="camel"):
    verbs: list[str] | None = None
    api_groups: list[str] | None = None
    resources: list[str] | None = None
    resource_names: list[str] | None = None


class _Rules(msgspec.Struct, rename="camel"):
    resource_rules: list[_Rule] | None = None
    incomplete: bool = False


class _RulesReview(msgspec.Struct):
    status: _Rules = msgspec.field(default_factory=_Rules)


class _Allowed(msgspec.Struct):
    allowed: bool = False


class _AccessReview(msgspec.Struct):
    status: _Allowed = msgspec.field(default_factory=_Allowed)


@dataclass(frozen=True, slots=True)
class Question:
    """Whether we may do one thing; "" is every namespace, or any name."""

    verb: str
    group: str
    plural: str
    namespace: str
    name: str


class Access:
    """Answers "may I"."""

    def __init__(self, calls: Calls, clock: Clock) -> None:
        """Know nothing."""
        self._calls, self._clock = calls, clock
        self._rules: dict[str, tuple[float, list[_Rule] | None]] = {}  # None: incomplete
        self._answers: dict[Question, tuple[float, bool]] = {}
        self._flights: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def forget(self) -> None:
        """Ask again: something was refused that we thought allowed, or the other way round."""
        self._rules.clear()
        self._answers.clear()

    async def may(self, verb: str, resource: Resource, namespace: str, name: str) -> bool:
        """Return whether we may do *verb* to this object.

        Raises:
            ProductError: The server does not say.
        """
        question = Question(
            verb,
            resource.kind.group,
            resource.plural,
            namespace if resource.namespaced else "",
            name,
        )
        if question.namespace:
            async with self._flights[question.namespace]:  # a plan asks for all its steps at once
                rules = await self._rules_in(question.namespace)
            if rules is not None:
                return any(_covers(rule, question) for rule in rules)
        return await self.ask(question)

    async def refuses(self, verb: str, resource: Resource, namespace: str) -> bool:
        """Tell whether we may not: a refusal is on record, and looks like an intruder's.

        Where the server does not say, whoever goes on hears what is wrong.
        """
        try:
            return not await self.may(verb, resource, namespace, "")
        except ProductError:
            return False

    async def _rules_in(self, namespace: str) -> list[_Rule] | None:
        now = self._clock.monotonic()
        asked_at, rules = self._rules.get(namespace, (float("-inf"), None))
        if now - asked_at < KEEP_S:
            return rules
        answer = await self._calls.send(
            _review("selfsubjectrulesreviews", "SelfSubjectRulesReview", {"namespace": namespace})
        )
        rules = None
        if answer.status == HTTPStatus.CREATED:
            found = decoded(answer, _RulesReview).status
            rules = None if found.incomplete else found.resource_rules or []
        self._rules[namespace] = (now, rules)
        return rules

    async def ask(self, question: Question) -> bool:
        """Return whether we may, by an access review.

        Raises:
            ProductError: The server does not say.
        """
        now = self._clock.monotonic()
        asked_at, allowed = self._answers.get(question, (float("-inf"), False))
        if now - asked_at < KEEP_S:
            return allowed
        attributes = {
            "verb": question.verb,
            "group": question.group,
            "resource": question.plural,
            "namespace": question.namespace,
            "name": question.name,
        }
        answer = await self._calls.send(
            _review(
                "selfsubjectaccessreviews",
                "SelfSubjectAccessReview",
                {"resourceAttributes": attributes},
            )
        )
        if answer.status != HTTPStatus.CREATED:
            raise UnavailableError("the server does not say what we may do")
        allowed = decoded(answer, _AccessReview).status.allowed
        self._answers[question] = (now, allowed)
        return allowed


def _review(plural: str, kind: str, spec: object) -> Request:
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
    return Request(method="POST", path=f"{_ROOT}/{plural}", body=msgspec.json.encode(body))


def _covers(rule: _Rule, question: Question) -> bool:
    return (
        _has(rule.verbs, question.verb)
        and _has(rule.api_groups, question.group)
        and _has(rule.resources, question.plural)
        and (not rule.resource_names or question.name in rule.resource_names)
    )


def _has(values: Iterable[str] | None, wanted: str) -> bool:
    return any(value in {"*", wanted} for value in values or ())
