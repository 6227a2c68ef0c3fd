"""core.cli.commands.writing.promote: which apps are meant, and that nothing is done unasked."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from core.cli.commands.writing.promote import environment, promote
from core.cli.commands.writing.sync import Console
from core.cli.options import Options
from core.cli.output.ink import ink_for
from core.clock import Clock
from core.engine.promoting.promoting import Promoting, Promotion
from core.errors import UsageError
from core.git import Repositories
from core.model import AppSpec
from core.sources.reading import Folders
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE

POD = """\
kind: Pod
apiVersion: v1
metadata: {name: web}
spec: {containers: [{name: web, image: w:%d}]}
"""
PROD = AppSpec(name="shop-prod", repo="/r", revision="main", path="prod", cluster="c")
STAGING = replace(PROD, name="shop-staging", path="staging")


def apps(*names: str) -> list[AppSpec]:
    return [replace(PROD, name=name) for name in names]


@pytest.mark.parametrize("name", ["shop-prod", "prod-shop", "shop.prod", "prod.shop"])
def test_an_app_is_called_by_its_subject_and_its_environment(name: str) -> None:
    assert environment(apps("pay-prod", name, "shop-staging"), "shop", "prod").name == name


def test_an_environment_may_be_the_name_of_an_app() -> None:
    assert environment(apps("live", "test"), "shop", "live").name == "live"
    assert environment(apps("live", "shop-live"), "shop", "live").name == "shop-live"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("shop-prod",), "no app is shop in test; apps here: shop-prod"),
        (
            ("shop-test", "test.shop"),
            "more than one app is shop in test; apps here: shop-test,",
        ),
    ],
)
def test_what_names_no_app_or_two_is_told_with_those_there_are(
    names: tuple[str, ...], words: str
) -> None:
    with pytest.raises(UsageError) as told:
        environment(apps(*names), "shop", "test")
    assert str(told.value).startswith(words)


class World:
    """Two environments, a person who answers, and what is printed."""

    def __init__(self, folder: Path) -> None:
        self.sample = Sample(folder / "repo")
        files = {"prod/a.yaml": (POD % 1).encode(), "staging/a.yaml": (POD % 2).encode()}
        self.first = self.sample.commit({**files})
        repositories = Repositories()
        self.promoting = Promoting(
            repositories, lambda repo: Folders(repo, repositories, HERE), Clock()
        )
        self.out, self.err, self.asked = StringIO(), StringIO(), list[str]()

    def planned(self) -> Promotion:
        repo = str(self.sample.path)
        sides = (replace(STAGING, repo=repo), replace(PROD, repo=repo))
        return self.promoting.planned("shop", *sides, ())

    async def promote(
        self, *, answer: bool = False, yes: bool = False, dry_run: bool = False
    ) -> int:
        async def ask(question: str, **_: str) -> bool:
            self.asked.append(question)
            return answer

        console = Console(out=self.out, err=self.err, ink=ink_for(self.out, no_color=True), ask=ask)
        options = Options(yes=yes, dry_run=dry_run)
        return await promote(self.promoting, self.planned(), options, console)

    def head(self) -> str:
        with self.sample.opened() as repository:
            return repository.resolve("main").id


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_the_very_diff_is_shown_and_nothing_is_done_without_a_yes(world: World) -> None:
    assert await world.promote() == 1
    shown = world.out.getvalue()
    assert "Promote shop from shop-staging to shop-prod" in shown
    assert "Pod web spec.containers[name=web].image: w:1 -> w:2" in shown
    assert "+spec: {containers: [{name: web, image: w:2}]}" in shown
    assert world.asked == ["Commit this on main"]
    assert world.err.getvalue() == "nothing was done\n"
    assert world.head() == world.first


async def test_a_dry_run_asks_nothing(world: World) -> None:
    assert await world.promote(dry_run=True) == 0
    assert world.asked == []
    assert world.head() == world.first


@pytest.mark.parametrize("yes", [True, False])
async def test_after_a_yes_the_commit_is_made_and_then_there_is_nothing_to_promote(
    world: World, *, yes: bool
) -> None:
    assert await world.promote(answer=not yes, yes=yes) == 0
    assert f"committed {world.head()} on main" in world.out.getvalue()
    assert world.head() != world.first
    assert await world.promote(yes=True) == 0
    assert "nothing to promote" in world.out.getvalue()
