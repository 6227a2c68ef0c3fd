"""Which commit is in force where commits must be signed (safety.md sections 1 and 7, G1).

The commit that a revision means must carry a good signature; what it descends from need not.  One
that does not is not followed: what is in force is the newest commit with a good signature that the
branch was before it, as far as that does not go back behind what was in force already.
"""

import os
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final, NamedTuple

from core.errors import RejectedError
from core.git import Repository, Signable
from core.model import AppSpec, Commit, Problem, Remedy
from core.model.sources.signers import Signers
from core.sources.signatures import Signatures

BACK_MOST: Final = 1_000  # commits
KEPT: Final = 100
ASKED_MOST: Final = 50  # signatures of others, each a run of a program


def unsigned(what: str) -> str:
    """Say why no commit of ours can be made where commits must be signed; *what* git makes then."""
    return (
        "settings require signed commits of this repository, and what is written here is not"
        f" signed; make the {what} with git, and sign it"
    )


class InForce(NamedTuple):
    """A commit, and why it is not the newest."""

    commit: Commit
    problem: Problem | None


class Trust:
    """Chooses commits of one repository.  Threads may share it."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Use the programs on the PATH of *environment*."""
        self._signatures = Signatures(environment)
        self._last: dict[str, str] = {}  # app -> the commit in force
        self._looked: dict[tuple[str, str, Signers], tuple[str, str | None]] = {}

    def in_force(self, repository: Repository, spec: AppSpec, newest: Commit) -> InForce:
        """Return what is in force of an app, whose revision means *newest*.

        Raises:
            RejectedError: Nothing is.
            UnavailableError: A program that verifies signatures is missing.
        """
        if spec.signers is None:
            return InForce(newest, None)
        problem, found = self._look(repository, newest.id, spec.revision, spec.signers)
        last = self._last.get(spec.name)
        if problem and last is not None:
            followed = found is not None and repository.is_within(last, found)
            found = found if followed else last
        if found is None:
            raise RejectedError(problem)
        self._last[spec.name] = found
        if not problem:
            return InForce(newest, None)
        words = f"{problem}; {found[:7]} stays in force"
        return InForce(repository.commit(found), Problem(Remedy.CHANGE_GIT, words))

    def _look(
        self, repository: Repository, newest: str, revision: str, signers: Signers
    ) -> tuple[str, str | None]:
        """Return what is wrong with the newest commit, and the last one that is good."""
        asked = (newest, revision, signers)
        if asked not in self._looked:
            line = islice(repository.signable(newest, revision), BACK_MOST)
            problem = self._problem(next(line), signers)
            found = (problem, self._newest(line, signers)) if problem else ("", newest)
            if len(self._looked) >= KEPT:
                self._looked.clear()
            self._looked[asked] = found
        return self._looked[asked]

    def _problem(self, found: Signable, signers: Signers) -> str:
        """Say why nothing speaks for a commit; one good signature is enough."""
        problems = [self._signatures.problem(each, signers) for each in found.objects]
        return "" if "" in problems else "; ".join(problems)

    def _newest(self, before: Iterable[Signable], signers: Signers) -> str | None:
        signed = (each for each in before if any(one.signature for one in each.objects))
        good = (
            each.commit for each in islice(signed, ASKED_MOST) if not self._problem(each, signers)
        )
        return next(good, None)
