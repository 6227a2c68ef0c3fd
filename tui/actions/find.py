"""Finding what has drifted, and looking again."""

from typing import Final

from core.model import Key
from core.reconcile.memory.commands import Refresh
from core.telling.spans import Role
from tui.actions.objects.chosen import chosen, why_not_object
from tui.actions.places import to_object
from tui.dialogs.command.line import CommandLine
from tui.model.focus import Pane
from tui.model.ordering import Place, next_drift
from tui.surface import Action, Group, Surface

# Drift ------------------------------------------------------------------------------------------


def _why_not_drift(on: Surface) -> str:
    return "" if any(row.drifted for row in on.view.all_apps) else "nothing has drifted"


def _go_to_drift(on: Surface, step: int) -> None:
    """From an object to the one after it; from anywhere else to the first of the selected app."""
    at = _standing(on)
    left = [row for row in on.view.drift_order() if row.key == at or not on.view.is_reviewed(row)]
    found = next_drift(left, at, step)
    if found is None or on.view.is_reviewed(found):
        on.note("all that has drifted was reviewed; m takes one back", Role.TEXT)
    else:
        to_object(on, found.key)


def _standing(on: Surface) -> Place:
    """The object under the cursor where pane 2 was used last, else the selected app."""
    at = on.selected if on.view.focus.last_list is Pane.RESOURCES else None
    return at if isinstance(at, Key) else on.view.app or ""


def _next_drift(on: Surface) -> None:
    _go_to_drift(on, 1)


def _previous_drift(on: Surface) -> None:
    _go_to_drift(on, -1)


# Ticking off, and the way back ------------------------------------------------------------------


def _review(on: Surface) -> None:
    """Tick the object off, and go on to the next."""
    row = chosen(on)
    if row is not None:
        on.view.review(row)
        on.rows(Pane.RESOURCES).move(1)


def _last_view(on: Surface) -> None:
    """Go where a person was before; what is gone since is passed by."""
    view = on.view
    here = (view.app, view.focus.last_list, on.selected)
    while view.past and view.past[-1] == here:
        view.past.pop()
    if not view.past:
        on.note("there is nothing before this", Role.TEXT)
        return
    *older, (app, pane, row) = view.past
    if app is not None and app != view.app:
        on.rows(Pane.APPS).go_to(app)
        on.select_app(app)
    if row is not None:
        on.rows(pane).go_to(row)
    on.go(view.focus.on(pane))
    view.past = older  # the way back is not gone back to


# Limits ------------------------------------------------------------------------------------------


def _cluster(on: Surface) -> None:
    on.show(CommandLine(on, "cluster "))


def limit(on: Surface, pane: Pane, source: str) -> None:
    """Go to a list, and show of it what *source* leaves."""
    on.go(on.view.focus.on(pane))
    on.set_filter(source)


def _fleet(on: Surface) -> None:
    """What differs of every app in pane 2, or the objects of one app again."""
    on.view.fleet = not on.view.fleet
    limit(on, Pane.RESOURCES, "")


def _timeline(on: Surface) -> None:
    """What happened to the object, or to the app."""
    at = on.selected
    if isinstance(at, Key):
        ref = at.ref
        name = f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name
        limit(on, Pane.TIMELINE, f"kind:{ref.kind} {name}")
    else:
        limit(on, Pane.TIMELINE, on.view.app or "")


# Filter and refresh -----------------------------------------------------------------------------


def _filter(on: Surface) -> None:
    on.open_prompt()


def _command(on: Surface) -> None:
    on.show(CommandLine(on))


def _refresh(on: Surface) -> None:
    on.submit(Refresh())
    on.note("reading Git again", Role.MUTED)


ACTIONS: Final = (
    Action(
        id="reviewed",
        keys=("m",),
        words="reviewed",
        group=Group.FIND,
        priority=19,
        does="tick this object off until it changes; ] and [ pass it by",
        why_not=why_not_object,
        do=_review,
    ),
    Action(
        id="last_view",
        keys=("-", "ctrl+o"),
        words="last view",
        group=Group.FIND,
        does="where you were before",
        do=_last_view,
    ),
    Action(
        id="fleet",
        keys=("F",),
        words="fleet",
        group=Group.FIND,
        priority=48,
        does="what differs of every app of every cluster in one list (2), or of one app again",
        do=_fleet,
    ),
    Action(
        id="cluster",
        keys=("C",),
        words="cluster",
        group=Group.FIND,
        opens_input=True,
        does="the apps of one cluster",
        do=_cluster,
    ),
    Action(
        id="timeline",
        keys=("T",),
        words="timeline",
        group=Group.FIND,
        does="what happened to this object or app (4)",
        do=_timeline,
    ),
    Action(
        id="next_drift",
        keys=("]",),
        words="next drift",
        group=Group.FIND,
        priority=80,
        does="next object that is not in sync, across apps",
        why_not=_why_not_drift,
        do=_next_drift,
    ),
    Action(
        id="previous_drift",
        keys=("[",),
        words="previous drift",
        group=Group.FIND,
        does="the one before",
        why_not=_why_not_drift,
        do=_previous_drift,
    ),
    Action(
        id="filter",
        keys=("/",),
        words="filter",
        group=Group.FIND,
        priority=50,
        opens_input=True,
        does="words that must all hold: web !test kind:cm ns:prod actor:jane verdict:drifted",
        do=_filter,
    ),
    Action(
        id="command",
        keys=(":", "ctrl+p"),
        words="command",
        group=Group.FIND,
        priority=45,
        opens_input=True,
        does="type what is to be done; it is found by its words, too",
        do=_command,
    ),
    Action(
        id="refresh",
        keys=("ctrl+r",),
        words="refresh",
        group=Group.FIND,
        does="read Git again and ask again for what is not confirmed",
        do=_refresh,
    ),
)
