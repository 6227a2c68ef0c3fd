"""The second step before a protected cluster is written to, or anything deleted: a word is typed.

It lies over the preview, which goes on hearing of the world; what was typed counts only for what
was shown when it was begun.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.style import Style
from typing_extensions import override

from core.model import Snapshot
from core.telling.spans import Line, Role, say
from tui.dialogs.typed import TypedStep
from tui.text.spans import wrap


def protected_name(snapshot: Snapshot, cluster: str) -> str:
    """Return the name that must be typed before *cluster* is written to; "" where none must be."""
    protected = (view.spec.protected for view in snapshot.clusters if view.spec.name == cluster)
    return cluster if any(protected) else ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person types before something is done that cannot be taken back."""

    word: str
    title: str
    role: Role = Role.TEXT

    @classmethod
    def name_of(cls, cluster: str) -> "Typed":
        """The name of a protected cluster."""
        return cls(cluster, f"Protected: {say(cluster)[0]}")


class NameStep(TypedStep):
    """Wants a word, like the name of a protected cluster; Enter goes on once it is exact."""

    def __init__(
        self,
        wanted: Typed,
        words: str,
        then: Callable[[], None],
        *,
        styles: Mapping[Role, Style],
    ) -> None:
        """Ask for what is *wanted* before *words* is done, which is what *then* does."""
        super().__init__(
            wanted.title,
            "Enter goes on once it is exact  Esc cancels",
            styles=styles,
            classes="naming",
        )
        self._wanted, self._words, self._then = wanted, words, then

    @override
    def asked(self, width: int) -> list[Line]:
        """Say what is to be typed, and what for."""
        words = f"{self._words}: type {say(self._wanted.word)[0]} to go on."
        return [((part, self._wanted.role),) for part in wrap(words, width)]

    def on_input_submitted(self) -> None:
        """Go on, if it is the word."""
        if self._typed.value == self._wanted.word:
            self.dismiss()
            self._then()
