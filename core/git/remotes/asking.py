"""One conversation with a server of Git, from here: it ends by itself, or when somebody says so."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from core.errors import ProductError
from core.git.remotes.caches import answered_at
from core.git.remotes.credentials import credential_of
from core.git.remotes.exchange import Asked, Told
from core.git.remotes.workers import BrokenOffError, Worker, Workers
from core.model import problem_of

FIRST_S: Final = 900.0  # a whole history comes
KNOWN_S: Final = 120.0


class Conversation:
    """What is asked, and who asks it.  Threads may share it; `end` may come at any time."""

    def __init__(self, asked: Asked, workers: Workers, environment: Mapping[str, str]) -> None:
        """Start nothing yet."""
        self._asked, self._workers, self._environment = asked, workers, environment
        self._worker: Worker | None = None
        self._ended = False
        self._lock = Lock()

    def told(self, *, deadline_s: float | None = None) -> Told:
        """Have it and return how it ended.  Blocks, for at most *deadline_s*."""
        if deadline_s is None:
            known = self._asked.push or answered_at(Path(self._asked.folder)) is not None
            deadline_s = KNOWN_S if known else FIRST_S
        try:
            shown = credential_of(self._asked.remote, self._environment)
        except ProductError as error:
            problem = problem_of(error)
            return Told(problem=problem.words, remedy=problem.remedy)
        asked = replace(self._asked, username=shown.username, token=shown.token)
        worker = self._started()
        if worker is None:
            return Told(problem=f"{asked.remote.address}: it was not asked, the program ends")
        try:
            answer = worker.ask(msgspec.json.encode(asked), deadline_s=deadline_s)
            told = msgspec.json.decode(answer, type=Told)
        except BrokenOffError as error:
            told = Told(problem=f"{asked.remote.address}: {error}")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            told = Told(problem=f"{asked.remote.address}: fetching told nonsense")
        with self._lock:
            self._worker = None
        if told.problem or self._ended:
            worker.close()
        else:
            self._workers.give(worker)
        return told

    def end(self) -> None:
        """End it early, with whatever was started for it."""
        with self._lock:
            self._ended = True
            if self._worker is not None:
                self._worker.kill()

    def _started(self) -> Worker | None:
        with self._lock:
            if not self._ended:
                self._worker = self._workers.take()
            return self._worker
