"""Building an engine from what the user asked for."""

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from core.cluster import Cluster
from core.engine.engine import Engine
from core.engine.sources import Sources
from core.model import AppSpec, ClusterSpec
from core.reconcile.memory.inputs import Input
from core.reconcile.memory.state import initial


def connect(  # noqa: PLR0913 - each is a choice of the caller
    apps: tuple[AppSpec, ...],
    clusters: tuple[ClusterSpec, ...],
    *,
    neighbours: tuple[AppSpec, ...] = (),
    healing: bool = False,
    writing: bool = False,
    once: bool = False,
    clock: Callable[[], float] = time.time,
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
        clock: Seconds since the epoch.
    """
    held: list[Input] = []
    sources = Sources((*apps, *neighbours), held.append, once=once, clock=clock)
    adapters: dict[str, Cluster] = {}
    state = initial(
        apps,
        clusters,
        neighbours=neighbours,
        healing=healing,
        writing=writing,
        digest_key=_digest_key(),
        mask_key=secrets.token_bytes(32),
    )
    engine = Engine(state, adapters, sources, clock=clock)
    for spec in clusters:
        adapters[spec.name] = Cluster(spec, emit=engine.take)
    sources.rebind(engine.take)
    return engine


def _digest_key() -> bytes:
    """The key of Secret digests, made on first use and readable by its owner alone.

    A plain digest of a short password can be guessed; the record in the cluster holds these.
    """
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    path = Path(home) / "driftdeck" / "digest.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        key = secrets.token_bytes(32)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
    except OSError:
        return key  # a read-only home: digests of Secrets then differ from run to run
    return key
