"""A promotion in a repository of another machine: pushed as it was shown, or not made at all."""

from dataclasses import replace

import pytest

from core.clock import Clock
from core.engine.commits.reverting import Reverts
from core.engine.promoting.promoting import Promoting, Promotion
from core.errors import OutdatedError, ProductError, RejectedError
from core.git import Repositories
from core.model import AppSpec
from core.sources.reading import Folders
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE
from tests.githost.https import HttpsHost
from tests.githost.place import Place

pytestmark = pytest.mark.outside

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  a: '%s' # of %s\n"
FIELD = "data.a"


class Estate:
    """Two environments, and a program that fetched them."""

    def __init__(self, place: Place) -> None:
        self.place, self.sample = place, place.sample
        texts = {f"{env}/m.yaml": MAP % (value, env) for env, value in (("a", 2), ("b", 1))}
        self.sample.commit({path: text.encode() for path, text in texts.items()}, "Begin")
        self.repositories = place.repositories()
        self.promoting = self.anew(self.repositories)
        self.fetch()

    def anew(self, repositories: Repositories) -> Promoting:
        return Promoting(repositories, lambda repo: Folders(repo, repositories, HERE), Clock())

    def fetch(self) -> None:
        told = self.repositories.fetching(self.place.path, ["main"]).told()
        assert not told.problem

    def spec(self, env: str) -> AppSpec:
        app = AppSpec(name=env, repo=self.place.path, revision="main", path=env, cluster="c")
        return replace(app, namespace=env)

    def planned(self, branch: str = "") -> Promotion:
        sides = self.spec("a"), self.spec("b")
        return self.promoting.planned("m", *sides, (FIELD,), branch)

    def there(self, revision: str = "main") -> str:
        """What the server has."""
        return self.sample.git("show", f"{revision}:b/m.yaml")

    def head(self, sample: Sample | None = None) -> str:
        return (sample or self.sample).git("rev-parse", "main").strip()


@pytest.fixture
def estate(web: Place) -> Estate:
    return Estate(web)


def test_it_says_where_it_is_pushed_to_and_then_pushes_it(estate: Estate) -> None:
    plan = estate.planned()
    assert plan.notes[0] == f"is pushed to main of {estate.place.path}"
    assert estate.there() == MAP % (1, "b")  # nothing was sent yet
    made = estate.promoting.made(plan)
    assert estate.head() == made
    assert estate.there() == MAP % (2, "b")


def test_a_branch_of_its_own_begins_there_and_main_stays(estate: Estate) -> None:
    before = estate.head()
    plan = estate.planned("promote/m")
    assert plan.notes[0] == f"is pushed to promote/m of {estate.place.path}"
    made = estate.promoting.made(plan)
    assert estate.sample.git("rev-parse", "promote/m").strip() == made
    assert estate.there("promote/m") == MAP % (2, "b")
    assert (estate.head(), estate.there()) == (before, MAP % (1, "b"))


def test_whoever_pushed_first_stays_and_nothing_of_ours_is_left(estate: Estate) -> None:
    plan = estate.planned()
    theirs = estate.sample.commit({"a/other.yaml": b"x: 1\n"}, "Theirs")
    with pytest.raises(OutdatedError):
        estate.promoting.made(plan)
    assert estate.head() == theirs
    assert estate.there() == MAP % (1, "b")
    estate.fetch()
    assert estate.repositories.opened(estate.place.path).resolve("main").id == theirs
    made = estate.promoting.made(estate.planned())  # on top of theirs
    assert estate.sample.git("rev-parse", f"{made}^").strip() == theirs


def test_what_the_server_refuses_is_nowhere(estate: Estate) -> None:
    before = estate.head()
    hook = estate.sample.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not on fridays >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(RejectedError, match="pre-receive hook declined"):
        estate.promoting.made(estate.planned())
    assert estate.head() == before
    assert estate.repositories.opened(estate.place.path).resolve("main").id == before


def test_while_the_server_is_away_it_can_be_shown_and_not_made(
    estate: Estate, host: HttpsHost
) -> None:
    plan, before = estate.planned(), estate.head()
    host.stop()
    assert estate.planned() == plan
    with pytest.raises(ProductError):
        estate.promoting.made(plan)
    assert estate.repositories.opened(estate.place.path).resolve("main").id == before


def test_its_revert_is_pushed_like_any_other(estate: Estate) -> None:
    made = estate.promoting.made(estate.planned())
    estate.fetch()
    reverts = Reverts([estate.spec("b")], estate.repositories, HERE, Clock())
    plan = reverts.planned("b", made)
    assert plan.notes[0] == f"is pushed to main of {estate.place.path}"
    assert estate.head() == made
    back = reverts.made(plan)
    assert estate.head() == back
    assert estate.there() == MAP % (1, "b")
