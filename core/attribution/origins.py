"""Who says so in Git: for each differing field and each row, its place and its commit.

What cannot be traced to a line gets the next best answer, and a note that says what it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Final

from core.attribution.blame import Blame, Found
from core.attribution.valued import ValueFiles
from core.errors import NotHereError, RejectedError
from core.git import Repository
from core.manifests import Reader, line_of
from core.model import (
    Absent,
    Cause,
    Document,
    FieldChange,
    FieldVerdict,
    Json,
    KindRef,
    ObjectRef,
    Origin,
)
from core.model.paths import Parts

FOLDER_COMMITS_MAX: Final = 2_000  # searched for the one that removed an object
REMOVED: Final = "removed here"
_OBJECT: Final = ""  # the path of the object itself
_NOT_BLAMED: Final = "the last commit of the app's folder: its files do not state this as it is"
_LACKING: Final = "set by a commit that is not here, for this is a partial clone"
_NOT_TRACED: Final = "the last commit of the files it is rendered from: no line states just this"
_OF_CHART: Final = "the last commit of its values: this may be of the chart, which is not in Git"
_OF_BASE: Final = "the last commit of the app's own files: this may be of a base elsewhere"
_NOT_STATED: Final = "the last commit that changed the object: its file leaves this field out"


class Origins:
    """Looks up fields of one app's folder at one revision."""

    def __init__(
        self,
        repository: Repository,
        reader: Reader,
        revision: str,
        folder: str,
        *,
        charted: bool = False,
    ) -> None:
        """Look at *folder* of *repository* as of *revision*; *reader* parses its files.

        *charted*: The app renders a chart that is pulled, so what is in no commit is of that.
        """
        self._repository, self._reader = repository, reader
        self._revision = revision
        self._folder, self._charted = folder, charted
        self._valued = ValueFiles(repository, reader, revision)

    def attach(self, document: Document, changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
        """Give each change that Git states, or that it once stated, its origin.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        changes = tuple(changes)
        paths = {change.path for change in changes if _is_blamed(change)}
        if not paths:
            return changes
        blame = Blame(self._repository, self._reader, document, [*paths, _OBJECT])
        try:
            found = blame.run(self._revision)
        except NotHereError:
            return self._by(_not_here(document), changes)
        content = self._content(document.file)
        if content is None or not found:
            return self._by(self._of_folder(document), changes)
        return tuple(
            self._with_origin(change, document, content, found, blame.values)
            if change.path in found
            else change
            for change in changes
        )

    def _by(
        self, origin: Origin | None, changes: tuple[FieldChange, ...]
    ) -> tuple[FieldChange, ...]:
        return tuple(
            change if isinstance(change.git, Absent) else replace(change, origin=origin)
            for change in changes
        )

    def of_object(self, document: Document) -> Origin | None:
        """Return the commit that last changed an object, and where it stands.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        try:
            blame = Blame(self._repository, self._reader, document, [_OBJECT])
            found = blame.run(self._revision)
        except NotHereError:
            return _not_here(document)
        if _OBJECT not in found:
            return self._of_folder(document)
        return self._origin(document.file, document.line, found[_OBJECT])

    def of_removed(self, ref: ObjectRef, kind: KindRef) -> Origin | None:
        """Return the commit that took an object out of the folder; None if none is found.

        Where the history here begins later than that, this is said, and nobody is blamed.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        folder, limit = self._folder, FOLDER_COMMITS_MAX
        edge: Origin | None = None
        for commit in self._repository.history(self._revision, folder, limit=limit):
            first, *others = self._repository.parents(commit.id) or (None,)
            if first is None:
                if self._repository.is_cut(commit.id):
                    edge = _cut("", 0, commit.id, "removed")
                continue
            for file, was, now in self._repository.changed(first, commit.id, folder):
                before = self._stated(file, was, ref, kind)
                if before is None or self._stated(file, now, ref, kind) is not None:
                    continue
                blobs = (self._repository.blob_at(parent, file) for parent in others)
                if all(self._stated(file, blob, ref, kind) is not None for blob in blobs):
                    origin = self._origin(file, before.line, Found(commit.id))
                    return replace(origin, note=REMOVED)
        return edge

    def _stated(
        self, file: str, blob: str | None, ref: ObjectRef, kind: KindRef
    ) -> Document | None:
        """Find an object in one version of a file."""
        try:
            content = self._repository.blob(blob) if blob is not None else b""
            texts = [(file, content)] if ref.name.encode() in content else []
        except RejectedError:
            return None
        sought = kind.group, kind.kind, ref.name
        read = list(self._reader.outcomes(texts))
        for found in chain.from_iterable(one.documents for one in read):
            same = (found.kind.group, found.kind.kind, found.name) == sought
            if same and found.namespace in {None, ref.namespace}:
                return found
        return None

    def _with_origin(
        self,
        change: FieldChange,
        document: Document,
        content: bytes,
        found: Mapping[str, Found],
        values: Mapping[str, bytes | None],
    ) -> FieldChange:
        line = line_of(change.path, content, document, self._reader.line)
        if values[change.path] is not None:
            origin = self._origin(document.file, line, found[change.path])
        elif isinstance(change.git, Absent):
            if not found[change.path].ever:
                if not found[change.path].cut or change.cause is not Cause.GIT_AHEAD:
                    return change
                edge = found[change.path].commit
                return replace(change, origin=_cut(document.file, line, edge, "removed"))
            origin = self._origin(document.file, line, found[change.path])
            origin = replace(origin, note=": ".join(filter(None, (REMOVED, origin.note))))
        else:  # what we add ourselves: a namespace from the settings
            origin = self._origin(document.file, line, found[_OBJECT])
            origin = origin if found[_OBJECT].cut else replace(origin, note=_NOT_STATED)
        return replace(change, origin=origin)

    def of_inputs(self, document: Document, inputs: Iterable[str]) -> Origin | None:
        """Return the newest commit that touched what an object was rendered from.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        changed = (self._repository.changed_at(self._revision, file) for file in inputs)
        found = {commit for commit in changed if commit is not None}
        if not found:
            return None
        newest = max(found, key=lambda commit: (self._repository.when(commit), commit))
        made = Found(newest, cut=self._repository.is_cut(newest))
        origin = self._origin(document.file, document.line, made)
        pulled = self._repository.blob_at(self._revision, document.file) is None
        note = (_OF_CHART if self._charted else _OF_BASE) if pulled else _NOT_TRACED
        return origin if made.cut else replace(origin, note=note)

    def of_value(self, files: tuple[str, ...], path: Parts, said: Json) -> Origin | None:
        """Return the line of a file of values that a rendered field was made from, if one tells.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        try:
            leaf = self._valued.leaf(files, path, said)
            found = None if leaf is None else self._valued.found(leaf)
            if leaf is None or found is None:
                return None
            return self._origin(leaf.file, self._valued.line(leaf), found)
        except (NotHereError, RejectedError):
            return None

    def _content(self, file: str) -> bytes | None:
        blob = self._repository.blob_at(self._revision, file)
        return None if blob is None else self._repository.blob(blob)

    def _of_folder(self, document: Document) -> Origin | None:
        commit = self._repository.changed_at(self._revision, self._folder)
        if commit is None:
            return None
        found = Found(commit, cut=self._repository.is_cut(commit))
        origin = self._origin(document.file, document.line, found)
        return origin if found.cut else replace(origin, note=_NOT_BLAMED)

    def _origin(self, file: str, line: int, found: Found) -> Origin:
        if found.cut:
            return _cut(file, line, found.commit, "set")
        commit = self._repository.commit(found.commit)
        said = commit.id, commit.author, commit.date, commit.subject
        return Origin(file, line, *said, found.note)


def _cut(file: str, line: int, edge: str, deed: str) -> Origin:
    """Blame nobody for what may be older than all that is here."""
    note = f"{deed} at or before {edge[:7]}, the clone is shallow"
    return Origin(file, line, "", "", "", "", note)


def _not_here(document: Document) -> Origin:
    """Say that nobody can be blamed: not even the trees of earlier commits are here."""
    return Origin(document.file, document.line, "", "", "", "", _LACKING)


def _is_blamed(change: FieldChange) -> bool:
    """Tell whether Git states the field, or may have stated it once."""
    return not isinstance(change.git, Absent) or change.verdict is FieldVerdict.DRIFT
