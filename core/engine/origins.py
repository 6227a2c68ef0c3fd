"""Which line and which commit state a field: blame along the path of one file.

Git knows lines, not fields, so the file's versions are read newest first until the value at the
path differs; the version after that is the one that set it.
"""

from collections.abc import Iterable
from dataclasses import replace

from core.errors import ProductError
from core.git import Repository
from core.manifests import line_of, value_at
from core.model import ABSENT, Absent, Commit, Desired, FieldChange, Json, Origin

VERSIONS_MAX = 500  # of one file; beyond that the oldest one seen is named


class Origins:
    """Looks up fields of one repository at one revision."""

    def __init__(self, repository: Repository, revision: str) -> None:
        """Look at *repository* as of *revision*."""
        self._repository = repository
        self._revision = revision

    def attach(self, desired: Desired, changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
        """Give each change that Git states its origin.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        changes = tuple(changes)
        file = desired.document.file
        open_ = {change.path for change in changes}
        newest: dict[str, Json | Absent] = {}
        found: dict[str, Commit] = {}
        last: Commit | None = None
        content: bytes | None = None
        for number, (commit, blob) in enumerate(self._repository.versions(self._revision, file)):
            past = self._repository.blob(blob) if blob is not None else None
            if number == 0:
                if past is None:
                    return changes
                content = past
                newest = {path: _value(past, desired, path) for path in open_}
            else:
                assert last is not None
                for path in tuple(open_):
                    if past is None or _value(past, desired, path) != newest[path]:
                        found[path] = last
                        open_.discard(path)
            last = commit
            if not open_ or number >= VERSIONS_MAX:
                break
        if last is None or content is None:
            return changes
        found.update(dict.fromkeys(open_, last))
        return tuple(
            _with_origin(change, desired, content, found[change.path]) for change in changes
        )


def _value(content: bytes, desired: Desired, path: str) -> Json | Absent:
    document = desired.document
    try:
        return value_at(content, document, path)
    except ProductError:
        return ABSENT  # that version could not be read, so it did not state the field


def _with_origin(
    change: FieldChange, desired: Desired, content: bytes, commit: Commit
) -> FieldChange:
    document = desired.document
    line = line_of(change.path, content, document.index)
    origin = Origin(document.file, line, commit.id, commit.author, commit.date, commit.subject)
    return replace(change, origin=origin)
