"""A unified diff of whole objects, as `kubectl diff` prints it: one file for each object.

`-` is live, `+` is Git.  An object that is on one side only has an empty file on the other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from core.clean import clean
from core.manifests.plain import dump_plain
from core.model import Json, JsonObject, Key, KindRef, Sides
from core.telling.sides.hunks import hunks
from core.telling.spans import Line, Role

SIDES: Final = ("LIVE", "MERGED")  # kubectl's names of the two
_ODD: Final = re.compile(r"[^A-Za-z0-9._:-]")
_NAME_MAX: Final = 200  # of the 255 bytes that file systems allow
_ROLES: Final = {" ": Role.TEXT, "-": Role.LIVE, "+": Role.GIT}


@dataclass(frozen=True, slots=True)
class Pair:
    """One file on both sides; no text where that side does not have the object."""

    name: str
    live: str
    git: str


class _Row(Protocol):
    """What names an object."""

    @property
    def key(self) -> Key:
        """Whose it is, and which."""

    @property
    def kind(self) -> KindRef:
        """Its kind, as Git writes it."""


def pairs_of(rows: Mapping[Key, _Row], sides: Mapping[Key, Sides]) -> tuple[Pair, ...]:
    """Write objects as files, each with a name of its own; those that do not differ are left out.

    The names are kubectl's; where there are several apps, the app's comes first.
    """
    several = len({key.app for key in rows}) > 1
    pairs: dict[str, Pair] = {}
    for key, each in sorted(sides.items()):
        name = _name(rows[key], several=several)
        while name in pairs:
            name += "_"
        live, git = _text(each.live), _text(each.git)
        if live != git:
            pairs[name] = Pair(name, live, git)
    return tuple(pair for _, pair in sorted(pairs.items()))


def unified_lines(pairs: tuple[Pair, ...], names: tuple[str, str] = SIDES) -> Iterator[Line]:
    """Yield the difference of each pair, with the names of its files."""
    for pair in pairs:
        live, git = (f"{name}/{pair.name}" for name in names)
        yield ((f"diff -u -N {live} {git}", Role.STRONG),)
        yield ((f"--- {live}", Role.STRONG),)
        yield ((f"+++ {git}", Role.STRONG),)
        for hunk in hunks(pair.live.splitlines(), pair.git.splitlines()):
            yield ((hunk.where, Role.MUTED),)
            yield from (((sign + text, _ROLES[sign]),) for sign, text in hunk.lines)


def _name(row: _Row, *, several: bool) -> str:
    ref, kind = row.key.ref, row.kind
    parts = (*kind.api_version.split("/"), kind.kind, ref.namespace, ref.name)
    return _ODD.sub("_", ".".join((row.key.app, *parts) if several else parts))[:_NAME_MAX]


def _text(document: JsonObject | None) -> str:
    return dump_plain(_harmless(document)) if document is not None else ""


def _harmless(value: Json) -> Json:
    """Show what could steer a terminal: the text may go there by way of another program."""
    if isinstance(value, str):
        return "\t".join(clean(part, multiline=True) for part in value.split("\t"))
    if isinstance(value, list):
        return [_harmless(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): _harmless(item) for name, item in value.items()}
    return value
