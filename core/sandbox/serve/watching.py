"""Watches: a stream of changes from a version on, with bookmarks, for one client."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from core.sandbox.serve import forms
from core.sandbox.store import Change, Object, Store, metadata, with_version
from core.sandbox.storing.selectors import Predicate
from core.sandbox.types import catalog
from core.sandbox.types.kinds import Kind
from core.sandbox.types.statuses import StatusError, too_large_version

_INITIAL_END = "k8s.io/initial-events-end"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """What a client wants to see."""

    kind: Kind
    namespace: str
    selects: Predicate | None
    form: str = forms.WHOLE
    version: str = ""
    initial_events: bool | None = None
    bookmarks: bool = False


class Watch:
    """One open watch.  The store pushes changes in; the connection takes bytes out."""

    def __init__(self, store: Store, request: WatchRequest, clock: Callable[[], float]) -> None:
        """Begin to listen; what the client missed is put before what comes now.

        Raises:
            StatusError: The version to begin from is not remembered (410).
        """
        self._store, self.request, self._clock = store, request, clock
        self._pending: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self.ended = self.cut = False
        self._after = 0  # what comes before this version is no news
        self._begin()
        self._stop = store.listen(request.kind.resource, self._on_change)

    def close(self) -> None:
        """Stop listening."""
        self._stop()

    def end(self, *, cut: bool = False) -> None:
        """End the stream: cleanly, or as if the line broke."""
        self.ended, self.cut = True, cut
        self._wake.set()

    async def pending(self, timeout_s: float) -> bytes:
        """Return what there is to send; nothing if nothing comes in time."""
        if not self._pending and not self.ended:
            try:
                async with asyncio.timeout(max(0.0, timeout_s)):
                    await self._wake.wait()
            except TimeoutError:
                return b""
        self._wake.clear()
        sent = b"".join(self._pending)
        self._pending.clear()
        return sent

    def bookmark(self, *, initial_end: bool = False) -> None:
        """Tell the client how far it is."""
        meta: Object = {"resourceVersion": str(self._store.version)}
        if initial_end:
            meta["annotations"] = {_INITIAL_END: "true"}
        empty = {**catalog.empty(self.request.kind), "metadata": meta}
        self._push("BOOKMARK", empty)

    def _begin(self) -> None:
        wanted = self.request
        asked = int(wanted.version or 0)
        if wanted.initial_events and asked > self._store.version:
            self._push("ERROR", too_large_version(asked, self._store.version).body)
            self.ended = True
            return
        if wanted.initial_events or (wanted.initial_events is None and wanted.version in ("", "0")):
            for one in self._store.all(wanted.kind.resource, wanted.namespace):
                if wanted.selects is None or wanted.selects(one):
                    self._push("ADDED", one)
            if wanted.initial_events and wanted.bookmarks:
                self.bookmark(initial_end=True)
            return
        if wanted.version in ("", "0"):
            return
        self._after = asked
        try:
            missed = self._store.since(wanted.kind.resource, asked)
        except StatusError as error:
            self._push("ERROR", error.body)
            self.ended = True
            return
        for change in missed:
            self._on_change(change)

    def _matches(self, thing: Object | None) -> bool:
        if thing is None:
            return False
        wanted = self.request
        if wanted.namespace and metadata(thing).get("namespace") != wanted.namespace:
            return False
        return wanted.selects is None or wanted.selects(thing)

    def _on_change(self, change: Change) -> None:
        if change.version <= self._after:
            return
        was, now = self._matches(change.before), self._matches(change.after)
        if now and change.after is not None:
            self._push("MODIFIED" if was else "ADDED", change.after)
        elif was and change.before is not None:
            last = change.last if change.after is None else change.before
            self._push("DELETED", with_version(last, change.version))

    def _push(self, kind: str, thing: Object) -> None:
        if kind != "ERROR":
            thing = forms.shown(thing, self.request.kind, self.request.form, self._clock())
        self._pending.append(msgspec.json.encode({"type": kind, "object": thing}) + b"\n")
        self._wake.set()
