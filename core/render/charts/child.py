"""The process that speaks to chart repositories: a look at one of them for each line of stdin.

It may take so much memory and no more, and ends with whoever started it.  What came is unpacked
here, so that no archive can end the program.
"""

import hashlib
import resource
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec

from core.clean import clean
from core.errors import ProductError, RejectedError, UnavailableError
from core.git.remotes.serving import serve
from core.model import problem_of
from core.render.charts.archive import BYTES_MAX, files_of
from core.render.charts.exchange import FILES_MAX, STORED_MAX, Asked, Pulled, Told
from core.render.charts.index import BYTES_MAX as INDEX_BYTES_MAX
from core.render.charts.index import NAME, entry_of
from core.render.charts.registry import Registry
from core.render.charts.web import Web
from core.render.keeping.store import Store

MEMORY_BYTES: Final = 2 * 2**30


def main() -> None:
    """Read what is asked, do it, tell how it ended; until nobody asks any more."""
    for what, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (soft, hard))
    serve(_answer)


def _answer(line: bytes) -> bytes:
    asked = msgspec.json.decode(line, type=Asked)
    try:
        told = Told(pulled=pulled(asked))
    except ProductError as error:
        told = Told(problem=problem_of(error))
    except MemoryError:
        reason = "what it sends does not fit into the memory that pulling may take"
        told = Told(problem=problem_of(UnavailableError(f"{asked.chart}: {reason}")))
    return msgspec.json.encode(told)


def pulled(asked: Asked) -> Pulled:
    """Find the wanted version of a chart, and bring it where it is not here.

    Raises:
        ProductError: It cannot be had.
    """
    chart = asked.chart
    credentials = f"{asked.username}:{asked.token}" if asked.token else ""
    where = str(chart) if chart.is_oci else chart.where
    web = Web(chart.remote, where, credentials, asked.timeout_s)
    return _of_registry(asked, web) if chart.is_oci else _of_repository(asked, web)


def _of_registry(asked: Asked, web: Web) -> Pulled:
    registry = Registry(asked.chart, web)
    layer = registry.layer()
    if asked.known is not None and layer.digest == asked.known.digest:
        return replace(asked.known, version=layer.version)
    return _kept(asked, layer.version, registry.content(layer, most=BYTES_MAX), "")


def _of_repository(asked: Asked, web: Web) -> Pulled:
    chart, known = asked.chart, asked.known
    headers = {"If-None-Match": known.seen} if known is not None and known.seen else {}
    url = f"{str(chart.remote.address).rstrip('/')}/{NAME}"
    found = web.get(url, most=INDEX_BYTES_MAX, headers=headers)
    if found.status == HTTPStatus.NOT_MODIFIED and known is not None and headers:
        return known
    web.check(found, NAME)
    seen = found.headers.get("etag", "")
    entry = entry_of(found.body, chart)
    if known is not None and known.version == entry.version and entry.digest in {"", known.digest}:
        return replace(known, seen=seen)
    archive = web.file(entry.url, f"archive of version {entry.version}", most=BYTES_MAX)
    if entry.digest not in {"", hashlib.sha256(archive).hexdigest()}:
        raise UnavailableError(f"{chart}: what came is not what its index announces")
    return _kept(asked, entry.version, archive, seen)


def _kept(asked: Asked, version: str, archive: bytes, seen: str) -> Pulled:
    """Unpack an archive and keep its files under its digest."""
    try:
        files = files_of(archive)
    except RejectedError as error:
        raise RejectedError(f"{asked.chart} {clean(version)}: {error}") from error
    digest = hashlib.sha256(archive).hexdigest()
    store = Store(Path(asked.folder), files_max=FILES_MAX, bytes_max=STORED_MAX)
    store.put(digest, msgspec.msgpack.encode(files))
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Pulled(version=version, digest=digest, at=at, seen=seen)
