"""core.git.remotes: what a server of Git has comes into a cache, or a reason does."""

import pytest

from core.errors import OutdatedError
from tests.githost.place import Place


@pytest.fixture(params=["web", "shell"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


def test_a_repository_is_cloned_and_followed(place: Place) -> None:
    repositories = place.repositories()
    told = repositories.fetching(place.path, ["main"]).told()
    assert (told.problem, told.missing, told.moved) == ("", (), True)
    repository = repositories.opened(place.path)
    first = repository.resolve("main")
    assert [file.path for file in repository.files(first.id, "app")] == ["app/a.yaml"]
    second = place.sample.commit({"app/b.yaml": b"b: 1\n"}, "second")
    assert repositories.fetching(place.path, ["main"]).told().moved
    assert repository.resolve("main").id == second
    assert not repositories.fetching(place.path, ["main"]).told().moved
    assert [commit.id for commit in repository.history(second, "app")] == [second, first.id]


def test_a_push_moves_a_branch_that_nobody_else_moved(place: Place) -> None:
    repositories = place.repositories()
    repositories.fetching(place.path, ["main"]).told()
    repository = repositories.opened(place.path)
    first = repository.resolve("main").id
    place.sample.commit({"app/a.yaml": b"a: 2\n"}, "second")
    with pytest.raises(OutdatedError, match="moved since this was shown"):
        repositories.publish(place.path, "refs/heads/main", first, first)
