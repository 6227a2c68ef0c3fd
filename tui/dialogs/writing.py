"""Whether anything may be written: a person allows it for a while, and ends it at once."""

from functools import partial
from typing import Final

from core.reconcile.memory.commands import SetWriting
from core.telling.moments import lasting
from core.telling.spans import Role
from tui.dialogs.asking import Question
from tui.model.session import WRITE_FOR_S
from tui.surface import Surface

WRITE_KEY: Final = "W"  # in the lists, and in every preview that could write


def toggle_writing(on: Surface) -> None:
    """Ask whether writing is allowed; where it is, end it."""
    if on.view.snapshot.writing:
        end_writing(on, "read-only again")
    else:
        ask_writing(on, WRITE_FOR_S, opened_by=WRITE_KEY)


def ask_writing(on: Surface, for_s: float, *, opened_by: str = "") -> None:
    """Ask whether writing is allowed for so long."""
    on.show(
        Question(
            "Allow writing",
            f"For {lasting(for_s)} sync, revert and heal may write to the cluster and to Git. "
            "Each still shows what it would do first. W ends it at once.",
            "Allow",
            partial(_allow_writing, on, for_s),
            styles=on.role_styles,
            opened_by=opened_by,
        )
    )


def _allow_writing(on: Surface, for_s: float) -> None:
    on.session.write_until = on.looks().now + for_s
    on.submit(SetWriting(enabled=True))


def end_writing(on: Surface, words: str) -> None:
    """Nothing may be written from now on; *words* say why."""
    on.session.write_until = None
    on.submit(SetWriting(enabled=False))
    on.note(words, Role.TEXT)
