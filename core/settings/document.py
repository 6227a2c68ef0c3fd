"""The settings file as a document: clusters and apps, each read by its table."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.manifests.plain import load_plain
from core.model import UNNAMED, AppSpec, ClusterSpec, Json
from core.model.controllers.controller import UNSTATED, Controller, Notify
from core.model.sources.layouts import Layout
from core.model.sources.remotes import Remote, Webhook
from core.settings.checks import FieldError
from core.settings.clusters import CLUSTER
from core.settings.dependences import check_dependences
from core.settings.fields import Place, mapping, read_fields
from core.settings.overlaps import check_app, check_clusters
from core.settings.running.controller import read_controller
from core.settings.running.notifying import read_notify
from core.settings.sources.charts import asked_as
from core.settings.sources.elsewhere import bases_asked_as
from core.settings.sources.layouts import read_layout
from core.settings.sources.remote_table import REPOSITORY, WEBHOOK
from core.settings.sources.remotes import Entry, closest, entries, remote
from core.settings.table import APP, TOP

UNNAMED_CLUSTER: Final = ClusterSpec(name=UNNAMED)  # the kubeconfig's current context


@dataclass(frozen=True, slots=True)
class Stated:
    """What a settings file says."""

    apps: tuple[AppSpec, ...]
    clusters: tuple[ClusterSpec, ...]
    remotes: tuple[Remote, ...] = ()
    webhook: Webhook | None = None
    layouts: tuple[Layout, ...] = ()
    controller: Controller = UNSTATED
    notify: tuple[Notify, ...] = ()


def parse_settings(file: str, content: bytes, folder: Path) -> Stated:
    """Read a settings file.

    Args:
        file: The name that errors show.
        content: The file's bytes.
        folder: Where relative names start.

    Raises:
        UsageError: Something is wrong; the message starts with file, line and column.
    """
    document = load_plain(file, content)
    top = Place(document=document, at=(), folder=folder)
    stated = mapping(TOP, top, document.value)
    known = entries(REPOSITORY, top.inside("repositories"), stated.get("repositories"))
    clusters = _clusters(top.inside("clusters"), stated.get("clusters")) or (UNNAMED_CLUSTER,)
    listed = stated.get("apps")
    if not isinstance(listed, list) or not listed:
        place = top.inside("apps") if "apps" in stated else top
        raise place.error("name at least one app under apps")
    names = tuple(cluster.name for cluster in clusters)
    all_apps = Place(document=document, at=("apps",), folder=folder, clusters=names)
    apps: list[AppSpec] = []
    layouts: list[Layout] = []
    remotes: dict[str, Remote] = {}
    places: dict[str, Place] = {}  # of the apps that are stated by themselves
    for i, entry in enumerate(listed):
        place = all_apps.inside(i)
        if _is_layout(entry):
            layouts.append(_layout(place, entry, layouts, known))
            app, kind = layouts[-1].spec, "layout"
        else:
            apps.append(_signed(_asked(place, _app(place, entry), known), known))
            app, kind = apps[-1], "name"
            places[app.name] = place
        asked = _remote(place.inside("repo"), entry, known)
        if asked is not None and remotes.setdefault(app.repo, asked) != asked:
            reason = "another app asks the same repository as another user"
            raise place.inside("repo").error(reason)
        others = (one for one in (*apps, *(one.spec for one in layouts)) if one is not app)
        if app.name in {other.name for other in others}:
            raise place.inside(kind).error(f'two apps are named "{app.name}"')
    check_dependences(apps, places, more=bool(layouts))
    everything = [*apps, *(one.spec for one in layouts)]
    _check_signed(top.inside("repositories"), known, everything)
    hook = _webhook(top.inside("webhook"), stated.get("webhook"))
    home = replace(top.inside("controller"), clusters=names)
    controller = read_controller(home, stated.get("controller"))
    sources = (tuple(remotes.values()), hook, tuple(layouts))
    told = read_notify(top.inside("notify"), stated.get("notify"))
    return Stated(tuple(apps), clusters, *sources, controller, told)


def _is_layout(entry: Json) -> bool:
    return isinstance(entry, dict) and "layout" in entry


def _layout(place: Place, entry: Json, others: list[Layout], known: tuple[Entry, ...]) -> Layout:
    found = read_layout(place, entry)
    made = found.made
    found = replace(
        found,
        spec=_signed(found.spec, known),
        made=lambda bound, folder: _asked(place, made(bound, folder), known),
    )
    repo = found.spec.repo
    if any(found.name == other.name and repo != other.spec.repo for other in others):
        called = f"{found.shape} of {repo}"
        return replace(found, spec=replace(found.spec, name=called))
    return found


def _webhook(place: Place, value: Json) -> Webhook | None:
    if value is None:
        return None
    found = read_fields(WEBHOOK, place, mapping(WEBHOOK, place, value))
    host, port = found["listen"]
    return Webhook(host=host, port=port, secret_file=found["secret_file"])


def _clusters(place: Place, value: Json) -> tuple[ClusterSpec, ...]:
    if not isinstance(value, dict):
        return ()
    found = tuple(_cluster(place.inside(name), name, entry) for name, entry in value.items())
    check_clusters(place, found)
    return found


def _cluster(place: Place, name: str, entry: Json) -> ClusterSpec:
    if not name:
        raise place.document.key_error(place.at, "a cluster needs a name")
    stated = mapping(CLUSTER, place, entry)
    if stated.get("in_cluster") and stated.get("context"):
        raise place.inside("context").error("context and in_cluster exclude each other")
    if stated.get("in_cluster") and stated.get("kubeconfig"):
        raise place.inside("kubeconfig").error("kubeconfig and in_cluster exclude each other")
    if stated.get("secret"):
        for other in ("context", "kubeconfig", "in_cluster"):
            if stated.get(other):
                raise place.inside("secret").error(f"secret and {other} exclude each other")
    return ClusterSpec(name=name, **read_fields(CLUSTER, place, stated))


def _remote(place: Place, app: Json, known: tuple[Entry, ...]) -> Remote | None:
    assert isinstance(app, dict)
    try:
        return remote(str(app["repo"]), known)
    except FieldError as error:
        raise place.error(str(error)) from error


def _signed(app: AppSpec, known: tuple[Entry, ...]) -> AppSpec:
    entry = closest(app.repo, (each for each in known if each.signers is not None))
    return app if entry is None else replace(app, signers=entry.signers)


def _check_signed(place: Place, known: tuple[Entry, ...], apps: list[AppSpec]) -> None:
    """See that no demand for signatures is without effect, as one with a slip in its url is."""
    for i, entry in enumerate(known):
        if entry.signers is not None and not any(entry.is_for(app.repo) for app in apps):
            raise place.inside(i).error("signed_by: no app is of a repository that begins so")


def _app(place: Place, entry: Json) -> AppSpec:
    app = AppSpec(**read_fields(APP, place, mapping(APP, place, entry)))
    check_app(place, app)
    return app


def _asked(place: Place, app: AppSpec, known: tuple[Entry, ...]) -> AppSpec:
    try:
        bases = bases_asked_as(app.remote_bases, known)
    except FieldError as error:
        raise place.inside("remote_bases").error(str(error)) from error
    if app.chart is None:
        return replace(app, remote_bases=bases)
    try:
        return replace(app, chart=asked_as(app.chart, known), remote_bases=bases)
    except FieldError as error:
        raise place.inside("chart").inside("repo").error(str(error)) from error
