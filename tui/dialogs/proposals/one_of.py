"""A step above a preview: one of several names is typed, and the preview becomes what it means."""

from collections.abc import Callable, Mapping
from typing import Generic

from rich.style import Style
from typing_extensions import override

from core.telling.spans import Line, Role
from tui.dialogs.proposals.proposal import A, Naming, Proposal
from tui.dialogs.typed import TypedStep
from tui.text.spans import wrap


class OneOfStep(TypedStep, Generic[A]):
    """Wants one of the names, in full; nothing is done yet but another plan."""

    def __init__(
        self,
        names: Naming[A],
        then: Callable[[Proposal[A]], None],
        *,
        styles: Mapping[Role, Style],
    ) -> None:
        """Say what each of *names* means; *then* gets what is proposed for the typed one."""
        super().__init__(
            names.title,
            "Enter goes on once it is exact  Esc cancels",
            styles=styles,
            classes="naming",
        )
        self._names, self._then = names, then

    @override
    def asked(self, width: int) -> list[Line]:
        """Say what can be typed, and what goes with it."""
        asked = "Type the name of one to have it in the plan; each is confirmed by itself."
        lines: list[Line] = [((part, Role.TEXT),) for part in wrap(asked, width)]
        for words in self._names.words:
            lines += [((part, Role.ERROR),) for part in wrap(words, width, indent=2)]
        return lines

    def on_input_submitted(self) -> None:
        """Go on, if it is one of the names."""
        found = self._names.proposals.get(self._typed.value)
        if found is not None:
            self.dismiss()
            self._then(found)
