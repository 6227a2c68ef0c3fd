"""Who, when, why and both buttons are on the screen at every size, whatever is looked at."""

import pytest

from tests.tui.scenes import BUTTONS, SCENES
from tests.tui.stage import Stage, playing

SIZES = [(80, 24), (120, 40), (200, 60)]


async def _shows(stage: Stage, *words: str) -> None:
    await stage.until(lambda: all(word in stage.screen for word in words))


@pytest.mark.parametrize("size", SIZES)
async def test_every_moment_says_who_when_why_and_offers_both_buttons(
    size: tuple[int, int],
) -> None:
    async with playing(size, snapshot=SCENES[0].world) as stage:
        for scene in SCENES:
            stage.engine.answer = scene.answer
            await stage.press("1")
            await stage.say(scene.world)
            await stage.press(*scene.keys)
            await _shows(stage, *scene.shown)
            await stage.press(*scene.dialog)
            await _shows(stage, *scene.asked, *BUTTONS, "read-only: W allows writing")
            await stage.press("escape")
