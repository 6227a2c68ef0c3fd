"""What pane 0 is about: the row under the cursor of the list that was used last."""

from dataclasses import dataclass

from core.model import ClusterView, Commit, CommitShown, Drift, Event, Health
from core.model.answers.comparisons import Likeness
from tui.text.rows import AppRow
from tui.text.sheets.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Subject:
    """What pane 0 is about, and how."""

    of: AppRow | Drift | Commit | Event | None = None
    cluster: ClusterView | None = None
    noise: bool = False
    text: bool = False
    health: Health | None = None  # of an object, once that was asked
    likeness: Likeness | None = None  # of an object, once that was asked
    shown: CommitShown | None = None  # of a commit: what it changes, once that was read
    sheet: Sheet | None = None  # instead of all that

    @property
    def has_text(self) -> bool:
        """Whether there are differences, that can be read as text and hide others."""
        return isinstance(self.of, Drift) and bool(self.of.changes or self.of.ignored)

    @property
    def identity(self) -> object:
        """The same while only its content changes; then the place in the text is kept."""
        if self.sheet is not None:
            return self.sheet.name
        match self.of:
            case AppRow():
                return self.of.view.spec.name
            case Drift():
                return (self.of.key, self.text)
            case Commit():
                return self.of.id
            case Event():
                return self.of.sequence
            case None:
                return None
