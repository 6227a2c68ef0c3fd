"""Parts of files that sops encrypted as one, and what comes of opening them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from core.clean import clean
from core.manifests.sealed.signs import SOPS
from core.manifests.text.parse import documents_in
from core.model import Document, Json, JsonObject

_GROUPS: Final = "key_groups"
_KINDS: Final = {"kms": "aws_kms", "hckms": "huawei_kms"}  # sops's names that say too little
_NAMES: Final = ("recipient", "fp", "arn", "resource_id", "vault_url", "vault_address", "key_id")
_NAME_CELLS: Final = 80


@dataclass(frozen=True, slots=True)
class Sealed:
    """A part of a file that sops encrypted as one."""

    path: str
    line: int
    text: bytes = field(repr=False)  # what sops is given
    kinds: frozenset[str]  # of the keys that may open it: "age", "pgp", "aws_kms"
    keys: tuple[str, ...]  # their public names
    mac: str  # the encrypted checksum, which tells it from any other part
    objects: tuple[tuple[int, int], ...]  # of each object in it the index and the line
    bodies: tuple[bytes, ...] = field(repr=False)  # of each, ciphertext and all, as JSON
    named: tuple[Document, ...]  # those whose names are not encrypted, without a body
    is_ambiguous: bool = False  # sops may read other keys in it than we do

    @property
    def is_json(self) -> bool:
        """Whether it is JSON to sops, too."""
        return self.path.endswith(".json") and self.text.lstrip()[:1] == b"{"


class SealedRoot(NamedTuple):
    """One YAML document that sops encrypted."""

    value: JsonObject
    line: int
    objects: tuple[tuple[int, int], ...]
    bodies: tuple[bytes, ...]
    named: tuple[Document, ...]
    repeats: bool  # a key stands in it twice

    @property
    def is_ambiguous(self) -> bool:
        """Whether another reader may see another block of sops: Go's folds case in JSON."""
        blocks = [key for key in self.value if key.casefold() == SOPS]
        return self.repeats or len(blocks) > 1


def sealed_parts(path: str, content: bytes, roots: Sequence[SealedRoot]) -> Iterator[Sealed]:
    """Put the documents together that were encrypted as one."""
    texts = list(_texts(path, content))
    together: dict[str, list[SealedRoot]] = {}
    for root in roots:
        together.setdefault(repr(_metadata(root).get("mac")), []).append(root)
    for mac, alike in together.items():
        found = dict.fromkeys(_text_at(texts, root.line) for root in alike)
        kinds, keys = _keys(map(_metadata, alike))
        yield Sealed(
            path,
            alike[0].line,
            b"".join(found),
            frozenset(kinds),
            keys,
            mac,
            tuple(each for root in alike for each in root.objects),
            tuple(each for root in alike for each in root.bodies),
            tuple(each for root in alike for each in root.named),
            any(root.is_ambiguous for root in alike),
        )


def _metadata(root: SealedRoot) -> JsonObject:
    metadata = root.value[SOPS]
    assert isinstance(metadata, dict)
    return metadata


def _texts(path: str, content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the last line of each YAML document, and its text."""
    line = 0
    for text in documents_in(path, content):
        line += text.count(b"\n") + (not text.endswith(b"\n"))
        yield line, text


def _text_at(texts: Iterable[tuple[int, bytes]], line: int) -> bytes:
    return next(text for last, text in texts if line <= last)


def _keys(blocks: Iterable[JsonObject]) -> tuple[set[str], tuple[str, ...]]:
    """Return the kinds of the keys, and how they are called."""
    kinds: set[str] = set()
    names: list[str] = []
    for name, entries in (each for block in blocks for each in _lists(block)):
        kinds.add(_KINDS.get(name, name))
        names += map(_name_of, entries)
    return kinds, tuple(dict.fromkeys(filter(None, names)))


def _lists(metadata: JsonObject) -> Iterator[tuple[str, list[Json]]]:
    """Yield the lists of keys by kind, also those that stand in groups."""
    for name, entries in metadata.items():
        if not isinstance(entries, list):
            continue
        if name != _GROUPS:
            yield from ((name, entries),) if entries else ()
            continue
        for group in entries:
            if isinstance(group, dict):
                yield from _lists(group)


def _name_of(entry: Json) -> str:
    found = (entry.get(name) for name in _NAMES) if isinstance(entry, dict) else ()
    name = next((each for each in found if isinstance(each, str) and each), "")
    return clean(name, max_cells=_NAME_CELLS)


Open: TypeAlias = Callable[[Sequence[Sealed]], Sequence["Opened"]]


class Opened(NamedTuple):
    """What came of a sealed part: its objects, or why there are none."""

    documents: tuple[Document, ...]
    problem: str = ""  # "file:line: reason"
    broken: tuple[tuple[Document, str], ...] = ()
    passing: bool = False  # there is hope that it can be opened later


def left_closed(sealed: Sealed, reason: str, *, passing: bool = False) -> Opened:
    """Say why a sealed part is not opened; its objects are known by name at most."""
    problem = f"{clean(sealed.path)}:{sealed.line}: encrypted with sops, and not opened: {reason}"
    return Opened((), problem, tuple((one, problem) for one in sealed.named), passing)


def nobody_opens(parts: Sequence[Sealed]) -> tuple[Opened, ...]:
    """Open nothing."""
    return tuple(left_closed(each, "it is not read here") for each in parts)
