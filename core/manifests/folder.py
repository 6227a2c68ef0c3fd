"""A plain folder of a Git tree to objects; files that did not change are not parsed again."""

import re
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from posixpath import basename, commonpath, dirname
from threading import Lock
from typing import Final, NamedTuple

from core.clean import clean
from core.errors import ManifestError, RejectedError
from core.manifests.loading import load
from core.manifests.parse import YamlError
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
_SIGNS: Final = re.compile(rb"""\b(?:apiVersion|kind)["']?\s*:|\{\{""")
_SUBMODULE: Final = 0o160000
_ODD_NAME: Final = re.compile(r"(?P<byte>[\udc80-\udcff])|[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DOCUMENT_BYTES: Final = 500  # of a `Document` without its body, measured


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file held, and what of it could not be read."""

    documents: tuple[Document, ...]
    problems: tuple[str, ...] = ()
    broken: tuple[tuple[Document, str], ...] = ()
    others: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that keeping it costs, about."""
        return sum(len(document.body) + _DOCUMENT_BYTES for document in self.documents)


class DocumentCache:
    """What files held, by path and blob id; the least recently used go first.

    The same `Document` objects come back for an unchanged file, so everything after this compares
    by `is`.  Threads may share it.
    """

    def __init__(
        self, *, files: int = CACHED_FILES_MAX, size_bytes: int = CACHED_MAX_BYTES
    ) -> None:
        """Keep at most so many files, and about so many bytes of objects."""
        self._files_max, self._bytes_max = files, size_bytes
        self._outcomes: OrderedDict[tuple[str, str], Outcome] = OrderedDict()
        self._warned: OrderedDict[tuple[int, str], tuple[Document, Document]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def outcome(self, path: str, blob_id: str, content: Callable[[], bytes]) -> Outcome:
        """Return what the file holds, reading it only if it is new.

        Raises:
            UnavailableError: The repository cannot be read; that is no fault of the file.
        """
        key = (path, blob_id)
        with self._lock:
            found = self._outcomes.get(key)
            if found is not None:
                self._outcomes.move_to_end(key)
                return found
        outcome = _outcome(path, content)
        with self._lock:
            if key not in self._outcomes:
                self._outcomes[key] = outcome
                self._bytes += outcome.size
                self._shrink()
            return self._outcomes.get(key, outcome)

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


def read(files: Iterable[Listed], cache: DocumentCache) -> Folder:
    """Read every object that the files of one folder state.

    Args:
        files: Every file, in any order, of any name.
        cache: Kept by the caller between readings.

    Raises:
        UnavailableError: The repository cannot be read.
    """
    ordered = sorted(files, key=lambda file: file[0])
    rendered = _rendered(ordered)
    refused = list(rendered.items())
    hidden = _hidden(ordered)
    outcomes: list[Outcome] = []
    seen: set[str] = set()
    for file in ordered:
        path = file.path
        if any(path.startswith(folder) for folder in rendered):
            continue
        refusal = _refusal(file)
        if refusal:
            place = f"{file.place}/" if file.mode == _SUBMODULE else file.place
            refused.append((place, f"{clean(path)}:1: {refusal}"))
        elif _is_manifest(path) and not hidden(path) and file.place not in seen:
            seen.add(file.place)
            outcome = _outcome_of(file, cache)
            outcomes.append(outcome)
            refused.extend((file.place, problem) for problem in outcome.problems)
    return Folder(
        _last_of_each([each for one in outcomes for each in one.documents], cache),
        tuple(problem for _, problem in refused),
        tuple(refused),
        tuple(each for one in outcomes for each in one.broken),
        tuple(each for one in outcomes for each in one.others),
    )


def _outcome_of(file: Listed, cache: DocumentCache) -> Outcome:
    odd = _oddity(file.place)
    return Outcome((), (odd,)) if odd else cache.outcome(file.place, file.blob_id, file.content)


def _outcome(path: str, content: Callable[[], bytes]) -> Outcome:
    shown = clean(path)
    try:
        read_bytes = content()
    except RejectedError as error:
        return Outcome((), (f"{shown}:1: {error}",))
    try:
        loaded = load(path, read_bytes)
    except ManifestError as error:
        if not isinstance(error, YamlError) and not _has_signs(read_bytes):
            return Outcome((), others=(shown,))
        return Outcome((), (f"{shown}:{error.line}: {error.reason}",))
    told = [
        (each.document, f"{shown}:{each.error.line}: {each.error.reason}") for each in loaded.faults
    ]
    places = tuple(f"{shown}:{line}" for line in loaded.others)
    return Outcome(
        loaded.documents,
        tuple(problem for _, problem in told),
        tuple((document, problem) for document, problem in told if document is not None),
        places if loaded.documents or told else (shown,) * bool(places),
    )


def _has_signs(content: bytes) -> bool:
    """Tell whether a file that cannot be read may have been meant as a manifest, or as a template.

    A `tsconfig.json` with comments, tags of another program and another encoding are no faults.
    """
    return _SIGNS.search(content.replace(b"\0", b"")) is not None  # UTF-16 is full of these


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


def _rendered(files: list[Listed]) -> dict[str, str]:
    """Find folders that kustomize or helm would render, and say of each that it is left out.

    Reading them as they are would be worse than not at all: patches and templates would be taken
    for objects.
    """
    folders: dict[str, str] = {}
    for path, _, mode, content, *_ in files:
        name = basename(path)
        tool = _RENDERED.get(name)
        if tool is None or not stat.S_ISREG(mode) or _states_objects(path, content):
            continue
        folder = path.removesuffix(name)
        if any(folder.startswith(above) for above in folders):
            continue
        what = clean(folder.rstrip("/")) or "the repository's root"
        alone = f"{what} is for {tool}, so it is rendered as an app of its own only"
        reason = f"{alone}; none of its files was read"
        folders[folder] = f"{clean(path)}:1: {reason}"
    return folders


def _states_objects(path: str, content: Callable[[], bytes]) -> bool:
    """Tell an ordinary object (Flux has a kind Kustomization) from the tool's own file."""
    try:
        return bool(load(path, content()).documents)
    except RejectedError:
        return False


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
