"""Each server's rows are played once; the tests look at what was said."""

import pytest

from tests.apiserver.server import ApiServer
from tests.verdicts.play import Played, play, real_theatre, sandbox_theatre
from tests.verdicts.rows import CASES


@pytest.fixture(scope="session")
def on_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The rows on the embedded server."""
    with sandbox_theatre(tmp_path_factory.mktemp("sandbox")) as theatre:
        return play(theatre, CASES)


@pytest.fixture(scope="session")
def on_real(
    real_server: ApiServer, controller_manager: None, tmp_path_factory: pytest.TempPathFactory
) -> Played:
    """The rows on the real server."""
    del controller_manager  # it says whether controllers can run
    with real_theatre(tmp_path_factory.mktemp("real"), real_server) as theatre:
        return play(theatre, CASES)


@pytest.fixture
def played(request: pytest.FixtureRequest, server: str) -> Played:
    """What was said on one server."""
    found: Played = request.getfixturevalue(f"on_{server}")
    return found
