"""What all clones of a repository have in common, for telling it from another one."""

import re
from typing import Final
from urllib.parse import urlsplit

from core.git.local.faults import translated
from core.git.reading.graph import Graph
from core.git.reading.store import Store

WALK_MAX: Final = 20_000  # commits; a longer history is told by its remote alone
_SCP: Final = re.compile(r"(?:[^@/]+@)?(?P<host>[^:/]+):(?!//)(?P<path>.+)\Z")
_ORIGIN: Final = b"origin"


def first_commit(graph: Graph, commit_id: str) -> str:
    """Return the commit that a history of first parents began with; "" if it is not here."""
    for _ in range(WALK_MAX):
        links = graph.links(commit_id)
        if not links.parents:
            return "" if links.cut else commit_id
        commit_id = links.parents[0]
    return ""


def remote_of(store: Store) -> str:
    """Return where a clone is from, `origin` or its only remote: "github.com/org/config".

    The same for every way there: scheme, user, port and query say nothing, and may be secret.
    """
    with store.lock, translated(store.called):
        config = store.repo.get_config()
        remotes = [one for one in config.sections() if one[0].lower() == b"remote" and one[1:]]
        chosen = [one for one in remotes if one[1] == _ORIGIN] or remotes
        urls = list(config.get_multivar(chosen[0], b"url")) if len(chosen) == 1 else []
    return shared_name(urls[0].decode(errors="replace")) if urls else ""


def shared_name(url: str) -> str:
    """Write a URL so that it is the same by HTTPS and SSH; "" for a path on this machine."""
    scp = None if "://" in url else _SCP.match(url)
    try:
        host, path = (
            (scp["host"], scp["path"]) if scp else (urlsplit(url).hostname, urlsplit(url).path)
        )
    except ValueError:
        return ""
    inside = path.strip("/").removesuffix(".git")
    return f"{host.lower()}/{inside}" if host and inside else ""
