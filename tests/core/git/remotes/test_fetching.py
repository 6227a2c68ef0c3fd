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
    assert (told.problem, told.missing) == ("", ())
    repository = repositories.opened(place.path)
    first = repository.resolve("main")
    assert [file.path for file in repository.files(first.id, "app")] == ["app/a.yaml"]
    second = place.sample.commit({"app/b.yaml": b"b: 1\n"}, "second")
    for _ in range(2):  # the second one brings nothing
        assert repositories.fetching(place.path, ["main"]).told().problem == ""
        assert repository.resolve("main").id == second
    assert [commit.id for commit in repository.history(second, "app")] == [second, first.id]


def test_a_push_moves_a_branch_that_nobody_else_moved(place: Place) -> None:
    repositories = place.repositories()
    repositories.fetching(place.path, ["main"]).told()
    repository = repositories.opened(place.path)
    first = repository.resolve("main").id
    place.sample.commit({"app/a.yaml": b"a: 2\n"}, "second")
    with pytest.raises(OutdatedError, match="moved since this was shown"):
        repositories.publish(place.path, "refs/heads/main", first, first)


def test_a_shallow_cache_holds_so_many_commits_and_then_all_that_follow(place: Place) -> None:
    commits = [place.sample.commit({"app/a.yaml": b"%d" % n}, f"c{n}") for n in range(5)]
    repositories = place.repositories(depth=2)
    assert repositories.fetching(place.path, ["main"]).told().problem == ""
    repository = repositories.opened(place.path)
    head = repository.resolve("main").id
    assert [one.id for one in repository.history(head, "app")] == commits[:-3:-1]
    assert repository.is_cut(commits[-2])
    later = [place.sample.commit({"app/a.yaml": b"%d" % n}, f"c{n}") for n in range(5, 9)]
    assert repositories.fetching(place.path, ["main"]).told().problem == ""
    assert repository.resolve("main").id == later[-1]
    assert repository.is_within(head, later[-1])
    found = [one.id for one in repository.history(later[-1], "app")]
    assert found == [*later[::-1], *commits[:-3:-1]]
