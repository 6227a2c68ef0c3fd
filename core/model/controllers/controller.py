"""Where driftdeck runs as a controller, and how."""

from dataclasses import dataclass
from typing import Final

from core.model.snapshots import EventName


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """What settings say of the controller; in a pod its own namespace counts instead."""

    namespace: str = "driftdeck"
    cluster: str = ""  # its name in the settings; "": the one that is in_cluster, or the only one
    shards: int = 1
    listen: tuple[str, int] = ("127.0.0.1", 8080)
    stated: bool = False  # settings say something of it, be it what they need not


UNSTATED: Final = Controller()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Somebody who is told of some events by a webhook; its address is a secret."""

    url_env: str = ""  # the variable, or
    url_file: str = ""  # the file, that holds it; read again each time
    on: frozenset[EventName]
    apps: frozenset[str] = frozenset()  # none: all
    insecure: bool = False  # http:// is allowed

    @property
    def called(self) -> str:
        """What it is called wherever it is named."""
        return self.url_env or self.url_file
