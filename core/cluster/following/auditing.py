"""Now and then the server is asked what it has, beside the watch (R12).

A watch that loses an event never says so: a ghost stays, or a change is not seen.  So names and
versions are listed afresh, of metadata alone.  What differs may be on its way and is looked at
once more; what is still the same then was lost, and a new listing puts it right.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.connection.objects import UnreadableError
from core.cluster.connection.paths import collection_path
from core.cluster.connection.request import METADATA_LIST, Request
from core.cluster.following.listing import Listing, RefusedError
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import is_same
from core.errors import ProductError
from core.meter import Watched
from core.model import Live, ObjectRef, Resource

AUDIT_S: Final = (1800.0, 3600.0)  # anywhere in between, so that kinds do not come together
ON_ITS_WAY_S: Final = 20.0
TASK_NAME: Final = "audit"  # so that whoever owns the clock can tell this sleeper


class Audit:
    """Holds the store of one reflector against the server."""

    def __init__(
        self,
        link: Link,
        clock: Clock,
        resource: Resource,
        reflector: Reflector,
        tell: Callable[[int], None],
    ) -> None:
        """Ask for nothing yet; *tell* hears how many objects a listing had to put right."""
        self._link, self._clock, self._reflector = link, clock, reflector
        self._resource, self._tell = resource, tell

    async def run(self) -> None:
        """Run the reflector, and look after it now and then; until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._reflector.run())
            group.create_task(self._look_again_and_again(), name=TASK_NAME)

    async def _look_again_and_again(self) -> None:
        low, high = AUDIT_S
        while True:
            await self._clock.sleep(low + (high - low) * self._clock.random())
            await self._link.up.wait()
            try:
                odd = await self._differing()
            except (RefusedError, UnreadableError, ProductError):
                continue  # the watch tells what is wrong; this only looks after it
            if not odd:
                continue
            await self._clock.sleep(ON_ITS_WAY_S)
            held = self._reflector.store.objects
            lost = [ref for ref, live in odd.items() if held.get(ref) is live]
            if lost:
                self._link.note(Watched.DIVERGED, len(lost))
                self._tell(len(lost))
                self._reflector.relist()

    async def _differing(self) -> Mapping[ObjectRef, Live | None]:
        """Return what the store has otherwise than the server, as the store has it.

        What the watch brought during the listing is left out: the listing may be the older one.
        """
        before = dict(self._reflector.store.objects)
        path = collection_path(self._resource, self._reflector.scope)
        request = Request(path=path, accept=METADATA_LIST)
        listing = Listing(self._link, self._resource.kind, request, lambda: None)
        there, _ = await listing.read("")
        now = self._reflector.store.objects
        return {
            ref: now.get(ref)
            for ref in before.keys() | there.keys()
            if now.get(ref) is before.get(ref) and not _agree(now.get(ref), there.get(ref))
        }


def _agree(held: Live | None, there: Live | None) -> bool:
    if held is None or there is None:
        return held is there
    return is_same(held, there)
