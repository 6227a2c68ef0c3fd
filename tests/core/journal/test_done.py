"""What is to be undone is found again as it was written down: one entry, or the newest run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.journal import Journal
from core.model import ABSENT, FieldChange, FieldVerdict, KindRef, ObjectRef
from core.model.journal import Deed, Done, Ending, Intent, Outcome

MAP = KindRef("v1", "ConfigMap")
CHANGE = FieldChange("data.a", FieldVerdict.DRIFT, {"x": [None, 1]}, ABSENT)
APPS = frozenset({"shop"})
BASE = Intent(
    deed=Deed.SYNC,
    app="shop",
    auto=False,
    cluster="prod",
    cluster_uid="k1",
    kind=MAP,
    ref=ObjectRef("", "ConfigMap", "web", "a"),
    uid="u1",
    version="7",
    sends=("apply", "edit"),
    changes=(CHANGE,),
    run=1,
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "journal.sqlite", "ada")


async def written(journal: Journal, ending: Ending | None = Ending.DONE, **fields: Any) -> int:
    number = await journal.begin(replace(BASE, **fields))
    if ending is not None:
        await journal.end(number, Outcome(ending, "8"))
    return number


async def newest(journal: Journal) -> list[int]:
    return [done.number for done in await journal.to_undo(None, APPS)]


async def test_an_entry_is_read_as_it_was_written(journal: Journal) -> None:
    number = await written(journal)
    (done,) = await journal.to_undo(number, frozenset())
    assert done == Done(
        number=number,
        deed="sync",
        app="shop",
        cluster="prod",
        cluster_uid="k1",
        kind=MAP,
        ref=BASE.ref,
        uid="u1",
        sends=("apply", "edit"),
        changes=(CHANGE,),
        refused=False,
        made="8",
    )
    assert await journal.to_undo(number + 1, APPS) == ()


async def test_a_commit_has_no_object(journal: Journal) -> None:
    about: dict[str, Any] = {
        "deed": Deed.REVERT,
        "kind": None,
        "ref": None,
        "uid": None,
        "changes": (),
    }
    (done,) = await journal.to_undo(await written(journal, **about), APPS)
    assert (done.deed, done.kind, done.ref, done.made) == ("revert", None, None, "8")


async def test_without_a_number_it_is_the_whole_newest_run(journal: Journal) -> None:
    await written(journal, run=1)
    first = await written(journal, run=2)
    await written(journal, run=-4, auto=True, app="other")
    open_still = await written(journal, None, run=2)
    assert await newest(journal) == [first, open_still]


async def test_what_has_no_number_of_a_run_is_one_by_itself(journal: Journal) -> None:
    await written(journal, run=None)
    last = await written(journal, run=None)
    assert await newest(journal) == [last]


@pytest.mark.parametrize(
    ("ending", "fields"),
    [
        (Ending.REFUSED, {}),
        (Ending.DONE, {"deed": Deed.TAKE_OVER}),
        (Ending.DONE, {"app": "other"}),
        (Ending.DONE, {"deed": Deed.REVERT, "kind": None, "ref": None}),
    ],
    ids=["refused", "taken over", "another app's", "a commit"],
)
async def test_what_changed_nothing_here_is_passed_by(
    journal: Journal, ending: Ending, fields: dict[str, Any]
) -> None:
    before = await written(journal, run=1)
    await written(journal, ending, run=2, **fields)
    assert await newest(journal) == [before]


async def test_what_was_undone_is_passed_by_unless_that_was_refused(journal: Journal) -> None:
    before = await written(journal, run=1)
    last = await written(journal, run=2)
    await written(journal, Ending.REFUSED, run=3, deed=Deed.UNDO, undoes=last)
    assert await newest(journal) == [last]
    await written(journal, run=4, deed=Deed.UNDO, undoes=last)
    assert await newest(journal) == [before]


async def again(journal: Journal) -> list[int]:
    return [done.number for done in await journal.to_undo(None, APPS, again=True)]


async def test_what_is_done_again_is_the_newest_undo_and_then_it_can_be_undone_again(
    journal: Journal,
) -> None:
    first = await written(journal, run=1)
    assert await again(journal) == []
    last = await written(journal, run=2)
    undo = await written(journal, run=3, deed=Deed.UNDO, undoes=last)
    assert (await again(journal), await newest(journal)) == ([undo], [first])
    redo = await written(journal, run=4, deed=Deed.UNDO, undoes=undo)
    assert (await again(journal), await newest(journal)) == ([], [last])
    second = await written(journal, run=5, deed=Deed.UNDO, undoes=last)
    assert (await again(journal), await newest(journal)) == ([second], [first])
    await written(journal, Ending.REFUSED, run=6, deed=Deed.UNDO, undoes=second)
    assert await again(journal) == [second]
    assert redo < second


async def test_a_whole_undo_of_many_objects_is_done_again(journal: Journal) -> None:
    both = [await written(journal, run=1) for _ in range(2)]
    undone = [await written(journal, run=2, deed=Deed.UNDO, undoes=each) for each in both]
    assert await again(journal) == undone
    assert await newest(journal) == []
