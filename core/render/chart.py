"""How helm templates a chart: the files of its folder, its own values, and the app's.

Nothing is fetched here: what the chart depends on must stand in its `charts` folder.  A chart of
another machine was pulled before, and stands beside the app's files.  No cluster is asked, so
`lookup` finds nothing.  Hooks, which tests are, too, belong to an installation by helm itself; they
are left out and named.
"""

import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from posixpath import basename, join, normpath
from typing import Final, NamedTuple

import msgspec

from core.clean import clean
from core.errors import RejectedError
from core.manifests import Folder, looks_sealed
from core.model import Document, Made
from core.render.jobs import Job
from core.render.world import World

CHART: Final = "Chart.yaml"
_VALUES: Final = "values.yaml"
HOOK: Final = "helm.sh/hook"
_ARGUMENT: Final = re.compile(r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?")
_FILE: Final = re.compile(r"[A-Za-z0-9_][-A-Za-z0-9_./]*")
_SOURCE: Final = re.compile(rb"^# Source: ([^\n]+)$", re.MULTILINE)


class Release(NamedTuple):
    """What the app says of its chart."""

    name: str
    namespace: str
    values: tuple[str, ...] = ()  # files, relative to the folder


def chart_job(world: World, folder: str, release: Release, pulled: str | None = None) -> Job:
    """Say how a chart is templated.

    Args:
        world: Holds the files of the app's folder, and of the chart.
        folder: That of the app.
        release: What the app says of its chart.
        pulled: The folder of a chart that was pulled; None: the app's folder is the chart.

    Raises:
        RejectedError: There is none, or what the app says of it cannot be said to helm.
    """
    chart = folder if pulled is None else pulled
    entry = join(chart, CHART)
    if entry not in world.files:
        raise RejectedError(f'folder "{clean(chart)}" holds no {CHART}')
    for word in (release.name, release.namespace):
        if not _ARGUMENT.fullmatch(word):
            raise RejectedError(f'[ARG] "{clean(word)}" cannot be told to helm')
    values = [_values(world, folder, name) for name in release.values]
    own = sorted(path for path in world.files if pulled is None or not _is_in(pulled, path))
    read = world.files if pulled is None else {*values, *(world.files.keys() - set(own))}
    inputs = tuple(values or own) if pulled is not None else tuple(own)
    usual = join(folder, _VALUES)
    made = Made((), inputs, (*((usual,) if pulled is None and usual in own else ()), *values))
    _check_plain(world, (*values, *(path for path in read if basename(path) == _VALUES)))

    def arguments(place: Path) -> tuple[str, ...]:
        tree = place / "tree"
        files = (f"--values={tree / name}" for name in values)
        stated = ("--include-crds", f"--namespace={release.namespace}", *files)
        return (*stated, "--", release.name, str(tree / chart))

    def traced(found: Folder, printed: bytes) -> Folder:
        places = _Places(world, chart, printed)
        hooks = [one for one in found.documents if hook_of(one)]
        kept = (one for one in found.documents if not hook_of(one))
        return found._replace(
            documents=tuple(replace(one, file=places.of(one), line=1, made=made) for one in kept),
            broken=tuple(
                (replace(one, file=places.of(one), line=1), problem)
                for one, problem in found.broken
            ),
            others=(*found.others, *(f"{clean(places.of(one))}: {hook_of(one)}" for one in hooks)),
        )

    return Job(world, entry, frozenset(read), ("helm", chart, release), arguments, traced)


def _is_in(folder: str, path: str) -> bool:
    return path.startswith(f"{folder}/")


def _values(world: World, folder: str, name: str) -> str:
    """Return the path of a file of values, which must be a file of the folder."""
    path = normpath(join(folder, name))
    inside = path.startswith(f"{folder}/") if folder else not path.startswith("..")
    if not _FILE.fullmatch(name) or "//" in name or not inside:
        raise RejectedError(f'values: "{clean(name)}" is no file of the app\'s folder')
    if path not in world.files:
        raise RejectedError(f'values: "{clean(name)}" is not in this commit')
    world.bytes_of(path)
    return path


def _check_plain(world: World, paths: Iterable[str]) -> None:
    """Refuse encrypted files of values: helm would take their ciphertext for what is meant."""
    for path in paths:
        if stat.S_ISREG(world.files[path].mode) and looks_sealed(world.bytes_of(path)):
            reason = "it is encrypted with sops, and helm takes what is in it as it is"
            raise RejectedError(f"{clean(path)}:1: {reason}")


def hook_of(document: Document) -> str:
    """Name an object that only helm itself would make, at some moment of an installation."""
    metadata = msgspec.json.decode(document.body)["metadata"]
    annotations = metadata.get("annotations")
    moment = annotations.get(HOOK) if isinstance(annotations, dict) else None
    if moment is None:
        return ""
    return clean(f"hook {moment} ({document.kind.kind} {document.name})")


class _Places:
    """The template behind each line of what helm printed."""

    def __init__(self, world: World, folder: str, printed: bytes) -> None:
        self._world, self._folder = world, folder
        self._sources = list(_sources(printed))
        self._of_parts: dict[str, list[str]] = {}  # helm names a part by its alias, not its folder
        parts = join(folder, "charts", "")
        for path in world.files:
            if path.startswith(parts):
                self._of_parts.setdefault(path[len(parts) :].partition("/")[2], []).append(path)

    def of(self, document: Document) -> str:
        """Return the file of the template, or of the chart where that is in an archive."""
        named = [name for line, name in self._sources if line <= document.line]
        path = named[-1].partition("/")[2] if named else ""
        found = join(self._folder, path)
        if found in self._world.files:
            return found
        there = self._of_parts.get(path.split("/", 2)[-1], []) if path.startswith("charts/") else []
        return there[0] if len(there) == 1 else join(self._folder, CHART)


def _sources(printed: bytes) -> Iterator[tuple[int, str]]:
    line, at = 1, 0
    for match in _SOURCE.finditer(printed):
        line += printed.count(b"\n", at, match.start())
        at = match.start()
        yield line, match[1].decode(errors="replace")
