"""The help page, made from the actions."""

from collections.abc import Mapping, Sequence

from core.telling.spans import Line, Role, say
from tui.keys import DIALOG_WORDS, key_name
from tui.surface import Action, Group, Phrase
from tui.text.spans import padded, wrap

_KEYS_CELLS = 20


def help_lines(
    actions: Sequence[Action], width: int, disabled: Mapping[str, str], wanted: str = ""
) -> list[Line]:
    """Every key that matches *wanted*; a disabled one is dimmed and says why."""
    lines: list[Line] = []
    for group in Group:
        found = [a for a in actions if a.group is group and wanted.lower() in _haystack(a)]
        if found:
            lines += [((group.value, Role.TITLE),)]
            for action in found:
                keys = " ".join(key_name(key) for key in action.keys)
                lines += _told(keys, action.does, width, disabled.get(action.id, ""))
            lines.append(())
    if not lines:
        return []
    return [*lines, (("In a dialog  ", Role.TITLE),), *_wrapped(DIALOG_WORDS, width)]


def phrase_lines(
    phrases: Sequence[Phrase], width: int, disabled: Mapping[str, str], wanted: str = ""
) -> list[Line]:
    """Every line that can be typed after `:` and matches *wanted*; without those of keys alone."""
    found = [each for each in phrases if wanted.lower() in f"{each.name} {each.does}".lower()]
    lines: list[Line] = [(), (("Typed after :", Role.TITLE),)] if found else []
    for each in found:
        name = f":{each.name} {each.takes}".rstrip()
        lines += _told(name, each.does, width, disabled.get(f":{each.name}", ""))
    return lines


def welcome_lines(welcome: str, width: int) -> list[Line]:
    """What was said at the start, for who wants to read it again."""
    return [*_wrapped(say(welcome)[0], width), ()] if welcome else []


def _haystack(action: Action) -> str:
    return f"{' '.join(action.keys)} {action.id} {action.words} {action.does}".lower()


def _told(typed: str, does: str, width: int, reason: str) -> list[Line]:
    """Say what is *typed* to have something done, and why it cannot be done."""
    role = Role.MUTED if reason else Role.TEXT
    text = f"{does} ({reason})" if reason else does
    cells = max(_KEYS_CELLS, len(typed) + 4)
    pieces = wrap(text, max(10, width - cells))
    lead = (padded(f"  {typed}", cells), Role.MUTED if reason else Role.KEY)
    rest = [(((" " * cells), Role.TEXT), (piece, role)) for piece in pieces[1:]]
    return [(lead, (pieces[0], role)), *rest]


def _wrapped(text: str, width: int) -> list[Line]:
    return [((f"  {piece}", Role.TEXT),) for piece in wrap(text, max(10, width - 2))]
