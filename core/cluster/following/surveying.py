"""One kind in one namespace, of which nothing but metadata is wanted (`owns` in the settings).

Unlike `following.Follower` it needs no schema, joins no scopes and is never widened: a namespace
that cannot be listed is a gap of its own.
"""

import asyncio
from collections.abc import Callable

from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.following.auditing import Audit
from core.cluster.following.reflector import REFUSED_S, Reflector
from core.cluster.following.store import Change
from core.cluster.writing.access import Access
from core.errors import DeniedError, ProductError
from core.model import Resource
from core.reconcile.memory.inputs import (
    Input,
    SurveyChanged,
    SurveyListed,
    SurveyLost,
    WatchRepaired,
)


class Surveyor:
    """Follows one kind in one namespace, and tells it as a survey."""

    def __init__(
        self,
        cluster: str,
        resource: Resource,
        namespace: str,
        *,
        emit: Callable[[Input], None],
        heard: Callable[[], None],
    ) -> None:
        """Ask for nothing yet."""
        self.resource = resource
        self._cluster, self._namespace = cluster, namespace
        self._emit, self._heard = emit, heard
        self._reflector: Reflector | None = None
        self._task: asyncio.Task[None] | None = None
        self._listed = False
        self._problem = ""  # the last one told

    def start(self, link: Link, clock: Clock, access: Access, group: asyncio.TaskGroup) -> None:
        """Begin to list and watch, in *group*, once *access* says that we may."""
        reflector = Reflector(link, clock, self.resource, self._namespace, self, metadata_only=True)
        self._reflector = reflector
        audit = Audit(link, clock, self.resource, reflector, self._repaired)
        self._task = group.create_task(self._run(audit, link, clock, access))

    async def _run(self, audit: Audit, link: Link, clock: Clock, access: Access) -> None:
        """Do not provoke a refusal: a controller may read what Git states, and often no more."""
        await link.up.wait()
        while await access.refuses("watch", self.resource, self._namespace):
            doing = f"list {self.resource.plural} in {self._namespace}"
            self.lost(self._namespace, DeniedError(f"{doing}: this account may not"))
            await clock.sleep(REFUSED_S)
        await audit.run()

    def _repaired(self, count: int) -> None:
        self._emit(WatchRepaired(self._cluster, self.resource.kind, count))

    def stop(self) -> None:
        """Stop; nothing is told any more."""
        if self._task is not None:
            self._task.cancel()

    # What the reflector tells (Sink) --------------------------------------------------------------

    def replaced(self, scope: str) -> None:
        """Tell a complete listing."""
        assert self._reflector is not None
        self._listed, self._problem = True, ""
        objects = dict(self._reflector.store.objects)
        self._emit(SurveyListed(self._cluster, self.resource.kind, scope, objects))

    def changed(self, scope: str, changes: list[Change]) -> None:
        """Pass on what changed since the listing."""
        if self._listed:
            kind = self.resource.kind
            self._emit(SurveyChanged(self._cluster, kind, scope, tuple(changes)))

    def heard(self) -> None:
        """Pass it on."""
        self._heard()

    def lost(self, scope: str, problem: ProductError) -> None:
        """Tell why it cannot be listed, once."""
        self._listed = False
        if str(problem) != self._problem:
            self._problem = str(problem)
            self._emit(SurveyLost(self._cluster, self.resource.kind, scope, self._problem))
