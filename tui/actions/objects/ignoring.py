"""The rule that would hide a difference, written as the settings have it; nothing is written."""

import json
import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from core.clean import clean
from core.model import Drift
from core.telling.spans import Line, Role, say
from tui.actions.objects.chosen import chosen, why_not_object
from tui.actions.places import to_sheet
from tui.model.focus import Pane
from tui.surface import Action, Group, Surface
from tui.text.rows import Looks
from tui.text.sheets.sheet import Sheet
from tui.text.spans import fold, wrap


def rule_of(row: Drift, path: str | None) -> str:
    """Write the entry below `ignore:` that hides one field of an object, or all of the object."""
    ref = row.key.ref
    what = ("path", path) if path is not None else ("pointer", "")
    narrowed = (("group", ref.group), ("kind", ref.kind), ("name", ref.name))
    space = (("namespace", ref.namespace),)
    facts = [what, *((name, re.escape(text)) for name, text in (*narrowed, *space) if text)]
    lines = [f"{name}: {json.dumps(text)}" for name, text in facts]
    return "\n".join(f"{'- ' if at == 0 else '  '}{line}" for at, line in enumerate(lines))


def _ignore(on: Surface) -> None:
    row, field = chosen(on), on.field
    if row is None:
        return
    pointed = field if on.view.focus.pane is Pane.CHANGES and on.view.sheet is None else None
    rule = clean(rule_of(row, pointed.path if pointed is not None else None), multiline=True)
    what = "this field" if pointed is not None else "this whole object"
    title = (("Ignore rule", Role.TITLE), say(f"  {what}", Role.MUTED))
    app = say(row.key.app)[0]
    to_sheet(on, Sheet("Ignore rule", title, partial(_lines, rule.split("\n"), app), rule))


def _lines(rule: Sequence[str], app: str, width: int, _: Looks) -> list[Line]:
    words = f"Below `ignore:` of app {app} in the settings it hides this. Nothing was written."
    lines: list[Line] = [((part, Role.TEXT),) for part in wrap(words, width)]
    lines += [(), *(part for line in rule for part in fold(((line, Role.STRONG),), width))]
    return [*lines, (), (("c", Role.KEY), (" copies it", Role.MUTED))]


ACTIONS: Final = (
    Action(
        id="ignore",
        keys=("I",),
        words="ignore",
        group=Group.LOOK,
        does="the rule that hides this object, or the field that pane 0 points at",
        why_not=why_not_object,
        do=_ignore,
    ),
)
