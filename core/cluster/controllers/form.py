"""A summary as the wire carries it: one ConfigMap of ours, one JSON document in it.

It has to fit: etcd takes 1.5 MiB an object, and a ConfigMap 1 MiB.  What is oldest goes first, and
the summary says what is not in it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import msgspec

from core.cluster.writing.shards import MAPS, ConfigMap
from core.errors import RejectedError
from core.model.controllers.status import SCHEMA, AppTold, Status

BYTES_MAX: Final = 480 * 1024  # of the document; our inventories stop at 512 KiB an object
NAME: Final = "driftdeck-status"
KEY: Final = "status.json"
LABEL: Final = ("driftdeck.dev/kind", "status")
SELECTOR: Final = "=".join(LABEL)
RESOURCE: Final = MAPS
_OBJECTS_KEPT: Final = (20, 5, 0)  # of each app, ever fewer


class _Head(msgspec.Struct):
    schema: str = ""


def map_name(shard: int | None) -> str:
    """Return the name of the ConfigMap of a shard; None: of the only one."""
    return NAME if shard is None else f"{NAME}-{shard}"


def text_of(status: Status, most: int = BYTES_MAX) -> str:
    """Write a summary in so many bytes."""
    written = msgspec.json.encode(status)
    for smaller in _ever_less(status):
        if len(written) <= most:
            break
        written = msgspec.json.encode(smaller)
    return written.decode()


def _ever_less(status: Status) -> Iterator[Status]:
    """Yield it with less and less in it, down to the state of each app."""
    while status.journal:
        status = _without_oldest(status)
        yield status
    for count in _OBJECTS_KEPT:
        apps = tuple(replace(app, objects=app.objects[:count]) for app in status.apps)
        status = replace(_told(status, f"objects after the first {count} of an app"), apps=apps)
        yield status
    bare = tuple(_bare(app) for app in status.apps)
    yield replace(_told(status, "all but the state of each app"), apps=bare)


def _without_oldest(status: Status) -> Status:
    kept = status.journal[(len(status.journal) + 1) // 2 :]
    since = kept[0].ts if kept else status.written
    return replace(_told(status, f"writes before {since}"), journal=kept)


def _told(status: Status, words: str) -> Status:
    """Say what is left out; a word about the same thing takes the place of the one before."""
    kind = words.split(maxsplit=1)[0]
    kept = tuple(each for each in status.trimmed if not each.startswith(kind))
    return replace(status, trimmed=(*kept, words))


def _bare(app: AppTold) -> AppTold:
    return replace(app, objects=(), pauses=app.pauses[:1], last_heal=None, last_sync=None)


def status_of(name: str, found: ConfigMap) -> Status:
    """Read a summary.

    Raises:
        RejectedError: It is none, or a later version wrote it.
    """
    text = (found.data or {}).get(KEY, "")
    try:
        schema = msgspec.json.decode(text, type=_Head).schema
        if schema == SCHEMA:
            return msgspec.json.decode(text, type=Status)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
        raise RejectedError(f"ConfigMap {name} holds no summary of a controller") from error
    raise RejectedError(
        f"ConfigMap {name} is of another version of driftdeck ({schema[:80] or 'no schema'});"
        f" this one reads {SCHEMA}"
    )
