"""Charts that a kustomization names: each must stand in the commit, and no word become a flag.

kustomize hands what is written here to helm as arguments, and pulls a chart that it does not find.
So a chart that is not in its place is refused, and every word is looked at before (safety.md
section 7, argument injection).
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath
from typing import Final, NamedTuple

from core.clean import clean
from core.errors import RejectedError
from core.manifests import looks_sealed
from core.model import Json, JsonObject
from core.render.world import World

_HOME: Final = "charts"
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_WORD: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.+/]*")
_NAMES: Final = ("name", "releaseName", "namespace")
_WORDS: Final = ("version", "kubeVersion")
_DATA: Final = frozenset(
    {"repo", "valuesInline", "valuesMerge", "includeCRDs", "skipHooks", "skipTests"}
)  # said to helm as a file, as one word of kustomize's own, or not at all
_FILES: Final = ("valuesFile", "additionalValuesFiles")
_KNOWN: Final = frozenset({*_NAMES, *_WORDS, *_DATA, *_FILES, "apiVersions"})

# kustomize takes no helm but 3 and asks that in words which helm 4 does not know, though it would
# do: templates are told to both in the same words.  Nothing else is run, as pulling would be.
_ONLY_TEMPLATES: Final = """\
#!/bin/sh
case "$1" in
version) echo v3.0.0; exit ;;
template) exec %s "$@" ;;
esac
echo "helm $1 is not run here" >&2
exit 1
"""


class ChartError(RejectedError):
    """A chart of a kustomization cannot be rendered; `at` is where it is named."""

    def __init__(self, at: tuple[str | int, ...], reason: str) -> None:
        """Point at the place inside the kustomization."""
        super().__init__(reason)
        self.at = at


class Inflated(NamedTuple):
    """What the charts of a kustomization are made of."""

    files: frozenset[str]
    values: tuple[str, ...]  # files of the values of its only chart, later ones count more


def files_of_charts(world: World, folder: str, value: JsonObject) -> Inflated:
    """Find the files of the charts that the kustomization of *folder* names, and their values.

    Raises:
        ChartError: One is not in the commit, or says what cannot be said to helm.
    """
    home = _home(value.get("helmGlobals"))
    named = value.get("helmCharts")
    found: set[str] = set()
    values: list[str] = []
    charts = named if isinstance(named, list) else []
    for i, chart in enumerate(charts):
        at = ("helmCharts", i)
        if not isinstance(chart, dict):
            raise ChartError(at, "a chart is one mapping, and this is none")
        _check(chart, at)
        own = _files(world, folder, home, chart, at)
        found |= own
        values += (path for path in own if path.endswith(f"/{chart['name']}/values.yaml"))
        for place, name in _values(chart, at):
            path = normpath(join(folder, name)) if folder else normpath(name)
            if path not in world.files:
                raise ChartError(place, f'"{clean(name)}" is not in this commit')
            if looks_sealed(world.bytes_of(path)):
                reason = "is encrypted with sops, and helm takes what is in it as it is"
                raise ChartError(place, f'"{clean(name)}" {reason}')
            values.append(path)
    one_alone = tuple(values) if len(charts) == 1 else ()
    return Inflated(frozenset((*found, *values)), one_alone)


def with_helm(program: str, place: Path) -> tuple[str, ...]:
    """Return how kustomize is told to have charts rendered by helm, and by no more of it."""
    place.write_text(_ONLY_TEMPLATES % shlex.quote(program))
    place.chmod(0o500)
    return "--enable-helm", f"--helm-command={place}"


def _home(stated: Json) -> str:
    if stated is None:
        return _HOME
    home = stated.get("chartHome", _HOME) if isinstance(stated, dict) else None
    if not isinstance(stated, dict) or stated.keys() - {"chartHome"} or not isinstance(home, str):
        raise ChartError(("helmGlobals",), "helmGlobals: only chartHome is read, a folder")
    return home


def _check(chart: JsonObject, at: tuple[str | int, ...]) -> None:
    for key, value in chart.items():
        if key not in _KNOWN:
            raise ChartError((*at, key), f"{clean(key)}: this cannot be said of a chart here")
        pattern = _NAME if key in _NAMES else _WORD
        words = value if key == "apiVersions" and isinstance(value, list) else [value]
        if key not in _DATA and key not in _FILES:
            for word in words:
                if not isinstance(word, str) or not pattern.fullmatch(word):
                    shown = clean(str(word), max_cells=80)
                    raise ChartError((*at, key), f'[ARG] {key}: "{shown}" cannot be told to helm')
    if "name" not in chart:
        raise ChartError(at, "a chart needs a name")


def _files(
    world: World, folder: str, home: str, chart: JsonObject, at: tuple[str | int, ...]
) -> set[str]:
    """Find a chart where kustomize looks for it before it would pull it."""
    name, version = str(chart["name"]), chart.get("version")
    pulled = f"{name}-{version}" if version and chart.get("repo") else ""
    place = normpath(join(folder, home, pulled, name))
    if place.startswith(("/", "..")) or f"{place}/Chart.yaml" not in world.files:
        reason = f'the chart "{clean(place)}" is not in this commit, and none is pulled; vendor it'
        raise ChartError((*at, "name"), reason)
    found = {path for path in world.files if path.startswith(f"{place}/")}
    for path in found:
        world.bytes_of(path)
    return found


def _values(
    chart: JsonObject, at: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key in _FILES:
        stated = chart.get(key)
        for name in stated if isinstance(stated, list) else [stated]:
            if isinstance(name, str) and name:
                yield (*at, key), name
