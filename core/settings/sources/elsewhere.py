"""Repositories that bases of a kustomization may lie in: an allow-list of an app.

How one is asked stands in `repositories`, as for those that apps live in.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.model.sources.remotes import AddressError, Remote, address_of
from core.settings.checks import FieldError
from core.settings.sources.remotes import asked_at

if TYPE_CHECKING:
    from core.model import Json
    from core.settings.fields import Place
    from core.settings.sources.remotes import Entry


def read_bases(value: "Json", place: "Place") -> tuple[Remote, ...]:
    """Read a list of addresses; left out it is none."""
    found: list[Remote] = []
    for i, item in enumerate(value if isinstance(value, list) else []):
        try:
            found.append(Remote(address=address_of(item if isinstance(item, str) else "")))
        except AddressError as error:
            raise place.inside(i).error(str(error)) from error
    return tuple(found)


def bases_asked_as(bases: tuple[Remote, ...], known: Iterable["Entry"]) -> tuple[Remote, ...]:
    """Return repositories with what `repositories` says of them; one commit of each is enough.

    Raises:
        FieldError: One cannot be asked like that.
    """
    try:
        asked = [asked_at(base.address, known) for base in bases]
    except FieldError as error:
        raise FieldError("remote_bases", str(error)) from error
    return tuple(replace(one, depth=one.depth or 1) for one in asked)
