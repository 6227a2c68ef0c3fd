"""Lines that put a file on disk: the incident document, and what a pane shows.

A file is the user's alone (0600), and one that is there is never written over.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from core.cli.output.forms import page_of
from core.cli.output.incident import about, incident_form, incident_text
from core.errors import ProductError, UnavailableError
from core.journal import Entry
from core.model import Drift, Key, Snapshot
from core.reconcile.memory.commands import Explain
from core.telling.spans import Role, say
from tui.actions.record import DAY_S, dated, records_since
from tui.model.ordering import unexplained
from tui.surface import Phrase, Surface

ASKED_FOR_S: Final = 10.0  # who changed what is waited for so long
_WIDTH: Final = 160  # cells of a list in a file


def place_of(name: str) -> Path | str:
    """Return where a file of this name is to be, or why none can be there."""
    path = Path(name).expanduser().absolute()
    if path.exists() or path.is_symlink():
        return f"{path} is there already: name another file"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return path


def _put(path: Path, text: str) -> ProductError | None:
    """Write a new file that only its owner can read; return why it was not; for a thread."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", errors="replace") as it:
            it.write(text)
    except OSError as error:  # or it is there by now
        return UnavailableError(f"{path} cannot be written: {error.strerror}")
    return None


def _filed(on: Surface, what: str, path: Path, error: ProductError | None) -> None:
    if error is not None:
        on.note(say(str(error))[0], Role.ERROR, sticky=True)
    else:
        on.note(say(f"{what} is in {path}")[0], Role.TEXT, sticky=True)


# The incident -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Report:
    """Waits until everybody is named who is behind what differs, then has it written."""

    on: Surface
    path: Path
    began: float
    asked: dict[Key, Drift] = field(default_factory=dict)

    def __call__(self, snapshot: Snapshot) -> bool:
        """Ask about what nobody looked at; true once the document is on its way."""
        unnamed = [row for row in snapshot.rows.values() if unexplained(row)]
        for row in unnamed:
            if self.asked.get(row.key) is not row:
                self.asked[row.key] = row
                self.on.submit(Explain(row.key))
        now = self.on.looks().now
        if unnamed and now < self.began + ASKED_FOR_S:
            return False
        then = partial(_filed, self.on, "the incident report", self.path)
        self.on.beside(partial(_report, self.on, self.path, snapshot, now), then)
        return True


def _report(on: Surface, path: Path, snapshot: Snapshot, now: float) -> ProductError | None:
    """Write the document of the last day; for a thread."""
    since = now - DAY_S
    found = records_since(on, since)
    if isinstance(found, ProductError):
        return found
    entries: Sequence[Entry] = about(snapshot, found)
    if path.suffix == ".json":
        return _put(path, page_of(incident_form(snapshot, entries, since, now)))
    return _put(path, incident_text(snapshot, entries, since, now))


def _say_report(on: Surface, text: str) -> str:
    now = on.looks().now
    path = place_of(text or dated("incident", "md", now))
    if isinstance(path, str):
        return path
    on.note("the report is written once everybody is named who changed something", Role.MUTED)
    report = _Report(on, path, now)
    if not report(on.view.snapshot):
        on.session.waiting.append(report)
    return ""


# A pane -----------------------------------------------------------------------------------------


def _say_save(on: Surface, text: str) -> str:
    path = place_of(text or dated("view", "txt", on.looks().now))
    if isinstance(path, str):
        return path
    pane = on.view.focus.pane
    lines = "".join(f"{line}\n" for line in on.rows(pane).text(_WIDTH))
    on.beside(partial(_put, path, lines), partial(_filed, on, f"what {pane} shows", path))
    return ""


PHRASES: Final = (
    Phrase(
        name="report",
        takes="[FILE]",
        does="the incident of the last day as a document: Markdown, or JSON in a .json",
        do=_say_report,
    ),
    Phrase(
        name="save",
        takes="[FILE]",
        does="what this pane shows, as text",
        do=_say_save,
    ),
)
