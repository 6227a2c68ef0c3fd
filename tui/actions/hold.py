"""Setting aside: an app or objects are left alone for a time, for a reason that everybody sees."""

from functools import partial
from typing import Final

from core.model import Key, ObjectRef, Pause
from core.reconcile.memory.commands import EndPause, SetPause
from core.telling.moments import age
from core.telling.spans import Role, say
from tui.dialogs.asking import Question
from tui.dialogs.pausing import PauseStep
from tui.model.focus import Pane
from tui.model.session import Order
from tui.surface import Action, Group, Surface, forbidden


def _targets(on: Surface) -> tuple[tuple[str, ObjectRef | None], ...]:
    """What is meant: marked objects, the one under the cursor, or the app."""
    if on.view.focus.last_list is Pane.RESOURCES and isinstance(on.selected, Key):
        return tuple(sorted(on.view.marks or {on.selected}))
    return ((on.view.app, None),) if on.view.app is not None else ()


def _why_not(on: Surface) -> str:
    return "" if _targets(on) else "there is no app"


def _pause(on: Surface) -> None:
    """Ask for a time and a reason; where all of it is set aside, ask whether that ends."""
    targets = _targets(on)
    names = [f"{ref.kind} {ref.name}" if ref is not None else app for app, ref in targets]
    what = say(names[0] if len(names) == 1 else f"{len(names)} objects")[0]
    if all(_is_paused(on, app, ref) for app, ref in targets):
        if forbidden(on):
            on.note(forbidden(on), Role.WARNING)
            return
        question = Question(
            f"End the pause of {what}",
            f"From now on {what} is healed and follows Git again, where that is switched on.",
            "End it",
            partial(_end, on, targets),
            styles=on.role_styles,
            opened_by=PAUSE.keys[0],
        )
        on.show(question)
        return
    then = partial(_begin, on, targets)
    on.show(PauseStep(what, then, styles=on.role_styles, why_not=forbidden(on)))


def _is_paused(on: Surface, app: str, ref: ObjectRef | None) -> bool:
    view = on.view.snapshot.app(app)
    return view is not None and any(pause.ref == ref for pause in view.pauses)


def _begin(
    on: Surface, targets: tuple[tuple[str, ObjectRef | None], ...], seconds: float, reason: str
) -> None:
    now = on.looks().now
    for app, ref in targets:
        run = next(on.session.numbers)
        on.session.orders[run] = Order(lambda _: f"paused for {age(seconds)}", None)
        on.submit(SetPause(run, app, Pause(ref, now + seconds, reason, "", now)))


def _end(on: Surface, targets: tuple[tuple[str, ObjectRef | None], ...]) -> None:
    for app, ref in targets:
        run = next(on.session.numbers)
        on.session.orders[run] = Order(lambda _: "not paused any more", None)
        on.submit(EndPause(run, app, ref))


PAUSE: Final = Action(
    id="pause",
    keys=("a",),
    words="pause",
    group=Group.ACT,
    priority=58,
    does="leave this object, the marks or the app alone for a time; the same key ends it",
    why_not=_why_not,
    do=_pause,
)
ACTIONS: Final = (PAUSE,)
