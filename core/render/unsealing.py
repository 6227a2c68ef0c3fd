"""Encrypted objects that a tool printed: ciphertext that it took over, beside what it changed.

kustomize and helm hand an encrypted object on with its block of sops, and may give it a namespace
or a label on the way, so its checksum does not hold any more.  The file that it comes from is
opened instead, whose checksum is looked at, and each ciphertext in what was printed is replaced by
what that file has at the very same place.  One that stands elsewhere was moved there: it is not
opened.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import msgspec

from core.manifests import Opened, Sealed, is_ciphertext, left_closed, looks_sealed
from core.model import ABSENT, Absent, Document, Json, JsonObject
from core.render.world import World

_SOPS: Final = "sops"
_ELSEWHERE: Final = "no file that it is rendered from states it as it came out"


class _Pair(NamedTuple):
    """One object of a file as it is encrypted, and as it is."""

    closed: Json
    plain: Json


class _MovedError(Exception):
    """A ciphertext is not where its file has it."""


def opened_of(world: World, paths: Iterable[str], parts: Sequence[Sealed]) -> tuple[Opened, ...]:
    """Open what a tool printed by the files at *paths*, which it was given.  Blocks."""
    contents = ((path, world.bytes_of(path)) for path in sorted(paths))
    files = [(path, content) for path, content in contents if looks_sealed(content)]
    found = (part for one in world.reader.outcomes(files) for part in one.sealed)
    sources = {part.mac: part for part in found}
    wanted = [sources[mac] for mac in {part.mac for part in parts} if mac in sources]
    known = dict(zip((one.mac for one in wanted), world.opened(wanted), strict=True))
    return tuple(_opened(world, part, sources, known) for part in parts)


def _opened(
    world: World, part: Sealed, sources: Mapping[str, Sealed], known: Mapping[str, Opened]
) -> Opened:
    if part.mac not in known:
        return left_closed(part, _ELSEWHERE)
    source, opened = sources[part.mac], known[part.mac]
    if opened.problem:
        broken = tuple((one, opened.problem) for one in part.named)
        return Opened((), opened.problem, broken, opened.passing)
    pairs = list(_pairs(source, opened.documents))
    made = [_document(world, part, at, pairs) for at in range(len(part.bodies))]
    documents = tuple(one for one in made if one is not None)
    if len(documents) == len(made):
        return Opened(documents)
    there = {one.index for one in documents}
    left = tuple(one for one in part.named if one.index not in there)
    return left_closed(replace(part, named=left), _ELSEWHERE)._replace(documents=documents)


def _pairs(source: Sealed, documents: Iterable[Document]) -> Iterator[_Pair]:
    closed = {index: body for (index, _), body in zip(source.objects, source.bodies, strict=True)}
    for document in documents:
        if document.index in closed:
            yield _Pair(*map(msgspec.json.decode, (closed[document.index], document.body)))


def _document(world: World, part: Sealed, at: int, pairs: Sequence[_Pair]) -> Document | None:
    """Return one object; None where its ciphertext does not come from one object of the file."""
    value: JsonObject = msgspec.json.decode(part.bodies[at])
    value.pop(_SOPS, None)
    for pair in pairs:
        try:
            text = msgspec.json.encode(_filled(value, *pair))
        except _MovedError:
            continue
        (found,) = world.reader.outcomes([(part.path, text)])
        index, line = part.objects[at]
        for document in found.documents:
            return replace(document, index=index, line=line, warnings=(), sealed=True)
    return None


def _filled(value: Json, closed: Json | Absent, plain: Json | Absent) -> Json:
    """Put what is plain in the place of ciphertext.

    Raises:
        _MovedError: Another ciphertext stands there in the file, or none.
    """
    if isinstance(value, dict):
        return {
            key: _filled(item, _inside(closed, key), _inside(plain, key))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [
            _filled(item, _inside(closed, at), _inside(plain, at)) for at, item in enumerate(value)
        ]
    if not is_ciphertext(value):
        return value
    if value != closed or isinstance(plain, Absent):
        raise _MovedError
    return plain


def _inside(value: Json | Absent, key: str | int) -> Json | Absent:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key, ABSENT)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return ABSENT
