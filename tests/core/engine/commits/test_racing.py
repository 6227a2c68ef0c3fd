"""Two programs that revert at once on one repository of another machine: none is lost or doubled.

Each has a cache of its own, as on two machines; whichever is faster, the outcome is the same.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from core.clock import Clock
from core.engine.commits.reverting import Reverts
from core.errors import OutdatedError
from core.model import AppSpec, RevertPlan
from tests.core.manifests.here import HERE
from tests.githost.place import Place

pytestmark = pytest.mark.outside

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: '{value}'}}\n"


class Race:
    """A folder of two ConfigMaps that two commits changed, and two programs that fetched it."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.sample = place.sample
        self.commit("Begin", a=1, b=1)
        self.bad = (self.commit("Bad a", a=2), self.commit("Bad b", b=2))
        spec = AppSpec(name="app", repo=place.path, revision="main", path="app", cluster="c")
        self.programs = []
        for home in ("one", "two"):
            mine = replace(place, home=folder / home).repositories()
            assert not mine.fetching(place.path, ["main"]).told().problem
            self.programs.append(Reverts([spec], mine, HERE, Clock()))

    def commit(self, message: str, **values: int) -> str:
        files: dict[str, bytes | None] = {
            f"app/{name}.yaml": MAP.format(name=name, value=value).encode()
            for name, value in values.items()
        }
        return self.sample.commit(files, message)

    def run(self, *commits: str) -> list[str]:
        """Both make what they were shown, at once; an outdated one makes nothing."""
        marks = [f"{number:016x}" for number in range(2)]
        plans = [
            replace(program.planned("app", commit), mark=mark)
            for program, commit, mark in zip(self.programs, commits, marks, strict=True)
        ]
        begin = Barrier(2)

        def made(program: Reverts, plan: RevertPlan) -> str:
            begin.wait()
            try:
                return program.made(plan)
            except OutdatedError:
                return ""

        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(made, self.programs, plans))

    def log(self) -> list[str]:
        """What came on top, oldest first."""
        return self.sample.git("rev-list", "--reverse", f"{self.bad[1]}..main").split()


@pytest.fixture
def race(web: Place, tmp_path: Path) -> Race:
    return Race(web, tmp_path)


def test_of_two_reverts_of_one_commit_one_is_made(race: Race) -> None:
    done = race.run(race.bad[0], race.bad[0])
    (commit,) = race.log()
    assert sorted(done) == ["", commit]
    assert race.sample.git("show", "main:app/a.yaml") == MAP.format(name="a", value=1)
    race.sample.git("fsck", "--strict")


def test_two_reverts_of_two_commits_are_both_there_one_on_the_other(race: Race) -> None:
    done = race.run(*race.bad)
    assert sorted(done) == sorted(race.log())
    assert race.sample.git("rev-list", "--merges", "main") == ""
    for name in ("a", "b"):
        text = race.sample.git("show", f"main:app/{name}.yaml")
        assert text == MAP.format(name=name, value=1)
    race.sample.git("fsck", "--strict")
