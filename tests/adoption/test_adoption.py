"""The whole story, for each hand: nothing on the first day, everything from then on."""

import shutil
from collections.abc import Mapping

import pytest

from tests.adoption.hands import HANDS
from tests.adoption.story import Story, Told
from tests.apiserver.server import ApiServer

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
_KUBECTL = frozenset({"kubectl apply", "kubectl create"})


@pytest.fixture(scope="module")
def told(real_server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Told]:
    """What came of each hand's objects: one story of all of them."""
    hands = [hand for hand in HANDS if hand not in _KUBECTL or shutil.which("kubectl")]
    return Story(real_server, tmp_path_factory.mktemp("adoption"), *hands).run()


@pytest.mark.parametrize("hand", HANDS)
def test_what_others_deployed_is_taken_over_and_followed_and_reverted_as_git_says(
    told: Mapping[str, Told], hand: str
) -> None:
    if hand not in told:
        pytest.skip("there is no kubectl here")
    found = told[hand]
    assert found.shown == []
    assert found.taken == found.of
    assert found.left == (found.of if HANDS[hand][1] else 0)
    assert found.changed == []
    assert found.odd_causes == []
    assert found.not_followed == []
    assert found.not_undone == []
