"""Whatever the objects, refs and settings hold: a value comes back, or an error in words."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cli.exit_codes import code_of_error
from core.errors import ProductError
from core.git import Repositories, Repository
from core.model import AppSpec
from core.sources.histories import Histories
from core.sources.reading import Folders
from tests.core.git.odd import Raw, repositories
from tests.core.manifests.here import HERE

WORDS: Final = {2, 3, 5}


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_odd_repository_is_read_or_refused_in_words(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "repo")
        raw = Raw(path, bare=data.draw(st.booleans()))
        for told in asked(path, data.draw(repositories(raw))):
            assert code_of_error(told) in WORDS, repr(told)
            assert "root:" not in str(told)


def asked(path: Path, revisions: list[str]) -> Iterator[ProductError]:
    """Ask all there is to ask; yield the errors."""
    repositories = Repositories()
    try:
        repository = repositories.opened(str(path))
    except ProductError as error:
        yield error
        return
    for revision in revisions:
        spec = AppSpec(name="a", repo=str(path), revision=revision, path="", cluster="c")
        for ask in (*about(repository, revision), *of(spec, repositories)):
            try:
                ask()
            except ProductError as error:
                yield error


def about(repository: Repository, revision: str) -> Iterator[Callable[[], object]]:
    yield lambda: repository.resolve(revision)
    yield lambda: reverted(repository, revision)
    yield lambda: repository.author() + repository.committer()


def of(spec: AppSpec, repositories: Repositories) -> Iterator[Callable[[], object]]:
    folders = Folders(spec.repo, repositories, HERE)

    def everything() -> None:
        found = folders.read(spec)
        assert found is not None
        for told in Histories(spec.repo, repositories).read([(spec, found.revision.id)]):
            assert [one.app for one in told] in ([], ["a"])

    yield everything


def reverted(repository: Repository, revision: str) -> None:
    plan = repository.plan_revert(revision, branch="main")
    if plan.problem is None:
        repository.make_revert(plan, author="Ada <a@b>", now=1.7e9)
