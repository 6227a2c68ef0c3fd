"""Where driftdeck runs as a controller, and how."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """What settings say of the controller; in a pod its own namespace counts instead."""

    namespace: str = "driftdeck"
    cluster: str = ""  # its name in the settings; "": the one that is in_cluster, or the only one
    shards: int = 1
    listen: tuple[str, int] = ("127.0.0.1", 8080)
    stated: bool = False  # settings say something of it, be it what they need not


UNSTATED: Final = Controller()
