"""Flux's Kustomizations and HelmReleases as apps, their GitRepositories as where those are."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from core.model import Json, JsonObject, within
from core.neighbours.addresses import Repositories, is_elsewhere, shown
from core.neighbours.carrying import (
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
from core.neighbours.files import globs_of, inner, values_below
from core.neighbours.flux_tables import KUSTOMIZATION, RELEASE, SOURCE
from core.neighbours.ignoring import rules_of_flux

ENGINE: Final = "Flux"
_TOOLKIT: Final = "toolkit.fluxcd.io"
KINDS: Final[Mapping[str, str]] = {
    "GitRepository": f"source.{_TOOLKIT}",
    "HelmRepository": f"source.{_TOOLKIT}",
    "OCIRepository": f"source.{_TOOLKIT}",
    "Bucket": f"source.{_TOOLKIT}",
    "Kustomization": f"kustomize.{_TOOLKIT}",
    "HelmRelease": f"helm.{_TOOLKIT}",
}
_REF: Final = ("commit", "name", "semver", "tag", "branch")  # the first that is stated counts
_BRANCH: Final = "master"  # where none is
_RELEASE: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class _Known:
    """What all apps share."""

    names: Names
    repositories: Repositories
    clusters: Clusters
    sources: Mapping[tuple[str, str, str], JsonObject]  # by kind, namespace and name

    def source(self, reference: Json, found: JsonObject) -> JsonObject | None:
        """Return what an object refers to."""
        namespace = text_at(reference, "namespace") or text_at(found, "metadata", "namespace")
        return self.sources.get((text_at(reference, "kind"), namespace, text_at(reference, "name")))


def from_flux(objects: Iterable[JsonObject], context: str = "") -> Carried:
    """Carry Kustomizations and HelmReleases over.

    Args:
        objects: Of Flux's own kinds; others are passed over.
        context: Of the kubeconfig, for the cluster that Flux runs in; "" is the current one.
    """
    found = [each for each in objects if _is_own(each)]
    placed = {(text_at(each, "kind"), *_place(each)): each for each in found}
    known = _Known(Names(), Repositories(), Clusters(context), placed)
    apps: list[App] = []
    notes: list[Note] = []
    for each in found:
        what, kind = about(each), each.get("kind")
        if kind not in {"Kustomization", "HelmRelease"}:
            continue
        try:
            settings, words = (_kustomized if kind == "Kustomization" else _charted)(each, known)
        except UncarriedError as error:
            notes.append(Note(what, str(error)))
        else:
            apps.append(App(what, settings, noted(what, words)))
    for each in found:
        if each.get("kind") == "GitRepository":
            notes += noted(about(each), left_behind(each.get("spec"), SOURCE))
    entries, clusters = tuple(known.repositories.entries()), known.clusters
    apps = [replace(app, settings=clusters.placed(app.settings)) for app in apps]
    return Carried(ENGINE, tuple(apps), entries, clusters.entries(), tuple(notes))


def _is_own(found: JsonObject) -> bool:
    group = KINDS.get(text_at(found, "kind"))
    return group is not None and text_at(found, "apiVersion").startswith(f"{group}/")


def _place(found: JsonObject) -> tuple[str, str]:
    return text_at(found, "metadata", "namespace"), text_at(found, "metadata", "name")


def _kustomized(found: JsonObject, known: _Known) -> tuple[JsonObject, tuple[str, ...]]:
    spec = found.get("spec")
    source, where, said = _repository(within(spec, "sourceRef"), found, known)
    namespace, name = _place(found)
    path = inner(text_at(spec, "path"))
    exclude, unread = _ignored(source, path)
    cluster, elsewhere = _cluster(found, known)
    settings = stated(
        name=known.names.give(name, f"{namespace}-{name}"),
        **where,
        path=path,
        exclude=exclude,
        cluster=cluster,
        namespace=text_at(spec, "targetNamespace"),
    )
    words = (*said, *left_behind(spec, KUSTOMIZATION), *unread, *elsewhere, *_edits(path, name))
    return settings | _standing(found, source), (*words, *_suspended(found, source))


def _edits(path: str, name: str) -> Iterator[str]:
    if name == "flux-system":
        yield f'"{path}" holds Flux\'s own objects, which Flux goes on following'


def _charted(found: JsonObject, known: _Known) -> tuple[JsonObject, tuple[str, ...]]:
    spec = found.get("spec")
    chart = within(spec, "chart", "spec")
    reference = within(spec, "chartRef") or within(chart, "sourceRef")
    source, where, said = _repository(reference, found, known, text_at(chart, "chart"))
    namespace, name = _place(found)
    target = text_at(spec, "targetNamespace")
    release = text_at(spec, "releaseName") or (f"{target}-{name}" if target else name)
    wanted = (release,) if _RELEASE.fullmatch(release) else ()
    path = inner(text_at(chart, "chart"))
    values, odd = values_below(path, map(inner, texts_at(chart, "valuesFiles")))
    cluster, elsewhere = _cluster(found, known)
    entries = list_at(spec, "driftDetection", "ignore")
    rules = [rule for entry in entries for rule in rules_of_flux(entry)]
    called = known.names.give(*wanted, f"{namespace}-{name}")
    settings = stated(
        name=called,
        **where,
        path=path,
        render="helm",
        values=list(values),
        cluster=cluster,
        namespace=target or namespace,
        ignore=[rule for rule in rules if isinstance(rule, dict)],
    )
    if text_at(spec, "driftDetection", "mode") != "enabled":
        settings["heal"] = False
    words = (
        *said,
        *left_behind(spec, RELEASE),
        *(f"spec.chart.spec.valuesFiles: {each}" for each in odd),
        *(f"spec.driftDetection.ignore: {rule}" for rule in rules if isinstance(rule, str)),
        *((f"its release {release} is called {called} here",) if called != release else ()),
        *elsewhere,
    )
    return settings | _standing(found, source), (*words, *_suspended(found, source))


def _repository(
    reference: Json, found: JsonObject, known: _Known, chart: str = ""
) -> tuple[JsonObject, JsonObject, tuple[str, ...]]:
    """Return a GitRepository, the settings that mean it, and what to say about it.

    Raises:
        UncarriedError: It is another thing, or not here.
    """
    kind, name = text_at(reference, "kind"), text_at(reference, "name")
    what = f"{kind} {name}"
    source = known.source(reference, found)
    url = text_at(source, "spec", "url")
    if kind != "GitRepository":
        of = f"the chart {chart} of " if chart else ""
        at = f" ({shown(url)})" if url else ""
        raise UncarriedError(f"{of}{what}{at} is in no repository of Git")
    if source is None:
        raise UncarriedError(f"its {what} is not here: give that object, too")
    odd = is_elsewhere(url)
    if odd:
        raise UncarriedError(f"its {what}: {odd}")
    spelling, said = known.repositories.spelt(url)
    known.repositories.poll(spelling, text_at(source, "spec", "interval"))
    stated_refs = (text_at(source, "spec", "ref", each) for each in _REF)
    revision = next(filter(None, stated_refs), _BRANCH)
    return source, {"repo": spelling, "revision": revision}, said


def _ignored(source: JsonObject, path: str) -> tuple[list[Json], tuple[str, ...]]:
    """Return the patterns of `ignore` that say something below a folder, relative to it."""
    patterns: list[Json] = []
    odd: list[str] = []
    for line in text_at(source, "spec", "ignore").splitlines():
        pattern = line.strip()
        anchored = "/" in pattern.rstrip("/")
        inside = pattern.strip("/")
        if not pattern or pattern.startswith("#"):
            continue
        if pattern.startswith("!") or (anchored and not inside.startswith(f"{path}/") and path):
            odd.append(f"the source's ignore: {pattern} is not about files below {path or 'it'}")
            continue
        relative = inside.removeprefix(f"{path}/") if anchored and path else inside
        globs, unread = globs_of(relative)
        slash = "/" if anchored else ""
        patterns += [f"{slash}{each}" for each in globs]
        odd += unread
    return patterns, tuple(odd)


def _cluster(found: JsonObject, known: _Known) -> tuple[str, tuple[str, ...]]:
    secret = text_at(found, "spec", "kubeConfig", "secretRef", "name")
    secret = secret or text_at(found, "spec", "kubeConfig", "configMapRef", "name")
    if not within(found, "spec", "kubeConfig"):
        return known.clusters.here, ()
    words = f"spec.kubeConfig: write the context of the cluster that {secret} is for"
    return known.clusters.other(secret or "other"), (words,)


def _standing(found: JsonObject, source: JsonObject) -> JsonObject:
    if any(within(each, "spec", "suspend") is True for each in (found, source)):
        return {"heal": False, "follow": False}
    return {}


def _suspended(found: JsonObject, source: JsonObject) -> Iterator[str]:
    for each in (found, source):
        if within(each, "spec", "suspend") is True:
            yield f"{about(each)} is suspended: heal and follow are off"
