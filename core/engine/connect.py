"""Building an engine from what the user asked for."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from core.attribution import Attribution
from core.clock import Clock
from core.cluster import Cluster, replica_of, unfenced
from core.engine.commits.adopting import Adopting
from core.engine.commits.reverting import Reverts
from core.engine.comparing import Comparing
from core.engine.digest_key import digest_key
from core.engine.engine import Engine
from core.engine.inbox import Inbox
from core.engine.seams import Adapters
from core.git import Marks, Repositories
from core.journal import Journal
from core.manifests import Reader, Workers
from core.meter import UNMETERED, Meter
from core.model import AppSpec, ClusterSpec
from core.model.controllers.controller import UNSTATED, Controller
from core.model.controllers.leads import UNDIVIDED, Lead, Leads
from core.model.sources.layouts import Layout
from core.model.sources.remotes import Remote, Webhook
from core.reconcile.memory.state import initial
from core.sources import Makers, Sources

NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})


def connect(  # noqa: PLR0913 - each is a choice of the caller
    apps: tuple[AppSpec, ...],
    clusters: tuple[ClusterSpec, ...],
    *,
    neighbours: tuple[AppSpec, ...] = (),
    layouts: tuple[Layout, ...] = (),
    remotes: tuple[Remote, ...] = (),
    healing: bool = False,
    writing: bool = False,
    once: bool = False,
    webhook: Webhook | None = None,
    journal: Path | None = None,
    listening: Mapping[str, str] = NOWHERE,
    leasing: ClusterSpec | None = None,
    controller: Controller = UNSTATED,
    key: bytes | None = None,
    clock: Clock | None = None,
    meter: Meter = UNMETERED,
) -> Engine:
    """Build an engine; nothing is contacted before it runs.

    Args:
        apps: What to keep in sync; each names one of *clusters*.
        clusters: The API servers.
        layouts: What other apps there are, as folders come and go.
        remotes: How repositories of other machines are asked.
        neighbours: Other apps, read to know what is theirs; not shown.
        healing: Put drift right and apply new commits from the start.  Implies writing.
        writing: Plans that a person accepts may run.
        once: Read each folder once and do not follow it (`driftdeck diff`).
        webhook: Where servers of Git may say that there is news.
        journal: Where what is written is recorded; left out, with the user's state.
        listening: In which namespace of which cluster it is heard what controllers tell.
        leasing: The cluster whose Leases say who of several replicas writes; None: nobody asks.
        controller: Where in that cluster, and into how many shares the apps are divided.
        key: Of the digests of secrets; left out, this user's.
        clock: Time and dice.
        meter: Hears of requests, watches and what waits.
    """
    clock = clock or Clock()
    inbox = Inbox(clock, meter)
    repositories, reader = Repositories(remotes), Reader(Workers())
    known, mask_key = (*apps, *neighbours), secrets.token_bytes(32)
    makers = Makers.of_user(reader, clock)
    leads = None if leasing is None else replica_of(leasing, controller, inbox.put, clock)
    fence = unfenced if leads is None else leads.fence
    adapters = Adapters(
        clusters={
            spec.name: Cluster(
                spec,
                emit=inbox.put,
                fence=fence,
                clock=clock,
                meter=meter,
                controllers=listening.get(spec.name, ""),
            )
            for spec in clusters
        },
        sources=Sources(
            known,
            repositories,
            inbox.put,
            reader,
            layouts=layouts,
            once=once,
            webhook=webhook,
            makers=makers,
            clock=clock,
        ),
        attribution=Attribution(known, repositories, reader),
        reverts=Reverts(apps, repositories, reader, clock, makers.opener),
        marks=Marks(repositories),
        adopting=Adopting(apps, repositories, clock),
        comparing=Comparing(repositories, reader, mask_key, makers=makers),
        journal=Journal.of_user(os.environ, journal),
        leads=leads,
        meter=meter,
    )
    state = initial(
        apps,
        clusters,
        neighbours=neighbours,
        layouts=layouts,
        healing=healing,
        writing=writing,
        digest_key=key or digest_key(os.environ),
        mask_key=mask_key,
        listening=frozenset(listening),
        leads=UNDIVIDED if leasing is None else Leads((Lead(),) * controller.shards),
    )
    return Engine(state, inbox, adapters, clock=clock)
