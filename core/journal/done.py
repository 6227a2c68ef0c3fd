"""What is on record, as values again: writes that somebody wants undone."""

from collections.abc import Mapping
from typing import Any, Final

from core.journal.entries import Entry, object_in
from core.journal.store import Store
from core.model import ABSENT, FieldChange, FieldVerdict
from core.model.journal import Deed, Done, Ending

LOOKED_AT: Final = 5_000  # of the newest entries; a run of more objects is undone in parts
_UNDONE_AS_A_RUN: Final = frozenset({Deed.SYNC, Deed.HEAL})


def done_of(entry: Entry) -> Done:
    """Read a write back."""
    row: dict[str, Any] = entry.intent
    about, outcome = row["object"], entry.outcome
    kind, ref = object_in(row) or (None, None)
    return Done(
        number=entry.number,
        deed=str(row["deed"]),
        app=str(row["app"]),
        cluster=row["cluster"] or "",
        cluster_uid=row["cluster_uid"] or "",
        kind=kind,
        ref=ref,
        uid=about["uid"] if about else None,
        sends=tuple(row["sends"]),
        changes=tuple(map(_change, row["changes"])),
        refused=outcome is not None and outcome["ending"] == Ending.REFUSED,
        made=str(outcome["version"] or "") if outcome is not None else "",
    )


def _change(form: dict[str, Any]) -> FieldChange:
    live, git = (form.get(side, ABSENT) for side in ("live", "git"))
    return FieldChange(form["path"], FieldVerdict.DRIFT, live, git)


def to_undo(
    store: Store, number: int | None, apps: frozenset[str], *, again: bool = False
) -> tuple[Done, ...]:
    """Return one write by its number, or those of the newest run of *apps* that stands.

    What was undone already, and what is no sync and no heal, is not among the latter; where it is
    to be done *again*, what is no undo of such a one.
    """
    if number is not None:
        return tuple(map(done_of, store.entry(number)))
    newest = [(entry, done_of(entry)) for entry in store.newest(LOOKED_AT)]
    deeds = {entry.number: done.deed for entry, done in newest}
    found: list[Done] = []
    undone: set[object] = set()
    run: object = None
    for entry, done in newest:
        undoes = entry.intent.get("undoes")
        if undoes is not None and not done.refused and entry.number not in undone:
            undone.add(undoes)  # an undo that was undone itself stands no more
        sought = _undone_by(undoes, deeds) if again else done.deed
        if _stands(done, sought, apps) and entry.number not in undone:
            run = run or _run_of(entry)
            if _run_of(entry) == run:
                found.append(done)
    return tuple(found[::-1])


def _undone_by(undoes: object, deeds: Mapping[int, str]) -> str | None:
    """Say what an undo put back, as far as it is among the newest; None: it is no undo."""
    return deeds.get(undoes) if isinstance(undoes, int) else None


def _stands(done: Done, deed: str | None, apps: frozenset[str]) -> bool:
    is_one = deed in _UNDONE_AS_A_RUN and done.ref is not None and done.app in apps
    return is_one and not done.refused


def _run_of(entry: Entry) -> object:
    """Tell runs apart: by the process and its number of the run; what has none is its own."""
    row: dict[str, Any] = entry.intent
    writer, number = row["writer"], row.get("run")
    if number is None:
        return entry.number
    return (writer["boot"], writer["pid"], writer["began"], number)
