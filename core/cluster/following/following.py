"""Which kinds and namespaces are followed: the one place that starts and stops followers."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from typing import Final

from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.connection.paths import kind_words
from core.cluster.discovery.openapi import OpenApi
from core.cluster.following.follower import Follower
from core.cluster.following.store import Store
from core.cluster.following.surveying import Surveyor
from core.cluster.writing.access import Access
from core.model import KindRef, Problem, Remedy, Resource
from core.reconcile.memory.effects import NOT_NARROWED, Within
from core.reconcile.memory.inputs import ClusterSeen, Input, KindLost

SEEN_EVERY_S: Final = 1.0


class Following:
    """Starts and stops the followers of kinds; the one place that knows what is wanted."""

    def __init__(
        self,
        cluster: str,
        link: Link,
        clock: Clock,
        openapi: OpenApi,
        access: Access,
        emit: Callable[[Input], None],
    ) -> None:
        """Follow nothing."""
        self.cluster, self.link, self.clock, self.openapi = cluster, link, clock, openapi
        self.access, self.emit = access, emit
        self.unserved = asyncio.Event()  # a followed kind is not served: discovery may know more
        self._group: asyncio.TaskGroup | None = None
        self._kinds: frozenset[KindRef] = frozenset()
        self._namespaces: frozenset[str] | None = frozenset()
        self._within: Within = NOT_NARROWED
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
        within: Within = NOT_NARROWED,
    ) -> None:
        """List and watch exactly these; of the *surveyed* ones metadata, in *owned* namespaces.

        The kinds of *within* are wanted in fewer namespaces than the others.
        """
        self._kinds, self._namespaces, self._within = kinds, namespaces, within
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
        follower.cover(self._within.get(kind, self._namespaces))

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
            surveyor.start(self.link, self.clock, self.access, group)
