"""The summaries of controllers, followed: who looks at a cluster hears what they tell there.

They live in one namespace.  Where it may not be read, or does not say within a moment, that is told
once, and nothing else changes by it.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from core.clean import clean
from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.controllers.form import RESOURCE, SELECTOR, status_of
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change
from core.cluster.writing.shards import ConfigMap
from core.errors import ProductError, RejectedError
from core.model import Live
from core.model.controllers.status import Status, current
from core.reconcile.memory.inputs import ControllersRead, Input

SOON_S: Final = 2.0  # nobody waits longer for what may not be there at all
_SILENT: Final = "what controllers tell was not heard yet"


class Watching:
    """Follows the summaries in one namespace."""

    def __init__(
        self, cluster: str, namespace: str, link: Link, clock: Clock, emit: Callable[[Input], None]
    ) -> None:
        """Follow nothing yet."""
        self._cluster, self._link, self._clock, self._emit = cluster, link, clock, emit
        self._reflector = Reflector(link, clock, RESOURCE, namespace, self, labels=SELECTOR)
        self._told: ControllersRead | None = None

    def start(self, group: asyncio.TaskGroup) -> None:
        """Follow in *group*."""
        group.create_task(self._reflector.run(), name="what controllers tell")
        group.create_task(self._not_for_ever())

    async def _not_for_ever(self) -> None:
        await self._link.up.wait()
        await self._clock.sleep(SOON_S)
        if self._told is None:
            self._tell((), _SILENT)

    # What a reflector tells (Sink) ----------------------------------------------------------------

    def replaced(self, scope: str) -> None:
        """Read all that is there."""
        del scope
        self._look()

    def changed(self, scope: str, changes: list[Change]) -> None:
        """Read all that is there now; they are few."""
        del scope, changes
        self._look()

    def heard(self) -> None:
        """Nothing follows from that."""

    def lost(self, scope: str, problem: ProductError) -> None:
        """Nobody knows what they tell now."""
        del scope
        self._tell((), clean(str(problem)))

    def _look(self) -> None:
        found = sorted(self._reflector.store.objects.items())
        statuses: list[Status] = []
        problem = ""
        for ref, live in found:
            try:
                statuses.append(_status(ref.name, live))
            except RejectedError as error:
                problem = clean(str(error))
        self._tell(current(statuses), problem)

    def _tell(self, statuses: tuple[Status, ...], problem: str) -> None:
        told = ControllersRead(self._cluster, statuses, problem)
        if told != self._told:
            self._told = told
            self._emit(told)


def _status(name: str, live: Live) -> Status:
    try:
        found = msgspec.json.decode(live.body, type=ConfigMap)
    except msgspec.MsgspecError as error:
        raise RejectedError(f"ConfigMap {name} holds no summary of a controller") from error
    return status_of(name, found)
