"""What two states of Git say differently about the same objects; no cluster is asked.

Which fields are quantities, which lists are keyed and which kinds have a namespace is told by a
cluster, so nothing of that is guessed: what might differ is shown.  The entries of a list that have
names of their own are shown by name, as long as they stand in the same order.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, Protocol, TypeAlias

import msgspec

from core.compare.canonical import canonical
from core.compare.equality.scalars import Flavour, equal
from core.model import (
    ABSENT,
    Absent,
    Document,
    FieldChange,
    FieldVerdict,
    Json,
    JsonObject,
    KindRef,
    Resource,
    refusal_of,
)
from core.model.paths import Element, Parts, format_path

_Identity: TypeAlias = tuple[str, str, str, str]
_Apart: TypeAlias = tuple[Parts, Json | Absent, Json | Absent]
_WORKLOADS: Final = frozenset({"", "apps", "batch"})  # groups of built-in kinds that run containers
_RESOURCES: Final = (("resources", "limits"), ("resources", "requests"))


class Stating(Protocol):
    """What was read of one folder."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """The objects it states."""

    @property
    def refused(self) -> tuple[tuple[str, str], ...]:
        """The files that could not be read, each with the reason."""


class Unlike(NamedTuple):
    """An object that two folders do not state the same; None: that folder does not at all."""

    was: Document | None
    now: Document | None
    changes: tuple[FieldChange, ...]  # where both state it

    @property
    def said(self) -> Document:
        """The object as the second states it, else the first."""
        said = self.now or self.was
        assert said is not None
        return said

    @property
    def sealed(self) -> bool:
        """Whether a file of the two is encrypted."""
        return any(side is not None and side.sealed for side in (self.was, self.now))


def unlike(
    before: Stating,
    after: Stating,
    namespaces: tuple[str, str],
    apps: tuple[str, str] = ("", ""),
) -> tuple[tuple[Unlike, ...], int]:
    """Return the objects that two folders do not state the same, and how many they state alike.

    The arguments are those of `paired`.
    """
    found: list[Unlike] = []
    same = 0
    for was, now in paired(before, after, namespaces, apps):
        changes = restated(was, now) if was is not None and now is not None else ()
        if changes or was is None or now is None:
            found.append(Unlike(was, now, changes))
        else:
            same += 1
    return tuple(found), same


def paired(
    before: Stating,
    after: Stating,
    namespaces: tuple[str, str] = ("", ""),
    apps: tuple[str, str] = ("", ""),
) -> Iterator[tuple[Document | None, Document | None]]:
    """Yield each object as both folders state it; None: that folder does not.

    What a file that cannot be read on one side says there is not known, so nothing follows from it.

    Args:
        before: One folder.
        after: The other one.
        namespaces: Of the two, that of objects that name none: there an object of the one is the
            same as an object of the other.
        apps: What the two are called: a name that says which of them an object is of, or which
            environment, as charts and prefixes make them, is the same as the other's.
    """
    new = _by_identity(after, namespaces[1])
    old = _renamed(_by_identity(before, namespaces[0]), new, apps)
    for identity in {**old, **new}:
        was, now = old.get(identity), new.get(identity)
        gone = now is None and was is not None and refusal_of(after.refused, was.file)
        came = was is None and now is not None and refusal_of(before.refused, now.file)
        if not gone and not came:
            yield was, now


def own_namespace(documents: Iterable[Document], stated: str) -> str:
    """Return the namespace of an app's own objects: the only one that they name, else *stated*."""
    named = {document.namespace for document in documents} - {None, ""}
    return named.pop() or "" if len(named) == 1 else stated


def restated(was: Document, now: Document) -> tuple[FieldChange, ...]:
    """List the fields that two statements of one object differ in, whatever their namespaces.

    Returns:
        The changes by path: `live` is what *was* says, `git` is what *now* says.
    """
    if was.body == now.body:
        return ()
    found = (
        FieldChange(format_path(parts), FieldVerdict.DRIFT, live=old, git=new)
        for parts, old, new in _apart(stated(was), stated(now), (), now.kind)
    )
    return tuple(sorted(found, key=lambda change: change.path))


def stated(document: Document, namespace: str = "") -> JsonObject:
    """Return an object in the canonical form, as far as that takes no cluster."""
    scope = Resource(document.kind, "", namespaced=bool(namespace), has_status=False)
    form = canonical(document, scope, None, namespace=namespace, digest_key=b"")
    body: JsonObject = msgspec.json.decode(form.body)
    return body


def _by_identity(folder: Stating, own: str) -> dict[_Identity, Document]:
    found: dict[_Identity, Document] = {}
    for each in folder.documents:
        namespace = "" if each.namespace in {None, own} else each.namespace or ""
        found[each.kind.group, each.kind.kind, namespace, each.name] = each
    return found


def _renamed(
    old: Mapping[_Identity, Document], new: Mapping[_Identity, Document], apps: tuple[str, str]
) -> Mapping[_Identity, Document]:
    """Call objects as the other app does, where it has none of their own names."""
    found: dict[_Identity, Document] = {}
    for identity, document in old.items():
        group, kind, namespace, name = identity
        called = ((group, kind, namespace, other) for other in _names(name, apps))
        free = (one for one in called if one in new and one not in old and one not in found)
        found[identity if identity in new else next(free, identity)] = document
    return found


def _names(name: str, apps: tuple[str, str]) -> Iterator[str]:
    """Yield how the other app may call an object: by its own name, or by its environment's."""
    one, other = (app.split("-") for app in apps)
    for end in (0, -1):
        while one and other and one[end] == other[end]:
            del one[end], other[end]
    for was, now in (apps, ("-".join(one), "-".join(other))):
        if was and now:
            word = re.compile(rf"(?<![a-z0-9]){re.escape(was)}(?![a-z0-9])")
            yield now.join(word.split(name))


def _apart(old: Json | Absent, new: Json | Absent, at: Parts, kind: KindRef) -> Iterator[_Apart]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            yield from _apart(old.get(key, ABSENT), new.get(key, ABSENT), (*at, key), kind)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists_apart(old, new, at, kind)
    elif isinstance(old, Absent) or isinstance(new, Absent):
        yield from [] if old is new else [(at, old, new)]
    elif not equal(old, new, _flavour(at, kind)):
        yield at, old, new


def _lists_apart(old: list[Json], new: list[Json], at: Parts, kind: KindRef) -> Iterator[_Apart]:
    was, now = _by_name(old), _by_name(new)
    common = [name for name in was or () if name in (now or ())]
    if not common or was is None or now is None or common != [name for name in now if name in was]:
        pairs = zip(old, new, strict=False)
        if len(old) != len(new) or any(any(_apart(*pair, at, kind)) for pair in pairs):
            yield at, old, new
        return
    for name in {**was, **now}:
        path = (*at, Element((("name", name),)))
        yield from _apart(was.get(name, ABSENT), now.get(name, ABSENT), path, kind)


def _by_name(items: list[Json]) -> dict[str, JsonObject] | None:
    """Return the entries of a list by the names they have; None where one has none of its own."""
    found: dict[str, JsonObject] = {}
    for item in items:
        name = item.get("name") if isinstance(item, dict) else None
        if not (isinstance(item, dict) and isinstance(name, str)) or name in found:
            return None
        found[name] = item
    return found


def _flavour(at: Parts, kind: KindRef) -> Flavour:
    """Say what a value is where everybody knows it: bytes of a Secret, resources of a container."""
    if kind == KindRef("v1", "Secret") and at[:1] == ("data",):
        return Flavour.BYTE
    if kind.group in _WORKLOADS and at[-3:-1] in _RESOURCES:
        return Flavour.QUANTITY
    return Flavour.PLAIN
