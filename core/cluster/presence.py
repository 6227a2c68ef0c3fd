"""Whether one API server is there, and which kinds it serves: connected or lost, and told once.

A server that goes is probed by the backoff, one request per attempt, and everything else waits.
A server that is there is asked for its kinds again when a definition changed, and now and then.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from core.clock import Clock
from core.cluster.connection.answers import LinkError
from core.cluster.connection.backoff import Backoff
from core.cluster.connection.calls import Calls
from core.cluster.connection.link import Connection, Link, open_connection
from core.cluster.connection.paths import kind_words
from core.cluster.connection.request import Request
from core.cluster.discovery.discovery import discover, server_uid, server_version
from core.cluster.discovery.openapi import OpenApi
from core.cluster.following.admission import Admission
from core.cluster.following.definitions import DEFINITIONS, Lookout
from core.cluster.following.following import Following
from core.cluster.login.credentials import log_in
from core.cluster.login.kubeconfig import paths_of, stamps_of
from core.cluster.login.login import REREAD_S
from core.cluster.waiting import happens_within
from core.cluster.writing.access import Access
from core.cluster.writing.inventories import Inventories
from core.errors import ProductError, RejectedError, UnavailableError, UsageError
from core.model import ClusterSpec, KindRef, Resource, one_server_words, problem_of
from core.reconcile.memory.inputs import ClusterAsks, ClusterFound, ClusterLost, ClusterNamed, Input

USAGE_RETRY_S: Final = 30.0
PROBE_CAP_S: Final = 25.0  # at most 50 s with jitter: fresh a minute after the server is back (F22)
STARTING_S: Final = 60.0  # a server refuses what it allows until its caches are full (measured)
REDISCOVER_S: Final = 600.0
SETTLING_S: Final = (0.1, 0.4, 1.0, 2.0, 4.0, 8.0, 10.0)  # R14: 25 s in all
UNSERVED_S: Final = 5.0  # while something followed is not served: a CRD may be on its way


@dataclass(frozen=True, slots=True)
class Parts:
    """Who has to know when the server, its kinds or our identity changed."""

    following: Following
    openapi: OpenApi
    access: Access
    admission: Admission
    inventories: Inventories


class Presence:
    """Keeps one server connected and its kinds known."""

    def __init__(
        self,
        spec: ClusterSpec,
        link: Link,
        clock: Clock,
        emit: Callable[[Input], None],
        parts: Parts,
    ) -> None:
        """Connect to nothing yet.

        Args:
            spec: How the server is reached.
            link: What everybody calls through; it is given each new connection.
            clock: Time and dice.
            emit: Takes what is learnt.
            parts: Who has to know when the server, its kinds or our identity changed.
        """
        self._spec, self._link, self._clock = spec, link, clock
        self._emit, self._parts = emit, parts
        self._calls = Calls(link, clock)
        self._definitions = Lookout(link, clock, DEFINITIONS)
        self._group: asyncio.TaskGroup | None = None
        self._connection: Connection | None = None
        self._version = self._uid = ""
        self._named = ("", "")  # context and user, as told
        self._told = ""  # the last problem told; "" while the cluster counts as found
        self._unreached_at = float("-inf")
        self.resources: Mapping[KindRef, Resource] = {}

    @property
    def context(self) -> str:
        """The kubeconfig context that was resolved, "" before."""
        return self._connection.login.context if self._connection else self._spec.context

    @property
    def server(self) -> str:
        """The URL of the server, "" before it is known."""
        return self._connection.login.server if self._connection else ""

    @property
    def identity(self) -> str:
        """The user the kubeconfig names, "" before it is known."""
        return self._connection.login.user if self._connection else ""

    def start(self, group: asyncio.TaskGroup) -> None:
        """Connect, and come back after every loss, in *group*."""
        self._group = group
        group.create_task(self._keep_discovered())
        group.create_task(self._keep_connected())

    def resource(self, kind: KindRef) -> Resource:
        """Return how the cluster serves one kind.

        Raises:
            RejectedError: It does not.
            ProductError: It was never reached, so that nobody knows.
        """
        resource = self.resources.get(kind)
        if resource is not None:
            return resource
        if not self.resources:
            raise self._link.problem or UnavailableError(f"{self._link.what}: not connected yet")
        raise RejectedError(f"the cluster does not serve {kind_words(kind)}")

    async def _keep_connected(self) -> None:
        backoff = Backoff(self._clock, cap_s=PROBE_CAP_S)
        while True:
            try:
                await self._connect()
            except ProductError as error:
                self._lose(error)
                await self._pause(error, backoff)
                continue
            backoff.reset()
            await self._needs_another()
            if isinstance(self._link.problem, LinkError):
                self._unreached_at = self._clock.monotonic()

    async def _needs_another(self) -> None:
        """Wait until the connection breaks, or is to be made anew for what it was made of changed.

        A certificate, an authority or a kubeconfig in a Secret: connections that are open know
        nothing of it, and new ones would fail (F65).
        """
        assert self._connection is not None
        origin = self._connection.login.origin
        if origin is None:
            await self._link.trouble.wait()
            return
        while not await happens_within(self._link.trouble, REREAD_S, self._clock):
            with suppress(ProductError):  # who needs it now says what is wrong
                if await origin.changed():
                    self._link.suspect(UnavailableError(f"{self._link.what}: other credentials"))

    async def _connect(self) -> None:
        """Log in afresh: credentials, certificates and the kubeconfig may be why it broke."""
        if self._spec.same_as:
            raise UsageError(one_server_words(self._spec.same_as, self._spec.name, "one address"))
        login = await log_in(
            self._spec, self._clock, context=self.context, tell=self._ask, name=self._name
        )
        connection = await open_connection(login, self._clock, self._link.meter)
        calls = Calls(connection, self._clock)
        try:
            found = await discover(calls)
            self._version, uid = await server_version(calls), await server_uid(calls)
            await self._check_ready(connection)
        except BaseException:
            await connection.close()
            raise
        replaced = bool(self._uid and uid and self._uid != uid)
        other = self.identity != login.user or self._uid != (uid or self._uid)
        self._connection = connection
        self._parts.access.forget()
        await self._link.adopt(connection)
        resources = found.over(self.resources)
        self._uid = uid or self._uid
        if replaced:  # G7: all that was known is of another one
            self._parts.inventories.forget()
            self._parts.following.relist()
        self._parts.inventories.meet(self._uid)
        if self._told or other or resources != self.resources:
            self._find(resources)

    def _name(self, context: str, user: str) -> None:
        """Tell who we are and where before it is known whether anybody answers there."""
        if (context, user) != self._named:
            self._named = (context, user)
            self._emit(ClusterNamed(self._spec.name, context, user))

    def _ask(self, words: str) -> None:
        self._emit(ClusterAsks(self._spec.name, words))

    def _find(self, resources: Mapping[KindRef, Resource]) -> None:
        self._told, self.resources = "", resources
        assert self._connection is not None
        login = self._connection.login
        self._emit(
            ClusterFound(
                self._spec.name,
                login.context,
                login.server,
                self._version,
                login.namespace,
                resources,
                login.user,
                self._uid,
            )
        )
        self._parts.following.discovered(resources)
        self._parts.admission.discovered(resources)
        if self._group is not None:
            self._definitions.watch(resources, self._group)

    async def _check_ready(self, connection: Connection) -> None:
        """Wait for a server that comes back to know its own rules: until then it says 403."""
        if not self._is_coming_back():
            return
        answer = await connection.call(Request(path="/readyz"))
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnavailableError(f"{connection.login.address} is starting")

    def _is_coming_back(self) -> bool:
        return self._clock.monotonic() - self._unreached_at < STARTING_S

    def _lose(self, error: ProductError) -> None:
        """Tell it once, however many attempts fail for the same reason."""
        self._link.suspect(error)
        problem = str(error)
        if isinstance(error, LinkError):
            self._unreached_at = self._clock.monotonic()
        elif self._is_coming_back() and not isinstance(error, UsageError):
            # What a server says while it starts is not what it means.
            address = self._connection.login.address if self._connection else "the server"
            problem = self._told or f"{address} is starting"
            error = UnavailableError(problem)
        if problem != self._told:
            self._told = problem
            self._emit(ClusterLost(self._spec.name, problem_of(error)))

    async def _pause(self, error: ProductError, backoff: Backoff) -> None:
        if not isinstance(error, UsageError):
            await self._clock.sleep(backoff.next_s())
            return
        paths = paths_of(self._spec, os.environ)
        before = stamps_of(paths)
        for _ in range(int(USAGE_RETRY_S)):
            await self._clock.sleep(1.0)
            if stamps_of(paths) != before:
                return

    async def _keep_discovered(self) -> None:
        """Look again for kinds: when definitions change, and from time to time."""
        while True:
            await self._link.up.wait()
            waiting = self._parts.following.unserved.is_set()
            changed = self._definitions.changed
            if await happens_within(changed, UNSERVED_S if waiting else REDISCOVER_S, self._clock):
                await self._settle(changed)
            else:
                await self._rediscover()

    async def _settle(self, changed: asyncio.Event) -> None:
        """Ask until a changed definition must have arrived everywhere: serving it takes seconds."""
        for delay_s in SETTLING_S:
            changed.clear()
            if await happens_within(changed, delay_s, self._clock):
                return  # there is more: begin again
            await self._rediscover()

    async def _rediscover(self) -> None:
        self._parts.following.unserved.clear()
        try:
            found = await discover(self._calls)
        except ProductError:
            return  # the reflectors will say what is wrong
        resources = found.over(self.resources)
        if resources != self.resources:
            self._find(resources)
        self._parts.openapi.forget_index()
        self._parts.following.schemas_changed()
