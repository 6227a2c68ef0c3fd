"""Which colours mean what, as plain numbers (terminal.md section 5).

Live is orange and Git blue, never red and green: of all pairs that were measured this one keeps
its distance for every kind of sight.  Every text reaches a contrast of 4.5 on its ground.
"""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One theme's colours."""

    dark: bool
    ground: str
    raised: str  # header, hint bar, the row of an unfocused cursor
    line: str  # borders at rest
    text: str
    muted: str
    drifted: str
    git: str
    live: str
    contested: str
    amber: str
    error: str
    live_line: str
    git_line: str
    live_word: str
    git_word: str
    line_text: str
    word_text: str
    protected: str = "#8f1010"


DARK: Final = Palette(
    dark=True,
    ground="#0d1117",
    raised="#161b22",
    line="#3d444d",
    text="#e6edf3",
    muted="#8b949e",
    drifted="#feef32",
    git="#7fbbf4",
    live="#d89a4b",
    contested="#f9137d",
    amber="#e3b341",
    error="#ff7b72",
    live_line="#4d2d00",
    git_line="#0c2d6b",
    live_word="#9e4c00",
    git_word="#1f5fc4",
    line_text="#e6edf3",
    word_text="#ffffff",
)
LIGHT: Final = Palette(
    dark=False,
    ground="#ffffff",
    raised="#f3f4f6",
    line="#c8ccd1",
    text="#1f2328",
    muted="#59636e",
    drifted="#857000",
    git="#036daa",
    live="#6e2800",
    contested="#5c0a66",
    amber="#7d4e00",
    error="#b3261e",
    live_line="#ffe2bd",
    git_line="#d6e6ff",
    live_word="#ffb86b",
    git_word="#8fbcff",
    line_text="#1f2328",
    word_text="#1f2328",
)
CLASSIC_DARK: Final = replace(
    DARK, live_line="#3f0001", git_line="#002800", live_word="#901011", git_word="#006000"
)
CLASSIC_LIGHT: Final = replace(
    LIGHT, live_line="#ffe0e0", git_line="#d0ffd0", live_word="#ffc0c0", git_word="#a0efa0"
)
HIGH_DARK: Final = replace(
    DARK,
    ground="#000000",
    raised="#000000",
    line="#b6bec7",
    text="#ffffff",
    muted="#b6bec7",
    drifted="#fff0ae",
    git="#97bde7",
    live="#dda771",
    contested="#fa5ca2",
    error="#ff9d96",
    live_line="#5c3500",
    git_line="#003a8c",
    live_word="#ffb84d",
    git_word="#9cd2ff",
    line_text="#ffffff",
    word_text="#000000",
)
HIGH_LIGHT: Final = replace(
    LIGHT,
    raised="#ffffff",
    line="#4a525b",
    text="#000000",
    muted="#4a525b",
    drifted="#302807",
    git="#0456a4",
    live="#874304",
    contested="#440739",
    amber="#5c3900",
    error="#8c1d18",
    live_line="#ffd9a3",
    git_line="#bcd9ff",
    live_word="#7a3a00",
    git_word="#0a3d91",
    line_text="#000000",
    word_text="#ffffff",
)
PALETTES: Final[dict[str, Palette]] = {
    "dark": DARK,
    "light": LIGHT,
    "classic-dark": CLASSIC_DARK,
    "classic-light": CLASSIC_LIGHT,
    "high-contrast-dark": HIGH_DARK,
    "high-contrast-light": HIGH_LIGHT,
}
