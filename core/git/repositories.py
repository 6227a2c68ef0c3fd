"""The repositories in use, each opened once and shared by all who read or write it."""

from threading import Lock

from core.git.repository import Repository


class Repositories:
    """Opens repositories when they are first wanted.  Threads may share it."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._opened: dict[str, Repository] = {}
        self._opening = Lock()

    def opened(self, path: str) -> Repository:
        """Return the repository at *path*.

        Raises:
            UsageError: There is none.
            UnavailableError: It cannot be read now.
        """
        with self._opening:
            found = self._opened.get(path)
            if found is None:
                found = self._opened[path] = Repository(path)
            return found

    def held(self, path: str) -> Repository | None:
        """Return the repository at *path* if it is open already; never blocks."""
        return self._opened.get(path)

    def forget(self, path: str) -> None:
        """Open it afresh the next time: what was there went away."""
        self._opened.pop(path, None)
