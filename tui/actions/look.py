"""Looking closer: what pane 0 shows, how far it is scrolled, and how much room it has."""

from collections.abc import Callable
from typing import Final

from core.model import Drift, Verdict
from core.reconcile.memory.commands import LookBackAt
from tui.model.focus import Pane
from tui.surface import Action, Group, Surface


def _scroll_down(on: Surface) -> None:
    on.rows(Pane.CHANGES).scroll_by(1)


def _scroll_up(on: Surface) -> None:
    on.rows(Pane.CHANGES).scroll_by(-1)


def _why_not_text(on: Surface) -> str:
    return "" if on.subject.has_text else "pane 0 shows no differences"


def _text(on: Surface) -> None:
    on.view.text = not on.view.text


def _noise(on: Surface) -> None:
    on.view.noise = not on.view.noise


def _why_not_explain(on: Surface) -> str:
    row = on.subject.of
    if not isinstance(row, Drift):
        return "choose an object (2)"
    one_sided = row.verdict in {Verdict.MISSING, Verdict.EXTRA, Verdict.UNKNOWN}
    return "this object is not both in Git and in the cluster" if one_sided else ""


def _explain(on: Surface) -> None:
    """Ask when Git stated the object as it is."""
    row = on.subject.of
    if isinstance(row, Drift):
        number = next(on.session.numbers)
        on.view.look_back(row, number)
        on.submit(LookBackAt(number, row.key))


EXPLAIN: Final = Action(
    id="explain",
    keys=("X",),
    words="past",
    group=Group.LOOK,
    does="at which commit Git stated this object as it is now",
    why_not=_why_not_explain,
    do=_explain,
)


def _full_screen(on: Surface) -> None:
    on.go(on.view.focus.zoomed())


def _why_not_field(on: Surface) -> str:
    return "" if on.field is not None else "pane 0 shows no fields"


def _to_field(step: int) -> Callable[[Surface], None]:
    """Go to pane 0, and there from field to field."""

    def go(on: Surface) -> None:
        if on.view.focus.pane is Pane.CHANGES:
            on.step_field(step)
        else:
            on.go(on.view.focus.on(Pane.CHANGES))

    return go


ACTIONS: Final = (
    Action(
        id="next_change",
        keys=("n",),
        words="next field",
        group=Group.LOOK,
        does="next field in pane 0; Enter there goes to its commit",
        why_not=_why_not_field,
        do=_to_field(1),
    ),
    Action(
        id="previous_change",
        keys=("N",),
        words="previous field",
        group=Group.LOOK,
        does="the field before",
        why_not=_why_not_field,
        do=_to_field(-1),
    ),
    Action(
        id="diff_down",
        keys=("J", "shift+down"),
        words="scroll changes",
        group=Group.LOOK,
        does="scroll pane 0 down, from anywhere",
        do=_scroll_down,
    ),
    Action(
        id="diff_up",
        keys=("K", "shift+up"),
        words="scroll changes up",
        group=Group.LOOK,
        does="scroll pane 0 up, from anywhere",
        do=_scroll_up,
    ),
    Action(
        id="text",
        keys=("r",),
        words="text",
        group=Group.LOOK,
        priority=25,
        does="fields with who and why, or the same as unified text",
        why_not=_why_not_text,
        do=_text,
    ),
    Action(
        id="noise",
        keys=("w",),
        words="noise",
        group=Group.LOOK,
        priority=15,
        does="show or hide bookkeeping, remarks and ignored fields",
        why_not=_why_not_text,
        do=_noise,
    ),
    EXPLAIN,
    Action(
        id="full_screen",
        keys=("f",),
        words="full screen",
        group=Group.LOOK,
        priority=10,
        does="this pane alone, or all again",
        do=_full_screen,
    ),
)
