"""What an API server's audit log tells of one write."""

from dataclasses import dataclass
from typing import Final

DELETIONS: Final = frozenset({"delete", "deletecollection"})  # verbs that end an object's life


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One successful write; bodies and URIs of requests are never kept."""

    user: str
    verb: str
    user_agent: str
    manager: str  # the field manager that the request named, or that its user agent implies
    subresource: str
    began: float  # seconds since the epoch, by the server's clock
    ended: float
