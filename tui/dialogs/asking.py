"""Small questions: writing on, quit during a write."""

from collections.abc import Callable, Mapping

from rich.style import Style

from core.telling.spans import Line, Role
from tui.dialogs.preview import Preview
from tui.text.spans import wrap


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
