"""This process as one of several replicas: it looks, takes, renews, hands over, or ends.

Three loops share one board.  One looks at all Leases every second, and at the very moment when one
runs out, and takes what is this replica's.  One renews what is held.  One sees to the deadline: a
Lease that could not be renewed ends the process, for only a new one surely knows nothing of what
was permitted before.
"""

import asyncio
import os
import platform
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from core.clock import Clock
from core.cluster.connection.answers import AbsentError
from core.cluster.connection.backoff import Backoff
from core.cluster.leasing.board import Board, replica_name
from core.cluster.leasing.client import LeaseClient, LeasesLike
from core.cluster.leasing.record import Record, held, released
from core.cluster.leasing.tenures import AppFence, Tenure
from core.cluster.login.pod import home_namespace
from core.errors import OutdatedError, ProductError, UnavailableError, UsageError
from core.model import ClusterSpec
from core.model.controllers.controller import Controller
from core.model.controllers.leads import Lead, Leads
from core.reconcile.memory.inputs import Input, LeadsSeen

LOOK_S: Final = 1.0
PERIOD_S: Final = 2.0
RETRY_S: Final = 0.5
UNSEEN_CAP_S: Final = 5.0  # between looks, while the server does not answer: no storm, no delay
UNREADY_S: Final = 30.0  # then it counts as ready: one app may be unreadable for good
CLOSING_S: Final = 20.0  # Kubernetes kills after 30 s


def new_identity() -> str:
    """Return how this process is called, unlike any other that ever ran."""
    return f"{platform.node() or 'unknown'}_{uuid.uuid4()}"


def replica_of(
    spec: ClusterSpec, controller: Controller, emit: Callable[[Input], None], clock: Clock
) -> "Replica":
    """Make this process a replica that meets the others in a cluster.

    Args:
        spec: The cluster.
        controller: Where in it; in a pod of that cluster the pod's own namespace counts instead.
        emit: Takes what is learnt, on the loop that `run` runs on; must return at once.
        clock: Time and dice.
    """
    client = LeaseClient(spec, home_namespace(spec, controller, os.environ), clock)
    return Replica(client, controller.shards, emit=emit, clock=clock, me=new_identity())


class Replica:
    """Holds the Leases of some shares of the apps, as long as it is to."""

    def __init__(
        self,
        client: LeasesLike,
        shares: int,
        *,
        emit: Callable[[Input], None],
        clock: Clock,
        me: str,
    ) -> None:
        """Hold nothing yet.

        Args:
            client: Reads and writes Leases.
            shares: Into how many the apps are divided.
            emit: Takes what is learnt, on the loop that `run` runs on; must return at once.
            clock: Time and dice.
            me: What `new_identity` gave.
        """
        self.me, self._client, self._emit, self._clock = me, client, emit, clock
        self._shares, self._board = shares, Board(me, shares)
        self._held: dict[int, Tenure] = {}
        self._presence: Record | None = None
        self._born = clock.since_boot()
        self._ready = self._closing = False
        self._why = ""  # no share can be had now
        self._told = Leads()
        self._changed = asyncio.Event()

    def fence(self, app: str) -> AppFence:
        """Return what each write for an app has to pass."""
        return AppFence(app, self._shares, self._held, self._clock)

    async def run(self) -> None:
        """Be one of the replicas until cancelled.

        Raises:
            UsageError: A Lease of ours is another tool's.
            UnavailableError: A Lease that was held is lost: the process has to end.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look_on(), name="leases: look")
                group.create_task(self._renew_on(), name="leases: renew")
                group.create_task(self._see_to_deadlines(), name="leases: deadlines")
        finally:
            await self._client.close()

    def be_ready(self) -> None:
        """All is known here that a writer has to know: others may leave shares to this replica."""
        self._ready = True

    # Looking and taking ---------------------------------------------------------------------------

    async def _look_on(self) -> None:
        backoff = Backoff(self._clock, cap_s=UNSEEN_CAP_S)
        while True:
            try:
                records = await self._client.list()
            except ProductError as error:
                self._why = str(error)
                self._tell()
                await self._clock.sleep(min(UNSEEN_CAP_S, backoff.next_s()))
                continue
            backoff.reset()
            now, first = self._clock.since_boot(), not self._board.sights
            self._board = self._board.seen(records, now)
            if first:
                self._refuse_foreign()
            taken = await self._act(now)
            self._tell()
            if not taken:  # what was taken is confirmed by another look, at once
                until_end_s = self._board.next_end(now) - self._clock.since_boot()
                look_s = LOOK_S if self._held else LOOK_S / 2  # who waits for one sees it sooner
                await self._clock.sleep(max(0.0, min(look_s, until_end_s)))

    def _refuse_foreign(self) -> None:
        """See that no Lease of ours is another tool's; one that takes it later may let it run out.

        Raises:
            UsageError: One is.
        """
        foreign = self._board.foreign()
        if foreign is not None:
            raise UsageError(
                f"the Lease {foreign.name} in namespace {self._client.namespace} is held by "
                f"{foreign.holder}, which is no driftdeck; a controller needs one of its own: "
                "remove that Lease, or choose another controller.namespace"
            )

    async def _act(self, now: float) -> bool:
        """Confirm, give up and take shares; tell whether any was taken."""
        other = self._board.divided_otherwise(now)
        self._why = f"{other.holder} divides the apps into {other.shares}" if other else ""
        for tenure in tuple(self._held.values()):
            if tenure.confirmed:
                continue
            if other is not None:
                await self.hand_over(tenure.share)
            else:
                tenure.confirmed = True
        if self._closing:
            return False
        wanted = self._board.wanted(now)
        for tenure in self._held.values():
            tenure.leaving = tenure.leaving or tenure.share not in wanted
        if other is not None:
            return False
        free = {i: self._board.taken_from(i, now) for i in sorted(wanted - self._held.keys())}
        takes = [self._take(share, record) for share, record in free.items() if record is not None]
        taken = await asyncio.gather(*takes)
        await self._tidy_up(now)
        return any(taken)

    async def _take(self, share: int, before: Record) -> bool:
        begun, wall = self._clock.since_boot(), self._clock.wall()
        try:
            record = await self._client.write(before, held(before, self.me, self._shares, wall))
        except OutdatedError:
            return False  # somebody else was faster
        except ProductError as error:
            self._why = str(error)
            return False
        self._held[share] = Tenure(share, record, begun, wall)
        return True

    async def _tidy_up(self, now: float) -> None:
        for record in self._board.forgotten(now):
            with suppress(ProductError):
                await self._client.delete(record)

    # Renewing -------------------------------------------------------------------------------------

    async def _renew_on(self) -> None:
        while True:
            tenures = tuple(self._held.values())
            await asyncio.gather(self._show_up(), *map(self._renew, tenures))
            self._tell()
            failing = any(tenure.problem for tenure in tenures)
            await self._clock.sleep(RETRY_S if failing else PERIOD_S)

    async def _show_up(self) -> None:
        """Say that this replica is there, where others need to know."""
        waits = not self._ready and self._clock.since_boot() < self._born + UNREADY_S
        if self._shares == 1 or self._closing or waits:
            return
        before = self._presence or Record(replica_name(self.me))
        body = held(before, self.me, self._shares, self._clock.wall())
        try:
            self._presence = await self._client.write(before, body)
        except ProductError:  # the next time, over whatever is there now
            with suppress(ProductError):
                self._presence = await self._client.get(before.name)

    async def _renew(self, tenure: Tenure) -> None:
        async with tenure.writing:
            for _ in range(2):
                begun, wall = self._clock.since_boot(), self._clock.wall()
                if tenure.ended or begun >= tenure.deadline:
                    return
                body = held(tenure.record, self.me, self._shares, wall)
                try:
                    record = await self._client.write(tenure.record, body)
                except ProductError as error:
                    if not await self._is_still_ours(tenure, error):
                        return
                else:
                    tenure.record, tenure.problem = record, ""
                    tenure.renewed_at, tenure.renewed_wall = begun, wall
                    return

    async def _is_still_ours(self, tenure: Tenure, error: ProductError) -> bool:
        """Look what is there after a renewal that failed; tell whether to try again at once.

        One that is gone is made again: whoever waits for it waits longer than this takes.
        """
        tenure.problem = str(error)
        if not isinstance(error, OutdatedError | AbsentError):
            return False
        try:
            there = await self._client.get(tenure.record.name)
        except ProductError as unseen:
            tenure.problem = str(unseen)
            return False
        if there is None:
            tenure.record = Record(tenure.record.name, spec=tenure.record.spec, holder=self.me)
            return True
        if there.holder == self.me and there.noted == self.me:
            tenure.record = there  # somebody wrote beside it
            return True
        tenure.problem = f"{there.holder or 'nobody'} holds it now"
        tenure.renewed_at = float("-inf")
        return False

    # Losing and handing over ----------------------------------------------------------------------

    async def _see_to_deadlines(self) -> None:
        while True:
            now = self._clock.since_boot()
            lost = [one for one in self._held.values() if now >= one.deadline and not one.ended]
            if lost:
                await self._lose(lost[0])
            ends = (one.deadline - now for one in self._held.values() if not one.ended)
            await self._clock.sleep(min((RETRY_S, *ends)))

    async def _lose(self, tenure: Tenure) -> None:
        """Stop every write, wait for those under way, which have no more time than is left; end.

        Raises:
            UnavailableError: Always.
        """
        problem = tenure.problem or "it was not renewed in time"
        words = f"the Lease {tenure.record.name} is lost ({problem}); this process ends"
        held_before = tuple(self._held.values())
        for one in held_before:
            one.ended = True
        self._tell()
        await asyncio.gather(*(one.flying.over.wait() for one in held_before))
        await self._release(one for one in held_before if one is not tenure)
        raise UnavailableError(words)

    async def hand_over(self, share: int) -> None:
        """Let a share go: nothing more is sent, what is under way comes to its end first."""
        tenure = self._held.get(share)
        if tenure is None or tenure.ended:
            return
        tenure.ended = True
        await tenure.flying.over.wait()
        await self._release((tenure,))
        del self._held[share]
        self._changed.set()
        self._tell()

    async def _release(self, tenures: Iterable[Tenure]) -> None:
        await asyncio.gather(*map(self._let_go, tenures))

    async def _let_go(self, tenure: Tenure) -> None:
        """Have the Lease say that nobody holds it; where that fails it runs out by itself."""
        async with tenure.writing:
            record: Record | None = tenure.record
            for _ in range(2):
                if record is None or record.holder != self.me:
                    return
                try:
                    await self._client.write(record, released(record))
                except OutdatedError:
                    with suppress(ProductError):
                        record = await self._client.get(record.name)
                except ProductError:
                    return
                else:
                    return

    async def close(self) -> None:
        """Begin nothing more, let what is in hand come to its end, and release every Lease last."""
        self._closing = True
        for tenure in self._held.values():
            tenure.leaving = True
        self._tell()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                while self._held:
                    self._changed.clear()
                    await self._changed.wait()
        for share in tuple(self._held):
            await self.hand_over(share)
        if self._presence is not None:
            with suppress(ProductError):
                await self._client.delete(self._presence)

    # Telling --------------------------------------------------------------------------------------

    def _tell(self) -> None:
        leads = Leads(tuple(map(self._lead, range(self._shares))))
        if leads != self._told:
            self._told = leads
            self._emit(LeadsSeen(leads))

    def _lead(self, share: int) -> Lead:
        tenure = self._held.get(share)
        if tenure is None or tenure.ended or not tenure.confirmed:
            holder = self._board.holder(share)
            return Lead(holder="" if holder == self.me else holder, why=self._why)
        return Lead(holder=self.me, ours=True, leaving=tenure.leaving, until=tenure.until)
