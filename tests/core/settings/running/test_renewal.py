"""A settings file that changes under a running controller."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from core.clock import Clock
from core.settings.reading import Flags, Settings, read_settings
from core.settings.running.renewal import LOOK_S, Renewal

HEAD = "apps:\n"
ONE = HEAD + "  - {name: one, repo: repo}\n"
TWO = ONE + "  - {name: two, repo: repo, path: two}\n"
BAD = HEAD + "  - {name: one, repo: repo}\n  - {name: two, repo: repo, pth: two}\n"


class Looks:
    """What happens to the file before each look after the first; then nothing ever does."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "driftdeck.yaml"
        self.file.write_text(ONE)
        self.complaints: list[str] = []
        self.waits: list[float] = []
        self._acts: list[Callable[[], object]] = []
        self.renewal = Renewal(
            self.file, self.read, self.complaints.append, Clock(sleep=self._sleep)
        )

    def read(self) -> Settings:
        return read_settings(Flags(config=str(self.file)), self.file.parent)

    async def other(self, *texts: str | Callable[[], object]) -> tuple[str, ...] | None:
        """Put these into the file, one before each look; return the apps of new settings."""
        self._acts += [self._writing(text) if isinstance(text, str) else text for text in texts]
        try:
            found = await self.renewal.other(self.read_first)
        except asyncio.CancelledError:
            return None
        return tuple(app.name for app in found.apps)

    @property
    def read_first(self) -> Settings:
        file = self.file.parent / "first.yaml"
        file.write_text(ONE)
        return read_settings(Flags(config=str(file)), self.file.parent)

    def _writing(self, text: str) -> Callable[[], object]:
        return lambda: self.file.write_text(text)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if not self._acts:
            raise asyncio.CancelledError
        self._acts.pop(0)()


def nothing() -> None:
    """The file stays as it is."""


@pytest.fixture
def looks(tmp_path: Path) -> Looks:
    return Looks(tmp_path)


async def test_a_file_that_says_something_else_is_in_force_once_two_looks_agree(
    looks: Looks,
) -> None:
    assert await looks.other(nothing, TWO, nothing) == ("one", "two")
    assert looks.waits == [LOOK_S] * 3


async def test_half_a_file_is_waited_out(looks: Looks) -> None:
    assert await looks.other(HEAD, TWO[:-20], TWO, TWO) == ("one", "two")
    assert not looks.complaints


async def test_a_bad_file_is_said_once_with_its_place_and_the_old_one_stays(looks: Looks) -> None:
    assert await looks.other(BAD, nothing, nothing, nothing) is None
    (complaint,) = looks.complaints
    assert f"{looks.file}:3:" in complaint
    assert "pth" in complaint


async def test_after_a_bad_file_a_good_one_is_taken(looks: Looks) -> None:
    assert await looks.other(BAD, nothing, TWO, nothing) == ("one", "two")
    assert len(looks.complaints) == 1


async def test_another_mistake_is_said_too(looks: Looks) -> None:
    assert await looks.other(BAD, nothing, BAD.replace("pth", "pathh"), nothing, nothing) is None
    assert len(looks.complaints) == 2


async def test_a_file_that_goes_is_said_and_is_no_news_when_it_is_back(looks: Looks) -> None:
    assert await looks.other(looks.file.unlink, nothing, nothing, ONE, nothing, nothing) is None
    assert len(looks.complaints) == 1
    assert "cannot be read" in looks.complaints[0]


async def test_a_comment_is_no_news(looks: Looks) -> None:
    assert await looks.other(ONE + "# well\n", nothing, nothing) is None


async def test_a_mounted_config_map_is_followed_through_its_link(tmp_path: Path) -> None:
    def put(version: str, text: str) -> None:
        (tmp_path / version).mkdir()
        (tmp_path / version / "driftdeck.yaml").write_text(text)
        (tmp_path / "..data-new").symlink_to(version)
        (tmp_path / "..data-new").replace(tmp_path / "..data")  # as the kubelet does

    put("..1", ONE)
    (tmp_path / "driftdeck.yaml").symlink_to("..data/driftdeck.yaml")
    looks = Looks(tmp_path)
    assert await looks.other(lambda: put("..2", TWO), nothing) == ("one", "two")
