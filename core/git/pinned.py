"""Single commits of repositories of other machines: fetched once, then they are here.

Each is fetched beside whoever asks, who waits so long and no longer: a server that hangs costs the
app that names it, and not the others of its repository.
"""

import time
from collections.abc import Iterable
from threading import Event, Lock, Thread
from typing import Final, Protocol

from core.errors import ProductError, UnavailableError
from core.git.remotes.asking import Conversation
from core.git.repository import Repository
from core.model import Problem, error_of
from core.model.sources.remotes import Remote

DEADLINE_S: Final = 120.0  # of one fetch
AGAIN_S: Final = 30.0  # a server that failed is left alone for so long
SOON_S: Final = 1.0


class Fetching(Protocol):
    """Repositories of other machines, by their addresses."""

    def opened(self, path: str) -> Repository:
        """Return what was fetched of one."""

    def fetching(self, path: str, revisions: Iterable[str]) -> Conversation:
        """Return what asks its server."""


class _Fetch:
    """One commit on its way."""

    def __init__(self, conversation: Conversation, commit: str, where: str) -> None:
        self.conversation, self._commit, self._where = conversation, commit, where
        self.done = Event()
        self.problem: Problem | None = None
        self.ended_at = float("-inf")
        Thread(target=self._run, name=f"fetch {where}", daemon=True).start()

    def _run(self) -> None:
        told = self.conversation.told(deadline_s=DEADLINE_S)
        self.problem = told.problem_of(self._commit, self._where)
        self.ended_at = time.monotonic()
        self.done.set()


class Pinned:
    """Has commits fetched.  Threads may share it."""

    def __init__(self) -> None:
        """Fetch nothing yet."""
        self._fetches: dict[tuple[str, str], _Fetch] = {}
        self._lock = Lock()

    def repository(
        self, remotes: Fetching, remote: Remote, commit: str, *, patience_s: float
    ) -> Repository:
        """Return a repository that has a commit.  Blocks, for at most about *patience_s*.

        Args:
            remotes: How servers are asked; it is not kept, for it keeps this.
            remote: The repository.
            commit: Its whole id.
            patience_s: Afterwards it is still fetched, and this may be asked again.

        Raises:
            UnavailableError: It is still being fetched, or cannot be now.
            ProductError: The server does not have it, or refuses.
        """
        where = str(remote.address)
        found = _held(remotes, where, commit)
        if found is not None:
            return found
        fetch = self._fetch(remotes, where, commit)
        if not fetch.done.wait(patience_s):
            reason = f"{where}: {commit[:12]} is being fetched"
            raise UnavailableError(reason, retry_after_s=SOON_S)
        if fetch.problem is not None:
            raise _again(error_of(fetch.problem))
        found = _held(remotes, where, commit)
        if found is None:
            raise UnavailableError(f"{where} did not send {commit[:12]}", retry_after_s=AGAIN_S)
        return found

    def close(self) -> None:
        """End what is being fetched."""
        with self._lock:
            for fetch in self._fetches.values():
                fetch.conversation.end()

    def _fetch(self, remotes: Fetching, where: str, commit: str) -> _Fetch:
        with self._lock:
            fetch = self._fetches.get((where, commit))
            over = fetch is not None and fetch.done.is_set()
            stands = fetch is not None and time.monotonic() - fetch.ended_at < AGAIN_S
            if fetch is None or (over and not stands):
                fetch = _Fetch(remotes.fetching(where, (commit,)), commit, where)
                self._fetches[where, commit] = fetch
            return fetch


def _held(remotes: Fetching, where: str, commit: str) -> Repository | None:
    try:
        repository = remotes.opened(where)
        repository.commit(commit)
    except ProductError:
        return None
    return repository


def _again(error: ProductError) -> ProductError:
    """Let it be tried again, whatever it was: the server may get the commit, or give it."""
    if isinstance(error, UnavailableError):
        return UnavailableError(error.what, retry_after_s=AGAIN_S)
    return error
