"""List, then watch, one kind in one scope: client-go's reflector (kubernetes.md section 3).

Three steps, of which `run` always takes the one that the state asks for:

* WatchList: one stream that first sends what there is, then what changes
* LIST in pages, where the server has no WatchList or that failed
* WATCH from the last resourceVersion

The store here is the truth about this scope; the sink is told when it was replaced (a complete
listing) and what changed since.  Nothing is concluded from a failure: the sink hears `lost`.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import msgspec

from core.clock import Clock
from core.cluster.connection.answers import Answer, LinkError, error_of, is_stale, retry_after_s
from core.cluster.connection.backoff import Backoff
from core.cluster.connection.link import Link
from core.cluster.connection.objects import (
    UnreadableError,
    bookmark_of,
    event_of,
    object_of,
    refusal_of,
)
from core.cluster.connection.paths import collection_path, object_path
from core.cluster.connection.request import JSON, METADATA, METADATA_LIST, Request, query_of
from core.cluster.following.lines import LineTooLongError, OpenStream
from core.cluster.following.listing import Listing, Look, RefusedError
from core.cluster.following.silence import Silence
from core.cluster.following.store import Change, Sink, Store, has_one_history, is_older
from core.errors import ProductError
from core.meter import Watched
from core.model import Live, ObjectRef, Resource

REFUSED_S: Final = 300.0  # R11: a kind that is forbidden is asked for again every 5 min
NOT_SERVED_S: Final = 30.0
WATCH_S: Final = (300, 600)
SHORT_S: Final = 1.0  # a watch that ends sooner and said nothing is an error
FUTILE_S: Final = 10.0
DOUBTS_MAX: Final = 2
STARTING_DOUBTS_MAX: Final = 5  # 25 to 50 s, where a stream broke: the server may be starting


class Reflector:
    """Keeps `store` equal to one kind in one namespace ("" for all), for as long as it runs."""

    def __init__(  # noqa: PLR0913 - where, what of it, and who wants to know
        self,
        link: Link,
        clock: Clock,
        resource: Resource,
        scope: str,
        sink: Sink,
        *,
        metadata_only: bool = False,
        labels: str = "",
    ) -> None:
        """Ask for nothing yet; *labels* is a selector."""
        self._metadata_only = metadata_only
        self._chosen = f"{query_of(labelSelector=labels)}&" if labels else ""
        self._link, self._clock, self._sink = link, clock, sink
        self._resource, self.scope = resource, scope
        self._path = collection_path(resource, scope)
        self.store = Store()
        self.current_at = 0.0  # wall time up to which the store was what the server had
        self.outdated_at = 0.0  # the same of the store before the last listing
        self.began_at = 0.0  # wall time at which the last listing was asked for
        self._asked_at = 0.0  # the same of the one that is under way
        self._last_rv = ""
        self._rv_unavailable = False  # the next listing must be a quorum read
        self._distrusts = False  # so must the one after the listing that is under way
        self._newest = False  # so must the one that is under way
        self._needs_list = True
        self._may_stream = True  # try WatchList in this cycle
        self._has_watch_list = True  # until it once did not end
        self._listed_at = float("-inf")
        self._give_up: Callable[[], None] = lambda: None  # ends the stream that is open
        self._streamed = False  # a stream was open before
        self._adopted = 0  # the connection over which this history was seen last
        self._broke = False  # a stream, since: the server may have been restarted meanwhile
        self._doubts = 0  # refusals since the last stream that opened
        self._backoff, self._silence = Backoff(clock), Silence(clock)

    def distrust(self) -> None:
        """Make the next listing a quorum read: we wrote, and a cache may lag behind (R6)."""
        self._distrusts = True

    def relist(self) -> None:
        """List again, as no cache has it: the store has lost something (R12)."""
        self._needs_list = self._distrusts = True
        self._give_up()

    async def run(self) -> None:
        """List and watch, for ever."""
        while True:
            await self._link.up.wait()
            try:
                await self._step()
            except RefusedError as refused:
                await self._refused(refused)
            except (UnreadableError, LineTooLongError) as error:
                await self._degraded(error)
            except ProductError:  # no connection, no credential: `Link` tells it for all
                await self._clock.sleep(self._backoff.next_s())

    async def _step(self) -> None:
        adopted = self._link.adopted
        if self._needs_list:  # a write from here on is later than the listing
            self._asked_at = self._clock.wall()
            self._newest, self._distrusts = self._newest or self._distrusts, False
        if not self._needs_list and (self._broke or adopted != self._adopted):
            await self._check_history()
        elif not self._needs_list:
            await self._watch()
        elif self._may_stream and self._has_watch_list:
            await self._watch(initial=True)
        else:
            await self._list()
        self._adopted = adopted

    async def _check_history(self) -> None:
        """See that the server goes on from where it was, which may be another now (R2)."""
        request = Request(path=self._path, query=self._chosen, accept=self._accept(METADATA_LIST))
        known, gone = self.store.newest(), self.store.last_gone()
        look = Look(self._link, self._resource.kind, request)
        if not await look.goes_on(self._last_rv, known, gone):
            self.relist()
        self._broke = False

    async def _list(self) -> None:
        version = self._relist_rv()
        request = Request(path=self._path, query=self._chosen, accept=self._accept(METADATA_LIST))
        listing = Listing(self._link, self._resource.kind, request, self._sink.heard, self.scope)
        try:
            objects, listed_at = await listing.read(version)
        except RefusedError as refused:
            if not is_stale(refused.answer) or version == "":
                raise
            self._rv_unavailable = True  # at once again, as a quorum read
            return
        self._replace(objects, listed_at)

    def _relist_rv(self) -> str:
        return "" if self._rv_unavailable or self._newest else self._last_rv or "0"

    def _replace(self, objects: dict[ObjectRef, Live], version: str) -> None:
        older = self.store.replace(objects) or is_older(version, self._last_rv)
        if older and self._last_rv and has_one_history(self._resource.kind):
            self._link.went_back()  # no replica: what is asked for is no older than that (F26)
        self.outdated_at, self.current_at = self.current_at, self._clock.wall()
        self._last_rv = version
        self._rv_unavailable = self._newest = self._needs_list = self._broke = False
        self._may_stream = True
        if self.outdated_at:
            self._link.note(Watched.RELISTED)
        self.began_at, self._listed_at = self._asked_at, self._clock.monotonic()
        self._sink.replaced(self.scope)

    # WatchList and WATCH -------------------------------------------------------------------------

    async def _watch(self, *, initial: bool = False) -> None:
        stream = OpenStream(self._clock.monotonic(), {} if initial else None)
        self._silence.begin(listing=initial)
        try:
            async with self._link.stream(self._watch_request(initial=initial)) as source:
                if source.status != HTTPStatus.OK:
                    raise RefusedError(await source.answer())
                self._doubts, self._give_up = 0, source.close
                if not initial and self._streamed:
                    self._link.note(Watched.RESTARTED)
                self._streamed = True
                async with self._silence.watching(source.close):
                    while chunk := await source.read():
                        await self._take(chunk, stream)
                        self._silence.heard(unfinished=stream.lines.unfinished)
        except LinkError as error:
            if not error.sent:
                raise
            self._broke = True
        await self._ended(stream)

    def _watch_request(self, *, initial: bool) -> Request:
        low, high = WATCH_S
        seconds = str(int(low + (high - low) * self._clock.random()))
        newest = initial and (self._rv_unavailable or self._newest)
        query = query_of(
            watch="1",
            allowWatchBookmarks="true",
            resourceVersion="" if newest else self._last_rv,
            timeoutSeconds=seconds,
            sendInitialEvents="true" if initial else "",
            resourceVersionMatch="NotOlderThan" if initial else "",
        )
        return Request(path=self._path, query=self._chosen + query, accept=self._accept())

    def _accept(self, metadata: str = METADATA) -> str:
        return metadata if self._metadata_only else JSON

    async def _take(self, chunk: bytes, stream: OpenStream) -> None:
        """Apply what one read brought, and tell about it once."""
        changes: list[Change] = []
        try:
            for line in stream.lines.feed(chunk):
                self._apply(line, stream, changes)
        finally:  # what came before an event that cannot be read did happen
            if stream.initial is None:
                self.current_at = self._clock.wall()
            if changes:
                await self._check_revived(changes)
                self._sink.changed(self.scope, changes)
            self._sink.heard()

    def _apply(self, line: bytes, stream: OpenStream, changes: list[Change]) -> None:
        event = event_of(line)
        match event.type:
            case "ADDED" | "MODIFIED":
                ref, live = object_of(event.object, self._resource.kind, self.scope)
                if stream.initial is not None:
                    stream.initial[ref] = live
                    return
                changes += self.store.put(ref, live)
                self._last_rv = live.resource_version
            case "DELETED":
                ref, live = object_of(event.object, self._resource.kind, self.scope)
                if stream.initial is not None:
                    stream.initial.pop(ref, None)
                    return
                changes += self.store.drop(ref, live)
                self._last_rv = live.resource_version
            case "BOOKMARK":
                self._mark(event.object, stream)
            case "ERROR":
                raise RefusedError(refusal_of(event.object))
            case _:
                raise UnreadableError(f"a watch event of the unknown type {event.type[:20]!r}")
        stream.events += 1

    def _mark(self, raw: msgspec.Raw, stream: OpenStream) -> None:
        version, ends_listing = bookmark_of(raw)
        self._silence.bookmark()
        if stream.initial is None and is_older(version, self._last_rv):
            self.relist()  # another history than the one we know (R2)
        elif stream.initial is None:
            self._last_rv = version
        elif ends_listing:
            objects, stream.initial = stream.initial, None
            self._silence.begin(listing=False)
            self._replace(objects, version)

    async def _check_revived(self, changes: list[Change]) -> None:
        """Ask the server itself about an object that returns from the dead (R5)."""
        for index, (ref, live) in enumerate(changes):
            if not self.store.is_buried(live):
                continue
            path = object_path(self._resource, ref.namespace, ref.name)
            try:
                answer = await self._link.call(Request(path=path, accept=self._accept()))
            except ProductError as error:
                raise UnreadableError(f"{ref} came back and could not be checked") from error
            found = answer.status == HTTPStatus.OK
            now = object_of(answer.body, self._resource.kind)[1] if found else None
            changes[index] = self.store.correct(ref, now)

    async def _ended(self, stream: OpenStream) -> None:
        """The stream is over; nothing was lost, the next one begins where it ended."""
        if stream.initial is not None:
            self._may_stream = False  # the listing did not end: LIST instead, in this cycle
            self._has_watch_list = self._has_watch_list and not self._silence.struck
            return
        lasted_s = self._clock.monotonic() - stream.opened_at
        if lasted_s >= FUTILE_S:
            self._backoff.reset()  # one outage is not made longer by those before it
        if lasted_s < SHORT_S:
            pause_s = SHORT_S - lasted_s if stream.events else self._backoff.next_s()
            await self._clock.sleep(pause_s)

    # Refusals ------------------------------------------------------------------------------------

    async def _refused(self, refused: RefusedError) -> None:
        """Do what the table of kubernetes.md sections 3 and 4 says."""
        answer = refused.answer
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            await self._wait(answer)  # and go on where we were: no relist
        elif is_stale(answer):
            await self._outdated()
        elif answer.status == HTTPStatus.UNAUTHORIZED:
            await self._clock.sleep(self._backoff.next_s())  # `Link` reports it for the cluster
        elif answer.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            await self._closed(answer)
        elif self._needs_list and self._may_stream and self._has_watch_list:
            self._may_stream = False  # 422 and all else: LIST in this cycle
        else:
            if self._needs_list:
                self._sink.lost(self.scope, self._error_of(answer))
            if answer.status == HTTPStatus.BAD_REQUEST:
                self._last_rv = ""  # it may be what the server cannot read
            self._needs_list = self._may_stream = True
            await self._wait(answer)

    async def _outdated(self) -> None:
        """List again, at once unless that was just done: a server may say 410 for ever."""
        futile = self._clock.monotonic() - self._listed_at < FUTILE_S
        if self._rv_unavailable or (futile and not self._needs_list):
            await self._clock.sleep(self._backoff.next_s())
        if self._rv_unavailable:  # nothing older was asked for: the server cannot stream the kind
            self._may_stream = False
        self._rv_unavailable = self._needs_list
        self._needs_list = True

    async def _closed(self, answer: Answer) -> None:
        """Give the kind up for minutes, unless it was readable a moment ago.

        A server that starts refuses what it allows until its rules are loaded (measured).
        """
        doubts_max = STARTING_DOUBTS_MAX if self._broke else DOUBTS_MAX
        if not self._needs_list and self._doubts < doubts_max:
            self._doubts += 1
            await self._clock.sleep(self._backoff.next_s())
            return
        self._needs_list = self._may_stream = True
        self._sink.lost(self.scope, self._error_of(answer))
        forbidden = answer.status == HTTPStatus.FORBIDDEN
        await self._clock.sleep(REFUSED_S if forbidden else NOT_SERVED_S)

    async def _degraded(self, error: Exception) -> None:
        """Something could not be read: what it said is lost, so list again (R9)."""
        self._link.note(Watched.UNDECODABLE)
        self._needs_list = self._may_stream = True
        problem = error if isinstance(error, ProductError) else UnreadableError(str(error))
        self._sink.lost(self.scope, problem)
        await self._clock.sleep(self._backoff.next_s())

    async def _wait(self, answer: Answer) -> None:
        asked_s = retry_after_s(answer.retry_after, wall=self._clock.wall())
        await self._clock.sleep(max(self._backoff.next_s(), asked_s or 0.0))

    def _error_of(self, answer: Answer) -> ProductError:
        doing = f"list {self._resource.plural}" + (f" in {self.scope}" if self.scope else "")
        return error_of(answer, doing, wall=self._clock.wall())
