"""Small questions: heal on, writing on, quit during a write."""

from collections.abc import Callable, Mapping

from rich.style import Style

from core.model import AppView, Snapshot
from core.reconcile.memory.commands import SetHeal
from core.telling.spans import Line, Role, say
from tui.dialogs.preview import Preview
from tui.surface import Surface, forbidden
from tui.text.plans import heal_lines
from tui.text.spans import wrap


class HealDialog(Preview):
    """What standing repair would do, before it is switched on."""

    def __init__(self, on: Surface, app: AppView, drifted: int, *, opened_by: str = "") -> None:
        """Ask to heal *app*."""
        title = f"Heal {say(app.spec.name)[0]}"
        super().__init__(title, "Heal on", styles=on.role_styles, opened_by=opened_by)
        self._on, self._of, self._drifted = on, app, drifted
        self._called = on.view.snapshot.called(app.spec.cluster)

    def opened(self) -> None:
        """Say what would happen at once and later."""
        self.present(lambda width: heal_lines(self._of, str(self._called), self._drifted, width))
        self.forbid(forbidden(self._on))

    def take(self, snapshot: Snapshot) -> None:
        """Writing may have been allowed or ended."""
        del snapshot
        self.forbid(forbidden(self._on))

    def confirmed(self) -> None:
        """Switch it on."""
        self._on.submit(SetHeal(frozenset({self._of.spec.name}), enabled=True))


class Question(Preview):
    """Words, and what to do on yes."""

    def __init__(
        self,
        title: str,
        text: str,
        words: str,
        then: Callable[[], None],
        *,
        styles: Mapping[Role, Style],
        opened_by: str = "",
    ) -> None:
        """Ask *text*; yes calls *then*."""
        super().__init__(title, words, styles=styles, opened_by=opened_by)
        self._text, self._then = text, then

    def opened(self) -> None:
        """Show the words."""
        self.present(self._wrapped)

    def _wrapped(self, width: int) -> list[Line]:
        return [((part, Role.TEXT),) for part in wrap(self._text, width)]

    def confirmed(self) -> None:
        """Do it."""
        self._then()
