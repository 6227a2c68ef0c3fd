"""Faults a test can switch on: wrong answers, silence, cut watches, a forgotten history."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Answer:
    """What some requests are answered instead of the truth."""

    status: int
    method: str | None
    path_contains: str
    times: int
    retry_after: float | None
    body: bytes | None

    def covers(self, method: str, path: str) -> bool:
        """Whether a request is one of those."""
        wanted = self.method in (None, method)
        return self.times > 0 and wanted and self.path_contains in path


class Faults:
    """The switches.  They act on requests that arrive after they were set."""

    def __init__(
        self,
        cut: Callable[[], None],
        forget: Callable[[], None],
        remember: Callable[[], Callable[[int], None]],
    ) -> None:
        """Take what cuts every watch, what forgets the history, and what remembers all there is."""
        self._cut, self._forget, self._remember = cut, forget, remember
        self._answers: list[Answer] = []
        self._stalls: list[str] = []
        self._cleared = asyncio.Event()

    def answer(
        self,
        status: int,
        *,
        method: str | None = None,
        path_contains: str = "",
        times: int = 1,
        retry_after: float | None = None,
        body: bytes | None = None,
    ) -> None:
        """Answer the next *times* matching requests with *status*.

        Args:
            status: The HTTP status.
            method: Only this method; None: any.
            path_contains: Only paths (with their query) that contain this.
            times: How many requests.
            retry_after: Seconds for the `Retry-After` header.
            body: The raw body; None: a fitting `Status`.
        """
        self._answers.append(Answer(status, method, path_contains, times, retry_after, body))

    def stall(self, path_contains: str = "") -> None:
        """Take matching requests and say nothing, until `clear`."""
        self._stalls.append(path_contains)

    def clear(self) -> None:
        """Switch all faults off; stalled requests go on."""
        self._answers.clear()
        self._stalls.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    def cut_watches(self) -> None:
        """Break every open watch, as a dying server does."""
        self._cut()

    def expire_history(self) -> None:
        """Forget all changes so far: watches that resume from before get 410."""
        self._forget()

    def remember(self) -> Callable[[int], None]:
        """Return what puts everything back as it is now, as an etcd restored from a snapshot.

        It is told how many versions the server has made since then, of things of its own.
        """
        return self._remember()

    async def wait_if_stalled(self, path: str) -> None:
        """Hold a request back while it is stalled."""
        while any(part in path for part in self._stalls):
            await self._cleared.wait()

    def take(self, method: str, path: str) -> Answer | None:
        """Return what to answer instead, if anything, and count it."""
        for one in self._answers:
            if one.covers(method, path):
                one.times -= 1
                return one
        return None
