"""The controller's log on stderr: a JSON object per line, or words where a person watches.

Nothing ever waits for it (F71): records go through a queue to a thread of their own, and where
nobody reads them they are dropped, and how many is told when somebody does again.
"""

import asyncio
import contextlib
import logging
import os
import queue
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from typing_extensions import override

from core.clean import clean
from core.cli.output.forms import identity_of, line_of, time_text
from core.model import Event, EventName, Json, JsonObject
from core.telling import events
from core.telling.spans import plain

QUEUED_MAX: Final = 10_000
OURS: Final = "driftdeck"
_URL: Final = re.compile(r"(\w+://)(?:[^/\s@]*@)?([^\s?#\"'<>]*)(?:[?#][^\s\"'<>]*)?")
_LEVELS: Final[Mapping[EventName, str]] = {
    EventName.HEAL_FAILED: "error",
    EventName.SYNC_FAILED: "error",
    EventName.FIGHTING: "warning",
    EventName.PRUNE_BLOCKED: "warning",
    EventName.HEAL_SKIPPED: "warning",
    EventName.DRIFT_DETECTED: "warning",
    EventName.SOURCE_UNAVAILABLE: "warning",
    EventName.CLUSTER_UNAVAILABLE: "warning",
}


def event_words(event: Event) -> str:
    """Say one event in one line of plain words."""
    return plain(events.story(event, time_text(event.time)))


def record_of(event: Event) -> JsonObject:
    """Put an event into the form of a record."""
    return _record(
        event.time,
        _LEVELS.get(event.name, "info"),
        OURS,
        plain(events.story(event, "")),
        app=event.app or None,
        cluster=event.called.stated or None,
        object=identity_of(event.kind, event.ref) if event.kind and event.ref else None,
    )


def _record(at: float, level: str, logger: str, message: str, **about: Json) -> JsonObject:
    known: JsonObject = {"app": None, "cluster": None, "object": None}
    head: JsonObject = {"ts": time_text(at), "level": level, "logger": logger, "message": message}
    return head | known | about


class Log:
    """Takes records on any thread and writes them down in order."""

    def __init__(self, err: int) -> None:
        """Write to a file descriptor, from a thread that ends with the process."""
        self._err, self._words = err, os.isatty(err)
        self._lines: queue.Queue[str | threading.Event] = queue.Queue(QUEUED_MAX)
        self._dropped = 0
        threading.Thread(target=self._write_all, name="log", daemon=True).start()

    def tell(self, event: Event) -> None:
        """Note an event."""
        self._put(event_words(event) + "\n" if self._words else line_of(record_of(event)))

    def say(self, message: str, level: str = "info", logger: str = OURS, **about: Json) -> None:
        """Note something else."""
        message = clean(message, multiline=True)
        made = _record(time.time(), level, logger, message, **about)
        self._put(f"{message}\n" if self._words else line_of(made))

    async def drained(self, within_s: float) -> None:
        """Return when all that was noted is written, or that time is over."""
        written = threading.Event()
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(written)
            await asyncio.to_thread(written.wait, within_s)

    def _put(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def _write_all(self) -> None:
        while True:
            line = self._lines.get()
            if isinstance(line, threading.Event):
                line.set()
                continue
            with contextlib.suppress(OSError):  # a lost log is no reason to stop healing
                self._write(line)

    def _write(self, line: str) -> None:
        rest = memoryview(line.encode("utf-8", "backslashreplace"))
        while rest:
            rest = rest[os.write(self._err, rest) :]
        dropped, self._dropped = self._dropped, 0
        if dropped:
            self.say(f"{dropped} records were dropped: stderr was not read in time", "warning")


class _Handler(logging.Handler):
    """Takes what libraries log."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)  # a traceback has no locals
        self._log.say(without_secrets(text), record.levelname.lower(), record.name)


@contextmanager
def taking_over(log: Log) -> Iterator[None]:
    """Have everything that libraries log written by *log*."""
    handler, root = _Handler(log), logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def without_secrets(text: str) -> str:
    """Show addresses without user, query and fragment, where a password can stand."""
    return _URL.sub(r"\1\2", text)
