"""core.engine.commits.racing: one commit, however often others are faster."""

import pytest

from core.engine.commits.racing import made_once
from core.errors import OutdatedError, RejectedError


class Branch:
    """A branch that others move so many times before one of ours can be made."""

    def __init__(self, faster: int, *, came: str | None = None) -> None:
        self.faster, self.came = faster, came
        self.tried: list[int] = []

    def make(self, plan: int) -> str:
        self.tried.append(plan)
        if len(self.tried) <= self.faster:
            raise OutdatedError("it moved")
        return f"commit on {plan}"

    def find(self, plan: int) -> str | None:
        return self.came if plan == 2 else None

    def again(self, plan: int, error: OutdatedError) -> int:
        if plan == 9:
            raise error
        return plan + 1

    def made(self, plan: int = 0) -> str:
        return made_once(plan, self.make, self.find, self.again)


@pytest.mark.parametrize("faster", range(5))
def test_it_is_made_on_what_is_there_by_then(faster: int) -> None:
    branch = Branch(faster)
    assert branch.made() == f"commit on {faster}"
    assert branch.tried == [*range(faster + 1)]


def test_after_five_tries_somebody_should_look() -> None:
    branch = Branch(100)
    with pytest.raises(OutdatedError):
        branch.made()
    assert len(branch.tried) == 5


def test_what_came_there_after_all_is_not_made_again() -> None:
    branch = Branch(100, came="ours")
    assert branch.made() == "ours"
    assert branch.tried == [0, 1, 2]


def test_what_would_be_another_commit_is_not_made() -> None:
    branch = Branch(1)
    with pytest.raises(OutdatedError):
        branch.made(9)
    assert branch.tried == [9]


def test_a_refusal_is_no_race() -> None:
    def refuse(_: int) -> str:
        raise RejectedError("protected")

    branch = Branch(0)
    with pytest.raises(RejectedError):
        made_once(0, refuse, branch.find, branch.again)
