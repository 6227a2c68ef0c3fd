"""Whether anything may be written: a person allows it for a while, and ends it at once."""

from typing import Final

from core.reconcile.memory.commands import SetWriting
from core.telling.spans import Role
from tui.dialogs.asking import Question
from tui.model.session import WRITE_FOR_S
from tui.surface import Surface

WRITE_KEY: Final = "W"  # in the lists, and in every preview that could write


def toggle_writing(on: Surface) -> None:
    """Ask whether writing is allowed; where it is, end it."""
    if on.view.snapshot.writing:
        end_writing(on, "read-only again")
        return
    on.show(
        Question(
            "Allow writing",
            "For 30 minutes sync, revert and heal may write to the cluster and to Git. "
            "Each still shows what it would do first. W ends it at once.",
            "Allow",
            lambda: _allow_writing(on),
            styles=on.role_styles,
            opened_by=WRITE_KEY,
        )
    )


def _allow_writing(on: Surface) -> None:
    on.session.write_until = on.looks().now + WRITE_FOR_S
    on.submit(SetWriting(enabled=True))


def end_writing(on: Surface, words: str) -> None:
    """Nothing may be written from now on; *words* say why."""
    on.session.write_until = None
    on.submit(SetWriting(enabled=False))
    on.note(words, Role.TEXT)
