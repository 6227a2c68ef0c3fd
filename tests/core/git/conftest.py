"""A fresh repository for each test, without the settings of whoever runs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.git import Repository
from tests.core.git.sample import Sample


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    roles = (f"GIT_{role}_{what}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL"))
    for name in (*roles, "EMAIL", "GIT_DIR", "SUDO_UID", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return Sample(tmp_path / "repo")


@pytest.fixture
def repository(sample: Sample) -> Iterator[Repository]:
    """The sample's repository, with one commit in it."""
    sample.commit({"apps/web.yaml": b"a: 1\n", "README.md": b"hello\n"}, "first")
    with sample.opened() as opened:
        yield opened
