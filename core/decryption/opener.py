"""Encrypted parts of files to objects: each is opened once, and what came out is kept in memory.

What could not be opened is tried again after a while: somebody may have brought the key.
"""

import hashlib
import os
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Final, TypeAlias

from core.clean import clean
from core.clock import Clock
from core.decryption.sops import ClosedError, NoKeyError, Sops
from core.manifests import Open, Opened, Reader, Sealed, left_closed
from core.model import Document, KeyKind

AGAIN_S: Final = 60.0
_RESTED_S: Final = AGAIN_S - 1.0  # whoever comes after AGAIN_S comes never too early
PATIENCE_S: Final = 60.0  # with files of one folder that stay closed, in all
AT_ONCE: Final = 4
KEPT: Final = 10_000
KEPT_MAX_BYTES: Final = 64 * 2**20
_DOCUMENT_BYTES: Final = 500
_NAMELESS: Final = re.compile(r'\b(?:stringData|data) "[^"]*" is not (?:text; quote it|base64)\Z')

_Key: TypeAlias = tuple[str, bytes]  # path, digest of the ciphertext


class Opener:
    """Opens them.  Threads may share it."""

    def __init__(
        self,
        reader: Reader,
        environment: Mapping[str, str] = os.environ,
        *,
        sops: Sops | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            reader: Parses what comes out.
            environment: Says where sops and its keys are.
            sops: Instead of the one on its PATH.
            clock: Time, after which what stayed closed is tried again.
        """
        self._reader, self._sops = reader, sops or Sops(environment)
        self._clock = clock or Clock()
        self._kept: OrderedDict[_Key, Opened] = OrderedDict()
        self._closed: dict[_Key, tuple[float, Opened]] = {}
        self._lacking: dict[tuple[str, ...], tuple[float, str]] = {}  # keys that are not here
        self._bytes = 0
        self._opens: dict[frozenset[str], Open] = {}
        self._lock = Lock()

    def by(self, kinds: Sequence[KeyKind]) -> Open:
        """Return what opens parts by keys of these kinds alone, the same each time.  It blocks."""
        chosen = frozenset(map(str, kinds))
        return self._opens.setdefault(chosen, partial(self._opened, chosen))

    def _opened(self, kinds: frozenset[str], parts: Sequence[Sealed]) -> Sequence[Opened]:
        lost_s: list[float] = []  # with those that stayed closed
        with ThreadPoolExecutor(min(AT_ONCE, len(parts) or 1)) as threads:
            return tuple(threads.map(partial(self._one, kinds, lost_s), parts))

    def _one(self, kinds: frozenset[str], lost_s: list[float], sealed: Sealed) -> Opened:
        if sealed.is_ambiguous:
            return left_closed(sealed, "a key stands in it twice, and sops may read another one")
        if strange := sorted(sealed.kinds - kinds):
            words = ", ".join(clean(kind) for kind in strange)
            allowed = ", ".join(sorted(kinds))
            reason = f"it asks for {words}, and this app's sops setting allows {allowed}"
            return left_closed(sealed, reason)
        key = (sealed.path, hashlib.sha256(sealed.text).digest())
        known = self._known(key)
        if known is None and sum(lost_s) > PATIENCE_S:
            return left_closed(sealed, "others before it took too long", passing=True)
        if known is None:
            began = self._clock.monotonic()
            known = self._made(sealed)
            if known.passing:
                lost_s.append(self._clock.monotonic() - began)
            self._keep(key, known)
        return known

    def _known(self, key: _Key) -> Opened | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            tried_at, closed = self._closed.get(key, (float("-inf"), None))
            return closed if self._is_fresh(tried_at) else None

    def _is_fresh(self, tried_at: float) -> bool:
        return self._clock.monotonic() - tried_at < _RESTED_S

    def _keep(self, key: _Key, made: Opened) -> None:
        with self._lock:
            self._closed.pop(key, None)
            if made.passing:
                if len(self._closed) >= KEPT:
                    self._closed.clear()
                self._closed[key] = self._clock.monotonic(), made
                return
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += _size(made)
            while len(self._kept) > KEPT or self._bytes > KEPT_MAX_BYTES:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= _size(oldest)

    def _made(self, sealed: Sealed) -> Opened:
        tried_at, lacking = self._lacking.get(sealed.keys, (float("-inf"), ""))
        if self._is_fresh(tried_at):
            return left_closed(sealed, lacking, passing=True)
        try:
            plain = self._sops.opened(sealed)
        except ClosedError as error:
            if isinstance(error, NoKeyError):
                self._lacking[sealed.keys] = self._clock.monotonic(), error.reason
            return left_closed(sealed, error.reason, passing=error.passing)
        (found,) = self._reader.outcomes([(sealed.path, plain)])
        documents = tuple(_placed(one, sealed) for one in found.documents)
        if not found.problems and not found.sealed:
            return Opened(documents)
        # Few words of the parser: it may quote what came out.
        told = next(filter(None, map(_NAMELESS.search, found.problems)), None)
        reason = told[0] if told else "what came out is not right; look at it by `sops decrypt`"
        known = {(one.kind, one.namespace, one.name) for one in documents}
        left = (one for one in sealed.named if (one.kind, one.namespace, one.name) not in known)
        closed = left_closed(replace(sealed, named=tuple(left)), reason)
        return closed._replace(documents=documents)


def _placed(document: Document, sealed: Sealed) -> Document:
    """Say where an object stands in the file; where that cannot be told, where its part begins."""
    objects, at = sealed.objects, document.index
    index, line = objects[at] if at < len(objects) else (at, sealed.line)
    # Warnings of the parser go, for they may quote what came out.
    return replace(document, line=line, index=index, warnings=(), sealed=True)


def _size(opened: Opened) -> int:
    return sum(len(one.body) + _DOCUMENT_BYTES for one in opened.documents)
