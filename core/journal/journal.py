"""What the engine writes down: an intent is on disk before its write is sent, or it is not sent."""

import asyncio
import getpass
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from core.errors import ProductError, UnavailableError
from core.journal.done import to_undo
from core.journal.entries import Entry, outcome_of, record_of
from core.journal.store import Store, journal_file
from core.model import JsonObject
from core.model.journal import Done, Intent, Outcome

_NOWHERE: Final = "there is no home folder to keep a journal in (HOME, XDG_STATE_HOME)"
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class Journal:
    """One process's way to the journal, which is opened when there is something to write."""

    def __init__(self, path: Path | None, who: str) -> None:
        """Keep it at *path*, None where there is no home; *who* is the user that orders."""
        self._path, self._who = path, who
        self._store: Store | None = None
        self._opening, self._closed = Lock(), False  # threads come at once, also while we end
        self._waiting: list[tuple[int | None, JsonObject, asyncio.Future[int]]] = []
        self._writing = False

    @classmethod
    def of_user(cls, environment: Mapping[str, str], path: Path | None = None) -> "Journal":
        """Return that of whoever runs this, as *environment* and the system know them.

        It lies at *path*, or with the user's state.
        """
        try:
            who = getpass.getuser()
        except (KeyError, OSError):  # a container's user need not have a name
            who = f"uid {os.geteuid()}"
        return cls(path or journal_file(environment), who)

    async def begin(self, intent: Intent) -> int:
        """Write an intent down; return its number.

        Raises:
            UnavailableError: It cannot be written down, so what it announces must not be done.
        """
        return await self._added(None, record_of(intent, _writer(self._who)))

    async def end(self, number: int, outcome: Outcome) -> None:
        """Write down what became of an intent.

        Raises:
            UnavailableError: It cannot be written down now; the next start finds it out.
        """
        await self._added(number, outcome_of(number, outcome))

    async def left_open(self, cluster: str) -> list[Entry]:
        """Return the intents for a cluster of processes that ended before they knew the outcome.

        Raises:
            UnavailableError: The journal cannot be read.
        """
        found = await asyncio.to_thread(lambda: self._opened().without_outcome())
        return [
            entry
            for entry in found
            if (entry.intent["cluster"] or "") == cluster and not _lives(entry.intent["writer"])
        ]

    async def to_undo(
        self, number: int | None, apps: frozenset[str], *, again: bool = False
    ) -> tuple[Done, ...]:
        """Return one write by its number, or those of the newest run of *apps* that stands.

        *again*: of the newest undo that stands.

        Raises:
            UnavailableError: The journal cannot be read.
        """
        return await asyncio.to_thread(lambda: to_undo(self._opened(), number, apps, again=again))

    def close(self) -> None:
        """Write nothing any more."""
        with self._opening:
            self._closed = True
            if self._store is not None:
                self._store.close()

    async def _added(self, intent: int | None, row: JsonObject) -> int:
        """Add a row.  Who comes while others are being written waits for the next transaction."""
        added: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((intent, row, added))
        if self._writing:
            return await added
        self._writing = True
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._write(batch)
        finally:
            self._writing = False
            for _, _, future in self._waiting:  # we are being ended, and so is everybody
                future.cancel()
        return await added

    async def _write(self, batch: list[tuple[int | None, JsonObject, asyncio.Future[int]]]) -> None:
        rows = [(intent, row) for intent, row, _ in batch]
        try:
            numbers = await asyncio.to_thread(lambda: self._opened().append(rows))
        except ProductError as error:
            for _, _, future in batch:
                if not future.cancelled():
                    future.set_exception(UnavailableError(str(error)))
            return
        except asyncio.CancelledError:
            for _, _, future in batch:
                future.cancel()
            raise
        for (_, _, future), number in zip(batch, numbers, strict=True):
            if not future.cancelled():
                future.set_result(number)

    def _opened(self) -> Store:
        if self._path is None:
            raise UnavailableError(_NOWHERE)
        with self._opening:
            if self._closed:
                raise UnavailableError("the journal is closed: the program ends")
            if self._store is None:
                self._store = Store(self._path)
                if self._store.damage:  # nothing is written before somebody could read this
                    raise UnavailableError(self._store.damage)
            return self._store


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def _began(pid: int) -> str:
    """Say when a process began, in ticks since the start of the machine; "" if it does not run."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _writer(who: str) -> JsonObject:
    pid = os.getpid()
    return {"user": who, "pid": pid, "began": _began(pid), "boot": _boot()}


def _lives(writer: object) -> bool:
    """Tell whether the process that wrote a row still runs, and so will write its outcome."""
    assert isinstance(writer, dict)
    same_boot = writer["boot"] == _boot()
    return same_boot and bool(writer["began"]) and _began(writer["pid"]) == writer["began"]
