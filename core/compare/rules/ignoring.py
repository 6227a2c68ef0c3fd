"""Which places of one object a rule asks to leave alone, and which rule (verdicts.md section 4).

A rule names a subtree.  Where exactly that is depends on the object: a pointer counts list entries
as Git does, a manager owns whatever it owns live.  So rules are turned into what they *spare*:
paths of this very object, which everything after that works on.

A rule inside an object or a list entry says nothing about whether that object or entry exists: what
is not there is created as Git states it, and what Git does not have is still extra.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import msgspec

from core.compare.equality.lists import element, entries
from core.compare.equality.schema import Node, node_at
from core.compare.evidence.evidence import Evidence
from core.compare.evidence.ownership import Owners, listed
from core.compare.evidence.writers import OwnerClass
from core.compare.rules.optouts import Effect, OptOut, may_opt_out, opt_outs
from core.compare.rules.selectors import Labels, parse_selector
from core.model import (
    Absent,
    Desired,
    IgnoreRule,
    Json,
    JsonObject,
    Live,
    ObjectRef,
)
from core.model.paths import (
    Element,
    Member,
    Part,
    Parts,
    is_entry,
    meet,
    parse_path,
    parse_pointer,
    value_at,
)

_INDEX: Final = re.compile("0|[1-9][0-9]{0,8}")  # of a list, by RFC 6901
_pattern: Final = lru_cache(maxsize=4096)(re.compile)
_selector: Final = lru_cache(maxsize=4096)(parse_selector)


@dataclass(frozen=True, slots=True)
class Spared:
    """A subtree of one object that is left alone; () is all of it."""

    parts: Parts
    note: str  # which rule says so, and where it is written
    manager: str | None = None  # whose it is, where a rule is about one

    def meets(self, parts: Parts) -> bool:
        """Tell whether one of the two lies inside the other."""
        return meet(parts, self.parts)


# Rules of one object ----------------------------------------------------------------------------


def fits(rule: IgnoreRule, ref: ObjectRef, labels: Labels) -> bool:
    """Tell whether *rule* is about this object."""
    return _names(rule, ref) and (not rule.labels or _selector(rule.labels)(labels))


def may_fit(rules: Iterable[IgnoreRule], ref: ObjectRef) -> bool:
    """Tell whether any rule can be about this object, whose labels are not known yet."""
    return any(_names(rule, ref) for rule in rules)


def _names(rule: IgnoreRule, ref: ObjectRef) -> bool:
    return (
        _matches(rule.kind, ref.kind)
        and _matches(rule.group, ref.group)
        and _matches(rule.name, ref.name)
        and _matches(rule.namespace, ref.namespace)
    )


def _matches(pattern: str, text: str) -> bool:
    return not pattern or _pattern(pattern).fullmatch(text) is not None


def labels_of(document: JsonObject) -> Labels:
    """Return the labels of an object."""
    labels = value_at(document, ("metadata", "labels"))
    return labels if isinstance(labels, dict) else {}


def spared(
    rules: Iterable[IgnoreRule], desired: Desired, git: JsonObject, evidence: Evidence, root: Node
) -> tuple[Spared, ...]:
    """Find what is left alone in an object that is there on both sides.

    Args:
        rules: Of the app, from its settings.
        desired: Git's side; *git* is its body, decoded.
        git: Its labels choose the rules; its annotations are rules too.
        evidence: Of the live object.
        root: What the schema says about the kind.
    """
    labels = labels_of(git)
    found = [
        Spared(parts, _note(rule), rule.manager)
        for rule in rules
        if fits(rule, desired.ref, labels)
        for parts in _parts(rule, git, evidence, root)
        if parts[:1] != ("status",) or "status" in git  # else it is not compared anyway
    ]
    found += [
        Spared((), _opted(each, desired))
        for each, _ in opt_outs(git)
        if each.effect in {Effect.ALWAYS, Effect.PRESENT}
    ]
    return tuple(found)


def additions(git: JsonObject, desired: Desired) -> str:
    """Say why fields that others added are left alone; "" where they count."""
    words = (_opted(each, desired) for each, _ in opt_outs(git) if each.effect is Effect.ADDITIONS)
    return next(words, "")


def absence(rules: Iterable[IgnoreRule], desired: Desired) -> str:
    """Say why an object that the cluster lacks is left alone; "" where it is MISSING."""
    if not (may_fit(rules, desired.ref) or may_opt_out(desired.body)):
        return ""
    git: JsonObject = msgspec.json.decode(desired.body)
    ways = (_opted(each, desired) for each, _ in opt_outs(git) if each.effect is Effect.ALWAYS)
    return _whole(rules, desired.ref, labels_of(git)) or next(ways, "")


def left_whole(rules: Iterable[IgnoreRule], desired: Desired) -> bool:
    """Tell whether an object that is there is not to be touched at all."""
    if not (may_fit(rules, desired.ref) or may_opt_out(desired.body)):
        return False
    git: JsonObject = msgspec.json.decode(desired.body)
    untouched = {Effect.ALWAYS, Effect.PRESENT}
    opted = any(each.effect in untouched for each, _ in opt_outs(git))
    return opted or bool(_whole(rules, desired.ref, labels_of(git)))


def presence(rules: Iterable[IgnoreRule], ref: ObjectRef, live: Live) -> str:
    """Say why an object that Git lacks is left alone; "" where it is EXTRA.

    An annotation counts if it came from Git: our own apply set it, and nobody changed it since.
    """
    if not (may_fit(rules, ref) or may_opt_out(live.body)):
        return ""
    try:
        found = msgspec.json.decode(live.body, type=dict)
    except (msgspec.DecodeError, RecursionError):
        return ""
    owners = Owners.parse(found)
    ways = (
        f"ignored by {each.name} from Git"
        for each, parts in opt_outs(found)
        if each.effect is Effect.LEFT_BEHIND
        and {owner.kind for owner in owners.of(parts)} == {OwnerClass.OURS}
    )
    return _whole(rules, ref, labels_of(found)) or next(ways, "")


def _whole(rules: Iterable[IgnoreRule], ref: ObjectRef, labels: Labels) -> str:
    hiding = (rule for rule in rules if rule.pointer == "" and fits(rule, ref, labels))
    return next(map(_note, hiding), "")


def _note(rule: IgnoreRule) -> str:
    if rule.pointer is not None:
        what = f"pointer {rule.pointer}" if rule.pointer else "a rule for the whole object"
    else:
        what = f"path {rule.path}" if rule.path is not None else f"manager {rule.manager}"
    return f"ignored by {what}" + (f", {rule.source}" if rule.source else "")


def _opted(each: OptOut, desired: Desired) -> str:
    document = desired.document
    return f"ignored by {each.name}: {each.value}, {document.file}:{document.line}"


# From a rule to paths ---------------------------------------------------------------------------


def _parts(rule: IgnoreRule, git: JsonObject, evidence: Evidence, root: Node) -> Iterator[Parts]:
    live = evidence.live
    if rule.pointer is not None:
        yield from _resolved(parse_pointer(rule.pointer), git, live, root)
    elif rule.path is not None:
        yield from _resolved(parse_path(rule.path), git, live, root)
    else:
        owned = (entry.fields for entry in evidence.owners.entries if entry.manager == rule.manager)
        for steps in (found for fields in owned for found in listed(fields)):
            for parts in _resolved(steps, git, live, root):
                if not _is_divided(parts, git, live, root):
                    yield parts


def _is_divided(parts: Parts, git: JsonObject, live: JsonObject, node: Node) -> bool:
    """Tell whether a place has others' things in it, of which the owner of the place owns none.

    An entry of a list is its maker's where Git does not have it.
    """
    sides = mine, _ = value_at(git, parts), value_at(live, parts)
    if isinstance(parts[-1], Element) and isinstance(mine, Absent):
        return False
    node = node_at(node, parts)
    maps, lists = ([s for s in sides if s and isinstance(s, kind)] for kind in (dict, list))
    return bool(maps and not node.atomic) or bool(lists and (node.keys or node.unique))


def _resolved(steps: Parts, git: Json | Absent, live: Json | Absent, node: Node) -> Iterator[Parts]:
    """Name the places that *steps* lead to as the comparison names them.

    A place that is on neither side is none.
    """
    if not steps:
        yield ()
        return
    for part in _named(steps[0], git, live, node):
        mine, theirs = value_at(git, (part,)), value_at(live, (part,))
        if isinstance(mine, Absent) and isinstance(theirs, Absent):
            continue
        inner = node.fields[part] if isinstance(part, str) else node.items
        yield from ((part, *rest) for rest in _resolved(steps[1:], mine, theirs, inner))


def _named(step: Part, git: Json | Absent, live: Json | Absent, node: Node) -> Iterator[Part]:
    """Name what one step leads to; a position counts Git's entries, or live's where Git ends."""
    lists = [side for side in (git, live) if isinstance(side, list)]
    if isinstance(step, Member) or not lists:
        if isinstance(step, str) is not bool(lists):
            yield step
    elif isinstance(step, Element):
        met = (item for items in lists for item in items if is_entry(item, step))
        yield from dict.fromkeys(_entry(item, node) or step for item in met)
    elif isinstance(step, int) or _INDEX.fullmatch(step):
        at = int(step)
        holder = next((items for items in lists if at < len(items)), None)
        if holder is not None:
            yield _entry(holder[at], node) or at


def _entry(item: Json, node: Node) -> Element | Member | None:
    """Name an entry of a keyed list or a member of a set; None in any other list."""
    if node.unique:
        return None if isinstance(item, dict | list) else Member(item)
    keys = next(iter(entries([item], node) or ()), None)
    return None if keys is None else element(node.keys, keys)
