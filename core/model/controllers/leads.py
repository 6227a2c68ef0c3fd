"""Which replica of a controller writes to which apps."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Who writes to one share of the apps, and until when."""

    holder: str = ""  # as the Lease names it; "": nobody
    ours: bool = False
    leaving: bool = False  # ours still: nothing is begun, what is in hand is brought to its end
    until: float = 0.0  # if ours, and not renewed: seconds since the epoch
    why: str = ""  # why it cannot be told, or cannot be ours

    @property
    def words(self) -> str:
        """Why nothing is begun here; "": it may be."""
        if self.ours:
            return "follower: another replica takes over" if self.leaving else ""
        if self.holder:
            return f"follower: {self.holder} leads"
        return f"follower: nobody leads yet{f' ({self.why})' if self.why else ''}"


@dataclass(frozen=True, slots=True)
class Leads:
    """The permission to write: who has it, for each share of the apps, and why not this replica.

    Without shares there are no replicas to share with, and nobody to wait for.
    """

    shares: tuple[Lead, ...] = field(default=())

    def of(self, app: str) -> Lead | None:
        """Return who writes to an app; None where that is not divided."""
        return self.shares[share_of(app, len(self.shares))] if self.shares else None

    def words(self, app: str) -> str:
        """Say why nothing is begun for an app here; "": it may be."""
        lead = self.of(app)
        return "" if lead is None else lead.words

    def may_record(self, app: str) -> bool:
        """Tell whether what was done for an app may be recorded here."""
        lead = self.of(app)
        return lead is None or lead.ours


UNDIVIDED: Final = Leads()
LEASE: Final = "driftdeck"  # how Leases are called, or how their names begin
SHARE_NAMES: Final = rf"{LEASE}(?:-shard-\d+)?"  # a pattern of what `lease_name` returns


def lease_name(share: int, shares: int) -> str:
    """Return the name of the Lease of one share."""
    return LEASE if shares == 1 else f"{LEASE}-shard-{share}"


@lru_cache(maxsize=10_000)
def share_of(app: str, shares: int) -> int:
    """Return which of so many shares an app is in: the same one in every replica, for ever.

    By rendezvous hashing, so that of n + 1 shares the new one takes from each of the others, and
    no app changes between those.
    """
    return max(range(shares), key=lambda share: score(app, str(share)))


def score(one: str, other: str) -> bytes:
    """Return how well two go together: the same for everybody, and like dice otherwise."""
    return hashlib.blake2b(f"{one}\0{other}".encode(), digest_size=8).digest()
