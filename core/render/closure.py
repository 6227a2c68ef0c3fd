"""Which files a kustomization is made of: what it names, and what the ones it names name.

Every name must stand in the commit.  So nothing is fetched, for what is not there is refused
before the tool runs, and nothing outside the repository is ever named to it.  Charts that it names
(`helmCharts`) are looked at by `inflating`, where the app lets it have them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname, normpath
from typing import Final

from core.clean import clean
from core.errors import ManifestError, RejectedError
from core.manifests import looks_sealed
from core.manifests.places import Mapped
from core.model import Json, JsonObject
from core.render.charts.inflating import ChartError, files_of_charts
from core.render.world import World, kustomizations

FILES_MAX: Final = 20_000
_FOLDERS: Final = ("resources", "bases", "components", "generators", "transformers", "validators")
_LISTED: Final = (*_FOLDERS, "crds", "configurations", "patchesStrategicMerge")
_WITH_PATH: Final = ("patches", "patchesJson6902", "replacements")
_GENERATORS: Final = ("configMapGenerator", "secretGenerator")
_PATCHES: Final = ("patches", "patchesStrategicMerge", "patchesJson6902")
_OBJECTS: Final = ("resources", "bases")  # an encrypted one goes through, and is seen there
_CHARTS: Final = ("helmCharts", "helmGlobals")
_OLD_CHARTS: Final = "helmChartInflationGenerator"
_REMOTE: Final = ("://", "git@", "git::", "github.com/", "?ref=", "oci:")


@dataclass(slots=True)
class Layer:
    """One kustomization."""

    file: str
    layers: list[str] = field(default_factory=list)  # files of the kustomizations below it
    resources: list[str] = field(default_factory=list)
    patches: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Closure:
    """Every file that a kustomization is made of."""

    layers: dict[str, Layer] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)  # kustomization -> its charts'

    @property
    def charts(self) -> bool:
        """Tell whether some of them are of charts, so that helm is needed, too."""
        return bool(self.values)


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    key: str  # of the field that names it
    at: tuple[str | int, ...]


def closure_of(world: World, folder: str, *, charts: bool = False) -> Closure:
    """Find every file that the kustomization of a folder is made of.

    Args:
        world: The commit.
        folder: The one with the kustomization.
        charts: Whether it may have charts.

    Raises:
        RejectedError: It names what is not in the commit, or what is not allowed; with the line.
    """
    found = Closure()
    left = [_kustomization(world, folder, f'folder "{clean(folder)}"')]
    while left:
        file = left.pop()
        if file not in found.layers:
            found.layers[file] = layer = _layer(world, file, found, charts=charts)
            left += layer.layers
        if len(found.files) > FILES_MAX:
            raise RejectedError(f"{clean(file)}: more than {FILES_MAX:,} files are named")
    return found


def _kustomization(world: World, folder: str, what: str) -> str:
    here = kustomizations(world, folder)
    if not here:
        raise RejectedError(f"{what} holds no kustomization.yaml")
    if len(here) > 1:
        raise RejectedError(f"{clean(here[1])}: {clean(here[0])} stands beside it; keep one")
    return here[0]


def _layer(world: World, file: str, found: Closure, *, charts: bool) -> Layer:
    found.files.add(file)
    mapped = world.reader.mapped(file, world.bytes_of(file))
    if mapped is None:
        raise ManifestError(file, 1, "a kustomization is one mapping, and this is none")
    value = mapped.value
    if _OLD_CHARTS in value or any(key in value for key in _CHARTS):
        _take_charts(world, file, mapped, found, allowed=charts)
    layer = Layer(file)
    for named in _names(value):
        try:
            _take(world, layer, named, found)
        except RejectedError as error:
            if isinstance(error, ManifestError):
                raise
            line = mapped.line_at(named.at)
            raise ManifestError(file, line, str(error)) from error
    return layer


def _take_charts(world: World, file: str, mapped: Mapped, found: Closure, *, allowed: bool) -> None:
    value = mapped.value
    stated = next(key for key in (_OLD_CHARTS, *_CHARTS) if key in value)
    if stated == _OLD_CHARTS or not allowed:
        advice = "use helmCharts" if stated == _OLD_CHARTS else "`helm_charts: true` allows it"
        reason = f"{stated}: charts of a kustomization are not rendered; {advice}"
        raise ManifestError(file, mapped.line_at((stated,)), reason)
    try:
        charts = files_of_charts(world, dirname(file), value)
    except ChartError as error:
        raise ManifestError(file, mapped.line_at(error.at), str(error)) from error
    found.files |= charts.files
    found.values[file] = charts.values


def _take(world: World, layer: Layer, named: _Named, found: Closure) -> None:
    shown = f'"{clean(named.name, max_cells=80)}"'
    path = normpath(f"{dirname(layer.file) or '.'}/{named.name}")
    path = "" if path == "." else path
    if named.name.startswith("/") or path == ".." or path.startswith("../"):
        raise RejectedError(f"{shown} leads out of the repository")
    if path in world.files and not named.name.endswith("/"):
        content = world.bytes_of(path)
        if named.key not in _OBJECTS and looks_sealed(content):
            raise RejectedError(f"{shown} is encrypted, and kustomize takes what is in it as it is")
        found.files.add(path)
        if named.key in _FOLDERS:
            layer.resources.append(path)
        elif named.key in _PATCHES:
            layer.patches.append(path)
    elif path in world.folders and named.key in _FOLDERS:
        layer.layers.append(_kustomization(world, path, f"folder {shown}"))
    elif any(sign in named.name for sign in _REMOTE):
        raise RejectedError(f"{shown} is elsewhere, and nothing is fetched; vendor it")
    else:
        raise RejectedError(f"{shown} is not in this commit")


def _names(value: JsonObject) -> Iterator[_Named]:
    for key in _LISTED:
        for at, name in _items(value, key):
            if isinstance(name, str) and "\n" not in name:  # else it stands here in full
                yield _Named(name, key, at)
    for key in _WITH_PATH:
        for at, item in _items(value, key):
            yield from _path_of(item, key, at)
    for key in _GENERATORS:
        for at, item in _items(value, key):
            yield from _generated(item, key, at)
    yield from _path_of(value.get("openapi"), "openapi", ("openapi",))


def _path_of(item: Json, key: str, at: tuple[str | int, ...]) -> Iterator[_Named]:
    path = item.get("path") if isinstance(item, dict) else None
    if isinstance(path, str):
        yield _Named(path, key, (*at, "path"))


def _generated(item: Json, key: str, at: tuple[str | int, ...]) -> Iterator[_Named]:
    if not isinstance(item, dict):
        return
    for where in ("files", "envs"):
        for inside, name in _items(item, where):
            if isinstance(name, str):
                path = name.partition("=")[2] if where == "files" and "=" in name else name
                yield _Named(path, key, (*at, *inside))
    env = item.get("env")
    if isinstance(env, str):
        yield _Named(env, key, (*at, "env"))


def _items(value: JsonObject, key: str) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    found = value.get(key)
    for i, item in enumerate(found if isinstance(found, list) else ()):
        yield (key, i), item
