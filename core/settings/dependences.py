"""Which app waits for which: names that are there, and no circle."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.settings.fields import Place

if TYPE_CHECKING:
    from core.model import AppSpec


def check_dependences(
    apps: Sequence["AppSpec"], places: Mapping[str, Place], *, more: bool
) -> None:
    """See that every app can have its turn.

    Args:
        apps: Those that are known.
        places: Where each of them is stated.
        more: Others are still to be found, by layouts: a name that is unknown may be theirs.

    Raises:
        UsageError: An app depends on one that there is not, or in a circle on itself.
    """
    for app, name, reason in _mistakes(apps, more=more):
        entry = app.depends_on.index(name)
        raise places[app.name].inside("depends_on").inside(entry).error(reason)


def check_found(apps: Sequence["AppSpec"]) -> None:
    """See the same of all apps, those that layouts stand for included.

    Raises:
        UsageError: As above; it names the app, for no line of the settings does.
    """
    for app, _, reason in _mistakes(apps, more=False):
        raise UsageError(f"app {app.name}: depends_on: {reason}")


def _mistakes(apps: Sequence["AppSpec"], *, more: bool) -> Iterator[tuple["AppSpec", str, str]]:
    known = {app.name: app for app in apps}
    for app in apps:
        for name in app.depends_on:
            if name not in known and not more:
                yield app, name, f'there is no app "{name}"; apps here: {", ".join(known)}'
            way = _way_back(app, name, known)
            if way:
                yield app, name, f"no app can be first here: {' needs '.join(way)}"


def _way_back(app: "AppSpec", name: str, known: Mapping[str, "AppSpec"]) -> tuple[str, ...]:
    """Return how an app that depends on *name* depends on itself; () if it does not."""
    seen = {name}
    ways: list[tuple[str, ...]] = [(app.name, name)]
    for way in ways:  # it grows while it is walked
        if way[-1] == app.name:
            return way
        found = known.get(way[-1])
        for each in found.depends_on if found is not None else ():
            if each not in seen:
                seen.add(each)
                ways.append((*way, each))
    return ()
