"""What goes to the process that speaks to a server of Git, and what comes back."""

from dataclasses import dataclass, field

from core.clean import clean
from core.model import Problem, Remedy, error_of
from core.model.sources.remotes import Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One branch of the server moves from one commit to another, or nothing happens."""

    ref: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One conversation with a server."""

    remote: Remote
    folder: str  # of the bare repository that is its cache
    revisions: tuple[str, ...] = ()  # what to fetch: branches, tags, commits, ranges, HEAD
    username: str = ""
    token: str = field(default="", repr=False)
    push: Push | None = None
    timeout_s: float = 30.0  # of a silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How it ended."""

    problem: str = ""  # "" when all went well
    remedy: Remedy = Remedy.WAIT
    missing: tuple[str, ...] = ()  # revisions that the server does not have, or has no more

    def problem_of(self, revision: str, where: str) -> Problem | None:
        """Return what is wrong with one *revision* of the repository at *where*; None: nothing."""
        if self.problem:
            return Problem(self.remedy, self.problem)
        if revision not in self.missing:
            return None
        words = f'{where} has no branch, tag or commit "{clean(revision)}"'
        return Problem(Remedy.FIX_SETTINGS, words)

    def check(self) -> None:
        """Raise what went wrong, if anything did.

        Raises:
            ProductError: By what a person can do about it.
        """
        if self.problem:
            raise error_of(Problem(self.remedy, self.problem))
