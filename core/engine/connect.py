"""Building an engine from what the user asked for."""

import os
import secrets
from pathlib import Path

from core.attribution import Attribution
from core.clock import Clock
from core.cluster import Cluster
from core.engine.engine import Engine
from core.engine.inbox import Inbox
from core.engine.reverting import Reverts
from core.engine.seams import Adapters
from core.git import Repositories
from core.model import AppSpec, ClusterSpec
from core.reconcile.memory.state import initial
from core.sources import Sources


def connect(  # noqa: PLR0913 - each is a choice of the caller
    apps: tuple[AppSpec, ...],
    clusters: tuple[ClusterSpec, ...],
    *,
    neighbours: tuple[AppSpec, ...] = (),
    healing: bool = False,
    writing: bool = False,
    once: bool = False,
    clock: Clock | None = None,
) -> Engine:
    """Build an engine; nothing is contacted before it runs.

    Args:
        apps: What to keep in sync; each names one of *clusters*.
        clusters: The API servers.
        neighbours: Other apps, read only to know what is theirs in a namespace that one of *apps*
            owns; they are not shown and never written.
        healing: Put drift right and apply new commits from the start.  Implies writing.
        writing: Plans that a person accepts may run.
        once: Read each folder once and do not follow it (`driftdeck diff`).
        clock: Time and dice.
    """
    clock = clock or Clock()
    inbox, repositories = Inbox(), Repositories()
    read = (*apps, *neighbours)
    adapters = Adapters(
        clusters={spec.name: Cluster(spec, emit=inbox.put, clock=clock) for spec in clusters},
        sources=Sources(read, repositories, inbox.put, once=once, clock=clock),
        attribution=Attribution(read, repositories),
        reverts=Reverts(apps, repositories, clock),
    )
    state = initial(
        apps,
        clusters,
        neighbours=neighbours,
        healing=healing,
        writing=writing,
        digest_key=_digest_key(),
        mask_key=secrets.token_bytes(32),
    )
    return Engine(state, inbox, adapters, clock=clock)


def _digest_key() -> bytes:
    """The key of Secret digests, made on first use and readable by its owner alone.

    A plain digest of a short password can be guessed; the record in the cluster holds these.
    """
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    path = Path(home) / "driftdeck" / "digest.key"
    try:
        return path.read_bytes()
    except OSError:  # not made yet, or out of reach
        key = secrets.token_bytes(32)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
    except OSError:
        return key  # a read-only home: digests of Secrets then differ from run to run
    return key
