"""What people set aside, kept in an annotation of the ConfigMap that begins an inventory.

It is written by compare-and-swap, and only by us: what is no text of ours there sets nothing aside.
"""

import getpass
import os
import platform
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import msgspec

from core.clock import Clock
from core.cluster.connection.calls import Calls
from core.cluster.discovery.discovery import server_uid
from core.cluster.writing.inventory import check_head, data_of, shard_name, texts_of
from core.cluster.writing.shards import Place, Shard, maps_error, put_request, shard_at
from core.errors import OutdatedError
from core.model import Home, ObjectRef, Pause

_TRIES: Final = 5  # each is overtaken by another writer
_WHOLE: Final = ""  # the kind of what is set aside, where that is the app


class _Entry(msgspec.Struct):
    until: float
    reason: str = ""
    author: str = ""
    since: float = 0.0
    group: str = ""
    kind: str = _WHOLE
    namespace: str = ""
    name: str = ""


def _who() -> str:
    """Name whoever runs this."""
    try:
        return f"{getpass.getuser()}@{platform.node()}"
    except (KeyError, OSError):  # a container's user has no name
        return f"uid {os.getuid()}"


def pauses_of(text: str) -> tuple[Pause, ...]:
    """Read an annotation; nothing is set aside by one that is not ours."""
    try:
        entries = msgspec.json.decode(text, type=list[_Entry]) if text else []
    except msgspec.MsgspecError:
        return ()
    return tuple(_pause(entry) for entry in entries)


def _pause(entry: _Entry) -> Pause:
    named = ObjectRef(entry.group, entry.kind, entry.namespace, entry.name)
    ref = named if entry.kind != _WHOLE else None
    return Pause(ref, entry.until, entry.reason, entry.author, entry.since)


def text_of(pauses: tuple[Pause, ...]) -> str:
    """Write an annotation; "" sets nothing aside."""
    entries = [
        _Entry(each.until, each.reason, each.author, each.since, *(each.ref or ()))
        for each in pauses
    ]
    return msgspec.json.encode(entries).decode() if entries else ""


def changed(
    pauses: tuple[Pause, ...], ref: ObjectRef | None, pause: Pause | None, now: float
) -> tuple[Pause, ...]:
    """Put *pause* in the place of the one of *ref*, or nothing; those that are over go."""
    kept = tuple(each for each in pauses if each.ref != ref and each.until > now)
    return kept if pause is None else (*kept, pause)


class Pausing:
    """Changes what is set aside of the apps of one cluster."""

    def __init__(self, calls: Calls, clock: Clock) -> None:
        """Know nothing."""
        self._calls, self._clock = calls, clock

    async def change(
        self, app: str, namespace: str, home: Home, ref: ObjectRef | None, pause: Pause | None
    ) -> tuple[Pause, ...]:
        """Set *ref* of *app* aside, or take it up again where *pause* is None; what is aside now.

        Raises:
            RejectedError: There is an inventory of that name that is not its own.
            ProductError: It cannot be written.
        """
        if pause is not None and not pause.author:
            pause = replace(pause, author=_who())
        uid = await server_uid(self._calls)
        empty = Shard("", data_of(texts_of(()), app, uid, home)[0])
        for _ in range(_TRIES):
            there = await shard_at(self._calls, self._clock, Place(app, namespace), 0)
            before = there or empty
            check_head(before.data, app, uid, home)
            known = pauses_of(before.notes.paused)
            pauses = changed(known, ref, pause, self._clock.wall())
            if pauses == known:
                return pauses
            shard = replace(before, notes=before.notes._replace(paused=text_of(pauses)))
            answer = await self._calls.send(put_request(namespace, shard_name(app, 0), shard))
            if answer.ok:
                return pauses
            if answer.status != HTTPStatus.CONFLICT:
                raise maps_error(answer, "write", namespace, self._clock)
        raise OutdatedError(f"the inventory of {app} is written by others all the time")
