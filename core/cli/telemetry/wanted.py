"""What settings and flags want to be shown and told."""

import os

from core.cli.telemetry.telemetry import Telemetry
from core.clock import Clock
from core.cluster import pod_namespace
from core.errors import UsageError
from core.settings.readers import address_in
from core.settings.reading import Settings


def telemetry_for(settings: Settings, listen: str | None, err: int) -> Telemetry:
    """Put together what is wanted.

    Args:
        settings: What the file says.
        listen: What the flag says; None: nothing.
        err: The file descriptor of the log.

    Raises:
        UsageError: Something of it cannot be.
    """
    return Telemetry(Clock(), err, _where(settings, listen))


def _where(settings: Settings, listen: str | None) -> tuple[str, int] | None:
    """Return where metrics and health are: nowhere, unless it is said or this is a pod."""
    if listen is None:
        stated = settings.controller.stated or pod_namespace(os.environ)
        return settings.controller.listen if stated else None
    where = address_in(listen)
    if where is None:
        raise UsageError("--listen is written like 127.0.0.1:8080, or 127.0.0.1:0 for any port")
    return where
