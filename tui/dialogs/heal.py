"""The preview of standing repair."""

from typing_extensions import override

from core.model import AppView, Snapshot
from core.reconcile.memory.commands import SetHeal
from core.telling.spans import Line, say
from tui.dialogs.explanations import Explanations
from tui.dialogs.naming import protected_name
from tui.dialogs.preview import Preview
from tui.dialogs.writing import WRITE_KEY, toggle_writing
from tui.surface import Surface, forbidden
from tui.text.plans import heal_lines


class HealDialog(Preview):
    """What standing repair would do, before it is switched on."""

    def __init__(self, on: Surface, app: AppView, *, opened_by: str = "") -> None:
        """Ask to heal *app*."""
        title = f"Heal {say(app.spec.name)[0]}"
        super().__init__(title, "Heal on", styles=on.role_styles, opened_by=opened_by)
        self._on, self._of = on, app
        self._now = on.view.to_heal(app.spec)
        self._explanations = Explanations(on, [step.key for step in self._now])
        self._called = on.view.snapshot.called(app.spec.cluster)

    def opened(self) -> None:
        """Say what would happen at once and later."""
        self.present(self._lines_of)
        self.forbid(forbidden(self._on))

    def take(self, snapshot: Snapshot) -> None:
        """Writing may have been allowed or ended, or somebody found."""
        if self._explanations.came(snapshot):
            self.draw()
        self.forbid(forbidden(self._on))

    def _lines_of(self, width: int) -> list[Line]:
        rows, looks = self._on.view.snapshot.rows, self._on.looks()
        return heal_lines(self._of, self._called, self._now, rows, width, looks)

    def pressed(self, key: str) -> None:
        """Writing can be allowed from here."""
        if key == WRITE_KEY:
            toggle_writing(self._on)

    @property
    @override
    def guarded(self) -> str:
        """The protected cluster of the app."""
        return protected_name(self._on.view.snapshot, self._of.spec.cluster)

    def confirmed(self) -> None:
        """Switch it on."""
        self._on.submit(SetHeal(frozenset({self._of.spec.name}), enabled=True))
