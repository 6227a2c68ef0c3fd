"""Objects of a few kinds, listed once and let go: what `driftdeck import` reads."""

from collections.abc import Mapping

from core.clock import Clock
from core.cluster.connection.apart import connected
from core.cluster.connection.calls import Calls
from core.cluster.connection.link import Connection
from core.cluster.connection.paths import collection_path
from core.cluster.connection.request import Request
from core.cluster.discovery.discovery import discover
from core.cluster.following.listing import Listing, RefusedError
from core.errors import UnavailableError
from core.model import ClusterSpec, Live, ObjectRef, Resource


async def collected(
    spec: ClusterSpec, kinds: Mapping[str, str], clock: Clock | None = None
) -> tuple[str, tuple[bytes, ...]]:
    """List all objects of some kinds.

    Args:
        spec: How the server is reached.
        kinds: The group of each kind; those that are not served have no objects.
        clock: Time and dice.

    Returns:
        The context of the kubeconfig, and the objects as JSON.

    Raises:
        ProductError: The server cannot be reached, or refuses.
    """
    clock = clock or Clock()
    async with connected(spec, clock) as connection:
        calls = Calls(connection, clock)
        served = (await discover(calls)).over({})
        chosen: dict[tuple[str, str], Resource] = {}
        for kind, resource in served.items():
            if kinds.get(kind.kind) == kind.group:
                chosen.setdefault((kind.group, kind.kind), resource)
        found = [await _listed(connection, calls, resource) for resource in chosen.values()]
    return connection.login.context, tuple(live.body for each in found for live in each.values())


async def _listed(
    connection: Connection, calls: Calls, resource: Resource
) -> dict[ObjectRef, Live]:
    request = Request(path=collection_path(resource, ""))
    try:
        objects, _ = await Listing(connection, resource.kind, request, lambda: None).read("")
    except RefusedError as refused:
        calls.checked(refused.answer, f"listing {resource.kind.kind}")
        raise UnavailableError(f"listing {resource.kind.kind}: the server refused") from refused
    return objects
