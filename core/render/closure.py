"""Which files a kustomization is made of: what it names, and what the ones it names name.

Every name must stand in the commit.  So nothing is fetched, for what is not there is refused
before the tool runs, and nothing outside the repository is ever named to it.  Charts that it names
(`helmCharts`) are looked at by `inflating`, where the app lets it have them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, normpath, relpath
from typing import Final

from core.clean import clean
from core.errors import ManifestError, RejectedError
from core.manifests import looks_sealed
from core.manifests.places import Mapped
from core.model import Json, JsonObject
from core.render.charts.inflating import ChartError, files_of_charts
from core.render.elsewhere import NO_BASES, SIGNS, Base, Bases, shown
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
_BASES: Final = ("resources", "bases", "components")  # what may lie in another repository
BASES_MAX: Final = 20  # commits of other repositories


@dataclass(slots=True)
class Layer:
    """One kustomization."""

    file: str
    layers: list[str] = field(default_factory=list)  # files of the kustomizations below it
    resources: list[str] = field(default_factory=list)
    patches: list[str] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)  # what it names so -> its folder here


@dataclass(slots=True)
class Closure:
    """Every file that a kustomization is made of."""

    world: World  # with the files of bases in other repositories
    placed: set[str] = field(default_factory=set)  # the folders that those stand in
    layers: dict[str, Layer] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)  # kustomization -> its charts'

    @property
    def charts(self) -> bool:
        """Tell whether some of them are of charts, so that helm is needed, too."""
        return bool(self.values)

    def root_of(self, file: str) -> str:
        """Return the folder that holds the repository of a file; "" for the app's own."""
        return next((root for root in self.placed if file.startswith(f"{root}/")), "")


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    key: str  # of the field that names it
    at: tuple[str | int, ...]


def closure_of(
    world: World, folder: str, *, charts: bool = False, bases: Bases = NO_BASES
) -> Closure:
    """Find every file that the kustomization of a folder is made of.

    Args:
        world: The commit.
        folder: The one with the kustomization.
        charts: Whether it may have charts.
        bases: What it may have in other repositories.

    Raises:
        RejectedError: It names what is not in the commit, or what is not allowed; with the line.
        UnavailableError: A base cannot be had now.
    """
    found = Closure(world)
    left = [_kustomization(world, folder, f'folder "{clean(folder)}"')]
    while left:
        file = left.pop()
        if file not in found.layers:
            found.layers[file] = layer = _layer(found, file, bases, charts=charts)
            left += layer.layers
        if len(found.files) > FILES_MAX:
            raise RejectedError(f"{clean(file)}: more than {FILES_MAX:,} files are named")
    return found


def _at_hand(value: JsonObject, elsewhere: Mapping[str, str]) -> bytes:
    """Write a kustomization anew that names its bases where they stand now."""
    anew = dict(value)
    for key in _BASES:
        named = value.get(key)
        if isinstance(named, list):
            anew[key] = [elsewhere.get(x, x) if isinstance(x, str) else x for x in named]
    return json.dumps(anew).encode()


def _kustomization(world: World, folder: str, what: str) -> str:
    here = kustomizations(world, folder)
    if not here:
        raise RejectedError(f"{what} holds no kustomization.yaml")
    if len(here) > 1:
        raise RejectedError(f"{clean(here[1])}: {clean(here[0])} stands beside it; keep one")
    return here[0]


def _layer(found: Closure, file: str, bases: Bases, *, charts: bool) -> Layer:
    world = found.world
    found.files.add(file)
    mapped = world.reader.mapped(file, world.bytes_of(file))
    if mapped is None:
        raise ManifestError(file, 1, "a kustomization is one mapping, and this is none")
    value = mapped.value
    if _OLD_CHARTS in value or any(key in value for key in _CHARTS):
        _take_charts(world, file, mapped, found, allowed=charts and not found.root_of(file))
    layer = Layer(file)
    for named in _names(value):
        try:
            _take(layer, named, found, bases)
        except RejectedError as error:
            if isinstance(error, ManifestError):
                raise
            line = mapped.line_at(named.at)
            raise ManifestError(file, line, str(error)) from error
    if layer.elsewhere:
        found.world = found.world.with_text(file, _at_hand(value, layer.elsewhere))
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


def _take(layer: Layer, named: _Named, found: Closure, bases: Bases) -> None:
    world, root = found.world, found.root_of(layer.file)
    path = normpath(f"{dirname(layer.file) or '.'}/{named.name}")
    path = "" if path == "." else path
    out = path == ".." or path.startswith("../") or not _is_in(root, path)
    base = bases.named(named.name) if named.key in _BASES else None
    if base is not None:
        layer.layers.append(_had(layer, named.name, base, found, bases))
    elif named.name.startswith("/") or out:
        raise RejectedError(f"{shown(named.name)} leads out of the repository")
    elif path in world.files and not named.name.endswith("/"):
        content = world.bytes_of(path)
        if named.key not in _OBJECTS and looks_sealed(content):
            reason = "is encrypted, and kustomize takes what is in it as it is"
            raise RejectedError(f"{shown(named.name)} {reason}")
        found.files.add(path)
        if named.key in _FOLDERS:
            layer.resources.append(path)
        elif named.key in _PATCHES:
            layer.patches.append(path)
    elif path in world.folders and named.key in _FOLDERS:
        layer.layers.append(_kustomization(world, path, f"folder {shown(named.name)}"))
    elif any(sign in named.name for sign in SIGNS):
        advice = "vendor it, or name its repository in remote_bases"
        raise RejectedError(f"{shown(named.name)} is elsewhere, and nothing is fetched; {advice}")
    else:
        raise RejectedError(f"{shown(named.name)} is not in this commit")


def _had(layer: Layer, name: str, base: Base, found: Closure, bases: Bases) -> str:
    """Have a base of another repository stand here, and return its kustomization."""
    if base.place not in found.placed:
        if len(found.placed) == BASES_MAX:
            raise RejectedError(f"{shown(name)} is one base too many; {BASES_MAX} are allowed")
        found.world = found.world.with_tree(base.place, *bases.had(base.remote, base.commit))
        found.placed.add(base.place)
    folder = normpath(f"{base.place}/{base.folder}")
    if not _is_in(base.place, folder):
        raise RejectedError(f"{shown(name)} leads out of its repository")
    way = relpath(folder, dirname(layer.file) or ".")
    layer.elsewhere[name] = way if way.startswith(".") else f"./{way}"
    return _kustomization(found.world, folder, f"folder {shown(name)}")


def _is_in(folder: str, path: str) -> bool:
    return not folder or f"{path}/".startswith(f"{folder}/")


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
