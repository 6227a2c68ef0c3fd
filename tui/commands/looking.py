"""Lines that show something, or go somewhere."""

from typing import Final

from tui.actions.compare import NAME, offers, say_compare
from tui.actions.objects import copying, outside
from tui.actions.record import ALL, say_journal
from tui.surface import Offer, Phrase, Surface
from tui.theme.palette import PALETTES


def _theme(on: Surface, text: str) -> str:
    if text not in PALETTES:
        return f"write one of: {', '.join(PALETTES)}"
    return on.dress(text)


PHRASES: Final = (
    Phrase(
        name="theme",
        takes="NAME",
        does="other colours, until you leave",
        do=_theme,
        offers=lambda _, __: map(Offer, PALETTES),
    ),
    Phrase(
        name="k9s",
        does="k9s on this cluster and namespace; its end comes back here",
        do=outside.say_k9s,
        why_not=outside.why_not_k9s,
    ),
    Phrase(
        name=NAME,
        takes="A B [live]",
        does="two apps, two clusters (live), or two commits of this app",
        do=say_compare,
        offers=offers,
    ),
    Phrase(
        name="copy",
        takes="WHAT",
        does="a path, a value, a commit or a command, to the clipboard",
        do=copying.say_copy,
        offers=copying.offers,
    ),
    Phrase(
        name="journal",
        takes="[2h]",
        does="what was written from here: of the last day, of so long, or all",
        do=say_journal,
        offers=lambda _, __: [Offer("2h"), Offer("7d"), Offer(ALL)],
    ),
)
