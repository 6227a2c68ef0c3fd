"""Acting on the cluster and on Git: each opens a dialog that shows first what would happen (K2).

Only steps to safety act at once: heal off, writing off.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Final

from core.model import Key
from core.telling.spans import Role, say
from tui.dialogs.proposals.adopt import Adopt
from tui.dialogs.proposals.heal import Heal, end_heal
from tui.dialogs.proposals.proposal import A, Proposal
from tui.dialogs.proposals.proposed import Proposed
from tui.dialogs.proposals.revert import Revert
from tui.dialogs.proposals.sync import Sync
from tui.dialogs.proposals.undo import Undo
from tui.dialogs.writing import WRITE_KEY, toggle_writing
from tui.model.focus import Pane
from tui.model.view import READ_ONLY_FLAG
from tui.surface import Action, Group, Surface

# Sync -------------------------------------------------------------------------------------------


def _why_not_sync(on: Surface) -> str:
    return on.view.to_sync(on.selected)[1]


def _sync(on: Surface) -> None:
    """One preview for each cluster."""
    keys, _ = on.view.to_sync(on.selected)
    fields = _pointed_at(on, keys)
    _propose(on, SYNC, (_parted(on, group, fields) for group in on.view.by_cluster(keys)))


def _parted(on: Surface, keys: frozenset[Key], fields: Mapping[Key, frozenset[str]]) -> Sync:
    """Part what Git dropped, which `p` prunes, from what is put right."""
    dropped = frozenset(key for key in keys if on.view.snapshot.rows[key].dropped)
    return Sync(keys - dropped, fields, dropped)


def _propose(on: Surface, action: Action, proposals: Iterable[Proposal[A]]) -> None:
    """Preview one after the other; only the first knows the key."""
    first, *others = proposals
    on.show(
        Proposed(on, first, opened_by=action.keys[0]),
        *(Proposed(on, each) for each in others),
    )


def _pointed_at(on: Surface, keys: frozenset[Key]) -> dict[Key, frozenset[str]]:
    """Return the field that pane 0 points at, of an object with more of them that drifted."""
    field, view = on.field, on.view
    if view.focus.pane is not Pane.CHANGES or view.text or view.marks or field is None:
        return {}
    (key,) = keys
    drifted = {change.path for change in view.snapshot.rows[key].drifts}
    chosen = drifted & {field.path}
    return {key: frozenset(chosen)} if chosen < drifted and chosen else {}


SYNC: Final = Action(
    id="sync",
    keys=("s",),
    words="sync",
    group=Group.ACT,
    priority=90,
    does="make the cluster match Git: this object, the marks, the app, or this field",
    why_not=_why_not_sync,
    do=_sync,
)

# Revert -----------------------------------------------------------------------------------------


def _why_not_revert(on: Surface) -> str:
    if on.view.focus.last_list is not Pane.COMMITS:
        return "choose a commit in pane 3 first"
    return "there is no commit" if on.selected is None else ""


def _revert(on: Surface) -> None:
    _undo(on, REVERT, back=False)


def _rollback(on: Surface) -> None:
    _undo(on, ROLLBACK, back=True)


def _undo(on: Surface, action: Action, *, back: bool) -> None:
    commits = (commit for commit in on.view.commits() if commit.id == on.selected)
    commit = next(commits, None)
    if commit is not None and on.view.app is not None:
        on.show(Proposed(on, Revert(on.view.app, commit, back), opened_by=action.keys[0]))


REVERT: Final = Action(
    id="revert",
    keys=("t",),
    words="revert",
    group=Group.ACT,
    priority=70,
    first_in=Pane.COMMITS,
    does="undo the commit under the cursor (pane 3) with a new commit, and do what follows",
    why_not=_why_not_revert,
    do=_revert,
)

ROLLBACK: Final = Action(
    id="rollback",
    keys=("B",),
    words="roll back",
    group=Group.ACT,
    does="make the folder what it was at this commit (3), by a new one",
    why_not=_why_not_revert,
    do=_rollback,
)

# Adopt ------------------------------------------------------------------------------------------


def _why_not_adopt(on: Surface) -> str:
    return on.view.to_adopt(on.selected)[1]


def _adopt(on: Surface) -> None:
    """One preview for each app."""
    keys, _ = on.view.to_adopt(on.selected)
    fields = _pointed_at(on, keys)
    chosen = next(iter(fields.values()), frozenset[str]())
    by_app = groupby(sorted(keys), lambda key: key.app)
    _propose(on, ADOPT, (Adopt(app, frozenset(mine), chosen) for app, mine in by_app))


ADOPT: Final = Action(
    id="adopt",
    keys=("A",),
    words="adopt",
    group=Group.ACT,
    does="write what is live into Git: this object, the marks, or this field",
    why_not=_why_not_adopt,
    do=_adopt,
)

# Undo -------------------------------------------------------------------------------------------


def _put_back(on: Surface) -> None:
    on.show(Proposed(on, Undo(), opened_by=UNDO.keys[0]))


UNDO: Final = Action(
    id="undo",
    keys=("z",),
    words="undo",
    group=Group.ACT,
    does="put back what the last sync or heal changed, as far as the journal tells",
    do=_put_back,
)


def _redo(on: Surface) -> None:
    on.show(Proposed(on, Undo(again=True), opened_by=REDO.keys[0]))


REDO: Final = Action(
    id="redo",
    keys=("Z",),
    words="redo",
    group=Group.ACT,
    does="do again what was undone last, as far as the journal tells",
    do=_redo,
)

# Heal -------------------------------------------------------------------------------------------


def _why_not_heal(on: Surface) -> str:
    app = on.view.app_view
    if app is None:
        return "there is no app"
    return READ_ONLY_FLAG if on.options.read_only and not app.healing else ""


def _heal(on: Surface) -> None:
    app = on.view.app_view
    if app is None:
        return
    if app.healing:
        end_heal(on, app.spec.name, f"heal is off for {say(app.spec.name)[0]}")
        return
    on.show(Proposed(on, Heal(app.spec), opened_by=HEAL.keys[0]))


HEAL: Final = Action(
    id="heal",
    keys=("H",),
    words="heal",
    group=Group.ACT,
    priority=60,
    does="put drift of this app back unasked for 30 minutes: a preview first, off at once",
    why_not=_why_not_heal,
    do=_heal,
)

# Write ------------------------------------------------------------------------------------------


def _why_not_write(on: Surface) -> str:
    return READ_ONLY_FLAG if on.options.read_only else ""


WRITE: Final = Action(
    id="write",
    keys=(WRITE_KEY,),
    words="write",
    group=Group.ACT,
    priority=65,
    does="allow writing for 30 minutes; off at once",
    why_not=_why_not_write,
    do=toggle_writing,
)

# Mark -------------------------------------------------------------------------------------------


def _why_not_mark(on: Surface) -> str:
    on_object = on.view.focus.last_list is Pane.RESOURCES and on.selected is not None
    return "" if on_object else "marks are for objects (2)"


def _mark(on: Surface) -> None:
    """Mark or unmark the object, and go on to the next."""
    if isinstance(on.selected, Key):
        on.view.marks ^= {on.selected}
        on.rows(Pane.RESOURCES).move(1)


MARK: Final = Action(
    id="mark",
    keys=("space",),
    words="mark",
    group=Group.ACT,
    priority=20,
    does="mark this object; sync then works on the marked ones",
    why_not=_why_not_mark,
    do=_mark,
)


def _mark_range(on: Surface) -> None:
    """The first press begins it, the second marks all between."""
    if isinstance(on.selected, Key):
        on.view.mark_range(on.selected)
        if on.view.range_from is not None:
            on.note("a range begins here: go on, and press v again", Role.TEXT)


MARK_RANGE: Final = Action(
    id="mark_range",
    keys=("v", "ctrl+space", "ctrl+@"),
    words="mark range",
    group=Group.ACT,
    does="begin a range of marks here, or mark all from its beginning to here",
    why_not=_why_not_mark,
    do=_mark_range,
)

ACTIONS: Final = (SYNC, REVERT, ROLLBACK, ADOPT, UNDO, REDO, HEAL, WRITE, MARK, MARK_RANGE)
