"""Each write between two rows of the journal: what is about to be sent, and what became of it.

Where a session may write, it is found out at its start, and in any case before its first write to a
cluster or a repository, what became of those that an earlier process announced and never ended
(safety.md section 6); they are never repeated.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar

from core.cluster.waiting import UnderWay
from core.engine.seams import ClusterLike, JournalLike, MarksLike
from core.errors import ProductError, UnavailableError
from core.journal import object_in
from core.meter import UNMETERED, Meter
from core.model import Json, JsonObject, KindRef, Live, ObjectRef, mapping_of
from core.model.journal import Aim, Ending, Intent, Outcome
from core.remedy import is_applied_by_us

T = TypeVar("T")

FINISH_S: Final = 10.0  # a server that hangs may answer later than we are given to end


class Journalled:
    """Writes, written down."""

    def __init__(
        self,
        journal: JournalLike,
        clusters: Mapping[str, ClusterLike],
        marks: MarksLike,
        meter: Meter = UNMETERED,
    ) -> None:
        """Keep the record in *journal*; clusters and marks know what became of earlier writes.

        *meter* hears of what could not be recorded.
        """
        self._meter = meter
        self._over, self._in_hand = False, UnderWay()
        self._journal, self._clusters, self._marks = journal, clusters, marks
        self._found_out: set[tuple[str, str]] = set()
        self._finding: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def write(
        self, intent: Intent, write: Callable[[], Awaitable[T]], version: Callable[[T], str | None]
    ) -> T:
        """Do *write* once it is announced; *version* says what it left.

        Raises:
            ProductError: It failed, or could not be announced and was not sent.
        """
        await self.find_out(intent.cluster, intent.aim.repo if intent.aim is not None else "")
        if self._over:
            await asyncio.Event().wait()  # whoever ends us ends this, too
        with self._in_hand.one():
            return await self._written(intent, write, version)

    async def finish(self) -> None:
        """Begin nothing more; return when what is in hand is on record, or `FINISH_S` is over."""
        self._over = True
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await self._in_hand.over.wait()

    async def _written(
        self, intent: Intent, write: Callable[[], Awaitable[T]], version: Callable[[T], str | None]
    ) -> T:
        number = await self._begin(intent)
        try:
            done = await write()
        except ProductError as error:
            unknown = isinstance(error, UnavailableError)
            ending = Ending.UNKNOWN if unknown else Ending.REFUSED
            await self._end(number, Outcome(ending, words=str(error)))
            raise
        await self._end(number, Outcome(Ending.DONE, version(done)))
        return done

    async def commit(self, intent: Intent, make: Callable[[], str]) -> str:
        """Make a commit once it is announced, and return its id; *make* may block.

        Raises:
            ProductError: It failed, or could not be announced and was not made.
        """
        return await self.write(intent, partial(asyncio.to_thread, make), str)

    async def _begin(self, intent: Intent) -> int:
        try:
            return await self._journal.begin(intent)
        except ProductError:
            self._meter.unrecorded()
            raise

    async def _end(self, number: int, outcome: Outcome) -> None:
        try:
            await self._journal.end(number, outcome)
        except ProductError:  # the next start finds it out; what was done, was done
            self._meter.unrecorded()

    async def look_back(self, cluster: str) -> None:
        """Find it out at the start, where it can be; else it is before the first write."""
        with suppress(ProductError):
            await self.find_out(cluster)

    async def find_out(self, cluster: str, repository: str = "") -> None:
        """Give the intents of processes that ended what is true of them now.

        Raises:
            UnavailableError: It cannot be found out now.
        """
        place = cluster, repository
        async with self._finding[place]:
            if place in self._found_out:
                return
            for entry in await self._journal.left_open(cluster):
                aim = entry.intent.get("aim")
                about = object_in(entry.intent)
                if about is not None:
                    found = self._of_object(cluster, entry.intent, *about)
                elif isinstance(aim, dict) and aim["repo"] != repository:
                    continue  # who writes there finds it out
                else:
                    found = self._of_commit(aim)
                await self._journal.end(entry.number, await _told(found))
            self._found_out.add(place)

    async def _of_object(
        self, cluster: str, intent: JsonObject, kind: KindRef, ref: ObjectRef
    ) -> Outcome:
        live = await self._clusters[cluster].read(kind.api_version, ref)
        before = mapping_of(intent["object"])["version"]
        return _outcome(before, live, deletes=intent.get("sends") == ["delete"])

    async def _of_commit(self, said: Json) -> Outcome:
        if not isinstance(said, dict):
            return Outcome(Ending.UNKNOWN, words="the program ended before it was told")
        aim = Aim(*(str(said[name]) for name in ("repo", "branch", "parent", "mark")))
        commit = await asyncio.to_thread(self._marks.find, aim)
        if commit is not None:
            return Outcome(Ending.DONE, commit, "the program ended; the branch has the commit")
        return Outcome(Ending.REFUSED, words="the program ended, and the branch lacks the commit")


async def _told(found: Awaitable[Outcome]) -> Outcome:
    """Wait for what became of a write; what cannot be read, though it is there, stays unknown."""
    try:
        return await found
    except UnavailableError:
        raise
    except ProductError as error:
        return Outcome(Ending.UNKNOWN, words=f"it cannot be read: {error}")


def _outcome(before: object, live: Live | None, *, deletes: bool) -> Outcome:
    """Say what became of a write, from the version before it and the object now."""
    now = live.resource_version if live is not None else None
    if deletes and live is None:
        return Outcome(Ending.DONE, None, "the program ended; the object is gone")
    if now == before:
        return Outcome(Ending.REFUSED, now, "the program ended before it was sent")
    if live is not None and is_applied_by_us(live):
        words = "the program ended; the object is at another version, and an apply of ours is in it"
        return Outcome(Ending.UNKNOWN, now, words)
    return Outcome(Ending.UNKNOWN, now, "the program ended; the object has changed since")
