"""What an apply says of the places that rules, controllers and autoscalers are to decide.

Each of them is sent so that the server leaves it as it is (Flux's semantics):

- another Apply manager owns it: left out.  We give up owning it, and it keeps the field.
- otherwise: the live value.  Left out, a field that only we own would be deleted.
- live lacks it: left out.

A field that Git dropped and another still applies stays ours beside it: given up, it would count
as an addition of the other's.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import msgspec

from core.compare.equality.lists import element, entries
from core.compare.equality.merged import with_merged
from core.compare.equality.scalars import same_json
from core.compare.equality.schema import UNKNOWN, Node, Schema, undivided
from core.compare.evidence.evidence import Evidence
from core.compare.evidence.ownership import Owners
from core.compare.evidence.writers import OwnerClass
from core.compare.rules.grafting import Side, grafted, identified
from core.compare.rules.ignoring import Spared, may_fit, spared
from core.compare.verdicts import Policy
from core.model import ABSENT, Absent, Desired, Json, JsonObject, KindRef, Live
from core.model.paths import Parts, parse_path
from core.remedy.nulls import without_idle_nulls

_POD: Final = KindRef("v1", "Pod")
_NULL: Final = b"null"


def payload(
    desired: Desired,
    live: Live,
    schema: Schema | None,
    policy: Policy,
    left: Collection[str] = (),
) -> Desired:
    """Return *desired* as it is sent to *live*, by a dry-run and by an apply.

    *left* are paths of fields that a controller or an autoscaler decides: an apply leaves them as
    they are, like those of rules, while a dry-run is to say what it would make of them.

    Its digest stays that of what Git states.  A payload with live values in it holds for this
    version of the object only; the gateway sends the version along.
    """
    root = schema.root if schema is not None else UNKNOWN
    if desired.kind == _POD:
        desired = _with_selectors(desired, live)
    elif _NULL in desired.body:
        desired = _without_nulls(desired, live, root)
    if not left and not may_fit(policy.rules, desired.ref):
        return desired
    git: JsonObject = msgspec.json.decode(desired.body)
    evidence = Evidence(msgspec.json.decode(live.body), policy.classes, root)
    found = list(spared(policy.rules, desired, git, evidence, root))
    others = tuple(Spared(parse_path(path), "") for path in left)
    found += others
    if not found:
        return desired
    sent = grafted(git, evidence.live, found, root, _Sent(evidence.owners, root, others))
    return replace(desired, body=msgspec.json.encode(sent, order="sorted"))


def _with_selectors(pod: Desired, live: Live) -> Desired:
    """Send the selectors of a bare Pod as the server completed them: they cannot change."""
    git: JsonObject = msgspec.json.decode(pod.body)
    made = with_merged(git, msgspec.json.decode(live.body))
    return pod if made == git else replace(pod, body=msgspec.json.encode(made, order="sorted"))


def _without_nulls(desired: Desired, live: Live, root: Node) -> Desired:
    evidence = Evidence(msgspec.json.decode(live.body), {})
    git: JsonObject = msgspec.json.decode(desired.body)
    made = without_idle_nulls(git, evidence.live, evidence.last_applied, root)
    return replace(desired, body=msgspec.json.encode(made, order="sorted"))


class _Sent:
    """What an apply says about a place, so that it stays as it is."""

    def __init__(self, owners: Owners, root: Node, others: Collection[Spared]) -> None:
        self._owners, self._root, self._others = owners, root, others

    def __call__(self, git: Side, live: Side, node: Node, at: Parts) -> Side:
        if isinstance(live, Absent):
            return ABSENT
        if not isinstance(git, Absent) and same_json(git, live):
            return git
        whole = undivided(self._root, at)
        apart = whole == at
        if apart and not node.atomic:
            if isinstance(live, dict) and isinstance(git, dict | Absent):
                return self._mapping(git, live, node, at)
            if isinstance(live, list) and isinstance(git, list | Absent):
                keyed = self._entries(git, live, node, at)
                if keyed is not None:
                    return keyed or (live if not live else ABSENT)
        owners = [owner for owner in self._owners.entries if owner.owns(whole)]
        kinds = {owner.kind for owner in owners}
        if isinstance(git, Absent):
            if OwnerClass.OURS not in kinds or (apart and OwnerClass.CONTROLLER in kinds):
                return ABSENT  # Git does not state it, and leaving it out takes nothing away
            if any(other.meets(at) for other in self._others):
                return live
        applied = any(o.operation == "Apply" and o.kind is not OwnerClass.OURS for o in owners)
        return ABSENT if applied and apart else live

    def _mapping(self, git: Side, live: JsonObject, node: Node, at: Parts) -> Side:
        stated = git if isinstance(git, dict) else {}
        made: JsonObject = {}
        for key, item in live.items():
            value = self(stated.get(key, ABSENT), item, node.fields[key], (*at, key))
            if not isinstance(value, Absent):
                made[key] = value
        return made if made or (not live and not isinstance(git, Absent)) else ABSENT

    def _entries(self, git: Side, live: list[Json], node: Node, at: Parts) -> list[Json] | None:
        stated = entries(git if isinstance(git, list) else [], node)
        found = entries(live, node)
        if stated is None or found is None:
            return None
        made: list[Json] = []
        for keys, item in found.items():
            part = element(node.keys, keys)
            value = self(stated.get(keys, ABSENT), item, node.items, (*at, part))
            if not isinstance(value, Absent):
                made.append(identified(item, value, node))
        return made
