"""The repositories in use, each opened once and shared by all who read or write it.

One of another machine is read from its cache here, which `fetch` brings up to date.
"""

import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from threading import Lock

from core.errors import UnavailableError, UsageError
from core.git.pinned import Pinned
from core.git.remotes import caches
from core.git.remotes.asking import Conversation
from core.git.remotes.exchange import Asked, Push
from core.git.remotes.workers import Workers
from core.git.repository import Repository
from core.git.writing.landing import Publish
from core.model import Remedy
from core.model.sources.remotes import Remote
from core.state_folder import cache_folder


class Repositories:
    """Opens repositories when they are first wanted.  Threads may share it."""

    def __init__(
        self, remotes: Iterable[Remote] = (), environment: Mapping[str, str] = os.environ
    ) -> None:
        """Open nothing yet; *remotes* are those of other machines."""
        self._remotes = {str(remote.address): remote for remote in remotes}
        self._environment, self._workers = environment, Workers(environment)
        self._opened: dict[str, Repository] = {}
        self._opening = Lock()
        self._pinned = Pinned()

    def remote(self, path: str) -> Remote | None:
        """Return how the repository at *path* is asked; None where it lies on this machine."""
        return self._remotes.get(path)

    def opened(self, path: str) -> Repository:
        """Return the repository at *path*.

        Raises:
            UsageError: There is none.
            UnavailableError: It cannot be read now, or was not fetched yet.
        """
        with self._opening:
            found = self._opened.get(path)
            if found is None:
                found = self._opened[path] = self._open(path)
            return found

    def held(self, path: str) -> Repository | None:
        """Return the repository at *path* if it is open already; never blocks."""
        return self._opened.get(path)

    def forget(self, path: str) -> None:
        """Open it afresh the next time: what was there went away."""
        self._opened.pop(path, None)

    def answered_at(self, path: str) -> float | None:
        """Return when the server at *path* last told all that was asked; None: never."""
        return caches.answered_at(self._folder(self._remotes[path]))

    def fetching(self, path: str, revisions: Iterable[str]) -> Conversation:
        """Return what brings the cache of the remote at *path* up to date for some revisions."""
        remote = self._remotes[path]
        asked = Asked(remote=remote, folder=str(self._folder(remote)), revisions=tuple(revisions))
        return Conversation(asked, self._workers, self._environment)

    def pinned(self, remote: Remote, commit: str, *, patience_s: float) -> Repository:
        """Return the repository of a remote with one commit, fetched if it is not here.

        Blocks, for at most about *patience_s*.

        Raises:
            UnavailableError: It is still being fetched, or cannot be now.
            ProductError: The server does not have it, or refuses.
        """
        self._remotes.setdefault(str(remote.address), remote)
        return self._pinned.repository(self, remote, commit, patience_s=patience_s)

    def publish(self, path: str, ref: str, before: str, after: str) -> None:
        """Move a branch of the remote at *path* to a commit that its cache has.  Blocks.

        Never by force: it moves from *before*, or not at all.

        Raises:
            OutdatedError: It is elsewhere by now.
            ProductError: The server refuses, or cannot be asked.
        """
        remote = self._remotes[path]
        push = Push(ref=ref, before=before, after=after)
        asked = Asked(remote=remote, folder=str(self._folder(remote)), push=push)
        told = Conversation(asked, self._workers, self._environment).told()
        if told.remedy is Remedy.WAIT and told.problem and self._has(path, ref, after):
            return  # only the answer was lost
        told.check()

    def publisher(self, path: str) -> Publish | None:
        """Return what moves branches of the remote at *path*; None where that is no remote."""
        return partial(self.publish, path) if path in self._remotes else None

    def pushing(self, path: str, branch: str) -> tuple[str, ...]:
        """Say of a commit to come that it is pushed; () where *path* is no remote."""
        return (f"is pushed to {branch} of {path}",) if path in self._remotes else ()

    def _has(self, path: str, ref: str, commit: str) -> bool:
        """Tell whether a branch of a server has a commit, as far as it says so now."""
        told = self.fetching(path, [ref]).told()
        if told.problem or told.missing:
            return False
        repository = self.opened(path)
        return repository.is_within(commit, repository.resolve(ref).id)

    def close(self) -> None:
        """End the processes that wait for the next poll, and what is being fetched by itself."""
        self._pinned.close()
        self._workers.close()

    def _open(self, path: str) -> Repository:
        remote = self._remotes.get(path)
        if remote is None:
            return Repository(path)
        folder = self._folder(remote)
        if caches.answered_at(folder) is None:
            raise UnavailableError(f"{path} was not fetched yet")
        return Repository(folder, called=path)

    def _folder(self, remote: Remote) -> Path:
        base = cache_folder(self._environment)
        if base is None:
            reason = "set HOME or XDG_CACHE_HOME"
            raise UsageError(f"there is no folder to keep {remote.address} in; {reason}")
        return base / "git" / caches.name_of(remote.address)
