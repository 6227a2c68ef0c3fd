"""Edits that people make behind Git's back, as requests: of what Git states, and additions.

No field is edited more than thrice in half an hour: a fourth time and a fifth are what a fight
looks like, which driftdeck rightly leaves to a person.  Names that nobody used are never short.
"""

import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tests.soak.objects import APPS, Ref, namespace_of

Body: TypeAlias = Mapping[str, Any]

_TIMES_MAX: Final = 3
_WITHIN_S: Final = 1800.0
_MERGE: Final = "application/merge-patch+json"
_STRATEGIC: Final = "application/strategic-merge-patch+json"
_JSON: Final = "application/json"
_OWN: Final = 0.06  # of the edits are of objects that nobody committed
_DELETED: Final = 0.06
_AGAIN: Final = 8  # draws, before an edit becomes one of a new name


@dataclass(frozen=True, slots=True)
class Edit:
    """One request of a user."""

    at_s: float
    user: str
    ref: Ref
    field: str  # "" is the whole object
    method: str
    path: str
    body: Body | None
    content_type: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """What to write, before it is known when."""

    field: str
    body: Body
    manager: str = "kubectl-edit"
    content_type: str = _MERGE
    subresource: str = ""


class Pen:
    """Draws edits, and knows how often each field was edited."""

    def __init__(self, dice: random.Random) -> None:
        """Draw with *dice*."""
        self._dice = dice
        self._count = 0
        self._times: dict[tuple[Ref, str], deque[float]] = {}
        self._own: list[Ref] = []

    def edit(self, at_s: float, user: str, choices: Sequence[Ref]) -> Edit:
        """Draw an edit of one of *choices*, or of an object of the user's own."""
        self._count += 1
        if self._dice.random() < _OWN:
            return self._of_own(at_s, user)
        ref = self._dice.choice(choices)
        if self._dice.random() < _DELETED and self._may(ref, "", at_s):
            return Edit(at_s, user, ref, "", "DELETE", ref.path, None, _JSON)
        for _ in range(_AGAIN):
            draft = self._dice.choice(_KINDS[ref.resource])(self._dice, self._count)
            if self._may(ref, draft.field, at_s):
                break
        else:
            draft = _note(self._count)
        path = f"{ref.path}{draft.subresource}?fieldManager={draft.manager}"
        return Edit(at_s, user, ref, draft.field, "PATCH", path, draft.body, draft.content_type)

    def _may(self, ref: Ref, field: str, at_s: float) -> bool:
        times = self._times.setdefault((ref, field), deque())
        while times and at_s - times[0] > _WITHIN_S:
            times.popleft()
        if len(times) >= _TIMES_MAX:
            return False
        times.append(at_s)
        return True

    def _of_own(self, at_s: float, user: str) -> Edit:
        """Create, change or delete an object that no commit ever named."""
        if not self._own or self._dice.random() < 0.5:
            namespace = namespace_of(self._dice.choice(APPS))
            ref = Ref("configmaps", namespace, f"own-{self._count}")
            self._own.append(ref)
            body = {"metadata": {"name": ref.name}, "data": {"mine": user}}
            path = f"{ref.path.rpartition('/')[0]}?fieldManager=kubectl-create"
            return Edit(at_s, user, ref, "", "POST", path, body, _JSON)
        ref = self._dice.choice(self._own)
        if self._dice.random() < 0.3:
            self._own.remove(ref)
            return Edit(at_s, user, ref, "", "DELETE", ref.path, None, _JSON)
        body = {"data": {f"n-{self._count}": "x"}}
        path = f"{ref.path}?fieldManager=kubectl-edit"
        return Edit(at_s, user, ref, f"data.n-{self._count}", "PATCH", path, body, _MERGE)


# What there is to edit --------------------------------------------------------------------------


def _label(dice: random.Random, count: int) -> _Draft:
    key = dice.choice(("tier", "app", f"team-{count}"))
    value = dice.choice((f"v{count}", None)) if key != f"team-{count}" else f"v{count}"
    body = {"metadata": {"labels": {key: value}}}
    return _Draft(f"metadata.labels.{key}", body, "kubectl-label")


def _annotation(dice: random.Random, count: int) -> _Draft:
    return _note(count) if dice.random() < 0.7 else _note(count, "soak/owner")


def _note(count: int, key: str = "") -> _Draft:
    key = key or f"note-{count}"
    body = {"metadata": {"annotations": {key: f"v{count}"}}}
    return _Draft(f"metadata.annotations.{key}", body, "kubectl-annotate")


def _key(dice: random.Random, count: int) -> _Draft:
    key = dice.choice(("key-0", "key-1", "key-2", "key-3", f"extra-{count}"))
    value = None if key != f"extra-{count}" and dice.random() < 0.3 else f"v{count}"
    return _Draft(f"data.{key}", {"data": {key: value}})


def _secret(dice: random.Random, count: int) -> _Draft:
    key = dice.choice(("token", f"extra-{count}"))
    return _Draft(f"data.{key}", {"data": {key: "eHh4" * (1 + count % 5)}}, "kubectl-patch")


def _port(_: random.Random, count: int) -> _Draft:
    ports = [{"port": 80, "targetPort": 9000 + count % 900}]
    return _Draft("spec.ports", {"spec": {"ports": ports}}, "kubectl-patch", _STRATEGIC)


def _selector(_: random.Random, count: int) -> _Draft:
    return _Draft(f"spec.selector.{count}", {"spec": {"selector": {f"s-{count}": "x"}}})


def _scale(dice: random.Random, _: int) -> _Draft:
    replicas = dice.choice((0, 1, 3, 4))
    return _Draft(
        "spec.replicas", {"spec": {"replicas": replicas}}, "kubectl", subresource="/scale"
    )


def _container(field: str, content: Body, manager: str = "kubectl-edit") -> _Draft:
    containers = [{"name": "web", **content}]
    body = {"spec": {"template": {"spec": {"containers": containers}}}}
    return _Draft(f"spec.template.spec.containers.web.{field}", body, manager, _STRATEGIC)


def _image(_: random.Random, count: int) -> _Draft:
    return _container("image", {"image": f"registry.example/other:{count}"}, "kubectl-set")


def _env(dice: random.Random, count: int) -> _Draft:
    name = dice.choice(("MODE", "LEVEL", f"MORE_{count}"))
    return _container(f"env.{name}", {"env": [{"name": name, "value": f"v{count}"}]})


def _env_gone(dice: random.Random, _: int) -> _Draft:
    name = dice.choice(("MODE", "LEVEL"))
    return _container(f"env.{name}", {"env": [{"name": name, "$patch": "delete"}]})


def _resources(dice: random.Random, count: int) -> _Draft:
    name = dice.choice(("requests", "limits"))
    content = {"resources": {name: {"cpu": f"{200 + count % 700}m"}}}
    return _container(f"resources.{name}.cpu", content)


def _template(_: random.Random, count: int) -> _Draft:
    metadata = {"annotations": {f"note-{count}": "x"}}
    return _Draft(f"template.annotations.{count}", {"spec": {"template": {"metadata": metadata}}})


_EVERYWHERE: Final = (_label, _annotation)
_KINDS: Final[Mapping[str, Sequence[Callable[[random.Random, int], _Draft]]]] = {
    "configmaps": (_key, _key, *_EVERYWHERE),
    "secrets": (_secret, _secret, *_EVERYWHERE),
    "services": (_port, _selector, *_EVERYWHERE),
    "deployments": (_scale, _image, _env, _env_gone, _resources, _template, *_EVERYWHERE),
}
