"""What was seen of the Leases, and since when each is as it is; by our own clock alone.

Which replica is to have which share follows from who is there, the same for everybody: by
rendezvous hashing, and nobody has more than his part of them.  The Lease decides who has it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from core.cluster.leasing.record import DURATION_S, Record
from core.model.controllers.leads import LEASE, SHARE_NAMES, lease_name, score

FORGOTTEN_S: Final = 300.0  # so long after its end the Lease of a replica may be removed
_REPLICA: Final = f"{LEASE}-replica-"
_OURS: Final = re.compile(rf"{SHARE_NAMES}|{_REPLICA}[-a-z0-9.]+")


def replica_name(me: str) -> str:
    """Return the name of the Lease that says that a replica is there."""
    return f"{_REPLICA}{me.rpartition('_')[2]}"


@dataclass(frozen=True, slots=True)
class Sight:
    """One Lease as it was seen last."""

    record: Record | None  # None: there was none
    since: float  # it was not seen otherwise from then on

    @property
    def ends_at(self) -> float:
        """When it may be taken, if nobody renews it; one that is gone may have a holder, too."""
        if self.record is None:
            return self.since + DURATION_S
        return self.since + self.record.duration_s if self.record.holder else -inf


@dataclass(frozen=True, slots=True)
class Board:
    """All Leases, as one replica has seen them."""

    me: str
    shares: int
    sights: Mapping[str, Sight] = field(default_factory=dict)

    def seen(self, records: Iterable[Record], now: float) -> "Board":
        """Take a listing into account that was here at *now*."""
        found = {one.name: one for one in records if _OURS.fullmatch(one.name)}
        names = dict.fromkeys((*(lease_name(i, self.shares) for i in range(self.shares)), *found))
        return replace(self, sights={name: self._sight(name, found, now) for name in names})

    def _sight(self, name: str, found: Mapping[str, Record], now: float) -> Sight:
        before, record = self.sights.get(name), found.get(name)
        if before is not None and _is_same(before.record, record):
            return Sight(record, before.since)  # what is beside its spec may be another
        return Sight(record, now)

    def foreign(self) -> Record | None:
        """Return a Lease that we need and another tool holds."""
        names = (lease_name(share, self.shares) for share in range(self.shares))
        sights = (self.sights.get(name) for name in names)
        records = (sight.record for sight in sights if sight is not None)
        return next((one for one in records if one is not None and one.foreign), None)

    def holder(self, share: int) -> str:
        """Return who holds the Lease of a share, "" if nobody does."""
        sight = self.sights.get(lease_name(share, self.shares))
        return sight.record.holder if sight is not None and sight.record is not None else ""

    def taken_from(self, share: int, now: float) -> Record | None:
        """Return the Lease of a share as it may be taken now; None: it may not."""
        name = lease_name(share, self.shares)
        sight = self.sights.get(name)
        if sight is None or now < sight.ends_at:
            return None
        return sight.record or Record(name)

    def divided_otherwise(self, now: float) -> Record | None:
        """Return a Lease of somebody who divides the apps into another number of shares."""
        for name, sight in self.sights.items():
            record = sight.record
            if record is None or name.startswith(_REPLICA) or now >= sight.ends_at:
                continue
            if record.holder and not record.foreign and record.shares != self.shares:
                return record
        return None

    def wanted(self, now: float) -> frozenset[int]:
        """Return the shares that this replica is to have."""
        if self.shares == 1:
            return frozenset({0})  # by whoever is first
        there = self._replicas(now)
        most = -(-self.shares // len(there))
        room = dict.fromkeys(there, most)
        mine: set[int] = set()
        for share in range(self.shares):
            owner = max((one for one in there if room[one]), key=lambda one: score(str(share), one))
            room[owner] -= 1
            if owner == self.me:
                mine.add(share)
        return frozenset(mine)

    def _replicas(self, now: float) -> frozenset[str]:
        """Return who is there; not who let a share go that he held, whatever his own Lease says."""
        there, gone = {self.me}, set[str]()
        for name, sight in self.sights.items():
            record = sight.record
            if record is None or not record.holder or record.foreign:
                continue
            if now >= sight.ends_at:
                gone.add(record.holder)
            elif name.startswith(_REPLICA) and record.shares == self.shares:
                there.add(record.holder)
        return frozenset(there - (gone - {self.me}))

    def forgotten(self, now: float) -> tuple[Record, ...]:
        """Return the Leases of replicas that ended long ago."""
        return tuple(
            sight.record
            for name, sight in self.sights.items()
            if name.startswith(_REPLICA)
            and sight.record is not None
            and now >= sight.since + DURATION_S + FORGOTTEN_S
        )

    def next_end(self, now: float) -> float:
        """Return when the next Lease runs out; infinity if none does."""
        return min((one.ends_at for one in self.sights.values() if one.ends_at > now), default=inf)


def _is_same(before: Record | None, record: Record | None) -> bool:
    return record is None if before is None else record is not None and record.is_as(before)
