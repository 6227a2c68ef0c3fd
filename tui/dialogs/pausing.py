"""How long something is set aside, and why: both are typed, in one line."""

from collections.abc import Callable, Mapping

from rich.style import Style
from textual import events
from typing_extensions import override

from core.settings.readers import seconds_in
from core.telling.moments import lasting
from core.telling.spans import Line, Role
from tui.dialogs.typed import TypedStep
from tui.text.spans import wrap


def typed_pause(text: str, otherwise_s: float | None = None) -> tuple[float, str] | None:
    """Read `2h incident 7`: how long in seconds, and why; None where one of them is missing.

    Text that does not begin with a time is all of it why, for *otherwise_s*, where that is given.
    """
    first, _, reason = text.strip().partition(" ")
    seconds = seconds_in(first, "smhd")
    if seconds is None and otherwise_s is not None:
        seconds, reason = otherwise_s, text
    return (seconds, reason.strip()) if seconds and reason.strip() else None


class PauseStep(TypedStep):
    """Wants a time and a reason; Enter sets aside once both are there."""

    def __init__(
        self,
        what: str,
        then: Callable[[float, str], None],
        *,
        styles: Mapping[Role, Style],
        why_not: str = "",
    ) -> None:
        """Ask about *what*; *then* gets the seconds and the reason, unless *why_not* forbids it."""
        super().__init__(
            f"Pause {what}",
            "Enter sets aside  Esc cancels",
            styles=styles,
            placeholder="2h why",
        )
        self._then, self._why_not = then, why_not

    @override
    def on_key(self, event: events.Key) -> None:
        """Take what was typed before there was a line; Textual calls the inherited one, too."""
        if event.is_printable and event.character:
            event.stop()
            self._typed.insert_text_at_cursor(event.character)

    def on_input_changed(self) -> None:
        """Say what would happen."""
        self.draw()

    @override
    def asked(self, width: int) -> list[Line]:
        """Promise what a pause does, and say for how long it would be."""
        said, role = self._said()
        promise: list[Line] = [((part, Role.TEXT),) for part in wrap(_PROMISE, width)]
        return [*promise, *(((part, role),) for part in wrap(said, width))]

    def _said(self) -> tuple[str, Role]:
        if self._why_not:
            return self._why_not, Role.WARNING
        found = typed_pause(self._typed.value)
        if found is None:
            return "Type how long and why, like 2h incident 7.", Role.MUTED
        return f"For {lasting(found[0])}.", Role.STRONG

    def on_input_submitted(self) -> None:
        """Go on, if it is a time and a reason."""
        found = typed_pause(self._typed.value)
        if found is not None and not self._why_not:
            self.dismiss()
            self._then(*found)


_PROMISE = (
    "Nothing of it is written unasked until then, by any driftdeck on this cluster."
    " A person's sync goes on; the same key ends it."
)
