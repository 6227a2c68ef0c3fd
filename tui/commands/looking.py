"""Lines that show something, or go somewhere."""

from typing import Final

from tui.actions.compare import NAME, offers, say_compare
from tui.surface import Phrase

PHRASES: Final = (
    Phrase(
        name=NAME,
        takes="A B [live]",
        does="two apps, two clusters (live), or two commits of this app",
        do=say_compare,
        offers=offers,
    ),
)
