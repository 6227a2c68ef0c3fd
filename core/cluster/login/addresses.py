"""One API server under two names, told by the kubeconfig before either is asked anything.

The same address, reached the same way and trusted by the same authority, is the same server.  That
others are not is not said by this: the uid of kube-system tells, once both were asked.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from core.cluster.login.headers import server_url
from core.cluster.login.kubeconfig import Entry, find_context, paths_of
from core.errors import UsageError
from core.model import ClusterSpec

_PORTS: Final = {"http": 80, "https": 443}
_Address: TypeAlias = tuple[object, ...]


def known_twice(specs: Sequence[ClusterSpec]) -> Mapping[str, str]:
    """Return the clusters that have the server of an earlier one, and whose it is.  Reads files."""
    if len(specs) < 2:  # noqa: PLR2004 - a pair
        return {}
    firsts: dict[_Address, str] = {}
    found: dict[str, str] = {}
    for spec in specs:
        if spec.in_cluster or spec.secret is not None:
            continue  # its address is the pod's affair
        with suppress(UsageError, ValueError):  # whoever connects says what is wrong with it
            entry = find_context(paths_of(spec, os.environ), spec.context)
            first = firsts.setdefault(_address(entry), spec.name)
            if first != spec.name:
                found[spec.name] = first
    return found


class KnownPlace(NamedTuple):
    """What a kubeconfig says of a cluster before anybody asks it."""

    namespace: str = ""  # of its context
    port: int | None = None  # that the server listens on


def known_place(spec: ClusterSpec) -> KnownPlace:
    """Return what the kubeconfig says of a cluster; nothing where it does not know it."""
    if spec.in_cluster or spec.secret is not None:
        return KnownPlace()
    try:
        entry = find_context(paths_of(spec, os.environ), spec.context)
        parts = urlsplit(server_url(entry.cluster.server or "", secure=True))
    except (UsageError, ValueError):
        return KnownPlace()
    return KnownPlace(entry.namespace, parts.port or _PORTS[parts.scheme])


def _address(entry: Entry) -> _Address:
    """Return what tells a server from others before it is asked.

    Raises:
        ValueError: Its URL is none.
    """
    cluster = entry.cluster
    parts = urlsplit(server_url(cluster.server or "", secure=True))
    file = cluster.certificate_authority
    authority = str(Path(entry.cluster_folder, file)) if file else ""
    return (
        (parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], parts.path),
        cluster.tls_server_name or "",
        cluster.proxy_url or "",
        cluster.certificate_authority_data or authority,
        bool(cluster.insecure_skip_tls_verify),
    )
