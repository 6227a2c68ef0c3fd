"""One file to objects: documents split, lists expanded, every object checked.

A syntax error costs the file, an object that is wrong in itself costs that object.  What has
neither an apiVersion nor a kind was never meant for a cluster: values, dashboards, compose files.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from core.clean import clean
from core.errors import ManifestError
from core.manifests.objects import (
    Place,
    check_secret,
    check_sizes,
    name_of,
    namespace_of,
    text_of,
)
from core.manifests.sealed.parts import Sealed, SealedRoot, sealed_parts
from core.manifests.sealed.signs import has_ciphertext, is_operated, is_sealed
from core.manifests.text.parse import YamlError, parse
from core.manifests.text.tree import Root, Tree
from core.model import Document, Json, JsonObject, KindRef

LIST_DEPTH_MAX: Final = 10
_SIGNS: Final = frozenset({"apiVersion", "kind"})
_SIGNS_IN_TEXT: Final = re.compile(rb"""\b(?:apiVersion|kind)["']?\s*:|\{\{""")
_REPEATED: Final = re.compile(r'the key "')  # in the words of a warning
_DOCUMENT_BYTES: Final = 500  # of a `Document` without its body, measured
_FOR_KUSTOMIZE: Final = "kustomize.config.k8s.io/"  # kinds that no cluster serves


@dataclass(frozen=True, slots=True)
class Fault:
    """One object that cannot be taken; `document` is what is known of it, its body empty."""

    error: ManifestError
    document: Document | None = None  # None: not even what it is called


@dataclass(frozen=True, slots=True)
class Loaded:
    """Every object of one file, in order; `warnings` are those of its objects, in one list."""

    documents: tuple[Document, ...]
    warnings: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    others: tuple[int, ...] = ()  # lines of the documents that are no manifests
    sealed: tuple[Sealed, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file held, and what of it could not be read."""

    documents: tuple[Document, ...]
    problems: tuple[str, ...] = ()
    broken: tuple[tuple[Document, str], ...] = ()
    others: tuple[str, ...] = ()
    sealed: tuple[Sealed, ...] = ()  # what nobody opened yet

    @property
    def size(self) -> int:
        """Bytes that keeping it costs, about."""
        closed = sum(2 * len(each.text) + _DOCUMENT_BYTES for each in self.sealed)
        return closed + sum(len(each.body) + _DOCUMENT_BYTES for each in self.documents)


@dataclass(frozen=True, slots=True)
class Stated:
    """One object before it is checked: its values, and the line of its first key."""

    value: JsonObject
    line: int


def outcome_of(path: str, content: bytes) -> Outcome:
    """Read one file of a folder; what is wrong with it is told and not raised."""
    shown = clean(path)
    try:
        loaded = load(path, content)
    except ManifestError as error:
        if not isinstance(error, YamlError) and not _has_signs(content):
            return Outcome((), others=(shown,))
        return Outcome((), (f"{shown}:{error.line}: {error.reason}",))
    told = [
        (each.document, f"{shown}:{each.error.line}: {each.error.reason}") for each in loaded.faults
    ]
    places = tuple(f"{shown}:{line}" for line in loaded.others)
    return Outcome(
        loaded.documents,
        tuple(problem for _, problem in told),
        tuple((document, problem) for document, problem in told if document is not None),
        places if loaded.documents or told or loaded.sealed else (shown,) * bool(places),
        loaded.sealed,
    )


def _has_signs(content: bytes) -> bool:
    """Tell whether a file that cannot be read may have been meant as a manifest, or as a template.

    A `tsconfig.json` with comments, tags of another program and another encoding are no faults.
    """
    return _SIGNS_IN_TEXT.search(content.replace(b"\0", b"")) is not None  # UTF-16 has many


def load(path: str, content: bytes) -> Loaded:
    """Read the objects of one file exactly as kubectl would.

    Args:
        path: Of the file inside the repository; a `.json` that begins with a brace must be JSON.
        content: The bytes of the file.

    Raises:
        ManifestError: The file cannot be read; the message has the line.
    """
    tree = parse(path, content)
    documents: list[Document] = []
    faults: list[Fault] = []
    others: list[int] = []
    sealed: list[SealedRoot] = []
    index = 0  # counts what `stated_objects` yields
    for root in tree.roots:
        if is_other(root.value):
            others.append(root.line)
            index += sum(1 for _ in stated_objects(tree, root))
            continue
        found = list(_of_root(tree, root))
        stated = [one for one in found if isinstance(one, Stated)]
        if isinstance(root.value, dict) and is_sealed(root.value):
            sealed.append(_sealed(tree, root, root.value, stated, index))
            index += len(stated)
            continue
        faults += (Fault(one) for one in found if isinstance(one, ManifestError))
        for one, warnings in zip(stated, _warnings_by_object(path, root, stated), strict=True):
            made = _document(tree, one, index, warnings)
            index += 1
            if isinstance(made, Fault):
                faults.append(made)
            else:
                documents.append(made)
    said = tuple(warning for document in documents for warning in document.warnings)
    parts = tuple(sealed_parts(path, content, sealed)) if sealed else ()
    return Loaded(tuple(documents), said, tuple(faults), tuple(others), parts)


def _sealed(
    tree: Tree, root: Root, value: JsonObject, stated: list[Stated], index: int
) -> SealedRoot:
    """Say of a document that is encrypted where its objects stand, and what they are called."""
    objects = tuple((index + at, one.line) for at, one in enumerate(stated))
    made = (_document(tree, one, index + at, ()) for at, one in enumerate(stated))
    found = (one.document if isinstance(one, Fault) else one for one in made)
    named = tuple(replace(one, body=b"", sealed=True) for one in found if one is not None)
    bodies = tuple(msgspec.json.encode(one.value) for one in stated)
    repeats = any(_REPEATED.search(reason) for _, reason in root.warnings)
    return SealedRoot(value, root.line, objects, bodies, named, repeats)


def is_other(value: Json) -> bool:
    """Tell whether a document is no manifest, and was not meant to be one."""
    if isinstance(value, list):
        return all(map(is_other, value))
    if not isinstance(value, dict):
        return value is not None
    api_version = value.get("apiVersion")
    if isinstance(api_version, str) and api_version.startswith(_FOR_KUSTOMIZE):
        return True
    return value.keys().isdisjoint(_SIGNS)


def stated_objects(tree: Tree, root: Root) -> Iterator[Stated]:
    """Return the objects of one YAML document; nothing for an empty one."""
    return (one for one in _of_root(tree, root) if isinstance(one, Stated))


def _of_root(tree: Tree, root: Root) -> Iterator[Stated | ManifestError]:
    if root.value is not None:
        yield from _expanded(tree, root.value, root.line, 0)


def _expanded(tree: Tree, value: Json, line: int, depth: int) -> Iterator[Stated | ManifestError]:
    if not isinstance(value, dict):
        yield ManifestError(tree.path, line, "a Kubernetes object is a mapping, and this is none")
        return
    kind, items = value.get("kind"), value.get("items")
    if not isinstance(kind, str) or not kind.endswith("List") or not isinstance(items, list):
        yield Stated(value, line)
        return
    if depth >= LIST_DEPTH_MAX:
        yield ManifestError(tree.path, line, f"[DEPTH] more than {LIST_DEPTH_MAX} lists in lists")
        return
    for index, item in enumerate(items):
        if isinstance(item, dict) and kind != "List":  # a ConfigMapList need not say it again
            item.setdefault("apiVersion", value.get("apiVersion"))
            item.setdefault("kind", kind.removesuffix("List"))
        first = next(iter(tree.lines_of(item).values()), None)
        at = first or tree.lines_of(items).get(index, line)
        yield from _expanded(tree, item, at, depth + 1)


def _warnings_by_object(path: str, root: Root, stated: list[Stated]) -> list[tuple[str, ...]]:
    """Give each warning to the object it stands in."""
    found: list[list[str]] = [[] for _ in stated]
    for line, reason in root.warnings:
        within = [place for place, one in enumerate(stated) if one.line <= line] or [0]
        if stated:
            found[within[-1]].append(f"{path}:{line}: {reason}")
    return [tuple(warnings) for warnings in found]


def _document(
    tree: Tree, stated: Stated, index: int, warnings: tuple[str, ...]
) -> Document | Fault:
    """Check one object; where its names are right, what is wrong with the rest is told of it."""
    value = stated.value
    place = Place(tree, value, stated.line)
    named: Document | None = None
    try:
        kind = KindRef(text_of(value, "apiVersion", place), text_of(value, "kind", place))
        name = name_of(value, kind.group, kind.kind, place)
        namespace = namespace_of(value, place)
        named = Document(kind, namespace, name, b"", tree.path, stated.line, index, warnings)
        body = _body(value, kind, place)
        if has_ciphertext(body) and not is_operated(value):
            named = replace(named, sealed=True)
            raise place.error("it holds values that sops encrypted, and no sops block to open them")
        return replace(named, body=body)
    except ManifestError as error:
        return Fault(error, named)


def _body(value: JsonObject, kind: KindRef, place: Place) -> bytes:
    if kind == KindRef("v1", "Secret"):
        check_secret(value, place)
    body = msgspec.json.encode(value)
    check_sizes(value, body, place)
    return body
