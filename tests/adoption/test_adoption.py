"""The whole story, for each hand: nothing on the first day, everything from then on."""

import shutil
from pathlib import Path

import pytest

from tests.adoption.hands import HANDS
from tests.adoption.story import Story
from tests.apiserver.server import ApiServer

pytestmark = pytest.mark.real
_KUBECTL = frozenset({"kubectl apply", "kubectl create"})


@pytest.mark.parametrize("hand", HANDS)
def test_what_others_deployed_is_taken_over_and_followed_as_git_says(
    real_server: ApiServer, tmp_path: Path, hand: str
) -> None:
    if hand in _KUBECTL and shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl here")
    told = Story(real_server, tmp_path, hand).run()
    assert told.shown == []
    assert told.taken == told.of
    assert told.left == (told.of if HANDS[hand][1] else 0)
    assert told.changed == []
    assert told.odd_causes == []
    assert told.not_followed == []
    assert told.not_undone == []
