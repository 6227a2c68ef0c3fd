"""The program is killed at a write, and the next run makes all of it as it must be.

Every write of every deed is swept by `python -m tests.crashes`; these are the two at which most is
under way.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.crashes.sweep import DEEDS, crashed


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("deed", "nth"), [("sync", 2), ("revert", 1)])
def test_what_was_under_way_is_done_once_and_has_its_outcome(
    deed: str, nth: int, tmp_path: Path, *, after: bool
) -> None:
    (chosen,) = (each for each in DEEDS if each.name == deed)
    point = crashed(chosen, tmp_path / "world", nth, after=after)
    assert point is not None
    assert replace(point, write="") == replace(point, write="", faults=())
