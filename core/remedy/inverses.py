"""What would undo a change, as far as the object tells that it was decided on."""

from collections.abc import Iterable, Iterator

import msgspec

from core.compare.equality.builtin import SERVER_METADATA
from core.model import Absent, Json, JsonObject, KindRef, Live, ObjectRef
from core.model.paths import Parts, locate, value_at
from core.model.requests import Add, Apply, Awaited, Operation, Remove, Replace


def put_back(document: Json, paths: Iterable[Parts]) -> Iterator[Operation]:
    """Yield what brings back values that *document* has and that are taken away from it."""
    for parts in paths:
        steps = locate(document, parts)
        value = value_at(document, parts)
        if steps and not isinstance(value, Absent):
            last = steps[-1]
            yield Add(parts, value, last if isinstance(last, int) else None)


def restored(document: Json, paths: Iterable[Parts]) -> Iterator[Operation]:
    """Yield what brings back the values of fields that are set, or takes them away again."""
    for parts in paths:
        value = value_at(document, parts)
        if not isinstance(value, Absent):
            yield Replace(parts, value)
            continue
        ways = (parts[:n] for n in range(1, len(parts) + 1))
        yield Remove(next(way for way in ways if locate(document, way) is None))


def made_again(ref: ObjectRef, kind: KindRef, live: Live) -> Apply:
    """Return the request that makes an object once more as it was, without its status."""
    body: JsonObject = msgspec.json.decode(live.body)
    body.pop("status", None)
    metadata = body.get("metadata")
    if isinstance(metadata, dict):
        for name in SERVER_METADATA:
            metadata.pop(name, None)
    return Apply(ref, kind, msgspec.json.encode(body, order="sorted"), Awaited.NOTHING)
