"""A plain folder of a Git tree to objects; files that did not change are not parsed again."""

import re
import stat
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from posixpath import basename, commonpath, dirname
from threading import Lock
from typing import Final, NamedTuple, TypeAlias

from core.clean import clean
from core.errors import RejectedError
from core.manifests.loading import Outcome
from core.manifests.sealed.parts import Open, nobody_opens
from core.model import Document

SUFFIXES: Final = (".yaml", ".yml", ".json")
CACHED_FILES_MAX: Final = 50_000
CACHED_MAX_BYTES: Final = 256 * 2**20
_SETTINGS: Final = "driftdeck.yaml"  # our own, which may live beside the manifests
_RENDERED: Final = {
    "kustomization.yaml": "kustomize",
    "kustomization.yml": "kustomize",
    "Kustomization": "kustomize",
    "Chart.yaml": "helm",
}
_SUBMODULE: Final = 0o160000
_ODD_NAME: Final = re.compile(r"(?P<byte>[\udc80-\udcff])|[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_Key: TypeAlias = tuple[str, str]  # path of a file, id of its blob
ReadAll: TypeAlias = Callable[[Iterable[tuple[str, bytes]]], Iterator[Outcome]]


class Listed(NamedTuple):
    """One file of a folder."""

    path: str  # as the folder shows it
    blob_id: str
    mode: int
    content: Callable[[], bytes]  # reads it
    place: str  # where its bytes stand: elsewhere, if a link leads there
    problem: str = ""  # of a link that leads nowhere


class Folder(NamedTuple):
    """What a folder states; `problems` are "file:line: reason" of what was left out.

    What those files said at an earlier commit is not known to be gone: `refused` names them.
    """

    documents: tuple[Document, ...]
    problems: tuple[str, ...]
    refused: tuple[
        tuple[str, str], ...
    ] = ()  # path of a file, or of a folder with "/"; the problem
    broken: tuple[
        tuple[Document, str], ...
    ] = ()  # of those, the objects that are known by name, without a body; the problem
    others: tuple[str, ...] = ()  # files, and documents as "file:line", that are no manifests
    passing: tuple[str, ...] = ()  # of the problems, those of files that may be opened later


class DocumentCache:
    """What files held, by path and blob id; the least recently used go first.

    The same `Document` objects come back for an unchanged file, so everything after this compares
    by `is`.  Threads may share it.
    """

    def __init__(
        self,
        read_all: ReadAll,
        *,
        files: int = CACHED_FILES_MAX,
        size_bytes: int = CACHED_MAX_BYTES,
    ) -> None:
        """Keep at most so many files, and about so many bytes of objects.

        Args:
            read_all: Parses files that are new: paths and contents to outcomes, in that order.
            files: How many.
            size_bytes: How many bytes.
        """
        self._read_all, self._files_max, self._bytes_max = read_all, files, size_bytes
        self._outcomes: OrderedDict[_Key, Outcome] = OrderedDict()
        self._warned: OrderedDict[tuple[int, str], tuple[Document, Document]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def outcomes(self, files: Sequence[Listed]) -> list[Outcome]:
        """Return what each file holds, reading only those that are new.

        Raises:
            UnavailableError: The repository cannot be read; that is no fault of a file.
        """
        found = {key: known for file in files if (known := self._known(key := _key(file)))}
        new = {key: file for file in files if (key := _key(file)) not in found}
        found |= {key: self._kept(key, outcome) for key, outcome in self._read(new)}
        return [found[_key(file)] for file in files]

    def _known(self, key: _Key) -> Outcome | None:
        with self._lock:
            found = self._outcomes.get(key)
            if found is not None:
                self._outcomes.move_to_end(key)
            return found

    def _kept(self, key: _Key, outcome: Outcome) -> Outcome:
        with self._lock:
            if key not in self._outcomes:
                self._outcomes[key] = outcome
                self._bytes += outcome.size
                self._shrink()
            return self._outcomes.get(key, outcome)

    def _read(self, new: dict[_Key, Listed]) -> Iterator[tuple[_Key, Outcome]]:
        asked: deque[_Key] = deque()  # those whose outcomes are still to come
        unreadable: list[tuple[_Key, Outcome]] = []

        def contents() -> Iterator[tuple[str, bytes]]:
            for key, file in new.items():
                try:
                    content = b"" if (problem := _oddity(file.place)) else file.content()
                except RejectedError as error:
                    problem = f"{clean(file.place)}:1: {error}"
                if problem:
                    unreadable.append((key, Outcome((), (problem,))))
                else:
                    asked.append(key)
                    yield file.place, content

        for outcome in self._read_all(contents()):
            yield asked.popleft(), outcome
        yield from unreadable

    def warned(self, document: Document, warning: str) -> Document:
        """Return *document* with one more warning; the same object for the same question."""
        key = (id(document), warning)  # the entry keeps the document, so its id stays its own
        with self._lock:
            if key not in self._warned:
                more = replace(document, warnings=(*document.warnings, warning))
                self._warned[key] = document, more
                if len(self._warned) > self._files_max:
                    self._warned.popitem(last=False)
            return self._warned[key][1]

    def _shrink(self) -> None:
        while len(self._outcomes) > self._files_max or self._bytes > self._bytes_max:
            _, oldest = self._outcomes.popitem(last=False)
            self._bytes -= oldest.size


def read(files: Iterable[Listed], cache: DocumentCache, opened: Open = nobody_opens) -> Folder:
    """Read every object that the files of one folder state.

    Args:
        files: Every file, in any order, of any name.
        cache: Kept by the caller between readings.
        opened: Opens what is encrypted.

    Raises:
        UnavailableError: The repository cannot be read.
    """
    ordered = sorted(files, key=lambda file: file[0])
    rendered = _rendered(ordered, cache)
    entries = [file for file in ordered if not any(map(file.path.startswith, rendered))]
    manifests = _manifests(entries, _hidden(ordered))
    outcomes = dict(zip(manifests, cache.outcomes(tuple(manifests.values())), strict=True))
    passing = _open(outcomes, opened)
    refused = list(rendered.items())
    for file in entries:
        refusal = _refusal(file)
        if refusal:
            place = f"{file.place}/" if file.mode == _SUBMODULE else file.place
            refused.append((place, f"{clean(file.path)}:1: {refusal}"))
        elif file.path in outcomes:
            refused.extend((file.place, problem) for problem in outcomes[file.path].problems)
    return Folder(
        _last_of_each([each for one in outcomes.values() for each in one.documents], cache),
        tuple(problem for _, problem in refused),
        tuple(refused),
        tuple(each for one in outcomes.values() for each in one.broken),
        tuple(each for one in outcomes.values() for each in one.others),
        passing,
    )


def _open(outcomes: dict[str, Outcome], opened: Open) -> tuple[str, ...]:
    """Put what came out of encrypted parts among what the files state; tell what may pass."""
    parts = [(path, part) for path, one in outcomes.items() for part in one.sealed]
    if not parts:
        return ()
    found = opened([part for _, part in parts])
    for (path, _), each in zip(parts, found, strict=True):
        one = outcomes[path]
        documents = sorted((*one.documents, *each.documents), key=lambda document: document.index)
        problems = (*one.problems, *filter(None, (each.problem,)))
        broken = (*one.broken, *each.broken)
        outcomes[path] = replace(one, documents=tuple(documents), problems=problems, broken=broken)
    return tuple(each.problem for each in found if each.passing)


def _manifests(entries: list[Listed], hidden: Callable[[str], bool]) -> dict[str, Listed]:
    """Choose by path the files that are read, each place once."""
    found: dict[str, Listed] = {}
    seen: set[str] = set()
    for file in entries:
        if _refusal(file) or not _is_manifest(file.path) or hidden(file.path):
            continue
        if file.place not in seen:
            seen.add(file.place)
            found[file.path] = file
    return found


def _key(file: Listed) -> _Key:
    return file.place, file.blob_id


def _is_manifest(path: str) -> bool:
    name = basename(path)
    return name.endswith(SUFFIXES) and name != _SETTINGS


def _refusal(file: Listed) -> str:
    """Say why an entry of the tree is not read: only regular files are, and what links lead to."""
    if not file.mode:
        return "a name or kind of entry that Git does not check out"
    if file.mode == _SUBMODULE:
        return "a submodule, whose files are in another repository; they are not read"
    if stat.S_ISLNK(file.mode):
        may_be_folder = "." not in basename(file.path)
        if _is_manifest(file.path) or (may_be_folder and file.problem):
            return file.problem or "a symbolic link, which is not followed"
    return ""


def _oddity(path: str) -> str:
    """Say what keeps a manifest from being named; "" where nothing does."""
    odd = _ODD_NAME.search(path)
    if odd is None:
        return ""
    what = "is not UTF-8" if odd["byte"] else "holds a control character"
    return f"{clean(path)}:1: its name {what}"


def _rendered(files: list[Listed], cache: DocumentCache) -> dict[str, str]:
    """Find folders that kustomize or helm would render, and say of each that it is left out.

    Reading them as they are would be worse than not at all: patches and templates would be taken
    for objects.
    """
    folders: dict[str, str] = {}
    for file in files:
        path, name = file.path, basename(file.path)
        tool = _RENDERED.get(name)
        if tool is None or not stat.S_ISREG(file.mode) or _oddity(file.place):
            continue
        if cache.outcomes((file,))[0].documents:
            continue  # an ordinary object: Flux has a kind Kustomization
        folder = path.removesuffix(name)
        if any(folder.startswith(above) for above in folders):
            continue
        what = clean(folder.rstrip("/")) or "the repository's root"
        alone = f"{what} is for {tool}, so it is rendered as an app of its own only"
        reason = f"{alone}; none of its files was read"
        folders[folder] = f"{clean(path)}:1: {reason}"
    return folders


def _hidden(files: list[Listed]) -> Callable[[str], bool]:
    """Return what tells files in hidden folders (`.github`) below the folder that was asked for."""
    folders = [dirname(file.path) for file in files if file.mode]  # what is refused is no path
    shared = commonpath(folders) if folders else ""
    top = len(shared.split("/")) if shared else 0

    def hidden(path: str) -> bool:
        return any(part.startswith(".") for part in path.split("/")[top:])

    return hidden


def _last_of_each(documents: list[Document], cache: DocumentCache) -> tuple[Document, ...]:
    """Keep of each object the last statement, which says where the others are."""
    last: dict[tuple[str, str, str | None, str], Document] = {}
    for document in documents:
        kind = document.kind
        identity = (kind.group, kind.kind, document.namespace, document.name)
        earlier = last.pop(identity, None)
        if earlier is None:
            last[identity] = document
            continue
        here, there = (f"{clean(at.file)}:{at.line}" for at in (document, earlier))
        warning = f"{here}: the same object is stated at {there}; this one counts"
        last[identity] = cache.warned(document, warning)
    return tuple(last.values())
