"""One kind in all its scopes, as one complete picture.

A kind may be watched in several namespaces, each by a reflector of its own.  To the engine it is
one kind: listed when each of them is or cannot be, lost when none of them can be.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from core.clock import Clock
from core.cluster.connection.answers import LinkError
from core.cluster.connection.backoff import Backoff
from core.cluster.connection.link import Link
from core.cluster.discovery.openapi import OpenApi
from core.cluster.following.auditing import Audit
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change, Store
from core.cluster.writing.access import Access
from core.compare import Schema
from core.errors import DeniedError, ProductError
from core.model import Live, ObjectRef, Resource, problem_of
from core.reconcile.memory.inputs import (
    Input,
    KindListed,
    KindLost,
    LiveChanged,
    SchemaRead,
    WatchRepaired,
)

SCOPES_MAX: Final = 3  # up to here a watch per namespace: less memory, fewer permissions


class Owner(Protocol):
    """Who follows kinds, and what it does that with."""

    cluster: str
    link: Link
    clock: Clock
    openapi: OpenApi
    access: Access
    emit: Callable[[Input], None]

    def heard(self) -> None:
        """The server said something."""


class Follower:
    """One kind, in all its scopes."""

    def __init__(self, owner: Owner, resource: Resource, group: asyncio.TaskGroup) -> None:
        """Start nothing yet."""
        self._owner, self.resource, self._group = owner, resource, group
        self._reflectors: dict[str, Reflector] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._schema_task: asyncio.Task[None] | None = None
        self._namespaces: frozenset[str] | None = None
        self._covered = False
        self._listed: set[str] = set()
        self._lost: dict[str, ProductError] = {}  # scopes that cannot be listed, and why
        self._schema_known = False
        self._schema: Schema | None = None  # the one that was told
        self._complete = False  # the engine has a picture that events may change
        self._since = 0.0  # wall time up to which that picture was current; 0.0: it still is
        self._one_by_one = False  # all namespaces at once was forbidden
        self._problem = ""  # the last one told

    def cover(self, namespaces: frozenset[str] | None) -> None:
        """Follow the kind in these namespaces, None for all."""
        before, self._namespaces = self._namespaces, namespaces
        scopes = self._scopes()
        same = scopes == self._reflectors.keys() and self._covered
        if same and before == namespaces:
            return
        if same and self._complete and before and namespaces and before < namespaces:
            self._tell_more(namespaces - before)
            return
        self._covered = True
        self._break(min((each.current_at for each in self._reflectors.values()), default=0.0))
        for scope in self._reflectors.keys() - scopes:
            self._stop(scope)
        for scope in sorted(scopes - self._reflectors.keys()):
            self._start(scope)
        self._announce()

    def distrust(self) -> None:
        """The next listing must not come from a cache."""
        for reflector in self._reflectors.values():
            reflector.distrust()

    def relist(self, where: Callable[[str, Store], bool]) -> None:
        """List again the scopes that *where* holds of, as no cache has them."""
        for scope, reflector in self._reflectors.items():
            if where(scope, reflector.store):
                reflector.relist()

    def stop(self) -> None:
        """Stop everything; nothing is told any more."""
        for scope in tuple(self._reflectors):
            self._stop(scope)
        if self._schema_task is not None:
            self._schema_task.cancel()

    # What the reflectors tell (Sink) --------------------------------------------------------------

    def replaced(self, scope: str) -> None:
        """Join the listings once all are there; one that was stopped may say a last word."""
        if scope not in self._reflectors:
            return
        self._listed.add(scope)
        self._lost.pop(scope, None)
        self._break(self._reflectors[scope].outdated_at)
        self._announce()

    def changed(self, scope: str, changes: list[Change]) -> None:
        """Pass on what changed; before the picture is complete it will be part of that."""
        del scope
        wanted = tuple(change for change in changes if self._wants(change[0]))
        if self._complete and wanted:
            at = self._owner.clock.wall()
            self._owner.emit(LiveChanged(self._owner.cluster, self.resource.kind, wanted, at))

    def heard(self) -> None:
        """Pass it on."""
        self._owner.heard()

    def lost(self, scope: str, problem: ProductError) -> None:
        """One part is missing: nothing can be concluded from absence there."""
        if scope not in self._reflectors or str(self._lost.get(scope, "")) == str(problem):
            return
        self._listed.discard(scope)
        self._break(self._reflectors[scope].current_at)
        if scope == "" and isinstance(problem, DeniedError) and self._may_split():
            self._one_by_one = True
            self.cover(self._namespaces)
            return
        self._lost[scope] = problem
        self._announce()

    # ----------------------------------------------------------------------------------------------

    def read_schema(self) -> None:
        """Read the schema of the kind, again if it was read."""
        if self._schema_task is not None:
            self._schema_task.cancel()
        self._schema_task = self._group.create_task(self._read_schema())

    async def _read_schema(self) -> None:
        """Tell the schema; where it cannot be read now, go on without it and try again."""
        backoff = Backoff(self._owner.clock)
        kind, cluster = self.resource.kind, self._owner.cluster
        while True:
            await self._owner.link.up.wait()
            try:
                schema = await self._owner.openapi.schema(kind)
            except ProductError as error:
                if not self._schema_known and not isinstance(error, LinkError):
                    self._owner.emit(SchemaRead(cluster, kind, None))
                    self._schema_known = True
                    self._announce()
                if isinstance(error, DeniedError):
                    return
                await self._owner.clock.sleep(backoff.next_s())
                continue
            if not self._schema_known or schema is not self._schema:
                self._schema = schema
                self._owner.emit(SchemaRead(cluster, kind, schema))
            if not self._schema_known:
                self._schema_known = True
                self._announce()
            return

    def _announce(self) -> None:
        """Tell the picture once each part of it is there, or cannot be."""
        if self._listed | self._lost.keys() != self._reflectors.keys():
            return
        if self._lost and not self._listed:
            self._tell_lost(*self._lost.values())
        elif self._schema_known:
            self._tell_listed()

    def _tell_lost(self, problem: ProductError, *_: ProductError) -> None:
        text = str(problem)
        if text != self._problem:
            self._problem = text
            kind = self.resource.kind
            self._owner.emit(KindLost(self._owner.cluster, kind, problem_of(problem)))

    def _tell_listed(self) -> None:
        since, self._since = self._since, 0.0
        self._complete, self._problem = True, ""
        unread = {scope: problem_of(problem) for scope, problem in self._lost.items()}
        namespaces = self._namespaces if self.resource.namespaced else None
        self._owner.emit(replace(self._listing(namespaces), unread=unread, since=since))

    def _tell_more(self, namespaces: frozenset[str]) -> None:
        """Tell what namespaces hold that are followed from now on, beside what was told."""
        if self.resource.namespaced:
            self._owner.emit(replace(self._listing(namespaces), beside=True))

    def _listing(self, namespaces: frozenset[str] | None) -> KindListed:
        objects: dict[ObjectRef, Live] = {}
        for scope in self._listed:
            store = self._reflectors[scope].store
            objects |= store.objects if namespaces is None else store.within(namespaces)
        began = {scope: self._reflectors[scope].began_at for scope in self._listed}
        at, kind = self._owner.clock.wall(), self.resource.kind
        return KindListed(
            self._owner.cluster, kind, objects, namespaces=namespaces, at=at, began=began
        )

    def _break(self, since: float) -> None:
        """Events no longer change the engine's picture: what happens is told by a listing."""
        if self._complete:
            self._since = min(self._since or since, since)
        self._complete = False

    def _wants(self, ref: ObjectRef) -> bool:
        return (
            self._namespaces is None
            or not self.resource.namespaced
            or ref.namespace in self._namespaces
        )

    def _scopes(self) -> set[str]:
        if not self.resource.namespaced or self._namespaces is None:
            return {""}
        if len(self._namespaces) <= SCOPES_MAX or self._one_by_one:
            return set(self._namespaces)
        return {""}

    def _may_split(self) -> bool:
        return self.resource.namespaced and self._namespaces is not None and not self._one_by_one

    def _start(self, scope: str) -> None:
        owner = self._owner
        reflector = Reflector(owner.link, owner.clock, self.resource, scope, self)
        self._reflectors[scope] = reflector
        audit = Audit(owner.link, owner.clock, self.resource, reflector, self._repaired)
        run = self._run_if_allowed(audit) if not scope and self._may_split() else audit.run()
        self._tasks[scope] = self._group.create_task(run)

    async def _run_if_allowed(self, audit: Audit) -> None:
        """Follow all namespaces at once, unless the server says beforehand that we may not."""
        await self._owner.link.up.wait()
        if await self._owner.access.refuses("watch", self.resource, ""):
            self.lost("", DeniedError(f"watch {self.resource.plural} in all namespaces"))
            return
        await audit.run()

    def _repaired(self, count: int) -> None:
        owner = self._owner
        owner.emit(WatchRepaired(owner.cluster, self.resource.kind, count))

    def _stop(self, scope: str) -> None:
        del self._reflectors[scope]
        self._listed.discard(scope)
        self._lost.pop(scope, None)
        self._tasks.pop(scope).cancel()
