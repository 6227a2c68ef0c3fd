"""What earlier commits stated of one object: each version of it once, newest first.

The walk goes back along the object's file, from each version to those of its parents, and follows
the object into another file where it came from there.  A version that cannot be read is passed by.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from core.attribution.blame import MANIFESTS, MOVED_MAX
from core.errors import NotHereError, RejectedError
from core.git import Repository
from core.manifests import Past, Reader
from core.model import Document
from core.reconcile.memory.results import Statement

VERSIONS_MAX: Final = 500  # of the file that are looked at
STATEMENTS_MAX: Final = 32  # different ones that are kept
PARSED_MAX_BYTES: Final = 2 * 2**20  # about half a second
_WHOLE: Final = ""  # the path of the object itself


def recalled(
    repository: Repository, reader: Reader, document: Document, revision: str
) -> tuple[Document, ...]:
    """Return the object *document* as *revision* and the commits before it state it.

    Raises:
        UnavailableError: The repository cannot be read.
    """
    if document.sealed:
        return ()  # earlier versions are ciphertext, which nothing live is ever equal to
    walk = _Walk(repository, reader, document, revision)
    found: dict[bytes, None] = {}
    for _, body in walk.versions():
        found.setdefault(body)
        if len(found) == STATEMENTS_MAX:
            break
    return tuple(replace(document, body=body, warnings=()) for body in found)


def looked_back(
    repository: Repository, reader: Reader, document: Document, revision: str
) -> tuple[Statement, ...]:
    """Return the same, newest first, each with the commits between which Git stated it.

    What was stated twice is there twice.

    Raises:
        UnavailableError: The repository cannot be read.
    """
    versions = _Walk(repository, reader, document, revision).versions()
    return spans(repository, document, versions)


def spans(
    repository: Repository, document: Document, versions: Iterable[tuple[str, bytes]]
) -> tuple[Statement, ...]:
    """Say between which commits *document* was stated as each of the *versions*, newest first."""
    found: list[tuple[bytes, str]] = []  # each with the commit that first stated it
    for commit, body in versions:
        if found and found[-1][0] == body:
            found[-1] = (body, commit)
        elif len(found) == STATEMENTS_MAX:
            break
        else:
            found.append((body, commit))
    commits = [repository.commit(commit) for _, commit in found]
    return tuple(
        Statement(replace(document, body=body, warnings=()), since, until)
        for (body, _), since, until in zip(found, commits, [None, *commits], strict=False)
    )


class _Walk:
    def __init__(
        self, repository: Repository, reader: Reader, document: Document, revision: str
    ) -> None:
        self._repository, self._reader, self._document = repository, reader, document
        self._pasts: dict[str, Past] = {}
        self._heap: list[tuple[int, int, str, str]] = []
        self._seen: set[tuple[str, str]] = set()
        self._go(revision, document.file)

    def versions(self) -> Iterator[tuple[str, bytes]]:
        """Yield what each version says, the newest first, the same thing perhaps many times."""
        for _ in range(VERSIONS_MAX):
            parsed = sum(past.parsed_bytes for past in self._pasts.values())
            if not self._heap or parsed > PARSED_MAX_BYTES:
                return
            *_, commit, file = heapq.heappop(self._heap)
            body = self._body(commit, file)
            if body is not None:
                yield commit, body
            self._go_back(commit, file, stated=body is not None)

    def _go(self, commit: str, file: str) -> None:
        """Go on at the commit that made the file what it is at *commit*."""
        changed = self._repository.changed_at(commit, file)
        if changed is not None and (changed, file) not in self._seen:
            self._seen.add((changed, file))
            when = self._repository.when(changed)
            heapq.heappush(self._heap, (-when, len(self._seen), changed, file))

    def _go_back(self, commit: str, file: str, *, stated: bool) -> None:
        for parent in self._repository.parents(commit):
            if stated and self._body(parent, file) is None:
                self._search(parent, commit, file)
            self._go(parent, file)

    def _search(self, parent: str, commit: str, file: str) -> None:
        """Follow the object into another file that stated it before *commit* changed that."""
        for number, (name, was, _) in enumerate(self._repository.changed(parent, commit)):
            if number >= MOVED_MAX:
                return
            named = was is not None and name != file and name.endswith(MANIFESTS)
            if named and self._body(parent, name) is not None:
                self._go(parent, name)

    def _body(self, commit: str, file: str) -> bytes | None:
        """Return what a version of a file says of the object; None: nothing that can be read."""
        blob = self._repository.blob_at(commit, file)
        if blob is None:
            return None
        if file not in self._pasts:
            stated = replace(self._document, file=file)
            self._pasts[file] = Past(stated, [_WHOLE], self._reader.examined)
        try:
            said = self._pasts[file].stated(self._repository.blob(blob))
        except (RejectedError, NotHereError):
            return None
        return said.values[_WHOLE] if said is not None else None
