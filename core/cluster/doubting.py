"""A write that met another version than the watch shows: the watch may say nothing any more.

A connection through which nothing comes is given up after minutes (R8).  A refused write tells
sooner, so shortly after one the watch is looked at: if it still shows that old version, the kind is
listed again.
"""

import asyncio
from typing import Final

from core.clock import Clock
from core.cluster.following.following import Following
from core.model import KindRef, Live, ObjectRef

BEHIND_S: Final = 5.0  # a change that did not come by then does not come


class Doubts:
    """The kinds whose watch is about to be looked at."""

    def __init__(self, following: Following, clock: Clock) -> None:
        """Doubt nothing yet."""
        self._following, self._clock = following, clock
        self._doubted: set[KindRef] = set()
        self._group: asyncio.TaskGroup | None = None

    def start(self, group: asyncio.TaskGroup) -> None:
        """Look in *group*."""
        self._group = group

    def note(self, kind: KindRef, ref: ObjectRef, live: Live) -> None:
        """Take note that an object is no longer *live*, which is what the watch showed."""
        if self._group is not None and kind not in self._doubted:
            self._doubted.add(kind)
            self._group.create_task(self._look(kind, ref, live))

    async def _look(self, kind: KindRef, ref: ObjectRef, live: Live) -> None:
        await self._clock.sleep(BEHIND_S)
        self._doubted.discard(kind)
        self._following.relist(lambda of, store: of == kind and store.objects.get(ref) is live)
