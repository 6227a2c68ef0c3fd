"""The colours, recomputed: every text can be read, and the two sides can be told apart."""

import math

import pytest

from core.telling.spans import Role
from tui.theme.palette import PALETTES, Palette
from tui.theme.styles import MONO_STYLES, styles_of


def _channels(color: str) -> list[float]:
    return [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def _linear(color: str) -> list[float]:
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(color)]


def contrast(a: str, b: str) -> float:
    """WCAG 2.2 contrast."""
    light = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b_ for r, g, b_ in (_linear(a), _linear(b)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def _lab(color: str) -> tuple[float, float, float]:
    r, g, b = _linear(color)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def ciede2000(one: str, other: str) -> float:
    """Colour distance (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = _lab(one), _lab(other)
    mean = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - math.sqrt(mean / (mean + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    dh = (h2 - h1 + 180) % 360 - 180
    hm = (h1 + dh / 2) % 360
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    rad = math.radians
    t = (
        1
        - 0.17 * math.cos(rad(hm - 30))
        + 0.24 * math.cos(rad(2 * hm))
        + 0.32 * math.cos(rad(3 * hm + 6))
        - 0.2 * math.cos(rad(4 * hm - 63))
    )
    sl = 1 + 0.015 * (lm - 50) ** 2 / math.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    turn = 60 * math.exp(-(((hm - 275) / 25) ** 2))
    rt = -math.sin(rad(turn)) * 2 * math.sqrt(cm**7 / (cm**7 + 25**7))
    dl = (l2 - l1) / sl
    dc = (c2 - c1) / sc
    dhh = 2 * math.sqrt(c1 * c2) * math.sin(rad(dh / 2)) / sh
    return math.sqrt(dl**2 + dc**2 + dhh**2 + rt * dc * dhh)


@pytest.mark.parametrize("name", PALETTES)
def test_every_text_can_be_read(name: str) -> None:
    p: Palette = PALETTES[name]
    least = 7.0 if name.startswith("high") else 4.5
    on_ground = (p.text, p.muted, p.drifted, p.git, p.live, p.contested, p.amber, p.error)
    assert min(contrast(color, p.ground) for color in on_ground) >= least
    assert contrast(p.muted, p.raised) >= least
    for line, word in ((p.live_line, p.live_word), (p.git_line, p.git_word)):
        assert contrast(p.line_text, line) >= least
        assert contrast(p.word_text, word) >= least
    assert contrast("#ffffff", p.protected) >= 7


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_two_sides_are_far_apart(name: str) -> None:
    assert ciede2000(PALETTES[name].live_line, PALETTES[name].git_line) >= 25


def test_every_role_has_a_style_with_and_without_colour() -> None:
    for palette in PALETTES.values():
        assert set(styles_of(palette)) == set(Role)
    assert set(MONO_STYLES) == set(Role)
    assert all(style.color is None and style.bgcolor is None for style in MONO_STYLES.values())
