"""One API server, as the engine sees it.  Wiring only: `presence` keeps it connected."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus

from core.clock import Clock
from core.cluster.audit import AuditLog
from core.cluster.connection.answers import AbsentError
from core.cluster.connection.calls import Calls
from core.cluster.connection.fence import Fences, unfenced
from core.cluster.connection.link import Link
from core.cluster.controllers.watching import Watching
from core.cluster.discovery.openapi import OpenApi
from core.cluster.doubting import Doubts
from core.cluster.following.admission import Admission
from core.cluster.following.following import Following
from core.cluster.following.records import Records
from core.cluster.presence import Parts, Presence
from core.cluster.writing.access import Access
from core.cluster.writing.gateway import Gateway
from core.cluster.writing.inventories import Inventories
from core.cluster.writing.pausing import Pausing
from core.cluster.writing.shards import Notes, Place
from core.errors import DeniedError, OutdatedError, ProductError
from core.health import Behind
from core.meter import UNMETERED, Meter
from core.model import (
    AuditEvent,
    Claim,
    ClusterSpec,
    Desired,
    Home,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Pause,
    Resource,
)
from core.model.requests import Apply, Edit, bound
from core.model.requests import Request as Change
from core.reconcile.memory.effects import NOT_NARROWED, Within
from core.reconcile.memory.inputs import AuditLogRead, ClusterWentBack, Input
from core.reconcile.memory.results import Confirmed, InventoryRow


class Cluster:
    """Follows one API server and does what the engine asks of it."""

    def __init__(
        self,
        spec: ClusterSpec,
        *,
        emit: Callable[[Input], None],
        fence: Fences = unfenced,
        clock: Clock | None = None,
        controllers: str = "",
        meter: Meter = UNMETERED,
    ) -> None:
        """Connect to nothing yet.

        Args:
            spec: How the server is reached.
            emit: Takes what is learnt, on the loop that `run` runs on; must return at once.
            fence: What each write for an app has to pass.
            clock: Time and dice.
            controllers: The namespace in which it is heard what controllers tell; "": nowhere.
            meter: Hears of each request and watch.
        """
        self.spec, self._emit, self._fence = spec, emit, fence
        clock = clock or Clock()
        self._link = Link(spec.name, self._went_back, meter)
        calls = Calls(self._link, clock)
        self._gateway = Gateway(calls, clock)
        self._access = Access(calls, clock)
        self._inventories = Inventories(calls, clock, self._access, fence)
        self._pausing = Pausing(calls, clock)
        openapi = OpenApi(calls)
        self._records = Records(self._link, clock, self._inventories, self._access, emit)
        self._following = Following(spec.name, self._link, clock, openapi, self._access, emit)
        self._doubts = Doubts(self._following, clock)
        self._audit = AuditLog(spec.audit_log, clock) if spec.audit_log else None
        self._admission = Admission(spec.name, self._link, clock, emit)
        self._watching = (
            Watching(spec.name, controllers, self._link, clock, emit) if controllers else None
        )
        parts = Parts(self._following, openapi, self._access, self._admission, self._inventories)
        self._presence = Presence(spec, self._link, clock, emit, parts)

    @property
    def context(self) -> str:
        """The kubeconfig context that was resolved, "" before."""
        return self._presence.context

    @property
    def server(self) -> str:
        """The URL of the server, "" before it is known."""
        return self._presence.server

    @property
    def identity(self) -> str:
        """The user the kubeconfig names, "" before it is known."""
        return self._presence.identity

    async def run(self) -> None:
        """Connect, follow what is asked for, and come back after every loss; until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                self._following.start(group)
                self._doubts.start(group)
                self._records.start(group)
                self._admission.start(group)
                self._presence.start(group)
                if self._watching is not None:
                    self._watching.start(group)
                if self._audit is not None:
                    group.create_task(self._audit.follow(self._note))
        finally:
            await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._link.close()
        if self._audit is not None:
            self._audit.close()

    def _went_back(self) -> None:
        self._inventories.forget()
        self._emit(ClusterWentBack(self.spec.name))

    def _note(self, problem: str) -> None:
        self._emit(AuditLogRead(self.spec.name, problem))

    async def writes_of(self, kind: KindRef, ref: ObjectRef) -> Sequence[AuditEvent]:
        """Return the writes of one object that the audit log tells of; none where none is named."""
        if self._audit is None or kind not in self._presence.resources:
            return ()
        await self._audit.catch_up()
        return self._audit.about(self._presence.resources[kind].plural, ref)

    def follow(
        self,
        kinds: frozenset[KindRef],
        namespaces: frozenset[str] | None,
        *,
        surveyed: frozenset[KindRef] = frozenset(),
        owned: frozenset[str] = frozenset(),
        within: Within = NOT_NARROWED,
    ) -> None:
        """List and watch exactly these kinds; None means every namespace, *within* has fewer.

        Of the *surveyed* kinds metadata alone is asked for, in the *owned* namespaces.
        """
        self._following.follow(kinds, namespaces, surveyed=surveyed, owned=owned, within=within)

    async def dry_run(
        self, key: Key, desired: Desired, live: Live, request: Apply | Edit
    ) -> Confirmed:
        """Ask the server what *request* would make of *live*; never raises.

        The answer tells about *desired*, which Git states and *request* brings.
        """
        patch = request if isinstance(request, Edit) else None
        try:
            resource = self._presence.resource(desired.kind)
        except ProductError as error:
            words = str(error)
            return Confirmed(key, desired, live, None, words, status=0, retry=True, patch=patch)
        self._admission.need()
        made = await self._gateway.dry_run(resource, request, live)
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
            patch=patch,
        )

    async def try_out(self, request: Apply) -> None:
        """Have the server say whether it would take an object that is new, by a dry-run.

        Raises:
            ProductError: It would not, as `perform` says it; or it does not say.
        """
        await self._gateway.try_out(self._presence.resource(request.kind), request)

    async def perform(
        self, app: str, requests: Sequence[Change], live: Live | None
    ) -> tuple[Live | None, ...]:
        """Carry out *requests* for *app*, one after the other, on *live*, which they were made for.

        Returns:
            The object as each of them leaves it, None if it is gone.

        Raises:
            OutdatedError: The object is no longer *live*.
            RejectedError: The server does not take the manifest.
            DeniedError: We may not.
            UnavailableError: Not now; `retry_after_s` if the server said when.
        """
        self._check_writable()
        fence = self._fence(app)
        left: list[Live | None] = []
        for request in requests:
            resource, makes = self._presence.resource(request.kind), live is None
            try:
                live = await self._gateway.perform(resource, bound(request, live), live, fence)
            except DeniedError:
                self._access.forget()
                raise
            except (OutdatedError, AbsentError):
                if live is not None:
                    self._doubts.note(request.kind, request.ref, live)
                raise
            finally:  # a write that failed may have happened all the same
                self._following.wrote(request.kind)
            if makes and live is not None:
                self._doubts.note_made(request.kind, request.ref, live)
            left.append(live)
        return tuple(left)

    async def read(self, api_version: str, ref: ObjectRef) -> Live | None:
        """Read one object from the server itself; None means it is not there.

        Raises:
            ProductError: Nobody can tell.
        """
        resource = self._presence.resource(KindRef(api_version, ref.kind))
        return await self._gateway.get(resource, ref.namespace, ref.name)

    async def pods(self, behind: Behind) -> tuple[Live, ...]:
        """Read the pods that stand behind a workload, some of them where there are many.

        Raises:
            ProductError: They cannot be told.
        """
        resource = self._presence.resource(KindRef("v1", "Pod"))
        return await self._gateway.some(resource, behind.namespace, behind.selector)

    async def may(self, verb: str, resource: Resource, namespace: str, name: str) -> bool:
        """Return whether this identity may do *verb* to an object.

        Raises:
            ProductError: The server does not say.
        """
        return await self._access.may(verb, resource, namespace, name)

    async def read_inventory(
        self, app: str, namespace: str, home: Home, claim: Claim | None = None
    ) -> tuple[InventoryRow, ...]:
        """Return what was applied for *app*; from now on what others write there is told.

        An inventory of the same folder under an earlier name, or in another namespace, is its own
        by its *claim*; None looks at its own place alone.  What cannot be told now is once it can.

        Raises:
            ProductError: It cannot be told.
        """
        read = partial(self._inventories.read, app, namespace, home, claim)
        try:
            rows = await read()
        except ProductError as error:
            self._records.try_again(Place(app, namespace), read, error)
            raise
        self._records.tell_pauses(Place(app, namespace))
        self._records.follow(namespace)
        return rows

    async def applied_commit(self, app: str, namespace: str) -> str:
        """Return the commit that counts as applied, as the inventory of *app* has it now.

        Raises:
            ProductError: It cannot be told.
        """
        return await self._inventories.commit(Place(app, namespace))

    async def check_record(
        self, app: str, namespace: str, run: str, row: tuple[ObjectRef, str]
    ) -> str:
        """See that the inventory of *app*, as the server has it now, still has *run* and *row*.

        Returns:
            Which inventory of an app that is not in these settings has the object, too; "": none.

        Raises:
            OutdatedError: Another run wrote itself into it since, or the row is another one.
            ProductError: It cannot be told.
        """
        return await self._inventories.check(Place(app, namespace), run, row)

    async def write_inventory(  # noqa: PLR0913, PLR0917 - what a record says
        self,
        app: str,
        namespace: str,
        home: Home,
        rows: Sequence[InventoryRow],
        asked: str = "",
        run: str = "",
        commit: str = "",
    ) -> None:
        """Replace what the inventory says was applied for *app*.

        Where a person *asked* for it, other processes hear of that; a *run* that is about to delete
        is known by its id.

        Raises:
            OutdatedError: Somebody else wrote it meanwhile.
            ProductError: It cannot be written.
        """
        self._check_writable()
        await self._inventories.write(app, namespace, home, rows, Notes(asked, run, commit=commit))

    async def write_pause(
        self, app: str, namespace: str, home: Home, ref: ObjectRef | None, pause: Pause | None
    ) -> tuple[Pause, ...]:
        """Set an app or an object of it aside, or take it up again; what is aside of it now.

        Raises:
            ProductError: It cannot be written.
        """
        self._check_writable()
        return await self._pausing.change(app, namespace, home, ref, pause)

    def _check_writable(self) -> None:
        """See that the settings allow writing, whatever was decided above.

        Raises:
            DeniedError: They do not.
        """
        if self.spec.read_only:
            raise DeniedError(f"cluster {self.spec.name} is read_only in the settings")
