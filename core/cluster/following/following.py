"""Which kinds and namespaces are followed, and one complete picture per kind.

A kind may be watched in several namespaces, each by a reflector of its own.  To the engine it is
one kind: listed when each of them is or cannot be, lost when none of them can be.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Final

from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.connection.paths import kind_words
from core.cluster.discovery.openapi import OpenApi
from core.cluster.discovery.schema_reader import SchemaReader
from core.cluster.following.auditing import Audit
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change, Store
from core.cluster.following.surveying import Surveyor
from core.compare import Schema
from core.errors import DeniedError, ProductError
from core.model import KindRef, Live, ObjectRef, Problem, Remedy, Resource, problem_of
from core.reconcile.memory.inputs import (
    ClusterSeen,
    Input,
    KindListed,
    KindLost,
    LiveChanged,
    SchemaRead,
    WatchRepaired,
)

SCOPES_MAX: Final = 3  # up to here a watch per namespace: less memory, fewer permissions
SEEN_EVERY_S: Final = 1.0


class Following:
    """Starts and stops the followers of kinds; the one place that knows what is wanted."""

    def __init__(
        self,
        cluster: str,
        link: Link,
        clock: Clock,
        openapi: OpenApi,
        emit: Callable[[Input], None],
    ) -> None:
        """Follow nothing."""
        self.cluster, self.link, self.clock, self.openapi = cluster, link, clock, openapi
        self.emit = emit
        self.unserved = asyncio.Event()  # a followed kind is not served: discovery may know more
        self._group: asyncio.TaskGroup | None = None
        self._kinds: frozenset[KindRef] = frozenset()
        self._namespaces: frozenset[str] | None = frozenset()
        self._resources: Mapping[KindRef, Resource] | None = None
        self._followers: dict[KindRef, Follower] = {}
        self._surveys: frozenset[tuple[KindRef, str]] = frozenset()
        self._surveyors: dict[tuple[KindRef, str], Surveyor] = {}
        self._missing: set[KindRef] = set()
        self._seen_at = float("-inf")

    def start(self, group: asyncio.TaskGroup) -> None:
        """Begin to work, in *group*."""
        self._group = group
        self._arrange()

    def follow(
        self,
        kinds: frozenset[KindRef],
        namespaces: frozenset[str] | None,
        *,
        surveyed: frozenset[KindRef] = frozenset(),
        owned: frozenset[str] = frozenset(),
    ) -> None:
        """List and watch exactly these; of the *surveyed* ones metadata, in *owned* namespaces."""
        self._kinds, self._namespaces = kinds, namespaces
        self._surveys = frozenset(product(surveyed, owned))
        self._arrange()

    def discovered(self, resources: Mapping[KindRef, Resource]) -> None:
        """Take what the cluster serves now."""
        self._resources = resources
        self._arrange()

    def wrote(self, kind: KindRef) -> None:
        """Note a write of ours: a listing from a cache may be older than it."""
        follower = self._followers.get(kind)
        if follower is not None:
            follower.distrust()

    def relist(self, where: Callable[[KindRef, str, Store], bool] = lambda *_: True) -> None:
        """List again the kinds and scopes that *where* holds of, as no cache has them."""
        for kind, follower in self._followers.items():
            follower.relist(partial(where, kind))

    def schemas_changed(self) -> None:
        """Read the schemas of all followed kinds again."""
        for follower in self._followers.values():
            follower.read_schema()

    def heard(self) -> None:
        """The server said something; told at most once a second."""
        now = self.clock.monotonic()
        if now - self._seen_at >= SEEN_EVERY_S:
            self._seen_at = now
            self.emit(ClusterSeen(self.cluster))

    def _arrange(self) -> None:
        if self._group is None or self._resources is None:
            return
        for kind in self._followers.keys() - self._kinds:
            self._followers.pop(kind).stop()
        self._missing &= self._kinds
        for kind in sorted(self._kinds):
            self._arrange_kind(kind, self._resources.get(kind), self._group)
        self._arrange_surveys(self._resources, self._group)

    def _arrange_kind(
        self, kind: KindRef, resource: Resource | None, group: asyncio.TaskGroup
    ) -> None:
        follower = self._followers.get(kind)
        if follower is not None and follower.resource != resource:
            self._followers.pop(kind).stop()
            follower = None
        if resource is None:
            if kind not in self._missing:
                self._missing.add(kind)
                words = f"the cluster does not serve {kind_words(kind)}"
                problem = Problem(Remedy.CHANGE_GIT, words)
                self.emit(KindLost(self.cluster, kind, problem))
            self.unserved.set()
            return
        self._missing.discard(kind)
        if follower is None:
            follower = self._followers[kind] = Follower(self, resource, group)
            follower.read_schema()
        follower.cover(self._namespaces)

    def _arrange_surveys(
        self, resources: Mapping[KindRef, Resource], group: asyncio.TaskGroup
    ) -> None:
        """Stop and start surveys; one of a kind that is no longer served is asked for no more."""
        wanted = {
            (kind, namespace): resources[kind]
            for kind, namespace in sorted(self._surveys)
            if kind in resources
        }
        for place, surveyor in tuple(self._surveyors.items()):
            if wanted.get(place) != surveyor.resource:
                self._surveyors.pop(place).stop()
        for place, resource in wanted.items():
            if place in self._surveyors:
                continue
            surveyor = Surveyor(self.cluster, resource, place[1], emit=self.emit, heard=self.heard)
            self._surveyors[place] = surveyor
            surveyor.start(self.link, self.clock, group)


class Follower:
    """One kind, in all its scopes."""

    def __init__(self, owner: Following, resource: Resource, group: asyncio.TaskGroup) -> None:
        """Start nothing yet."""
        self._owner, self.resource, self._group = owner, resource, group
        self._reflectors: dict[str, Reflector] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._schema = SchemaReader(
            owner.link, owner.clock, owner.openapi, resource.kind, self._tell_schema
        )
        self._namespaces: frozenset[str] | None = None
        self._covered = False
        self._listed: set[str] = set()
        self._lost: dict[str, ProductError] = {}  # scopes that cannot be listed, and why
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
        self._schema.stop()

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
        self._schema.read(self._group)

    def _tell_schema(self, schema: Schema | None) -> None:
        self._owner.emit(SchemaRead(self._owner.cluster, self.resource.kind, schema))
        if not self._complete:
            self._announce()

    def _announce(self) -> None:
        """Tell the picture once each part of it is there, or cannot be."""
        if self._listed | self._lost.keys() != self._reflectors.keys():
            return
        if self._lost and not self._listed:
            self._tell_lost(*self._lost.values())
        elif self._schema.known:
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
            held = self._reflectors[scope].store.objects
            objects.update(
                (ref, live)
                for ref, live in held.items()
                if namespaces is None or ref.namespace in namespaces
            )
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
        self._tasks[scope] = self._group.create_task(audit.run())

    def _repaired(self, count: int) -> None:
        owner = self._owner
        owner.emit(WatchRepaired(owner.cluster, self.resource.kind, count))

    def _stop(self, scope: str) -> None:
        del self._reflectors[scope]
        self._listed.discard(scope)
        self._lost.pop(scope, None)
        self._tasks.pop(scope).cancel()
