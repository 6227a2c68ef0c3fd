"""One API server, as the engine sees it: wiring, and the state connected or lost."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final

from core.clock import Clock
from core.cluster.audit import AuditLog
from core.cluster.connection.answers import LinkError
from core.cluster.connection.backoff import Backoff
from core.cluster.connection.calls import Calls
from core.cluster.connection.link import Connection, Link, open_connection
from core.cluster.connection.paths import kind_words
from core.cluster.connection.request import Request
from core.cluster.discovery.discovery import discover, server_version
from core.cluster.discovery.openapi import OpenApi
from core.cluster.following.definitions import Definitions
from core.cluster.following.following import Following
from core.cluster.login.credentials import log_in
from core.cluster.login.kubeconfig import paths_of, stamps_of
from core.cluster.writing.access import Access
from core.cluster.writing.gateway import Gateway
from core.cluster.writing.records import Records
from core.compare import removals, replacements
from core.errors import DeniedError, ProductError, RejectedError, UnavailableError, UsageError
from core.model import (
    AuditEvent,
    ClusterSpec,
    Desired,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Resource,
    problem_of,
)
from core.reconcile.memory.inputs import (
    AuditLogRead,
    ClusterFound,
    ClusterLost,
    Confirmed,
    Input,
    InventoryRow,
)

USAGE_RETRY_S: Final = 30.0
PROBE_CAP_S: Final = 25.0  # at most 50 s with jitter: fresh a minute after the server is back (F22)
STARTING_S: Final = 60.0  # a server refuses what it allows until its caches are full (measured)
REDISCOVER_S: Final = 600.0
SETTLING_S: Final = (0.1, 0.4, 1.0, 2.0, 4.0, 8.0, 10.0)  # R14: 25 s in all
UNSERVED_S: Final = 5.0  # while something followed is not served: a CRD may be on its way


class Cluster:
    """Follows one API server and does what the engine asks of it."""

    def __init__(
        self, spec: ClusterSpec, *, emit: Callable[[Input], None], clock: Clock | None = None
    ) -> None:
        """Connect to nothing yet.

        Args:
            spec: How the server is reached.
            emit: Takes what is learnt, on the loop that `run` runs on; must return at once.
            clock: Time and dice.
        """
        self.spec = spec
        self._emit, self._clock = emit, clock or Clock()
        self._link = Link(f"cluster {spec.name}")
        calls = Calls(self._link, self._clock)
        self._calls = calls
        self._gateway = Gateway(calls, self._clock)
        self._access = Access(calls, self._clock)
        self._records = Records(calls, self._clock)
        self._openapi = OpenApi(calls)
        self._following = Following(spec.name, self._link, self._clock, self._openapi, emit)
        self._definitions = Definitions(self._link, self._clock)
        self._audit = AuditLog(spec.audit_log, self._clock) if spec.audit_log else None
        self._group: asyncio.TaskGroup | None = None
        self._resources: Mapping[KindRef, Resource] = {}
        self._connection: Connection | None = None
        self._version = ""
        self._told = ""  # the last problem told; "" while the cluster counts as found
        self._unreached_at = float("-inf")

    @property
    def context(self) -> str:
        """The kubeconfig context that was resolved, "" before."""
        return self._connection.login.context if self._connection else self.spec.context

    @property
    def server(self) -> str:
        """The URL of the server, "" before it is known."""
        return self._connection.login.server if self._connection else ""

    @property
    def identity(self) -> str:
        """The user the kubeconfig names, "" before it is known."""
        return self._connection.login.user if self._connection else ""

    async def run(self) -> None:
        """Connect, follow what is asked for, and come back after every loss; until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._following.start(group)
                group.create_task(self._keep_discovered())
                if self._audit is not None:
                    group.create_task(self._audit.follow(self._note))
                await self._keep_connected()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._link.close()
        if self._audit is not None:
            self._audit.close()

    def _note(self, problem: str) -> None:
        self._emit(AuditLogRead(self.spec.name, problem))

    async def writes_of(self, kind: KindRef, ref: ObjectRef) -> Sequence[AuditEvent]:
        """Return the writes of one object that the audit log tells of; none where none is named."""
        if self._audit is None or kind not in self._resources:
            return ()
        await self._audit.catch_up()
        return self._audit.about(self._resources[kind].plural, ref)

    def follow(
        self,
        kinds: frozenset[KindRef],
        namespaces: frozenset[str] | None,
        *,
        surveyed: frozenset[KindRef] = frozenset(),
        owned: frozenset[str] = frozenset(),
    ) -> None:
        """List and watch exactly these kinds; None means every namespace.

        Of the *surveyed* kinds metadata alone is asked for, in the *owned* namespaces.
        """
        self._following.follow(kinds, namespaces, surveyed=surveyed, owned=owned)

    async def dry_run(self, key: Key, desired: Desired, live: Live) -> Confirmed:
        """Ask the server what applying *desired* to *live* would change; never raises."""
        try:
            resource = self._resource(desired.kind)
        except ProductError as error:
            return Confirmed(key, desired, live, None, problem=str(error), status=0, retry=True)
        made = await self._gateway.dry_run(resource, desired, live)
        if made.status == HTTPStatus.FORBIDDEN:
            self._access.forget()
        return Confirmed(
            key,
            desired,
            live,
            made.predicted,
            problem=made.problem,
            cause_paths=made.cause_paths,
            status=made.status,
            retry=made.retry,
        )

    async def apply(
        self,
        desired: Desired,
        live: Live | None,
        removed: Sequence[str] = (),
        replaced: Sequence[tuple[str, str]] = (),
    ) -> Live:
        """Apply *desired* to *live*, which it was decided on; None creates.

        *removed* are the paths of fields that Git does not have and an apply leaves in place,
        *replaced* live entries of lists with those of Git that take their place.

        Raises:
            OutdatedError: The object is no longer *live*.
            RejectedError: The server does not take the manifest.
            DeniedError: We may not.
            UnavailableError: Not now; `retry_after_s` if the server said when.
        """
        resource = self._resource(desired.kind)
        try:
            if live is not None and (entries := replacements(live, desired, replaced)):
                live = await self._gateway.replace(resource, live, entries)
            made = await self._gateway.apply(resource, desired, live)
            pointers = removals(made, removed) if removed else ()
            if pointers:
                made = await self._gateway.remove(resource, made, pointers)
        except DeniedError:
            self._access.forget()
            raise
        finally:  # a write that failed may have happened all the same
            self._following.wrote(desired.kind)
        return made

    async def may(self, verb: str, resource: Resource, namespace: str, name: str) -> bool:
        """Return whether this identity may do *verb* to an object.

        Raises:
            ProductError: The server does not say.
        """
        return await self._access.may(verb, resource, namespace, name)

    async def read_inventory(self, app: str, namespace: str) -> tuple[InventoryRow, ...]:
        """Return what was applied for *app*.

        Raises:
            ProductError: It cannot be told.
        """
        return await self._records.read(app, namespace)

    async def write_inventory(self, app: str, namespace: str, rows: Sequence[InventoryRow]) -> None:
        """Replace what is recorded as applied for *app*.

        Raises:
            OutdatedError: Somebody else wrote it meanwhile.
            ProductError: It cannot be written.
        """
        await self._records.write(app, namespace, rows)

    # Connected or lost ----------------------------------------------------------------------------

    async def _keep_connected(self) -> None:
        backoff = Backoff(self._clock, cap_s=PROBE_CAP_S)
        while True:
            try:
                await self._connect()
            except ProductError as error:
                self._lose(error)
                await self._pause(error, backoff)
                continue
            await self._link.trouble.wait()
            if isinstance(self._link.problem, LinkError):
                self._unreached_at = self._clock.monotonic()

    async def _connect(self) -> None:
        """Log in afresh: credentials, certificates and the kubeconfig may be why it broke."""
        login = await log_in(self.spec, self._clock, context=self.context)
        connection = await open_connection(login)
        calls = Calls(connection, self._clock)
        try:
            found = await discover(calls)
            self._version = await server_version(calls)
            await self._check_ready(connection)
        except BaseException:
            await connection.close()
            raise
        other_user = self.identity != login.user
        self._connection = connection
        self._access.forget()
        await self._link.adopt(connection)
        resources = found.over(self._resources)
        if self._told or other_user or resources != self._resources:
            self._find(resources)

    def _find(self, resources: Mapping[KindRef, Resource]) -> None:
        self._told, self._resources = "", resources
        assert self._connection is not None
        login = self._connection.login
        self._emit(
            ClusterFound(
                self.spec.name,
                login.context,
                login.server,
                self._version,
                login.namespace,
                resources,
            )
        )
        self._following.discovered(resources)
        if self._group is not None:
            self._definitions.watch(resources, self._group)

    async def _check_ready(self, connection: Connection) -> None:
        """Wait for a server that comes back to know its own rules: until then it says 403."""
        if not self._is_coming_back():
            return
        answer = await connection.call(Request(path="/readyz"))
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnavailableError(f"{self.server} is starting")

    def _is_coming_back(self) -> bool:
        return self._clock.monotonic() - self._unreached_at < STARTING_S

    def _lose(self, error: ProductError) -> None:
        """Tell it once, however many attempts fail for the same reason."""
        self._link.suspect(error)
        problem = str(error)
        if isinstance(error, LinkError):
            self._unreached_at = self._clock.monotonic()
        elif self._is_coming_back():  # what a server says while it starts is not what it means
            problem = self._told or f"{self.server} is starting"
            error = UnavailableError(problem)
        if problem != self._told:
            self._told = problem
            self._emit(ClusterLost(self.spec.name, problem_of(error)))

    async def _pause(self, error: ProductError, backoff: Backoff) -> None:
        if not isinstance(error, UsageError):
            await self._clock.sleep(backoff.next_s())
            return
        paths = paths_of(self.spec, os.environ)
        before = stamps_of(paths)
        for _ in range(int(USAGE_RETRY_S)):
            await self._clock.sleep(1.0)
            if stamps_of(paths) != before:
                return

    async def _keep_discovered(self) -> None:
        """Look again for kinds: when definitions change, and from time to time."""
        while True:
            await self._link.up.wait()
            waiting = self._following.unserved.is_set()
            changed = self._definitions.changed
            if await self._before(changed, UNSERVED_S if waiting else REDISCOVER_S):
                await self._settle(changed)
            else:
                await self._rediscover()

    async def _before(self, event: asyncio.Event, seconds: float) -> bool:
        """Return whether *event* is set before that time is over."""
        tasks = (
            asyncio.create_task(event.wait()),
            asyncio.ensure_future(self._clock.sleep(seconds)),
        )
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        return event.is_set()

    async def _settle(self, changed: asyncio.Event) -> None:
        """Ask until a changed definition must have arrived everywhere: serving it takes seconds."""
        for delay_s in SETTLING_S:
            changed.clear()
            if await self._before(changed, delay_s):
                return  # there is more: begin again
            await self._rediscover()

    async def _rediscover(self) -> None:
        self._following.unserved.clear()
        try:
            found = await discover(self._calls)
        except ProductError:
            return  # the reflectors will say what is wrong
        resources = found.over(self._resources)
        if resources != self._resources:
            self._find(resources)
        self._openapi.forget_index()
        self._following.schemas_changed()

    def _resource(self, kind: KindRef) -> Resource:
        resource = self._resources.get(kind)
        if resource is not None:
            return resource
        if not self._resources:
            raise self._link.problem or UnavailableError(f"{self.spec.name}: not connected yet")
        raise RejectedError(f"the cluster does not serve {kind_words(kind)}")
