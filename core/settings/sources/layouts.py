"""Entries of `apps` that stand for one app for each folder of a shape."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from core.model import AppSpec, Json
from core.model.sources.layouts import Bound, Layout, filled, holes
from core.settings.fields import Place, mapping, read_fields
from core.settings.overlaps import check_app
from core.settings.table import APP, LAYOUT

_SINGLE: Final = tuple(one for one in APP if one.name not in {"name", "repo", "path"})
_TOLD: Final = ("cluster", "namespace")  # settings that a placeholder of their name stands for


@dataclass(frozen=True, slots=True)
class _Template:
    """The settings of all apps of a layout, with placeholders; and those of single ones."""

    place: Place
    stated: Mapping[str, Json]
    overrides: Mapping[str, Mapping[str, Json]]  # by the name of an app

    def made(self, bound: Bound, folder: str) -> AppSpec:
        """Make the app of one match.

        Raises:
            UsageError: Its words do not fit; the message starts with file, line and column.
        """
        each = {name: _filled(value, bound) for name, value in self.stated.items()}
        each |= self.overrides.get(str(each["name"]), {})
        app = AppSpec(**read_fields(APP, self.place, each | {"path": folder}))
        check_app(self.place, app)
        return app


def read_layout(place: Place, entry: Json) -> Layout:
    """Read an entry that has a `layout`.

    Raises:
        UsageError: Something in it is wrong; the message starts with file, line and column.
    """
    stated = mapping((*LAYOUT, *APP), place, entry)
    if "path" in stated:
        raise place.inside("path").error("the layout says the path")
    own = read_fields(LAYOUT, place, stated)
    shape: str = own["layout"]
    each: dict[str, Json] = {name: one for name, one in stated.items() if name not in own}
    revision, values = str(each.get("revision") or "HEAD"), _texts(each.get("values"))
    known = holes(" ".join((shape, revision, *values)))
    if not known:
        reason = "at least one of {name}, {cluster}, {env} and {namespace} tells the apps apart"
        raise place.inside("layout").error(reason)
    for text in (*shape.split("/"), revision, *(part for one in values for part in one.split("/"))):
        if len(holes(text)) > 1:
            raise place.inside("layout").error(f'one placeholder in "{text}" is enough')
    each.setdefault("name", _name(known))
    for one in _TOLD:
        if one in known:
            each.setdefault(one, f"{{{one}}}")
    overrides = own["overrides"]
    for name, single in overrides.items():
        inside = place.inside("overrides").inside(name)
        said = mapping(_SINGLE, inside, single)
        read_fields([field for field in _SINGLE if field.name in said], inside, said)
    template = _Template(place, each, overrides)
    usual = template.made({one: one for one in known} | {"cluster": place.clusters[0]}, "")
    spec = AppSpec(
        name=shape, repo=usual.repo, revision=revision, path="", cluster=usual.cluster
    )  # it stands for its apps while they are not known
    return Layout(
        spec=spec,
        shape=shape,
        revision=revision,
        values=values,
        clusters=tuple(_clusters(place, each, overrides)),
        made=template.made,
    )


def _name(known: tuple[str, ...]) -> str:
    """Return what apps are called where nothing says so: every word that tells them apart."""
    telling = [one for one in known if one != "namespace"] or list(known)
    return "-".join(f"{{{one}}}" for one in sorted(telling, key=lambda one: one != "name"))


def _clusters(
    place: Place, stated: Mapping[str, Json], overrides: Mapping[str, Mapping[str, Json]]
) -> Iterator[str]:
    """Yield the clusters that apps of a layout may be meant for."""
    for each in (stated, *overrides.values()):
        name = each.get("cluster")
        if each is stated and (name is None or holes(str(name))):
            yield from place.clusters
        elif name is not None:
            yield str(name)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _filled(value: Json, bound: Bound) -> Json:
    if isinstance(value, str):
        return filled(value, bound)
    if isinstance(value, list):
        return [_filled(one, bound) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, bound) for name, one in value.items()}
    return value
