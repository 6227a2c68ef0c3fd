"""`driftdeck install`: the manifests that run the controller in a cluster, printed or as files."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final

from core.clean import clean
from core.cli.exit_codes import CODES, IN_SYNC, code_of
from core.cli.options import Options
from core.cli.output.streams import put, write
from core.cli.session import flags_of, settings_of
from core.errors import UsageError
from core.installation.installation import Choices, Installation, installation_of
from core.installation.manifests import files_of, stream, write_files
from core.installation.reading import DEFAULT, namespaces_of, sources_of, wants_with_server
from core.installation.settings import Home, in_pod
from core.manifests.plain import PlainDocument, load_plain
from core.model import ClusterSpec, Remedy
from core.settings.checks import namespace as checked
from core.settings.reading import FILE_NAME, Settings, file_bytes, settings_file
from core.settings.running.controller import home_of

IMAGE: Final = "driftdeck:latest"
_BUILD: Final = (
    f"the image is {IMAGE}: `driftdeck install --containerfile` prints how it is built, and"
    " --image names another one"
)


async def run(options: Options) -> int:
    """Print, or write files, and return the exit code."""
    for asked, room, name in (
        (options.containerfile, "core.installation", "Containerfile"),
        (options.dashboard, "core.cli.telemetry.metrics", "dashboard.json"),
        (options.alerts, "core.cli.telemetry.metrics", "alerts.yaml"),
    ):
        if asked:
            write(sys.stdout, resources.files(room).joinpath(name).read_text("utf-8"))
            return IN_SYNC
    settings, document = _read(replace(options, namespace=None, context=None))
    home = _home(settings, options.namespace)
    given = in_pod(document, Path(document.file).parent, home, settings.clusters)
    sources = await sources_of(settings)
    if sources.problems:
        _say(f"app {app} cannot be read: {each.words}" for app, each in sources.problems.items())
        _say(["nobody knows which rights it needs, so nothing is printed"])
        return max(map(code_of, sources.problems.values()))
    there = _asked_as(home.cluster, options.context)
    default = home.namespaces.get(home.cluster.name, DEFAULT)
    wants = await wants_with_server(there, settings, sources, default)
    replicas = options.replicas or settings.controller.shards
    choices = Choices(image=options.image or IMAGE, replicas=replicas)
    made = installation_of(settings, given, home, wants, choices)
    notes = (*sources.lacking, *made.notes)
    _print(replace(made, notes=notes), home, options.folder)
    _say((*notes, *made.secrets, *([] if options.image else [_BUILD])))
    return max(
        CODES[Remedy.GRANT] if wants.unknown else IN_SYNC,
        CODES[Remedy.CHANGE_GIT] if sources.lacking or settings.problems else IN_SYNC,
    )


def _read(options: Options) -> tuple[Settings, PlainDocument]:
    file = settings_file(flags_of(options), Path.cwd())
    if file is None:
        raise UsageError(f"there is no {FILE_NAME} here; name one with --config")
    return settings_of(options, whole=True), load_plain(str(file), file_bytes(file))


def _home(settings: Settings, namespace: str | None) -> Home:
    controller = settings.controller
    chosen = checked(namespace or "") or controller.namespace
    return Home(
        cluster=home_of(controller, settings.named),
        namespace=chosen,
        controller=controller,
        namespaces=namespaces_of(settings.clusters, chosen),
    )


def _asked_as(cluster: ClusterSpec, context: str | None) -> ClusterSpec:
    """Say how a cluster is asked from here what it serves, where settings are those of a pod."""
    return cluster if context is None else ClusterSpec(name=cluster.name, context=context)


def _print(made: Installation, home: Home, folder: str) -> None:
    if folder:
        write_files(Path(folder).expanduser(), files_of(made.parts, made.notes))
    else:
        title = f"driftdeck as a controller, in namespace {home.namespace}: kubectl apply -f -"
        write(sys.stdout, stream(made.parts, (title, *made.notes)))


def _say(lines: Iterable[str]) -> None:
    put(sys.stderr, (clean(f"driftdeck: {line}") for line in lines))
