"""Which commit made each field what it is: blame along the paths of one object.

Git knows lines, not fields.  So the walk goes from each version of the file to those of its
parents, and takes along the fields that have the same value there; a field that no parent has the
same was set by that very commit.  A version that cannot be read decides nothing.  An object that
came from another file (a rename, or a file that was split) is followed there.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from core.errors import NotHereError, RejectedError
from core.git import Repository
from core.manifests import Past, Reader, Statement
from core.model import Document

VERSIONS_MAX: Final = 20_000  # of the file that are looked at
PARSED_MAX_BYTES: Final = 8 * 2**20  # about two seconds
MOVED_MAX: Final = 2_000  # files of one commit that are searched for where an object came from
_TOO_LONG: Final = "or before: the history is too long to be followed further"
_NOT_HERE: Final = "or before: older versions are not here, for this is a partial clone"
MANIFESTS: Final = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Found:
    """The commit that set a field."""

    commit: str
    ever: bool = True  # the field was there once; False: nobody can have removed it
    note: str = ""  # where the walk ended early
    cut: bool = False  # the history here begins with that commit, which need not have set anything


@dataclass(slots=True)
class _Stop:
    """One version of one file that is still to be looked at, and the fields that lead there."""

    commit: str
    file: str
    known: dict[str, str] = field(default_factory=dict)  # path -> last commit seen to have it


class Blame:
    """Looks for the commits behind the fields of one object."""

    def __init__(
        self, repository: Repository, reader: Reader, document: Document, paths: Iterable[str]
    ) -> None:
        """Ask about *paths* of the object that *document* is."""
        self._repository, self._reader = repository, reader
        self._document = document
        self._paths = tuple(paths)
        self._pasts: dict[str, Past] = {}
        self._read: dict[tuple[str, str], Statement | None] = {}
        self._heap: list[tuple[int, int, tuple[str, str]]] = []
        self._stops: dict[tuple[str, str], _Stop] = {}
        self._found: dict[str, Found] = {}
        self._present: set[str] = set()  # fields that a parent of the version looked at has
        self._wanted = Statement(stated=False, values={})

    def run(self, revision: str) -> Mapping[str, Found]:
        """Walk back from *revision*; a path that its file does not lead to is left out.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        wanted = self._statement(revision, self._document.file)
        if wanted is None or not wanted.stated:
            return {}
        self._wanted = wanted
        self._go(revision, self._document.file, dict.fromkeys(self._paths, revision))
        for _ in range(VERSIONS_MAX):
            if not self._heap:
                return self._found
            if sum(past.parsed_bytes for past in self._pasts.values()) > PARSED_MAX_BYTES:
                break
            self._look(self._stops.pop(heapq.heappop(self._heap)[2]))
        for stop in self._stops.values():
            self._settle(stop.known, _TOO_LONG)
        return self._found

    @property
    def values(self) -> Mapping[str, bytes | None]:
        """What the file says now at each path."""
        return self._wanted.values

    def _go(self, commit: str, file: str, known: dict[str, str]) -> None:
        """Go on at the commit that made the file what it is at *commit*."""
        changed = self._repository.changed_at(commit, file)
        if changed is None:
            self._settle(known, _TOO_LONG)
            return
        stop = self._stops.get((changed, file))
        if stop is None:
            stop = self._stops[changed, file] = _Stop(changed, file)
            entry = (-self._repository.when(changed), len(self._stops), (changed, file))
            heapq.heappush(self._heap, entry)
        stop.known.update(known)

    def _look(self, stop: _Stop) -> None:
        """Hand the fields of one version on to its parents; what is left was set here."""
        commit, left = stop.commit, dict(stop.known)
        if self._statement(commit, stop.file) is not None:
            left = dict.fromkeys(left, commit)
        self._present.clear()
        try:
            note = self._from_parents(stop, left)
        except NotHereError:
            note = _NOT_HERE
        self._settle(left, note, cut=self._repository.is_cut(commit))

    def _from_parents(self, stop: _Stop, left: dict[str, str]) -> str:
        """Hand on what is the same there; say what could not be looked at."""
        commit, without = stop.commit, []
        for parent in self._repository.parents(commit):
            there = self._statement(parent, stop.file)
            self._hand_on(parent, stop.file, left, there)
            if there is not None and not there.stated:
                without.append(parent)
        note = ""
        for parent in without if left else ():
            note = self._search(parent, commit, stop.file, left) or note
        return note

    def _hand_on(
        self, parent: str, file: str, left: dict[str, str], there: Statement | None
    ) -> None:
        if there is None or there is self._wanted:  # what cannot be read changes nothing
            same = set(left)
        elif there.stated:
            same = {path for path in left if there.values[path] == self._wanted.values[path]}
            self._present |= {path for path in left if there.values[path] is not None}
        else:
            return
        if same:
            self._go(parent, file, {path: left.pop(path) for path in same})

    def _search(self, parent: str, commit: str, file: str, left: dict[str, str]) -> str:
        """Follow the object into another file that stated it before *commit* changed that."""
        for number, (name, was, _) in enumerate(self._repository.changed(parent, commit)):
            if number >= MOVED_MAX:
                return "too many files changed there to say whether it came from another one"
            if was is None or name == file or not name.endswith(MANIFESTS):
                continue
            there = self._statement(parent, name)
            if there is not None and there.stated:
                self._hand_on(parent, name, left, there)
        return ""

    def _settle(self, known: Mapping[str, str], note: str = "", *, cut: bool = False) -> None:
        if not known:
            return
        for past in self._pasts.values():
            past.forget(known)
        for path, commit in known.items():
            stated = self._wanted.values[path] is not None
            self._found[path] = Found(commit, stated or path in self._present, note, cut)

    def _open(self) -> list[str]:
        return [path for path in self._paths if path not in self._found]

    def _statement(self, commit: str, file: str) -> Statement | None:
        blob = self._repository.blob_at(commit, file)
        past = self._pasts.get(file)
        if past is None:
            stated = replace(self._document, file=file)
            past = Past(stated, self._open(), self._reader.examined)
            self._pasts[file] = past
        if blob is None:
            return Statement(stated=False, values=dict.fromkeys(self._paths))
        if (file, blob) not in self._read:  # each is asked for twice: as a parent, and itself
            try:
                self._read[file, blob] = past.stated(self._repository.blob(blob))
            except RejectedError:
                self._read[file, blob] = None  # beyond the size of any manifest
        return self._read[file, blob]
