"""What is compared and what is sent where rules leave places alone: one rule, two uses.

Both start from what Git states.  For the comparison, each place takes the live value, whatever it
is, so that nothing is left to differ there and everything around it still does.  For the apply,
each place is sent so that the server leaves it as it is (Flux's semantics):

- another Apply manager owns it: left out.  We give up owning it, and it keeps the field.
- otherwise: the live value.  Left out, a field that only we own would be deleted.
- live lacks it: left out.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import TypeAlias

import msgspec

from core.compare.equality.lists import element, entries
from core.compare.equality.scalars import same_json
from core.compare.equality.schema import UNKNOWN, Node, Schema
from core.compare.evidence.evidence import Evidence
from core.compare.evidence.ownership import OwnerClass, Owners
from core.compare.rules.ignoring import Place, may_fit, places
from core.compare.verdicts import Policy
from core.model import ABSENT, Absent, Desired, Json, JsonObject, Live
from core.model.paths import Part, Parts, parse_path, position, value_at

Side: TypeAlias = Json | Absent
Taken: TypeAlias = Callable[[Side, Side, Node, Parts], Side]
"""What becomes of one place: Git's value, the live one, the schema and the path."""


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
    if not left and not may_fit(policy.rules, desired.ref):
        return desired
    git: JsonObject = msgspec.json.decode(desired.body)
    evidence = Evidence(msgspec.json.decode(live.body), policy.classes)
    root = schema.root if schema is not None else UNKNOWN
    found = list(places(policy.rules, desired, git, evidence, root))
    found += (Place(parse_path(path), "") for path in left)
    if not found:
        return desired
    sent = grafted(git, evidence.live, found, root, _Sent(evidence.owners, root))
    return replace(desired, body=msgspec.json.encode(sent, order="sorted"))


def as_live(git: JsonObject, live: JsonObject, found: Iterable[Place], root: Node) -> JsonObject:
    """Return what Git states, with the live value at each place."""
    return grafted(git, live, found, root, lambda _, found, *__: found)


def grafted(
    git: JsonObject, live: JsonObject, found: Iterable[Place], root: Node, taken: Taken
) -> JsonObject:
    """Return *git* with other values at some places; neither document is changed."""
    made: Side = git
    for parts in _in_order(git, {place.parts for place in found}):
        made = _Graft(parts, taken).made(made, live, root, ())
    return made if isinstance(made, dict) else {}


def _in_order(git: JsonObject, found: set[Parts]) -> list[Parts]:
    """Leave out places inside others, and put the last entries of lists first.

    What is taken out must not move what is still to be found; what is put in comes afterwards,
    the first entries first.
    """
    outer = [parts for parts in found if not any(parts[:n] in found for n in range(len(parts)))]
    absent = {parts for parts in outer if isinstance(value_at(git, parts), Absent)}
    outer.sort(key=_positions)
    stated = [parts for parts in reversed(outer) if parts not in absent]
    return [*stated, *(parts for parts in outer if parts in absent)]


def _positions(parts: Parts) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, str(part)) for part in parts]


class _Graft:
    """One place on its way into a document."""

    def __init__(self, parts: Parts, taken: Taken) -> None:
        self._parts, self._taken = parts, taken

    def made(self, git: Side, live: Side, node: Node, at: Parts) -> Side:
        """Return the part of Git's side at *at*, with the place in it."""
        if at == self._parts:
            return self._taken(git, live, node, at)
        part = self._parts[len(at)]
        if isinstance(part, str):
            return self._in_mapping(part, git, live, node, at)
        return self._in_list(part, git, live, node, at)

    def _in_mapping(self, part: str, git: Side, live: Side, node: Node, at: Parts) -> Side:
        if not isinstance(git, dict | Absent):
            return git
        mine = git if isinstance(git, dict) else {}
        theirs = live if isinstance(live, dict) else {}
        child = node.fields[part]
        value = self.made(mine.get(part, ABSENT), theirs.get(part, ABSENT), child, (*at, part))
        if not isinstance(value, Absent):
            return {**mine, part: value}
        kept = {key: item for key, item in mine.items() if key != part}
        return kept if kept or live == {} else ABSENT  # an empty map would be owned as a whole

    def _in_list(self, part: Part, git: Side, live: Side, node: Node, at: Parts) -> Side:
        if not isinstance(git, list | Absent):
            return git
        mine = git if isinstance(git, list) else []
        theirs = live if isinstance(live, list) else []
        here, there = position(mine, part), position(theirs, part)
        inside = len(at) + 1 < len(self._parts)
        if inside and (here is None or there is None):
            return git  # it exists on one side only: a rule inside says nothing about that
        value = self.made(
            ABSENT if here is None else mine[here],
            ABSENT if there is None else theirs[there],
            node.items,
            (*at, part),
        )
        if inside and here is not None:
            return [*mine[:here], _identified(mine[here], value, node), *mine[here + 1 :]]
        kept = [item for place, item in enumerate(mine) if place != here]
        if not isinstance(value, Absent):
            entry = value if there is None else _identified(theirs[there], value, node)
            kept.insert(there or 0 if here is None else here, entry)
        return kept if kept or live == [] else ABSENT


def _identified(stated: Json, value: Side, node: Node) -> Json:
    """Return an entry with the keys that say which one it is, whatever became of the rest."""
    if isinstance(value, Absent):
        value = {}
    if isinstance(value, dict) and isinstance(stated, dict):
        return {**{key: stated[key] for key in node.keys if key in stated}, **value}
    return value


class _Sent:
    """What an apply says about a place, so that it stays as it is."""

    def __init__(self, owners: Owners, root: Node) -> None:
        self._owners, self._root = owners, root

    def __call__(self, git: Side, live: Side, node: Node, at: Parts) -> Side:
        if isinstance(live, Absent):
            return ABSENT
        if not isinstance(git, Absent) and same_json(git, live):
            return git
        undivided = self._is_undivided(at)
        if not undivided and not node.atomic:
            if isinstance(live, dict) and isinstance(git, dict | Absent):
                return self._mapping(git, live, node, at)
            if isinstance(live, list) and isinstance(git, list | Absent):
                keyed = self._entries(git, live, node, at)
                if keyed is not None:
                    return keyed or (live if not live else ABSENT)
        owners = [owner for owner in self._owners.entries if owner.owns(at)]
        if isinstance(git, Absent) and not any(o.kind is OwnerClass.OURS for o in owners):
            return ABSENT  # Git does not state it, and leaving it out takes nothing away
        applied = any(o.operation == "Apply" and o.kind is not OwnerClass.OURS for o in owners)
        return ABSENT if applied and not undivided else live

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
                made.append(_identified(item, value, node))
        return made

    def _is_undivided(self, parts: Parts) -> bool:
        """Tell whether a place lies inside a value that can only be owned as a whole."""
        node = self._root
        for part in parts:
            if node.atomic or not (isinstance(part, str) or node.keys or node.unique):
                return True
            node = node.fields[part] if isinstance(part, str) else node.items
        return False
