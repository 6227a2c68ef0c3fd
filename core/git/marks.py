"""Commits of ours found again: whether one that was announced is on its branch."""

from core.git.local.operations import BRANCHES
from core.git.repositories import Repositories
from core.model.journal import Aim


class Marks:
    """Looks where the branch really is."""

    def __init__(self, repositories: Repositories) -> None:
        """Look in *repositories*."""
        self._repositories = repositories

    def find(self, aim: Aim) -> str | None:
        """Return the commit that was made for an aim; None if there is none.  Blocks.

        Raises:
            UnavailableError: It cannot be found out now.
            UsageError: There is no such repository any more.
        """
        if self._repositories.remote(aim.repo) is not None:
            self._repositories.fetching(aim.repo, [BRANCHES + aim.branch]).told().check()
        return self._repositories.opened(aim.repo).marked(aim.branch, aim.parent, aim.mark)
