"""Reverts of one app's commits, worked out and made."""

from collections.abc import Iterable

from core.clock import Clock
from core.git import Repositories
from core.model import AppSpec, RevertPlan


class Reverts:
    """Undoes commits by new ones.  Threads may share it."""

    def __init__(self, apps: Iterable[AppSpec], repositories: Repositories, clock: Clock) -> None:
        """Undo commits of *apps*, whose folders lie in *repositories*."""
        self._specs = {spec.name: spec for spec in apps}
        self._repositories, self._clock = repositories, clock

    def planned(self, app: str, commit: str) -> RevertPlan:
        """Work a revert out without making it.  Blocks.

        Raises:
            UsageError: There is no such commit, or no repository.
            UnavailableError: The repository cannot be read.
        """
        spec = self._specs[app]
        repository = self._repositories.opened(spec.repo)
        return repository.plan_revert(commit, branch=spec.revision, app=app, folder=spec.path)

    def made(self, plan: RevertPlan) -> str:
        """Write the revert commit that was shown, and return its id.  Blocks.

        Raises:
            ProductError: It cannot be made, or the branch moved since.
        """
        repository = self._repositories.opened(self._specs[plan.app].repo)
        author, now = repository.author(), self._clock.wall()
        return repository.make_revert(plan, author=author, now=now).id
