"""`driftdeck doctor`: what works here, and what to do about the rest."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.clean import clean
from core.cli.exit_codes import IN_SYNC, code_of
from core.cli.options import Options
from core.cli.output.ink import ink_for
from core.cli.output.streams import put
from core.cli.session import settings_of
from core.cluster import pod_namespace
from core.errors import ProductError, RejectedError, UnavailableError, UsageError
from core.installation.examining import Finding, examined
from core.installation.reading import Sources, sources_of
from core.installation.rights import Own
from core.model import ClusterSpec, problem_of
from core.release import OURS, version_of
from core.settings.reading import Settings
from core.settings.running.controller import home_of
from core.state_folder import cache_folder, state_folder
from core.telling.spans import Line, Role

_LIBRARIES: Final = ("textual", "kubernetes", "aiohttp", "dulwich", "msgspec", "pyyaml")
_TOOLS: Final = (
    (("kustomize", "kubectl"), "kustomizations"),
    (("helm",), "charts"),
    (("sops",), "encrypted files"),
    (("ssh",), "repositories by ssh"),
    (("ssh-keygen",), "signatures of ssh"),
    (("gpg",), "signatures of gpg"),
    (("git",), "its credential helpers"),
)
_ABOUT_WIDTH: Final = 20


async def run(options: Options) -> int:
    """Look, say what is found, and return the exit code of the worst of it."""
    found = [*versions(), *tools(os.environ), *folders(os.environ)]
    try:
        settings = settings_of(options, whole=True)
    except ProductError as error:
        found.append(Finding("settings", str(error), problem_of(error)))
    else:
        found += await _of_settings(settings, in_cluster=options.in_cluster)
    ink = ink_for(sys.stdout, no_color=options.no_color)
    put(sys.stdout, (ink.line(line_of(one)) for one in found))
    return max((code_of(one.problem) for one in found), default=IN_SYNC)


def line_of(found: Finding) -> Line:
    """Say what was found in one line, and whether it is as it should be."""
    wrong = found.problem is not None
    mark = ("FAIL  ", Role.ERROR) if wrong else ("ok    ", Role.DONE)
    about, words = clean(found.about), clean(found.words)
    return (mark, (f"{about:{_ABOUT_WIDTH}} ", Role.STRONG), (words, Role.TEXT))


async def _of_settings(settings: Settings, *, in_cluster: bool) -> list[Finding]:
    sources = await sources_of(settings)
    found = [*_read(settings, sources)]
    try:
        home, own = _home(settings) if in_cluster else (None, None)
    except ProductError as error:
        return [*found, Finding("this pod", str(error), problem_of(error))]
    for cluster in settings.clusters:
        lives_here = home is not None and cluster.name == home.name
        asked = home if home is not None and lives_here else cluster
        found += await examined(asked, settings, sources, own if lives_here else None)
    return found


def _home(settings: Settings) -> tuple[ClusterSpec, Own]:
    """Return the cluster of this pod as its own account reaches it, and what is kept there."""
    namespace = pod_namespace(os.environ)
    if not namespace:
        raise UsageError("--in-cluster asks as the account of a pod, and this is none")
    home = home_of(settings.controller, settings.named)
    secrets = tuple(one.secret[0] for one in settings.clusters if one.secret is not None)
    inside = replace(home, context="", kubeconfig="", in_cluster=True)
    return inside, Own(namespace=namespace, secrets=secrets)


def _read(settings: Settings, sources: Sources) -> Iterator[Finding]:
    for app in settings.apps:
        about, problem = f"app {app.name}", sources.problems.get(app.name)
        if problem is not None:
            yield Finding(about, problem.words, problem)
            continue
        read = sources.read[app.name]
        commit, count = read.revision.id[:7], len(read.documents)
        yield Finding(about, f"{count} objects at {commit} of {app.repo}")
        for words in read.problems:
            yield _wrong(about, RejectedError(words))


def versions() -> Iterator[Finding]:
    """Say which versions run."""
    names = {name: version_of(name) for name in (OURS, *_LIBRARIES)}
    python = ".".join(map(str, sys.version_info[:3]))
    words = ", ".join(f"{name} {version}" for name, version in names.items() if version)
    yield Finding("versions", f"Python {python}, {words}")


def tools(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Say which programs there are; one that is absent is wrong for whoever needs it alone."""
    for names, use in _TOOLS:
        places = (shutil.which(name, path=environment.get("PATH", "")) for name in names)
        place = next(filter(None, places), None)
        absent = f"not installed; it is for {use} alone"
        yield Finding(" or ".join(names), f"{place}, for {use}" if place else absent)


def folders(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Say where things are kept, and whether they can be."""
    for about, path in (
        ("state", state_folder(environment)),
        ("cache", cache_folder(environment)),
    ):
        if path is None:
            yield _wrong(about, UsageError("there is no home folder (HOME)"))
        elif not (_there(path).is_dir() and os.access(_there(path), os.W_OK)):
            yield _wrong(about, UnavailableError(f"{path} cannot be written"))
        else:
            yield Finding(about, str(path))


def _there(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def _wrong(about: str, error: ProductError) -> Finding:
    return Finding(about, str(error), problem_of(error))
