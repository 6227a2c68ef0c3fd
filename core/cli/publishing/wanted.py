"""Whether a controller tells of itself, and of which apps at a moment: those that it leads."""

import os
from collections.abc import Callable, Mapping

from core.cli.publishing.publisher import Part, Publisher
from core.cli.publishing.summary import Head
from core.clock import Clock
from core.cluster import Board, home_namespace
from core.cluster.leasing.tenures import MARGIN_S
from core.model import Snapshot
from core.model.controllers.leads import share_of
from core.release import version_of
from core.settings.reading import Settings


def publisher_for(settings: Settings, say: Callable[[str], None]) -> Publisher | None:
    """Return who publishes; None where no Lease is held, or nothing may be written there."""
    home = settings.leasing(os.environ)
    if home is None or home.read_only:
        return None
    clock = Clock()
    namespace = home_namespace(home, settings.controller, os.environ)
    head = Head(version=version_of(), started=clock.wall())
    return Publisher(Board(home, namespace, clock), head, parts_of, clock, say)


def parts_of(snapshot: Snapshot, now: float) -> Mapping[int | None, Part]:
    """Return the shards whose Leases are held, each with the apps that are in it."""
    leads = snapshot.leads.shares
    names: dict[int, set[str]] = {
        share: set()
        for share, lead in enumerate(leads)
        if lead.ours and not lead.leaving and lead.until - MARGIN_S > now
    }
    for app in snapshot.apps if names else ():
        share = share_of(app.spec.name, len(leads))
        if share in names:
            names[share].add(app.spec.name)
    alone = len(leads) == 1
    return {
        None if alone else share: Part(
            leads[share].holder, frozenset(found), len(leads), leads[share].until - MARGIN_S
        )
        for share, found in names.items()
    }
