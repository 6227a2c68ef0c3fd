"""Following a repository of another machine: its server is asked every so often, its cache is read.

While the server is away what was fetched last stays in force; the reason is told once, not at every
try (safety.md section 5).
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from core.clock import Clock
from core.git import Repositories, Told
from core.model import AppSpec, Problem
from core.model.sources.remotes import Remote

FAILED_FIRST_S: Final = 5.0
FAILED_MOST_S: Final = 60.0  # a server that is back is noticed within that
JITTER: Final = 0.2  # of the interval: many engines do not ask at one moment


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
        self._path, self._remote, self._patterns = path, remote, tuple(patterns)
        self._repositories, self._clock = repositories, clock
        self._apps = tuple(apps)
        self._bell = asyncio.Event()
        self._failures = 0

    def follow(self, apps: Iterable[AppSpec]) -> None:
        """Ask for what these apps follow, from the next time on."""
        self._apps = tuple(apps)

    def ask_soon(self) -> None:
        """Ask now, whenever the next time would have been; never blocks."""
        self._bell.set()

    def has_answered(self) -> bool:
        """Tell whether anything was ever fetched, be it by an earlier run."""
        return self._repositories.answered_at(self._path) is not None

    async def fetched(self) -> Told:
        """Ask the server for what the apps follow, and wait for what it tells."""
        self._bell.clear()
        revisions = dict.fromkeys((*(spec.revision for spec in self._apps), *self._patterns))
        conversation = self._repositories.fetching(self._path, revisions)
        try:
            told = await asyncio.to_thread(conversation.told)
        finally:
            conversation.end()
        self._failures = self._failures + 1 if told.problem else 0
        return told

    def problems(self, told: Told) -> Mapping[str, Problem]:
        """Return the apps that what was told is bad news for, each with what is wrong."""
        stays = "; what was fetched last stays in force" if self.has_answered() else ""
        found = {spec.name: told.problem_of(spec.revision, self._path) for spec in self._apps}
        return {
            name: Problem(problem.remedy, problem.words + stays)
            for name, problem in found.items()
            if problem is not None
        }

    async def rest(self) -> None:
        """Wait until it is time to ask again, or somebody wants it now."""
        wait_s = self._remote.poll_s
        if self._failures:
            wait_s = min(FAILED_FIRST_S * 2 ** min(self._failures - 1, 10), FAILED_MOST_S)
        wait_s *= 1 + JITTER * self._clock.random()
        bell = asyncio.create_task(self._bell.wait())
        nap = asyncio.ensure_future(self._clock.sleep(wait_s))
        try:
            await asyncio.wait([bell, nap], return_when=asyncio.FIRST_COMPLETED)
        finally:
            bell.cancel()
            nap.cancel()
