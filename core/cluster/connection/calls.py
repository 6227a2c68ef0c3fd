"""Requests by name, with patience: what the API server asks us to repeat is repeated here."""

from http import HTTPStatus
from typing import Final, Protocol

from core.clock import Clock
from core.cluster.connection.answers import (
    Answer,
    LinkError,
    error_of,
    is_busy,
    is_too_large,
    is_typed_patch,
    retry_after_s,
    status_of,
)
from core.cluster.connection.backoff import Backoff
from core.cluster.connection.fence import Fence
from core.cluster.connection.request import Request

RETRIES_MAX: Final = 10
PATIENCE_S: Final = 10.0  # longer waits belong to the engine, which can do other things meanwhile
_READS: Final = frozenset({"GET"})


class Caller(Protocol):
    """Whatever sends a request: a connection under test, or the link."""

    async def call(self, request: Request) -> Answer:
        """Send one request."""
        ...


class Calls:
    """Sends requests and repeats them where that is safe."""

    def __init__(self, caller: Caller, clock: Clock) -> None:
        """Send through *caller*."""
        self._caller, self._clock = caller, clock

    async def expect(self, request: Request, doing: str, *, secret: bool = False) -> Answer:
        """Return the successful answer.

        Raises:
            ProductError: Any other answer, by `answers.error_of`.
        """
        return self.checked(await self.send(request), doing, secret=secret)

    def checked(self, answer: Answer, doing: str, *, secret: bool = False) -> Answer:
        """Return an *answer* that is a success.

        Raises:
            ProductError: It is another one, by `answers.error_of`.
        """
        if not answer.ok:
            raise error_of(answer, doing, wall=self._clock.wall(), secret=secret)
        return answer

    async def send(self, request: Request, fence: Fence | None = None) -> Answer:
        """Return the answer, whatever it says, once repeating cannot help.

        A server that says when to come back (`Retry-After`) did not do what was asked: any request
        is repeated then.  Without that, or without an answer, only a read is.  Each time it has to
        pass the *fence*, where there is one.
        """
        backoff = Backoff(self._clock)
        give_up_at = self._clock.monotonic() + PATIENCE_S
        for _ in range(RETRIES_MAX):
            delay_s: float | None = None
            try:
                answer = await self._call(request, fence)
            except LinkError as error:
                if request.method not in _READS or not error.sent:
                    raise
                delay_s = backoff.next_s()
                if self._clock.monotonic() + delay_s > give_up_at:
                    raise
            else:
                delay_s = self._delay_s(request, answer, backoff)
                if delay_s is None or self._clock.monotonic() + delay_s > give_up_at:
                    return answer
            await self._clock.sleep(delay_s)
        return await self._call(request, fence)

    async def _call(self, request: Request, fence: Fence | None) -> Answer:
        if fence is None:
            return await self._caller.call(request)
        with fence.passing(request) as bounded:
            return await self._caller.call(bounded)

    def _delay_s(self, request: Request, answer: Answer, backoff: Backoff) -> float | None:
        if not is_busy(answer):
            return None
        status = status_of(answer)
        if is_typed_patch(answer, status) or is_too_large(answer, status):
            return None
        asked_s = retry_after_s(answer.retry_after, wall=self._clock.wall())
        if asked_s is not None:
            return asked_s + self._clock.random()  # jitter: all were told the same second
        if request.method in _READS and answer.status != HTTPStatus.NOT_IMPLEMENTED:
            return backoff.next_s()
        return None
