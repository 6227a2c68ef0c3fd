"""What two states of Git have apart: two commits of an app, or two apps."""

from core.model import Snapshot
from core.reconcile.memory.commands import Compare, StateOfGit
from core.telling.spans import Line, Role, say
from tui.dialogs.preview import Preview
from tui.surface import Surface
from tui.text.comparison import comparison_lines, named


class Compared(Preview):
    """Asks once and shows the answer; there is nothing to confirm."""

    def __init__(self, on: Surface, before: StateOfGit, after: StateOfGit) -> None:
        """Compare *before* with *after* over *on*."""
        super().__init__("Compare", "", styles=on.role_styles)
        self._on, self._states = on, (before, after)
        self._request: int | None = next(on.session.numbers)

    def opened(self) -> None:
        """Ask."""
        assert self._request is not None
        self.present(lambda _: [(("comparing", Role.MUTED),)])
        self._on.submit(Compare(self._request, *self._states))

    def take(self, snapshot: Snapshot) -> None:
        """Show the answer, once it is there."""
        found = snapshot.comparison_for(self._request) if self._request is not None else None
        if found is None:
            return
        self._request = None

        def lines(width: int) -> list[Line]:
            return comparison_lines(found, width, self._on.looks())

        title = f"Compare {named(found.before)} with {named(found.after)}"
        self.present(lines, title=say(title)[0])
