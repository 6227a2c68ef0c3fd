"""What is told of controllers in one namespace, looked at once: what `driftdeck status` reads.

Only ConfigMaps and Leases of that namespace are asked for.  A holder's own times say little where
clocks differ, so a Lease that seems to have run out is looked at again for a moment.
"""

import re
from dataclasses import replace
from typing import Final

from core.clock import Clock
from core.cluster.connection.apart import connected
from core.cluster.connection.calls import Calls
from core.cluster.connection.paths import collection_path
from core.cluster.connection.request import Request, query_of
from core.cluster.controllers.form import RESOURCE, SELECTOR, status_of
from core.cluster.discovery.discovery import decoded
from core.cluster.leasing.client import LEASES
from core.cluster.leasing.record import Record, record_of
from core.cluster.writing.shards import ConfigMaps
from core.errors import ProductError, RejectedError
from core.model import ClusterSpec, JsonObject, mappings_of
from core.model.controllers.leads import SHARE_NAMES
from core.model.controllers.status import Leader, Seen, Status, current

LOOKS: Final = 5  # at Leases that seem to have run out, a second apart: they are renewed every 2 s
_OURS: Final = re.compile(SHARE_NAMES)


async def seen(spec: ClusterSpec, namespace: str, clock: Clock | None = None) -> Seen:
    """Look at what controllers in *namespace* tell.

    Raises:
        ProductError: The server cannot be reached, or its ConfigMaps there may not be read.
    """
    clock = clock or Clock()
    async with connected(spec, clock) as connection:
        login, calls = connection.login, Calls(connection, clock)
        statuses, unreadable = await _statuses(calls, namespace)
        leaders, problems = await _leaders_or_why(calls, namespace, clock)
    return Seen(
        context=login.context,
        user=login.user,
        namespace=namespace,
        at=clock.wall(),
        statuses=tuple(statuses),
        leaders=leaders,
        unreadable=tuple(unreadable),
        problems=problems,
    )


async def _statuses(calls: Calls, namespace: str) -> tuple[list[Status], list[str]]:
    path, query = collection_path(RESOURCE, namespace), query_of(labelSelector=SELECTOR)
    answer = await calls.expect(
        Request(path=path, query=query), f"list configmaps in namespace {namespace}"
    )
    found: list[Status] = []
    unreadable: list[str] = []
    for each in decoded(answer, ConfigMaps).items or ():
        try:
            found.append(status_of(each.metadata.name, each))
        except RejectedError as error:
            unreadable.append(str(error))
    return sorted(current(found), key=lambda status: status.shard or 0), unreadable


async def _leaders_or_why(
    calls: Calls, namespace: str, clock: Clock
) -> tuple[tuple[Leader, ...], tuple[str, ...]]:
    try:
        return await _leaders(calls, namespace, clock), ()
    except ProductError as error:  # what the summaries say is worth something without them
        return (), (str(error),)


async def _leaders(calls: Calls, namespace: str, clock: Clock) -> tuple[Leader, ...]:
    first = await _leases(calls, namespace)
    found = {name: _leader(record) for name, record in first.items()}
    for _ in range(LOOKS):
        if not any(each.is_over(clock.wall()) and not each.moving for each in found.values()):
            break
        await clock.sleep(1.0)
        for name, record in (await _leases(calls, namespace)).items():
            found[name] = replace(_leader(record), moving=not record.is_as(first.get(name)))
    return tuple(found[name] for name in sorted(found))


async def _leases(calls: Calls, namespace: str) -> dict[str, Record]:
    path = collection_path(LEASES, namespace)
    answer = await calls.expect(Request(path=path), f"list leases in namespace {namespace}")
    body: JsonObject = decoded(answer, dict)
    records = map(record_of, mappings_of(body.get("items")))
    return {each.name: each for each in records if _OURS.fullmatch(each.name)}


def _leader(record: Record) -> Leader:
    renewed = record.spec.get("renewTime")
    return Leader(
        lease=record.name,
        holder=record.holder,
        renewed=renewed if isinstance(renewed, str) else None,
        duration_s=record.duration_s,
    )
