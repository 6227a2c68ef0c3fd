"""Following a repository of another machine: its server is asked every so often, its cache is read.

While the server is away what was fetched last stays in force; the reason is told once, not at every
try (safety.md section 5).
"""

import asyncio
from collections.abc import Iterable, Mapping

from core.clock import Clock
from core.git import Repositories, Told
from core.model import AppSpec, Problem
from core.model.sources.remotes import Remote
from core.sources.pace import Pace


class Polling:
    """When the server of one repository is asked, and what for."""

    def __init__(
        self,
        path: str,
        remote: Remote,
        apps: Iterable[AppSpec],
        repositories: Repositories,
        clock: Clock,
        patterns: Iterable[str] = (),
    ) -> None:
        """Ask nothing yet; *patterns* are revisions of layouts, which may have placeholders."""
        self._path, self._patterns = path, tuple(patterns)
        self._repositories, self._apps = repositories, tuple(apps)
        self.pace = Pace(remote.poll_s, clock)
        self._awaited: list[asyncio.Future[Mapping[str, Problem]]] = []  # what is told next

    def follow(self, apps: Iterable[AppSpec]) -> None:
        """Ask for what these apps follow, from the next time on."""
        self._apps = tuple(apps)

    def has_answered(self) -> bool:
        """Tell whether anything was ever fetched, be it by an earlier run."""
        return self._repositories.answered_at(self._path) is not None

    async def fetched(self) -> Told:
        """Ask the server for what the apps follow, and wait for what it tells."""
        self.pace.begin()
        awaited, self._awaited = self._awaited, []
        revisions = dict.fromkeys((*(spec.revision for spec in self._apps), *self._patterns))
        conversation = self._repositories.fetching(self._path, revisions)
        try:
            told = await asyncio.to_thread(conversation.told)
        finally:
            conversation.end()
        self.pace.end(failed=bool(told.problem))
        for each in awaited:
            if not each.done():  # else whoever asked went away
                each.set_result(self.problems(told))
        return told

    async def asked(self) -> Mapping[str, Problem]:
        """Have the server asked from now on, and wait for what is wrong then."""
        self._awaited.append(asyncio.get_running_loop().create_future())
        answer = self._awaited[-1]
        self.pace.ask_soon()
        return await answer

    def problems(self, told: Told) -> Mapping[str, Problem]:
        """Return the apps that what was told is bad news for, each with what is wrong."""
        stays = "; what was fetched last stays in force" if self.has_answered() else ""
        found = {spec.name: told.problem_of(spec.revision, self._path) for spec in self._apps}
        return {
            name: Problem(problem.remedy, problem.words + stays)
            for name, problem in found.items()
            if problem is not None
        }
