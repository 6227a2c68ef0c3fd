"""How roles look: Rich styles for our lines, and the Textual theme for everything around them."""

from collections.abc import Mapping

from rich.style import Style
from textual.theme import Theme

from core.telling.spans import Role
from tui.theme.palette import PALETTES, Palette

MONO_STYLES: Mapping[Role, Style] = {
    **{role: Style() for role in Role},
    Role.STRONG: Style(bold=True),
    Role.TITLE: Style(bold=True),
    Role.KEY: Style(bold=True),
    Role.MUTED: Style(dim=True),
    Role.IN_SYNC: Style(dim=True),
    Role.CONTESTED: Style(bold=True),
    Role.UNKNOWN: Style(bold=True),
    Role.HEALING: Style(bold=True),
    Role.WARNING: Style(underline=True),
    Role.ERROR: Style(bold=True, underline=True),
    Role.LIVE_WORD: Style(bold=True),
    Role.GIT_WORD: Style(underline=True),
    Role.BADGE: Style(reverse=True, bold=True),
    Role.PROTECTED: Style(reverse=True, bold=True),
    Role.CURSOR: Style(reverse=True, bold=True),
    Role.SELECTED: Style(bold=True),
}


def styles_of(palette: Palette) -> Mapping[Role, Style]:
    """Spell out *palette* for every role."""
    p = palette
    return {
        Role.TEXT: Style(color=p.text),
        Role.STRONG: Style(color=p.text, bold=True),
        Role.MUTED: Style(color=p.muted),
        Role.TITLE: Style(color=p.text, bold=True),
        Role.KEY: Style(color=p.git, bold=True),
        Role.PLACE: Style(color=p.text),
        Role.IN_SYNC: Style(color=p.muted),
        Role.DRIFTED: Style(color=p.drifted),
        Role.MISSING: Style(color=p.git),
        Role.EXTRA: Style(color=p.live),
        Role.GIT: Style(color=p.git),
        Role.LIVE: Style(color=p.live),
        Role.CONTESTED: Style(color=p.contested, bold=True),
        Role.UNKNOWN: Style(color=p.text, bold=True),
        Role.HEALING: Style(color=p.git, bold=True),
        Role.WARNING: Style(color=p.amber),
        Role.ERROR: Style(color=p.error, bold=True),
        Role.DONE: Style(color=p.git),
        Role.LIVE_LINE: Style(color=p.line_text, bgcolor=p.live_line),
        Role.GIT_LINE: Style(color=p.line_text, bgcolor=p.git_line),
        Role.LIVE_WORD: Style(color=p.word_text, bgcolor=p.live_word, bold=True),
        Role.GIT_WORD: Style(color=p.word_text, bgcolor=p.git_word, bold=True),
        Role.BADGE: Style(color=p.text, bgcolor=p.ground, bold=True, reverse=True),
        Role.PROTECTED: Style(color="#ffffff", bgcolor=p.protected, bold=True),
        Role.CURSOR: Style(color=p.text, bgcolor=p.ground, bold=True, reverse=True),
        Role.SELECTED: Style(bgcolor=p.raised, bold=True),
    }


def textual_theme(name: str) -> Theme:
    """The same colours as Textual's CSS variables."""
    p = PALETTES[name]
    return Theme(
        name=f"driftdeck-{name}",
        primary=p.git,
        secondary=p.live,
        warning=p.amber,
        error=p.error,
        success=p.git,
        accent=p.git,
        foreground=p.text,
        background=p.ground,
        surface=p.ground,
        panel=p.raised,
        dark=p.dark,
        variables={
            "dd-line": p.line,
            "dd-focus": p.git,
            "dd-raised": p.raised,
            "dd-muted": p.muted,
            "scrollbar": p.line,
            "scrollbar-hover": p.muted,
            "scrollbar-active": p.muted,
            "scrollbar-background": p.ground,
            "scrollbar-background-hover": p.ground,
            "scrollbar-background-active": p.ground,
            "scrollbar-corner-color": p.ground,
            "input-selection-background": p.git_line,
        },
    )
