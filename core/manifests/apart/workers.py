"""As many processes that parse as are asked at a time: each serves one thread, and then the next.

A text that ends its process is refused, with the reason, and those after it are asked again of
another process.  One that was only killed may have been in the wrong place: it is tried again.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from threading import Condition
from typing import Final

from core.errors import UnavailableError
from core.manifests.apart.questions import Answer, Question, Refused
from core.manifests.apart.worker import Ended, Limits, Worker

AHEAD: Final = 256  # questions sent before their answers are looked for
AHEAD_BYTES: Final = 2**20
PATIENCE_S: Final = 0.1  # for a busy process: another one takes as long to start
KEPT: Final = 2  # idle ones; a sync asks from six threads, and eleven were started in turn
LARGE_BYTES: Final = 2**22  # after a text of this size a process is not kept, nor its memory
_KILLED: Final = "its parser was killed twice (out of memory?); split the file or give more memory"


class Workers:
    """Answers questions in other processes, which start when they are needed.

    Threads may share it.
    """

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - a value
        """Start nothing yet."""
        self._limits, self._lock = limits, Condition()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._closed = False

    def answers(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Answer questions in their order, while the next ones are still being made.  Blocks.

        Raises:
            UnavailableError: No process can be started, or all were closed.
        """
        made = iter(questions)
        first = next(made, None)
        if first is None:
            return
        worker = self._taken()
        try:
            for question in chain((first,), made):
                worker.send(question)
                while len(worker.unanswered) > AHEAD or worker.waiting_bytes > AHEAD_BYTES:
                    worker, answer = self._received(worker)
                    yield answer
            while worker.unanswered:
                worker, answer = self._received(worker)
                yield answer
        except BaseException as error:
            self._dropped(worker)
            if isinstance(error, UnavailableError):
                self._refuse_when_closed()  # and then it did not end by itself
            raise
        self._given_back(worker)

    def close(self) -> None:
        """End every process; whoever waits for an answer is told."""
        with self._lock:
            self._closed = True
            for worker in (*self._busy, *self._idle):
                worker.end()
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def _received(self, worker: Worker) -> tuple[Worker, Answer]:
        """Return the next answer, and who goes on from here."""
        try:
            return worker, worker.receive()
        except Ended as end:
            worker = self._replaced(worker, list(worker.unanswered)[bool(end.reason) :])
            if end.reason:
                return worker, Refused(1, end.reason)
        try:
            return worker, worker.receive()
        except Ended as end:
            worker = self._replaced(worker, list(worker.unanswered)[1:])
            return worker, Refused(1, end.reason or _KILLED)

    def _replaced(self, worker: Worker, questions: list[Question]) -> Worker:
        self._dropped(worker)
        other = self._taken()
        for question in questions:
            other.send(question)
        return other

    def _taken(self) -> Worker:
        with self._lock:
            if self._busy:
                self._lock.wait_for(lambda: self._idle or self._closed, PATIENCE_S)
            self._refuse_when_closed()
            worker = self._idle.pop() if self._idle else Worker(self._limits)
            self._busy.add(worker)
            return worker

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise UnavailableError("nothing is parsed any more: the program ends")

    def _given_back(self, worker: Worker) -> None:
        if worker.largest_bytes > LARGE_BYTES:
            self._dropped(worker)
            return
        with self._lock:
            self._busy.discard(worker)
            kept = not self._closed and len(self._idle) < KEPT
            if kept:
                self._idle.append(worker)
                self._lock.notify()
        if not kept:
            worker.close()

    def _dropped(self, worker: Worker) -> None:
        with self._lock:
            self._busy.discard(worker)
        worker.close()
