"""Argo CD's Applications as apps: those that people wrote and those that ApplicationSets made."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from core.model import Json, JsonObject, within
from core.neighbours.addresses import Repositories, is_elsewhere, shown
from core.neighbours.argocd_tables import OPTIONS, PROJECT, SOURCE, SPEC
from core.neighbours.carrying import (
    NOTHING,
    App,
    Carried,
    Names,
    Note,
    UncarriedError,
    about,
    left_behind,
    list_at,
    noted,
    stated,
    text_at,
    texts_at,
)
from core.neighbours.clusters import Clusters
from core.neighbours.files import globs_of, inner, lent, values_below
from core.neighbours.ignoring import rules_of_argocd

ENGINE: Final = "Argo CD"
GROUP: Final = "argoproj.io"
KINDS: Final = dict.fromkeys(("Application", "ApplicationSet", "AppProject"), GROUP)
_HERE: Final = frozenset({"https://kubernetes.default.svc", "in-cluster", ""})
_TOOLS: Final = {"Directory": "plain", "Helm": "helm", "Kustomize": "kustomize"}
_TOP_ONLY: Final[list[Json]] = ["/*.yaml", "/*.yml", "/*.json"]
_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


class _Source(NamedTuple):
    """One source of an Application, and how people name it."""

    at: str
    value: Json
    suffix: str = ""  # of the app's name, from the second on


@dataclass(frozen=True, slots=True)
class _Known:
    """What all Applications share."""

    names: Names
    repositories: Repositories
    clusters: Clusters
    projects: Mapping[str, JsonObject]


def from_argocd(objects: Iterable[JsonObject], context: str = "") -> Carried:
    """Carry Applications over.

    Args:
        objects: Of Argo CD's own kinds; others are passed over.
        context: Of the kubeconfig, for the cluster that Argo CD runs in; "" is the current one.
    """
    found = [each for each in objects if text_at(each, "apiVersion").startswith(f"{GROUP}/")]
    of = {kind: [each for each in found if each.get("kind") == kind] for kind in KINDS}
    projects = {text_at(each, "metadata", "name"): each for each in of["AppProject"]}
    known = _Known(Names(), Repositories(), Clusters(context), projects)
    apps: list[App] = []
    notes: list[Note] = []
    for application in of["Application"]:
        made, told = _carried(application, known)
        apps += made
        notes += told
    for project in of["AppProject"]:
        notes += noted(about(project), left_behind(project.get("spec"), PROJECT))
    notes += _of_sets(of["ApplicationSet"], of["Application"])
    entries = tuple(known.repositories.entries())
    placed = tuple(replace(app, settings=known.clusters.placed(app.settings)) for app in apps)
    return Carried(ENGINE, placed, entries, known.clusters.entries(), tuple(notes))


def _of_sets(sets: Iterable[JsonObject], made: list[JsonObject]) -> Iterator[Note]:
    """Say of ApplicationSets that their results are carried, and they themselves are not."""
    owners = {
        (text_at(each, "metadata", "namespace"), text_at(owner, "name"))
        for each in made
        for owner in list_at(each, "metadata", "ownerReferences")
        if text_at(owner, "kind") == "ApplicationSet"
    }
    for one in sets:
        key = text_at(one, "metadata", "namespace"), text_at(one, "metadata", "name")
        words = "its Applications are carried; what it would make later, a layout may"
        if key not in owners:
            words = "none of its Applications is here: kubectl get applications -A -o yaml"
        yield Note(about(one), words)


def _carried(application: JsonObject, known: _Known) -> tuple[list[App], list[Note]]:
    """Carry one Application over: an app for each source that has a folder in Git."""
    what, spec = about(application), application.get("spec")
    several = list_at(spec, "sources")
    sources = [
        _Source(f"spec.sources[{i}]", each, f"-{i + 1}" if i else "")
        for i, each in enumerate(several)
    ]
    sources = sources or [_Source("spec.source", within(spec, "source"))]
    shared, common = _shared(application, known)
    apps: list[App] = []
    lost: list[Note] = []
    lenders = {text_at(each.value, "ref"): each.value for each in sources}
    for source in sources:
        made, words = _app(application, source, lenders, known)
        if made is not None:
            also = (*common, *words) if not apps else words
            apps.append(App(what, {**made, **shared}, noted(what, also)))
        else:
            lost += noted(what, words)
    if len(apps) > 1:
        several_now = noted(what, [f"its {len(apps)} sources became as many apps"])
        apps[0] = replace(apps[0], notes=(*apps[0].notes, *several_now))
    return apps, lost


def _app(
    application: JsonObject, source: _Source, lenders: Mapping[str, Json], known: _Known
) -> tuple[JsonObject | None, tuple[str, ...]]:
    """Return what one source is as settings, None if it is nothing; and what to say."""
    if text_at(source.value, "ref") and not text_at(source.value, "path"):
        return None, ()  # it lends files of values to the others, which say so
    try:
        where, said = (_chart if text_at(source.value, "chart") else _folder)(
            source.value, lenders, known
        )
    except UncarriedError as error:
        return None, (f"{source.at}: {error}",)
    tool = _tool(application, source.value)
    files, unread = _files(source.value, tool)
    release = text_at(source.value, "helm", "releaseName")
    namespace = text_at(application, "metadata", "namespace")
    name = text_at(application, "metadata", "name") + source.suffix
    wanted = (release,) if _NAME.fullmatch(release) else ()
    called = known.names.give(*wanted, name, f"{namespace}-{name}")
    words = (
        *(f"{source.at}.{each}" for each in said),
        *left_behind(source.value, SOURCE, source.at),
        *(f"{source.at}.directory: {each}" for each in unread),
    )
    return stated(name=called, **where, **files, render=tool), words


def _folder(
    source: Json, lenders: Mapping[str, Json], known: _Known
) -> tuple[JsonObject, tuple[str, ...]]:
    """Return the settings that mean a folder of a repository, and what to say about it.

    Raises:
        UncarriedError: It is in none.
    """
    where, said = _repository(source, known)
    values, odd = values_below("", texts_at(source, "helm", "valueFiles"), lenders)
    settings = stated(**where, path=inner(text_at(source, "path")), values=list(values))
    return settings, (*said, *(f"helm.valueFiles: {each}" for each in odd))


def _chart(
    source: Json, lenders: Mapping[str, Json], known: _Known
) -> tuple[JsonObject, tuple[str, ...]]:
    """Return the settings that mean a chart with files of values of another source.

    Raises:
        UncarriedError: There are none, and an app begins with a repository of Git.
    """
    name, url = text_at(source, "chart"), text_at(source, "repoURL")
    version = text_at(source, "targetRevision")
    names = texts_at(source, "helm", "valueFiles")
    found = lent(names)
    lender = lenders.get(found[0]) if found is not None else None
    if found is None or lender is None:
        of = f"the chart {name} {version} of {shown(url)}"
        raise UncarriedError(f"{of} has no values in Git; give it a folder for them: path, chart")
    where, said = _repository(lender, known)
    own = [each for each in names if not each.startswith("$")]
    odd = (f"helm.valueFiles: {each} is of the chart itself" for each in own)
    repo = url if "://" in url else f"oci://{url}"
    chart = stated(name=name, repo=repo, version=version)
    settings = stated(**where, path=found[1], values=list(found[2]), chart=chart)
    plain = known.repositories.allow(repo) if repo.startswith("http://") else ()
    return settings, (*said, *odd, *(f"repoURL: {each}" for each in plain))


def _repository(source: Json, known: _Known) -> tuple[JsonObject, tuple[str, ...]]:
    url = text_at(source, "repoURL")
    elsewhere = is_elsewhere(url)
    if elsewhere:
        raise UncarriedError(f"its repoURL: {elsewhere}")
    spelling, said = known.repositories.spelt(url)
    revision = text_at(source, "targetRevision")
    settings = stated(repo=spelling, revision="" if revision == "HEAD" else revision)
    return settings, tuple(f"repoURL: {each}" for each in said)


def _tool(application: JsonObject, source: Json) -> str:
    """Return what renders it, as it says or as Argo CD found; "" leaves that to be found."""
    for key, tool in (("helm", "helm"), ("kustomize", "kustomize"), ("directory", "plain")):
        if within(source, key):
            return tool
    return _TOOLS.get(text_at(application, "status", "sourceType"), "")


def _files(source: Json, tool: str) -> tuple[JsonObject, tuple[str, ...]]:
    """Return which files of a plain folder count: without recurse, only those at its top."""
    if tool != "plain":
        return {}, ()
    include, odd = globs_of(text_at(source, "directory", "include"))
    exclude, others = globs_of(text_at(source, "directory", "exclude"))
    if not include and within(source, "directory", "recurse") is not True:
        include = tuple(map(str, _TOP_ONLY))
    return stated(include=list(include), exclude=list(exclude)), (*odd, *others)


def _shared(application: JsonObject, known: _Known) -> tuple[JsonObject, tuple[str, ...]]:
    """Return what each app of an Application has, and what stays behind of it."""
    spec = application.get("spec")
    policy = within(spec, "syncPolicy", "automated")
    automated = isinstance(policy, dict) and policy.get("enabled") is not False
    heal = automated and within(policy, "selfHeal") is True
    server = text_at(spec, "destination", "server")
    cluster = text_at(spec, "destination", "name") or server
    rules = [
        rule for entry in list_at(spec, "ignoreDifferences") for rule in rules_of_argocd(entry)
    ]
    options = texts_at(spec, "syncPolicy", "syncOptions")
    fence, unfenced = _fence(known.projects.get(text_at(spec, "project")), spec)
    settings = stated(
        cluster=known.clusters.here if cluster in _HERE else known.clusters.other(cluster),
        namespace=text_at(spec, "destination", "namespace"),
        **fence,
        ignore=[rule for rule in rules if isinstance(rule, dict)],
    )
    settings |= {} if heal else {"heal": False}
    settings |= {} if automated else {"follow": False}
    words = (
        *left_behind(spec, SPEC),
        *(f"spec.ignoreDifferences: {rule}" for rule in rules if isinstance(rule, str)),
        *_options(options),
        *unfenced,
        *_of_metadata(application),
        *(() if cluster in _HERE else (f"spec.destination: write the context of {cluster}",)),
    )
    return settings, words


def _options(options: Iterable[str]) -> Iterator[str]:
    for option in options:
        words = OPTIONS.get(option, None if option.endswith("=false") else NOTHING)
        if words is not None:
            yield f"spec.syncPolicy.syncOptions {option}: {words}"


def _of_metadata(application: JsonObject) -> Iterator[str]:
    if within(application, "metadata", "annotations", "argocd.argoproj.io/sync-wave"):
        yield "its sync wave: say depends_on where an app is to wait for others"
    if within(application, "metadata", "deletionTimestamp"):
        yield "it is being deleted there"
    resources = list_at(application, "status", "resources")
    if any(text_at(each, "kind") == "Application" for each in resources):
        yield "its objects are Applications, which Argo CD goes on following; those are apps here"


def _fence(project: JsonObject | None, spec: Json) -> tuple[JsonObject, tuple[str, ...]]:
    """Return the namespaces and kinds that a project lets an Application touch."""
    if project is None:
        return {}, ()
    server, name = (text_at(spec, "destination", key) for key in ("server", "name"))
    fitting = [
        text_at(each, "namespace")
        for each in list_at(project, "spec", "destinations")
        if {text_at(each, "server"), text_at(each, "name")} & ({server, name, "*"} - {""})
    ]
    allowed = [each for each in fitting if not each.startswith("!")]
    if "*" in allowed or not allowed:
        return {}, ()
    what = f"project {text_at(project, 'metadata', 'name')}"
    if any("*" in each or "?" in each for each in fitting) or len(allowed) < len(fitting):
        return {}, (f"{what}: namespaces are named one by one: {', '.join(fitting)}",)
    kinds = [text_at(each, "kind") for each in list_at(project, "spec", "clusterResourceWhitelist")]
    named = sorted({kind for kind in kinds if kind and "*" not in kind})
    wild = len(named) < len(set(kinds))
    words = (f"{what}: kinds without a namespace are named one by one: cluster_kinds",) * wild
    return stated(namespaces=[*sorted(set(allowed))], cluster_kinds=[*named]), words
