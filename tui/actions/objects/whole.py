"""The whole object as YAML: as it is live, and as Git would have it; secrets are masked."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from core.clean import clean
from core.model import Drift, JsonObject, Sides, Snapshot
from core.reconcile.memory.commands import ShowSides
from core.telling.objects import name_of
from core.telling.spans import Line, Role, say
from core.telling.values import yaml_lines
from tui.actions.objects.chosen import chosen, why_not_object
from tui.actions.places import to_sheet
from tui.surface import Action, Group, Surface
from tui.text.rows import Looks
from tui.text.sheets.sheet import Sheet
from tui.text.spans import fold

_LIVE: Final = ("live YAML", "- live", Role.LIVE)
_GIT: Final = ("Git's YAML", "+ Git", Role.GIT)


def _yaml(on: Surface) -> None:
    """Live first; the same key again shows Git's side."""
    row = chosen(on)
    if row is None:
        return
    shown = on.view.sheet.name if on.view.sheet is not None else ""
    side = _GIT if shown == _LIVE[0] else _LIVE
    number = next(on.session.numbers)
    waiting = _sheet(row, side, lambda _, __: [(("reading it", Role.MUTED),)], "")

    def news(snapshot: Snapshot) -> Sheet | None:
        found = snapshot.sides_for(number) if on.view.sheet is waiting else None
        return None if found is None else _told(row, side, found.sides.get(row.key))

    to_sheet(on, waiting, news)
    on.submit(ShowSides(number, frozenset({row.key})))


def _told(row: Drift, side: tuple[str, str, Role], sides: Sides | None) -> Sheet:
    body: JsonObject | None = None
    if sides is not None:
        body = sides.live if side is _LIVE else sides.git
    lines = [clean(line) for line in yaml_lines(body)] if body is not None else []
    return _sheet(row, side, partial(_lines, lines), "\n".join(lines))


def _sheet(
    row: Drift, side: tuple[str, str, Role], draw: Callable[[int, Looks], list[Line]], plain: str
) -> Sheet:
    name, sign, role = side
    title = ((sign, role), ("  ", Role.TEXT), say(name_of(row.key.ref), Role.STRONG))
    return Sheet(name, title, draw, plain)


def _lines(lines: Sequence[str], width: int, _: Looks) -> list[Line]:
    if not lines:
        return [(("it is not on this side; y shows the other", Role.MUTED),)]
    return [part for line in lines for part in fold(_coloured(line), width)]


def _coloured(line: str) -> Line:
    key, colon, rest = line.partition(":")
    if not colon or (rest and not rest.startswith(" ")):
        return ((line, Role.TEXT),)
    return ((f"{key}{colon}", Role.KEY), (rest, Role.TEXT))


ACTIONS: Final = (
    Action(
        id="yaml",
        keys=("y",),
        words="YAML",
        group=Group.LOOK,
        priority=21,
        does="the whole object as it is live, and again as Git would have it",
        why_not=why_not_object,
        do=_yaml,
    ),
)
