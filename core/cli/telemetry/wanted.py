"""What settings and flags want to be shown and told."""

import os

from core.cli.options import Options
from core.cli.telemetry.messages.notifying import Notifier, address_of
from core.cli.telemetry.messages.recording import Recorder
from core.cli.telemetry.telemetry import Telemetry
from core.clock import Clock
from core.cluster import Announcer, pod_namespace
from core.errors import UsageError
from core.model import ClusterSpec
from core.settings.readers import address_in
from core.settings.reading import Settings
from core.settings.running.controller import home_of


def telemetry_for(settings: Settings, options: Options, err: int) -> Telemetry:
    """Put together what is wanted.

    Args:
        settings: What the file says.
        options: What the command line says.
        err: The file descriptor of the log.

    Raises:
        UsageError: Something of it cannot be.
    """
    clock, namespace = Clock(), pod_namespace(os.environ)
    telemetry = Telemetry(clock, err, _where(settings, options.listen, namespace))
    for spec in settings.notify:
        address_of(spec, os.environ)
        telemetry.tellers.append(Notifier(spec, clock, telemetry.sent, telemetry.dropped))
    home = _home(settings, namespace)
    if home is not None and not home.read_only and not options.read_only:
        place = namespace or settings.controller.namespace
        announcer = Announcer(home, place, clock, telemetry.meter)
        telemetry.tellers.append(Recorder(announcer, clock, telemetry.refused))
    return telemetry


def _where(settings: Settings, listen: str | None, namespace: str) -> tuple[str, int] | None:
    """Return where metrics and health are: nowhere, unless it is said or this is a pod."""
    if listen is None:
        stated = settings.controller.stated or namespace
        return settings.controller.listen if stated else None
    where = address_in(listen)
    if where is None:
        raise UsageError("--listen is written like 127.0.0.1:8080, or 127.0.0.1:0 for any port")
    return where


def _home(settings: Settings, namespace: str) -> ClusterSpec | None:
    """Return the cluster that Events are written to: none, unless it is said or this is a pod."""
    clusters = settings.named or settings.clusters
    if settings.controller.stated:
        return home_of(settings.controller, clusters)
    return next((one for one in clusters if one.in_cluster), None) if namespace else None
