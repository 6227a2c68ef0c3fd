"""Setting aside: an app or objects are left alone for a time, for a reason that everybody sees."""

from functools import partial
from typing import Final, TypeAlias

from core.model import Key, ObjectRef, Pause
from core.reconcile.memory.commands import EndPause, SetPause
from core.telling.moments import lasting
from core.telling.spans import Role, say
from tui.dialogs.asking import Question
from tui.dialogs.pausing import PauseStep
from tui.model.focus import Pane
from tui.model.session import Order
from tui.surface import Action, Group, Surface, forbidden

Target: TypeAlias = tuple[str, ObjectRef | None]  # an app, and an object of it; None: all of it


def targets(on: Surface) -> tuple[Target, ...]:
    """What is meant: marked objects, the one under the cursor, or the app."""
    if on.view.focus.last_list is Pane.RESOURCES and isinstance(on.selected, Key):
        return tuple(sorted(on.view.marks or {on.selected}))
    return ((on.view.app, None),) if on.view.app is not None else ()


def why_not_pause(on: Surface) -> str:
    """Why nothing is set aside or taken up; "" where something may be."""
    return "" if targets(on) else "there is no app"


def _pause(on: Surface) -> None:
    """Ask for a time and a reason; where all of it is set aside, ask whether that ends."""
    if paused(on) != targets(on):
        ask_pause(on)
        return
    why = ask_end(on, PAUSE.keys[0])
    if why:
        on.note(why, Role.WARNING)


def ask_pause(on: Surface) -> None:
    """Ask for a time and a reason."""
    meant = targets(on)
    then = partial(begin, on, meant)
    on.show(PauseStep(_called(meant), then, styles=on.role_styles, why_not=forbidden(on)))


def ask_end(on: Surface, opened_by: str = "") -> str:
    """Ask whether what is set aside of what is meant is taken up again; say why it is not asked."""
    meant = paused(on)
    if not meant or forbidden(on):
        return forbidden(on) if meant else "nothing of it is paused"
    what = _called(meant)
    on.show(
        Question(
            f"End the pause of {what}",
            f"From now on {what} is healed and follows Git again, where that is switched on.",
            "End it",
            partial(_end, on, meant),
            styles=on.role_styles,
            opened_by=opened_by,
        )
    )
    return ""


def _called(meant: tuple[Target, ...]) -> str:
    names = [f"{ref.kind} {ref.name}" if ref is not None else app for app, ref in meant]
    return say(names[0] if len(names) == 1 else f"{len(names)} objects")[0]


def paused(on: Surface) -> tuple[Target, ...]:
    """What is set aside of what is meant."""
    return tuple(target for target in targets(on) if _is_paused(on, *target))


def _is_paused(on: Surface, app: str, ref: ObjectRef | None) -> bool:
    view = on.view.snapshot.app(app)
    return view is not None and any(pause.ref == ref for pause in view.pauses)


def begin(on: Surface, meant: tuple[Target, ...], seconds: float, reason: str) -> None:
    """Set aside what is *meant*."""
    now = on.looks().now
    for app, ref in meant:
        run = next(on.session.numbers)
        on.session.orders[run] = Order(lambda _: f"paused for {lasting(seconds)}", None)
        on.submit(SetPause(run, app, Pause(ref, now + seconds, reason, "", now)))


def _end(on: Surface, meant: tuple[Target, ...]) -> None:
    for app, ref in meant:
        run = next(on.session.numbers)
        on.session.orders[run] = Order(lambda _: "not paused any more", None)
        on.submit(EndPause(run, app, ref))


PAUSE: Final = Action(
    id="pause",
    keys=("a",),
    words="pause",
    group=Group.ACT,
    priority=58,
    opens_input=True,
    does="leave this object, the marks or the app alone for a time; the same key ends it",
    why_not=why_not_pause,
    do=_pause,
)
ACTIONS: Final = (PAUSE,)
