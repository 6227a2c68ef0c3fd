"""The journal's file: one table, to which rows are only added.  The one door to SQLite.

Several processes may share it.  A file that cannot be trusted, or a folder that others can write
to, is no place for evidence (safety.md section 6): then nothing is written to a cluster either.
"""

import fcntl
import os
import sqlite3
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from core.errors import UnavailableError
from core.journal.entries import FIRST, Entry, canonical, chained
from core.model import JsonObject
from core.state_folder import state_folder

VERSION: Final = 1
ROWS_MAX: Final = 200_000  # two for each write; the oldest go, and their last hash stays
BUSY_S: Final = 5.0
_PAUSE_S: Final = 0.01
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_SHARED: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "afs", "ceph", "fuse.sshfs", "9p"})
_SCHEMA: Final = """
CREATE TABLE rows (number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL,
                   intent INTEGER, text TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX outcomes ON rows (intent) WHERE intent IS NOT NULL;
CREATE TABLE anchor (hash TEXT NOT NULL);
PRAGMA user_version = 1;
"""
_OPEN: Final = """
SELECT number, at, text FROM rows AS one WHERE intent IS NULL
 AND NOT EXISTS (SELECT 1 FROM rows WHERE intent = one.number) ORDER BY number
"""


_ENTRIES: Final = """
SELECT one.number, one.at, one.text, other.text, other.at FROM rows AS one
 LEFT JOIN rows AS other ON other.intent = one.number WHERE one.intent IS NULL
"""


def journal_file(environment: Mapping[str, str]) -> Path | None:
    """Return where this user's journal is, made or not; None where there is no home."""
    folder = state_folder(environment)
    return None if folder is None else folder / "journal.sqlite"


class Store:
    """An open journal.  Threads may share it; each method blocks.

    Each raises `UnavailableError` where the disk, or another process, does not let it.
    """

    def __init__(self, path: Path) -> None:
        """Open *path*, made where there is none.

        A damaged file is set aside under another name; `damage` then says so.

        Raises:
            UnavailableError: Nothing may be kept there, or can be.
        """
        self._path, self._lock = path, Lock()
        with _explained(path):
            _refuse_bad_places(path)
            self._connection, self.damage = _opened(path)
            with _closed_after_errors(self._connection):
                self._cut()

    def append(self, rows: Sequence[tuple[int | None, JsonObject]]) -> list[int]:
        """Add *rows* in one transaction, on disk when it returns; return their numbers.

        Each is the number of the intent that it ends, None for an intent, and what it says.
        """
        with self._transaction():
            before, numbers = self._last_hash(), []
            for intent, row in rows:
                at, text = time.time(), canonical(row)
                before = chained(before, at, text)
                sql = "INSERT INTO rows (at, intent, text, hash) VALUES (?, ?, ?, ?)"
                number = self._connection.execute(sql, (at, intent, text, before)).lastrowid
                assert number is not None
                numbers.append(number)
        return numbers

    def without_outcome(self) -> list[Entry]:
        """Return the intents that no outcome was ever written for, oldest first."""
        with self._lock, _explained(self._path):
            found = self._connection.execute(_OPEN).fetchall()
        return [Entry(number, at, _read(text)) for number, at, text in found]

    def since(self, at: float) -> list[Entry]:
        """Return what was written from a moment on, in seconds since the epoch, oldest first."""
        return self._entries("AND one.at >= ? ORDER BY one.number", at)

    def newest(self, count: int) -> list[Entry]:
        """Return what was written last, the newest first."""
        return self._entries("ORDER BY one.number DESC LIMIT ?", count)

    def entry(self, number: int) -> list[Entry]:
        """Return one intent by its number; none where there is no such one."""
        return self._entries("AND one.number = ?", number)

    def _entries(self, which: str, value: float) -> list[Entry]:
        with self._lock, _explained(self._path):
            found = self._connection.execute(_ENTRIES + which, (value,)).fetchall()
        return [
            Entry(number, at, _read(text), None if other is None else _read(other), ended_at)
            for number, at, text, other, ended_at in found
        ]

    def close(self) -> None:
        """Write nothing any more."""
        with self._lock, suppress(sqlite3.Error):
            self._connection.close()

    # The file -----------------------------------------------------------------------------------

    def _last_hash(self) -> str:
        sql = "SELECT hash FROM rows ORDER BY number DESC LIMIT 1"
        found = self._connection.execute(sql).fetchone()
        return str(found[0]) if found else _anchor(self._connection)

    def _cut(self) -> None:
        """Let the oldest rows go; the hash of the last of them stays as the anchor."""
        with self._transaction():
            sql = "SELECT number, hash FROM rows ORDER BY number DESC LIMIT 1 OFFSET ?"
            found = self._connection.execute(sql, (ROWS_MAX,)).fetchone()
            if found is not None:
                self._connection.execute("UPDATE anchor SET hash = ?", (found[1],))
                self._connection.execute("DELETE FROM rows WHERE number <= ?", (found[0],))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, _explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _opened(path: Path) -> tuple[sqlite3.Connection, str]:
    """Open the journal, and say what was wrong with the one before; "" if nothing."""
    connection, trouble = _looked_at(path)
    if not trouble:
        return connection, ""
    connection.close()
    with _alone(path.parent):
        connection, trouble = _looked_at(path)  # another process may have set it aside by now
        return (connection, "") if not trouble else _replaced(path, connection, trouble)


def _replaced(
    path: Path, connection: sqlite3.Connection, trouble: str
) -> tuple[sqlite3.Connection, str]:
    """Set a damaged file aside, and begin another one."""
    connection.close()
    aside = path.with_name(f"{path.name}.damaged-{time.time_ns()}")
    path.replace(aside)
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    connection, _ = _looked_at(path)
    return connection, f"the journal was damaged ({trouble}); it is kept as {aside}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time replace a file in *folder*."""
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _looked_at(path: Path) -> tuple[sqlite3.Connection, str]:
    connection = _connected(path)
    with _closed_after_errors(connection):
        try:
            return connection, _trouble(connection)
        except sqlite3.OperationalError:  # busy, or a full disk: that is no damage
            raise
        except sqlite3.DatabaseError as error:
            return connection, str(error)


@contextmanager
def _closed_after_errors(connection: sqlite3.Connection) -> Iterator[None]:
    """Leave no connection open that nobody was given; Python 3.13 complains of each."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _connected(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


def _trouble(connection: sqlite3.Connection) -> str:
    """Make a new file a journal, and say what is wrong with an old one; "" if nothing.

    Raises:
        UnavailableError: It is of a newer driftdeck.
    """
    connection.execute("PRAGMA synchronous = FULL")
    _write_ahead(connection)
    connection.execute("BEGIN IMMEDIATE")
    with closing(connection.execute("PRAGMA user_version")) as found:
        (version,) = found.fetchone()
    if version > VERSION:
        connection.execute("ROLLBACK")
        raise UnavailableError("the journal is of a newer driftdeck")
    if version == 0:
        for statement in filter(str.strip, _SCHEMA.split(";")):
            connection.execute(statement)
        connection.execute("INSERT INTO anchor VALUES (?)", (FIRST,))
    connection.execute("COMMIT")
    connection.execute("BEGIN")  # so that all of it is of one moment: another process may write
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    whole = said == "ok" and _is_whole(connection)
    connection.execute("COMMIT")
    return "" if whole else f"check: {said}"


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Set the mode, which a new file needs: SQLite itself does not wait for who just makes it."""
    until = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _is_whole(connection: sqlite3.Connection) -> bool:
    """Tell whether each row has the hash that follows from the row before."""
    before = _anchor(connection)
    for at, text, found in connection.execute("SELECT at, text, hash FROM rows ORDER BY number"):
        before = chained(before, at, text)
        if before != found:
            return False
    return True


def _anchor(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT hash FROM anchor").fetchone()[0])


def _read(text: str) -> JsonObject:
    return msgspec.json.decode(text, type=dict)


def _refuse_bad_places(path: Path) -> None:
    """Make the folder.

    Raises:
        OSError: It cannot be made.
        UnavailableError: Others may write there, or several machines.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = path.parent.stat()
    if folder.st_uid != os.geteuid() or folder.st_mode & _OTHERS_WRITE:
        raise UnavailableError(f"{path.parent}: others can write there; no journal is kept there")
    with suppress(FileNotFoundError):
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise UnavailableError(f"{path}: not a file of ours; no journal is kept there")
        if found.st_mode & (_OTHERS_WRITE | stat.S_IROTH):
            raise UnavailableError(f"{path}: others can read or write it; chmod 600 it")
    system = _file_system(path.parent)
    if system in _SHARED:
        raise UnavailableError(f"{path.parent}: {system} is shared by machines; no journal there")


def _file_system(folder: Path) -> str:
    """Name the kind of file system of a folder; "" where the system does not tell."""
    device = folder.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    with suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text(errors="replace").splitlines():
            mount, _, system = line.partition(" - ")
            if mount.split()[2] == wanted:
                return system.split()[0]
    return ""


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say into words.

    Raises:
        UnavailableError: They said something.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise UnavailableError(f"the journal {path} cannot be used: {error}") from error
    except OSError as error:
        words = error.strerror or error
        raise UnavailableError(f"the journal {path} cannot be used: {words}") from error
