"""A write of ours that the watch should show by now: it may say nothing any more.

A connection through which nothing comes is given up after minutes (R8).  A write that met another
version tells sooner, so shortly after one the watch is looked at: if it still shows the old
version, the kind is listed again.  So it is where an object that we made does not show: a listing
that came meanwhile may be from after its deletion, of which no watch tells then (R6).
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

from core.clock import Clock
from core.cluster.following.following import Following
from core.cluster.following.store import Store
from core.model import KindRef, Live, ObjectRef

_Behind: TypeAlias = Callable[[Live | None], bool]

BEHIND_S: Final = 5.0  # a change that did not come by then does not come


class Doubts:
    """The objects for which the watch is about to be looked at."""

    def __init__(self, following: Following, clock: Clock) -> None:
        """Doubt nothing yet."""
        self._following, self._clock = following, clock
        self._doubted: set[ObjectRef] = set()
        self._group: asyncio.TaskGroup | None = None

    def start(self, group: asyncio.TaskGroup) -> None:
        """Look in *group*."""
        self._group = group

    def note(self, kind: KindRef, ref: ObjectRef, live: Live) -> None:
        """Take note that an object is no longer *live*, which is what the watch showed."""
        self._doubt(kind, ref, lambda shown: shown is live)

    def note_made(self, kind: KindRef, ref: ObjectRef, live: Live) -> None:
        """Take note that an object is *live*, which we made."""
        self._doubt(kind, ref, lambda shown: shown is None or shown.uid != live.uid)

    def _doubt(self, kind: KindRef, ref: ObjectRef, is_behind: _Behind) -> None:
        if self._group is not None and ref not in self._doubted:
            self._doubted.add(ref)
            self._group.create_task(self._look(kind, ref, is_behind))

    async def _look(self, kind: KindRef, ref: ObjectRef, is_behind: _Behind) -> None:
        await self._clock.sleep(BEHIND_S)
        self._doubted.discard(ref)

        def is_missed(of: KindRef, scope: str, store: Store) -> bool:
            covers = of == kind and scope in {"", ref.namespace}
            return covers and is_behind(store.objects.get(ref))

        self._following.relist(is_missed)
