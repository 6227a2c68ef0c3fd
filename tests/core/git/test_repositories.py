"""core.git.repositories: each repository is opened once, whoever wants it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import UsageError
from core.git import Repositories
from tests.core.git.sample import Sample


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"a": b"1"}, "first")
    return made


def test_a_repository_is_opened_once_for_every_thread(sample: Sample) -> None:
    repositories = Repositories()
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(repositories.opened, [str(sample.path)] * 40))
    assert {id(one) for one in opened} == {id(repositories.held(str(sample.path)))}


def test_nothing_is_held_before_somebody_wants_it(sample: Sample) -> None:
    repositories = Repositories()
    assert repositories.held(str(sample.path)) is None
    repositories.forget(str(sample.path))
    assert repositories.held(str(sample.path)) is None


def test_one_that_was_forgotten_is_opened_afresh(sample: Sample) -> None:
    repositories = Repositories()
    before = repositories.opened(str(sample.path))
    repositories.forget(str(sample.path))
    assert repositories.opened(str(sample.path)) is not before


def test_one_that_is_not_there_yet_is_looked_for_each_time(tmp_path: Path) -> None:
    repositories, path = Repositories(), tmp_path / "late"
    with pytest.raises(UsageError):
        repositories.opened(str(path))
    assert repositories.held(str(path)) is None
    Sample(path).commit({"a": b"1"}, "first")
    assert repositories.opened(str(path)).resolve("main").subject == "first"
