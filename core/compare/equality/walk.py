"""Where two objects differ, by the rules of their schema (verdicts.md 2.2 and 2.3).

One walk over both sides at once.  It knows what is equal, absent, a default or allocated by the
server; it does not know who wrote a field, and so says only *that* sides differ, never what that
means.  Most objects do not differ, so nothing is built for what is equal.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from core.compare.equality.builtin import implied_metadata
from core.compare.equality.compared import compared
from core.compare.equality.filled import is_allocated, is_injected
from core.compare.equality.lists import Pairing, element, entries, members, pair
from core.compare.equality.scalars import equal, same_json
from core.compare.equality.schema import Node
from core.model import ABSENT, Absent, Json, JsonObject
from core.model.paths import Element, Part, Parts

_SINGLE: Final = frozenset({str, int, bool, float})
_CREATED: Final = ("metadata", "creationTimestamp")
_NOTHING: Final[JsonObject] = {}


class How(StrEnum):
    """In which way two sides differ."""

    VALUE = "value"  # Git states it; live has another value, or none
    EXTRA = "extra"  # only live has it
    ORDER = "order"  # the same entries in another order
    RENAMED = "renamed"  # one entry of a keyed list stands where Git states another


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two sides differ."""

    how: How
    parts: Parts
    git: Json | Absent
    live: Json | Absent
    node: Node
    filled: bool = False  # the cluster fills this field in, and Git leaves it to the cluster
    kept: bool = False  # filled by the server, which keeps it whatever an apply leaves out
    replaced: Element | None = None  # RENAMED: the live entry
    agreed: bool = False  # RENAMED: but for their keys, the two entries are the same
    within: Parts = ()  # EXTRA: the outermost container that only live has


def differences(git: JsonObject, live: JsonObject, root: Node) -> list[Difference]:
    """List where a live object differs from what Git states, apart from server bookkeeping."""
    wanted, found = compared(git, live, built_in=root.built_in)
    implied = implied_metadata(git, live) if root.built_in else _NOTHING
    overlay: JsonObject = {"metadata": implied} if implied else _NOTHING
    walk = Walk(live)
    walk.objects(wanted, found, root, (), overlay)
    return walk.found


def same(git: Json, live: Json, node: Node, root: JsonObject) -> bool:
    """Tell whether two values mean the same; another order of keyed entries does not matter."""
    if same_json(git, live):
        return True
    walk = Walk(root)
    walk.values(git, live, node, (), _NOTHING)
    return all(each.how is How.ORDER or each.filled for each in walk.found)


def inside(entry: Difference, root: JsonObject) -> list[Difference]:
    """List the fields of an object that only live has, one by one."""
    walk = Walk(root)
    if isinstance(entry.live, dict):
        walk.objects({}, entry.live, entry.node, entry.parts, _NOTHING)
    return walk.found


class Walk:
    """One comparison under way: the live object it is about, and what was found so far."""

    __slots__ = ("found", "lacking", "root")

    def __init__(self, root: JsonObject, *, lacking: bool = False) -> None:
        """Begin; *root* is the live object, where computed defaults look.

        *lacking*: what is walked is Git's, and live has none of it.  No default is at work then, or
        live would have it.
        """
        self.root, self.lacking = root, lacking
        self.found: list[Difference] = []

    def objects(
        self, git: JsonObject, live: JsonObject, node: Node, parts: Parts, overlay: JsonObject
    ) -> None:
        """Compare two objects field by field; *overlay* holds defaults set by their holder."""
        for key, wanted in git.items():
            kind = type(wanted)
            if kind is not dict and kind is not list and key in live:
                value = live[key]
                if type(value) is kind and value == wanted:
                    continue
            if key in node.once and not wanted and key in live:
                self._filled_once(key, git, live, node, parts)
                continue
            self._stated(key, wanted, live, node, (*parts, key), overlay)
        if len(live) == len(git) and live.keys() == git.keys():
            return
        defaults = node.defaults
        for key, value in live.items():
            if key in git or key in node.ignored:
                continue
            default = defaults.get(key)  # most of what only live has is a plain default
            if type(value) is type(default) and value == default and value.__class__ in _SINGLE:
                continue
            if key not in node.once or not self._filled_once(key, git, live, node, parts):
                self._only(key, value, node, live, (*parts, key), overlay)

    def values(self, git: Json, live: Json, node: Node, parts: Parts, overlay: JsonObject) -> None:
        """Compare two values that are there on both sides."""
        if isinstance(git, dict) and isinstance(live, dict):
            if not node.atomic:
                self.objects(git, live, node, parts, overlay)
                return
            walk = Walk(self.root)
            walk.objects(git, live, node, parts, overlay)
            equal_sides = all(each.how is How.ORDER or each.filled for each in walk.found)
        elif isinstance(git, list) and isinstance(live, list):
            self._lists(git, live, node, parts)
            return
        else:
            equal_sides = equal(git, live, node.flavour)
        if not equal_sides:
            self._report(How.VALUE, parts, git, live, node)

    def _stated(
        self,
        key: str,
        wanted: Json,
        live: JsonObject,
        node: Node,
        parts: Parts,
        overlay: JsonObject,
    ) -> None:
        """Compare one field that Git states."""
        if key in node.ignored:
            return
        child = node.fields[key]
        value = live.get(key)
        if value is None and not (child.nullable and key in live):
            if wanted is None and child.known:  # it asks for nothing, and nothing is there
                return
            lacking = Walk(self.root, lacking=True)
            lacking._only(key, wanted, node, live, parts, overlay)
            if lacking.found:
                self._report(How.VALUE, parts, wanted, ABSENT, child)
            return
        empty = key in node.allocated and _is_empty(wanted)
        if empty or (not wanted and (node.is_zero(key, wanted) or is_injected(self.root, parts))):
            # As good as not stated, so the server's own value is what Git asks for.
            walk = Walk(self.root)
            walk._only(key, value, node, live, parts, overlay)
            if all(each.filled for each in walk.found):
                self.found += walk.found
                return
        inner = overlay.get(key, ABSENT) if overlay else ABSENT
        if inner is ABSENT and node.built_in and key in node.defaults:
            inner = node.default(key, live, self.root)
        self.values(wanted, value, child, parts, inner if isinstance(inner, dict) else _NOTHING)

    def _only(
        self,
        key: str,
        value: Json,
        node: Node,
        holder: JsonObject,
        parts: Parts,
        overlay: JsonObject,
    ) -> None:
        """Report what only one side has, leaf by leaf, unless it is as good as absent."""
        child = node.fields[key]
        if value is None:
            if child.nullable and parts[-2:] != _CREATED:
                self._extra(parts, value, child)
            return
        default = overlay.get(key, ABSENT)
        if default is ABSENT:
            default = node.default(key, holder, self.root)
        if self.lacking and not _is_empty(default):
            default = ABSENT
        if key in node.allocated:
            asked = value or not self.lacking  # a zero asks for none or any, and none is there
            if asked and not _fits(default, value, child, self.root):
                self._extra(parts, value, child, filled=True, kept=True)
        elif isinstance(value, dict):
            self._only_object(value, child, parts, default)
        elif isinstance(value, list):
            self._only_list(value, child, parts, default, built_in=node.built_in)
        elif not (
            (not value and node.is_zero(key, value))
            or (not isinstance(default, Absent) and equal(value, default, child.flavour))
        ):
            kept = is_allocated(self.root, parts)
            filled = kept or key in node.injected or is_injected(self.root, parts)
            self._extra(parts, value, child, filled=filled, kept=kept)

    def _filled_once(
        self, key: str, git: JsonObject, live: JsonObject, node: Node, parts: Parts
    ) -> bool:
        """Take what the server filled in when other fields were as Git, or as live, has them.

        Where it fits live alone it is out of date once live is as Git states it.  Stated empty it
        is filled in anew by every apply.
        """
        value, child = live[key], node.fields[key]
        fits = _fits(node.default(key, git, self.root), value, child, self.root)
        if key in git and not fits:
            self._report(How.VALUE, (*parts, key), git[key], value, child)
        elif not fits and _fits(node.default(key, live, self.root), value, child, self.root):
            self._extra((*parts, key), value, child, filled=True)
            return True
        return fits

    def _only_object(
        self, value: JsonObject, node: Node, parts: Parts, default: Json | Absent
    ) -> None:
        if node.atomic:
            if not _fits(default, value, node, self.root) and (value or node.declared):
                self._extra(parts, value, node)
            return
        inner = default if isinstance(default, dict) else _NOTHING
        before = len(self.found)
        for key, item in value.items():
            if key not in node.ignored:
                self._only(key, item, node, value, (*parts, key), inner)
        if len(self.found) == before and not node.free and not isinstance(default, dict):
            self._extra(parts, value, node)  # nothing in it counts, but that it is there does
        elif not isinstance(default, dict):
            self.found[before:] = [replace(each, within=parts) for each in self.found[before:]]

    def _only_list(
        self,
        value: list[Json],
        node: Node,
        parts: Parts,
        default: Json | Absent,
        *,
        built_in: bool,  # whether the holder is of a built-in kind, which leaves empty lists out
    ) -> None:
        if not value:
            if not node.known or (default and not built_in and default is not ABSENT):
                self._extra(parts, value, node)
        elif _fits(default, value, node, self.root):
            return
        elif (keyed := entries(value, node)) is not None:
            for key, item in keyed.items():
                self._extra((*parts, element(node.keys, key)), item, node.items, within=parts)
        elif (unique := members(value, node)) is not None:
            for member in unique:
                self._extra((*parts, member), member.value, node.items, within=parts)
        else:
            self._extra(parts, value, node)

    def _lists(self, git: list[Json], live: list[Json], node: Node, parts: Parts) -> None:
        wanted, found = entries(git, node), entries(live, node)
        if wanted is not None and found is not None:
            for key, item in wanted.items():
                if (other := found.get(key)) is not None:
                    path = (*parts, element(node.keys, key))
                    self.objects(item, other, node.items, path, _NOTHING)
            if wanted.keys() != found.keys() or list(wanted) != list(found):
                self._paired(pair(wanted, found, node), node, parts)
            return
        self._unkeyed(git, live, node, parts)

    def _unkeyed(self, git: list[Json], live: list[Json], node: Node, parts: Parts) -> None:
        wanted, found = members(git, node), members(live, node)
        if wanted is None or found is None:
            if len(git) != len(live) or not all(
                same(one, other, node.items, self.root)
                for one, other in zip(git, live, strict=True)
            ):
                self._report(How.VALUE, parts, git, live, node)
            return
        for member in wanted:
            if member not in found:
                self._report(How.VALUE, (*parts, member), member.value, ABSENT, node.items)
        for member in found:
            if member not in wanted:
                self._extra((*parts, member), member.value, node.items)
        common = [member for member in wanted if member in found]
        if common != [member for member in found if member in wanted]:
            self._report(How.ORDER, parts, git, live, node)

    def _paired(self, pairing: Pairing, node: Node, parts: Parts) -> None:
        """Report the entries of a keyed list that only one side has, and another order."""
        missing, extra = list(pairing.missing), list(pairing.extra)
        single = len(missing) == len(extra) == 1
        for entry in pairing.missing:
            for other in extra:
                agreed = same(entry.rest(), other.rest(), node.items, self.root)
                if agreed or single:
                    path = (*parts, entry.element)
                    self.found.append(
                        Difference(
                            How.RENAMED,
                            path,
                            entry.item,
                            other.item,
                            node.items,
                            replaced=other.element,
                            agreed=agreed,
                        )
                    )
                    missing.remove(entry)
                    extra.remove(other)
                    break
        for entry in missing:
            self._report(How.VALUE, (*parts, entry.element), entry.item, ABSENT, node.items)
        for entry in extra:
            self._extra((*parts, entry.element), entry.item, node.items)
        if pairing.reordered:
            self._report(How.ORDER, parts, pairing.git_order, pairing.live_order, node)

    def _report(
        self, how: How, parts: tuple[Part, ...], git: Json | Absent, live: Json | Absent, node: Node
    ) -> None:
        self.found.append(Difference(how, parts, git, live, node))

    def _extra(
        self,
        parts: Parts,
        value: Json,
        node: Node,
        *,
        filled: bool = False,
        kept: bool = False,
        within: Parts = (),
    ) -> None:
        found = Difference(How.EXTRA, parts, ABSENT, value, node, filled, kept, within=within)
        self.found.append(found)


def _fits(default: Json | Absent, value: Json, node: Node, root: JsonObject) -> bool:
    return not isinstance(default, Absent) and same(default, value, node, root)


def _is_empty(value: Json | Absent) -> bool:
    """Tell whether a container holds nothing but others like it."""
    return all(map(_is_empty, value.values())) if isinstance(value, dict) else value == []
