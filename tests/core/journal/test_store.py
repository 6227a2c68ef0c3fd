"""The file: rows are only added, and what cannot be trusted holds no evidence."""

import fcntl
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.journal import store as stores
from core.journal.store import Store, journal_file
from core.model import JsonObject

ROW: JsonObject = {"deed": "heal", "app": "shop"}
DONE: JsonObject = {"ending": "done"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.sqlite"


def written(path: Path, *rows: tuple[int | None, JsonObject]) -> list[int]:
    store = Store(path)
    numbers = store.append(rows)
    store.close()
    return numbers


def intents(path: Path, at: float = 0.0) -> list[tuple[int, bool]]:
    store = Store(path)
    found = [(entry.number, entry.outcome is not None) for entry in store.since(at)]
    store.close()
    return found


def test_what_was_added_is_there_for_the_next_process(path: Path) -> None:
    first, second = written(path, (None, ROW), (None, ROW))
    written(path, (first, DONE))
    assert intents(path) == [(first, True), (second, False)]
    store = Store(path)
    (left,) = store.without_outcome()
    assert (left.number, left.intent, left.outcome) == (second, ROW, None)
    assert store.since(left.at + 1.0) == []
    store.close()


def test_only_its_owner_can_read_it(path: Path) -> None:
    written(path, (None, ROW))
    assert (path.parent.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)


def test_one_that_another_process_is_just_making_is_waited_for(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.touch(mode=0o600)
    maker = sqlite3.connect(path, isolation_level=None)
    maker.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as threads:
        opening = threads.submit(Store, path)
        wait([opening], timeout=0.1)
        maker.execute("COMMIT")
        maker.close()
        store = opening.result()
    assert store.append([(None, ROW)]) == [1]
    store.close()


def test_two_processes_add_to_one_chain(path: Path) -> None:
    one, other = Store(path), Store(path)
    for store in (one, other, one):
        store.append([(None, ROW)])
    one.close()
    other.close()
    assert len(intents(path)) == 3
    assert not list(path.parent.glob("*.damaged-*"))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE rows SET text = '{}' WHERE number = 1",
        "UPDATE rows SET at = at + 1 WHERE number = 1",
        "DELETE FROM rows WHERE number = 2",
        "UPDATE anchor SET hash = 'x'",
    ],
)
def test_a_row_that_was_changed_or_taken_out_is_noticed(path: Path, damage: str) -> None:
    written(path, (None, ROW), (None, ROW), (None, ROW))
    with sqlite3.connect(path) as connection:
        connection.execute(damage)
    connection.close()
    store = Store(path)
    assert "damaged" in store.damage
    assert store.since(0.0) == []
    store.close()
    (aside,) = path.parent.glob("*.damaged-*")
    assert str(aside) in store.damage


def test_a_torn_file_is_set_aside_and_a_new_one_begun(path: Path) -> None:
    written(path, (None, ROW))
    path.write_bytes(b"no database" * 100)
    store = Store(path)
    assert "damaged" in store.damage
    store.append([(None, ROW)])
    store.close()
    assert len(intents(path)) == 1


def test_a_damage_that_another_process_just_set_aside_is_not_set_aside_again(path: Path) -> None:
    written(path, (None, ROW))
    path.write_bytes(b"no database" * 100)
    folder = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # as the other one does meanwhile
    with ThreadPoolExecutor(1) as threads:
        opening = threads.submit(Store, path)
        wait([opening], timeout=0.2)
        path.replace(path.with_name("aside"))
        written(path, (None, ROW))
        os.close(folder)
        with closing(opening.result()) as store:
            store.append([(None, ROW)])
    assert len(intents(path)) == 2
    assert not list(path.parent.glob("*.damaged-*"))


def test_the_oldest_rows_go_and_the_chain_still_holds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(path, *[(None, ROW)] * 10)
    monkeypatch.setattr(stores, "ROWS_MAX", 4)
    assert [number for number, _ in intents(path)] == [7, 8, 9, 10]
    written(path, (None, ROW))
    assert [number for number, _ in intents(path)] == [8, 9, 10, 11]


def test_a_newer_format_is_left_alone(path: Path) -> None:
    written(path, (None, ROW))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(UnavailableError, match="of a newer driftdeck"):
        Store(path)
    assert not list(path.parent.glob("*.damaged-*"))


def test_a_link_is_no_journal(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnavailableError, match="not a file of ours"):
        Store(path)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o660, 0o606, 0o604])
def test_a_file_that_others_can_use_is_none(path: Path, mode: int) -> None:
    written(path, (None, ROW))
    path.chmod(mode)
    with pytest.raises(UnavailableError, match="chmod 600"):
        Store(path)


def test_a_folder_that_others_can_write_to_holds_none(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.parent.chmod(0o777)
    with pytest.raises(UnavailableError, match="others can write there"):
        Store(path)


def test_a_folder_that_cannot_be_made_is_said() -> None:
    with pytest.raises(UnavailableError, match=r"the journal /proc/nowhere/.* cannot be used"):
        Store(Path("/proc/nowhere/journal.sqlite"))


FULL = """
import resource, signal, sys
from pathlib import Path
from core.errors import UnavailableError
from core.journal.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(Path(sys.argv[1]))
store.append([(None, {"n": 1})])
limit = Path(sys.argv[1] + "-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    store.append([(None, {"n": 2})])
except UnavailableError as error:
    print(error)
"""


@pytest.mark.outside
def test_what_a_full_disk_does_not_take_is_not_written(path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", FULL, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "cannot be used" in done.stdout
    assert len(intents(path)) == 1


def test_it_lies_with_the_users_state() -> None:
    assert journal_file({"XDG_STATE_HOME": "/s"}) == Path("/s/driftdeck/journal.sqlite")


def test_a_journal_that_cannot_be_opened_is_left_closed(path: Path) -> None:
    written(path, (None, ROW))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
        connection.commit()
    with pytest.raises(UnavailableError, match="newer driftdeck") as raised:
        Store(path)
    held = raised.value  # and with it the frames that it came through, and what they left open
    assert not [each for each in Path("/proc/self/fd").iterdir() if each.resolve() == path], held
