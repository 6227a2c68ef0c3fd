"""What the engine writes down: many rows in one transaction, and none that is not on disk."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import UnavailableError
from core.journal import Journal
from core.journal.store import Store
from core.model import Actor, Confidence, FieldChange, FieldVerdict, KindRef, Masked, ObjectRef
from core.model.journal import Deed, Ending, Intent, Outcome

SECRET = KindRef("v1", "Secret")
ACTOR = Actor("kubectl-edit", None, None, "2026-11-27T10:00:00Z", None, "jane", Confidence.AUDIT)
CHANGE = FieldChange("data.key", FieldVerdict.DRIFT, Masked("ab12"), Masked("cd34"), actor=ACTOR)
INTENT = Intent(
    deed=Deed.HEAL,
    app="shop",
    auto=True,
    cluster="prod",
    revision="c" * 40,
    kind=SECRET,
    ref=ObjectRef("", "Secret", "web", "s"),
    uid="u1",
    version="7",
    sends=("apply", "edit"),
    changes=(CHANGE,),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.sqlite"


async def test_an_intent_says_what_it_will_undo_and_who_did_that(path: Path) -> None:
    journal = Journal(path, "ada")
    number = await journal.begin(INTENT)
    await journal.end(number, Outcome(Ending.DONE, "8"))
    journal.close()
    store = Store(path)
    (entry,) = store.since(0.0)
    store.close()
    assert entry.outcome == {"intent": number, "ending": "done", "version": "8", "words": None}
    row: dict[str, Any] = entry.intent
    about, (change,) = row["object"], row["changes"]
    assert (about["name"], about["uid"], about["version"]) == ("s", "u1", "7")
    assert change["live"] == {"sha256": "ab12"}
    assert (change["by"]["manager"], change["by"]["user"]) == ("kubectl-edit", "jane")
    assert row["writer"]["user"] == "ada"


async def test_many_at_once_take_few_transactions(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []
    append = Store.append

    def counted(self: Store, rows: object) -> list[int]:
        batches.append(len(rows))  # type: ignore[arg-type]
        return append(self, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "append", counted)
    journal = Journal(path, "ada")
    numbers = await asyncio.gather(*(journal.begin(INTENT) for _ in range(500)))
    journal.close()
    assert sorted(numbers) == list(range(1, 501))
    assert sum(batches) == 500
    assert len(batches) <= 3


async def test_those_that_come_at_once_open_it_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    begin = Store.__init__

    def counted(self: Store, path: Path) -> None:
        opened.append(path)
        begin(self, path)

    monkeypatch.setattr(Store, "__init__", counted)
    journal = Journal(path, "ada")
    asking = (journal.left_open(f"cluster-{number}") for number in range(4))
    await asyncio.gather(journal.begin(INTENT), *asking)
    journal.close()
    assert opened == [path]


async def test_one_that_was_closed_is_not_opened_any_more(path: Path) -> None:
    journal = Journal(path, "ada")
    journal.close()
    with pytest.raises(UnavailableError, match="the program ends"):
        await journal.begin(INTENT)
    assert not await asyncio.to_thread(path.exists)


async def test_what_cannot_be_written_down_is_an_error_for_everybody_who_waits() -> None:
    journal = Journal(Path("/proc/nowhere/journal.sqlite"), "ada")
    found = await asyncio.gather(*(journal.begin(INTENT) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(each, UnavailableError) for each in found)
    with pytest.raises(UnavailableError, match="no home folder"):
        await Journal(None, "ada").begin(INTENT)


async def test_after_a_damage_the_first_write_is_not_sent(path: Path) -> None:
    journal = Journal(path, "ada")
    await journal.begin(INTENT)
    journal.close()
    await asyncio.to_thread(path.write_bytes, b"no database" * 100)
    journal = Journal(path, "ada")
    with pytest.raises(UnavailableError, match="damaged"):
        await journal.begin(INTENT)
    assert await journal.begin(INTENT) == 1
    journal.close()


@pytest.mark.outside
async def test_only_intents_of_processes_that_ended_are_left_open(path: Path) -> None:
    journal = Journal(path, "ada")
    await journal.begin(INTENT)  # ours: we live
    program = (
        "import asyncio, sys; from pathlib import Path; from core.journal import Journal;"
        "from tests.core.journal.test_journal import INTENT;"
        "asyncio.run(Journal(Path(sys.argv[1]), 'bob').begin(INTENT))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(path), env=environment
    )
    assert await other.wait() == 0
    (left,) = await journal.left_open("prod")
    row: dict[str, Any] = left.intent
    assert row["writer"]["user"] == "bob"
    assert await journal.left_open("other") == []
    await journal.end(left.number, Outcome(Ending.UNKNOWN))
    assert await journal.left_open("prod") == []
    journal.close()
