"""The pictures in the README are what the app draws today."""

import pytest

from tests.screenshots import FOLDER, SHOTS, Shot, draw


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_picture_is_not_stale(shot: Shot) -> None:
    kept = (FOLDER / f"{shot.name}.svg").read_text()
    assert draw(shot, wanted=kept) == kept, "run `python -m tests.screenshots`"


def test_every_picture_belongs_to_a_shot() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == {shot.name for shot in SHOTS}
