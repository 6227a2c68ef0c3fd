"""What sops encrypted: told from ordinary objects, and never taken for what it stands for.

sops writes a mapping `sops` at the top of each YAML document of a file, and ciphertext in the place
of values.  Documents that it encrypted as one file hold one checksum, so they are opened as one.
Keys, and therefore lines, are those of what comes out.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

import msgspec

from core.clean import clean
from core.manifests.parse import documents_in
from core.model import Document, Json, JsonObject

SOPS: Final = "sops"
_SIGNS: Final = frozenset({"mac", "lastmodified", "version"})
_SIGNS_LEAST: Final = 2  # one alone may be anybody's own field
_OPERATED: Final = "isindir.github.com/"  # whose operator opens what the cluster holds
_MARK: Final = b"ENC[AES256_GCM,data:"
_WHOLE: Final = re.compile(rb'"ENC\[AES256_GCM,data:[^"\\]*,type:[a-z]+\]"')
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


def is_sealed(value: Json) -> bool:
    """Tell whether sops encrypted a document that no operator in the cluster will open."""
    metadata = value.get(SOPS) if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(metadata, dict):
        return False
    return len(_SIGNS & metadata.keys()) >= _SIGNS_LEAST and not is_operated(value)


def is_operated(value: JsonObject) -> bool:
    """Tell whether an object is meant to be encrypted in the cluster, too."""
    return str(value.get("apiVersion")).startswith(_OPERATED)


def sealed_parts(path: str, content: bytes, roots: Sequence[SealedRoot]) -> Iterator[Sealed]:
    """Put the documents together that were encrypted as one."""
    texts = list(_texts(path, content))
    together: dict[str, list[SealedRoot]] = {}
    for root in roots:
        together.setdefault(repr(_metadata(root).get("mac")), []).append(root)
    for mac, alike in together.items():
        found = dict.fromkeys(_text_at(texts, root.line) for root in alike)
        kinds, keys = _keys(_metadata(alike[0]))
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
        )


def has_ciphertext(body: bytes) -> bool:
    """Tell whether a value of an object, as JSON, is ciphertext of sops."""
    return _MARK in body and _WHOLE.search(body) is not None


def is_ciphertext(value: Json) -> bool:
    """Tell whether a value is ciphertext of sops."""
    return isinstance(value, str) and has_ciphertext(msgspec.json.encode(value))


def carries_ciphertext(body: bytes) -> bool:
    """Tell whether an object that was rendered holds ciphertext of sops in some place or wrapping.

    A file that is encrypted, read by a generator or a template, comes out in a text or in base64.
    """
    if _MARK in body:
        return True
    value = msgspec.json.decode(body)
    inside = [value.get(name) for name in ("data", "binaryData")] if isinstance(value, dict) else []
    texts = (each for one in inside if isinstance(one, dict) for each in one.values())
    return any(_MARK in _bytes_of(text) for text in texts if isinstance(text, str))


def looks_sealed(content: bytes) -> bool:
    """Tell whether a file of any format was encrypted by sops."""
    return _MARK in content and b"lastmodified" in content


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


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


def _keys(metadata: JsonObject) -> tuple[set[str], tuple[str, ...]]:
    """Return the kinds of the keys, and how they are called."""
    kinds: set[str] = set()
    names: list[str] = []
    for name, entries in _lists(metadata):
        kinds.add(_KINDS.get(name, name))
        names += map(_name_of, entries)
    return kinds, tuple(filter(None, names))


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
