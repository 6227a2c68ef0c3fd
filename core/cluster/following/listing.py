"""One LIST in pages, a step of the reflector.  It counts only if it is whole."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import msgspec

from core.cluster.connection.answers import Answer
from core.cluster.connection.calls import Caller
from core.cluster.connection.objects import Page, UnreadableError, object_of, page_of
from core.cluster.connection.request import Request, query_of
from core.cluster.following.store import Known, is_back, is_older
from core.model import KindRef, Live, ObjectRef

PAGE: Final = 500
BATCH: Final = 1_000  # objects read between two breaths of the event loop


class RefusedError(Exception):
    """The server refused, by status code or by an ERROR event; the caller decides what follows."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer."""
        super().__init__(answer.status)
        self.answer = answer


class Listing:
    """Reads one listing; used once."""

    def __init__(
        self,
        caller: Caller,
        kind: KindRef,
        request: Request,
        heard: Callable[[], None],
        namespace: str = "",
    ) -> None:
        """Ask for nothing yet; *request* lacks pages and version, *heard* is called for each page.

        It is about one *namespace*, or about all where none is named.
        """
        self._caller, self._kind, self._heard = caller, kind, heard
        self._namespace = namespace
        self._request = request
        self._objects: dict[ObjectRef, Live] = {}

    async def read(self, version: str) -> tuple[dict[ObjectRef, Live], str]:
        """Return all objects and the resourceVersion they were listed at.

        Args:
            version: "" for what etcd holds now, "0" for any state, else at least as fresh.

        Raises:
            RefusedError: The server answered something else than 200.
            UnreadableError: The answers are no listing, or not one listing.
            LinkError: There was no answer.
        """
        limit = str(PAGE) if version in {"", "0"} else ""  # else the watch cache cannot serve it
        page = await self._page(limit=limit, resourceVersion=version)
        first = page
        while page.go_on:
            await self._collect(page.items)
            try:
                following = await self._page(limit=limit, **{"continue": page.go_on})
            except RefusedError as refused:
                if refused.answer.status != HTTPStatus.GONE:
                    raise
                return await self._at_once(version)
            if following.go_on == page.go_on:
                raise UnreadableError("a page of a listing repeats")
            if following.resource_version != first.resource_version:
                raise UnreadableError("the pages of one listing are of different versions")
            page = following
        await self._collect(page.items)
        return self._objects, first.resource_version

    async def _at_once(self, version: str) -> tuple[dict[ObjectRef, Live], str]:
        """List again without pages: the `continue` expired, for the listing took too long."""
        self._objects = {}
        page = await self._page(resourceVersion=version)
        if page.go_on:
            raise UnreadableError("a listing without a limit is not whole")
        await self._collect(page.items)
        return self._objects, page.resource_version

    async def _page(self, **parameters: str) -> Page:
        request = replace(self._request, query=self._request.query + query_of(**parameters))
        answer = await self._caller.call(request)
        if answer.status != HTTPStatus.OK:
            raise RefusedError(answer)
        self._heard()
        return page_of(answer, self._kind)

    async def _collect(self, items: Sequence[msgspec.Raw]) -> None:
        for start in range(0, len(items), BATCH):
            for item in items[start : start + BATCH]:
                ref, live = object_of(item, self._kind, self._namespace)
                self._objects[ref] = live
            await asyncio.sleep(0)


class Look:
    """Looks whether the server itself, not a cache, goes on from where it was (R2)."""

    def __init__(self, caller: Caller, kind: KindRef, request: Request) -> None:
        """Ask for nothing yet; *request* lacks pages and version."""
        self._caller, self._kind, self._request = caller, kind, request

    async def goes_on(
        self, since: str, known: Known | None, gone: tuple[ObjectRef, str] | None
    ) -> bool:
        """Tell whether it does.

        Its versions may be as far again by what it wrote when it started, so it is asked for the
        object whose change was the last: one that is older now, or not there, tells otherwise, or
        may do so.  So does one that is there again though its deletion came later still.

        Args:
            since: The version it was at.
            known: Of the objects, the one whose change was the last.
            gone: Name and uid of one whose deletion was later.

        Raises:
            RefusedError: The server answered something else than 200.
            UnreadableError: The answer is no listing.
            LinkError: There was no answer.
        """
        version, found = await self._one(known[0] if known is not None else None)
        if is_older(version, since):
            return False
        if known is not None:
            ref, live = known
            now = found.get(ref)
            if now is None or now.uid != live.uid or is_back(live, now):
                return False
        if gone is None:
            return True
        _, found = await self._one(gone[0])
        return all(live.uid != gone[1] for live in found.values())

    async def _one(self, ref: ObjectRef | None) -> tuple[str, dict[ObjectRef, Live]]:
        """Read one object, or any, and the newest version there is."""
        fields = {"metadata.name": ref.name, "metadata.namespace": ref.namespace} if ref else {}
        chosen = ",".join(f"{field}={value}" for field, value in fields.items() if value)
        query = self._request.query + query_of(limit="1", fieldSelector=chosen)
        answer = await self._caller.call(replace(self._request, query=query))
        if answer.status != HTTPStatus.OK:
            raise RefusedError(answer)
        page = page_of(answer, self._kind)
        return page.resource_version, dict(object_of(item, self._kind) for item in page.items)
