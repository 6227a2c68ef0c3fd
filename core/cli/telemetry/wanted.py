"""What settings and flags want to be shown and told."""

import os

from core.cli.options import Options
from core.cli.telemetry.messages.notifying import Notifier, address_of
from core.cli.telemetry.messages.recording import Recorder
from core.cli.telemetry.telemetry import Telemetry
from core.clock import Clock
from core.cluster import Announcer, home_namespace, pod_namespace
from core.errors import UsageError
from core.settings.readers import address_in
from core.settings.reading import Settings


def telemetry_for(settings: Settings, options: Options, err: int) -> Telemetry:
    """Put together what is wanted.

    Args:
        settings: What the file says.
        options: What the command line says.
        err: The file descriptor of the log.

    Raises:
        UsageError: Something of it cannot be.
    """
    clock = Clock()
    telemetry = Telemetry(clock, err, place_of(settings, options))
    for spec in settings.notify:
        address_of(spec, os.environ)
        telemetry.tellers.append(Notifier(spec, clock, telemetry.sent, telemetry.dropped))
    home = settings.leasing(os.environ)  # what is told lies beside the Leases
    if home is not None and not home.read_only and not options.read_only:
        place = home_namespace(home, settings.controller, os.environ)
        announcer = Announcer(home, place, clock, telemetry.meter)
        telemetry.tellers.append(Recorder(announcer, clock, telemetry.refused))
    return telemetry


def place_of(settings: Settings, options: Options) -> tuple[str, int] | None:
    """Return where metrics and health are: nowhere, unless it is said or this is a pod.

    Raises:
        UsageError: The command line names no such place.
    """
    listen = options.listen
    if listen is None:
        stated = settings.controller.stated or pod_namespace(os.environ)
        return settings.controller.listen if stated else None
    where = address_in(listen)
    if where is None:
        raise UsageError("--listen is written like 127.0.0.1:8080, or 127.0.0.1:0 for any port")
    return where
