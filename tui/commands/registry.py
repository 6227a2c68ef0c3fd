"""Everything that can be typed after `:`: phrases with words of their own, and every action."""

from collections.abc import Mapping
from typing import Final

from tui.actions.registry import ACTIONS
from tui.commands import acting, filing, going, looking
from tui.keys import key_name
from tui.surface import Action, Phrase, Surface

_OWN: Final = (*acting.PHRASES, *looking.PHRASES, *going.PHRASES, *filing.PHRASES)


def _phrase_of(action: Action) -> Phrase:
    """An action by its name, as if its key was pressed."""

    def do(on: Surface, text: str) -> str:
        return f"{action.id} takes nothing" if text else action.attempt(on)

    does = f"{key_name(action.keys[0])}  {action.does}"
    return Phrase(name=action.id, does=does, do=do, why_not=action.why_not)


_NAMED: Final = {phrase.name for phrase in _OWN}
PHRASES: Final = (*_OWN, *(_phrase_of(each) for each in ACTIONS if each.id not in _NAMED))
_BY_NAME: Final[Mapping[str, Phrase]] = {phrase.name: phrase for phrase in PHRASES}


def spoken(on: Surface, line: str) -> str:
    """Do what *line* says; return what is wrong with it, "" where it was done."""
    name, _, rest = line.strip().partition(" ")
    phrase = _BY_NAME.get(name)
    if phrase is None:
        return f'there is no command "{name}"; Tab completes, ? lists all'
    return phrase.why_not(on) or phrase.do(on, rest.strip())
