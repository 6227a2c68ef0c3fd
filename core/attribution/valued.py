"""Fields that helm took from files of values: the line that says it, where just one can be meant.

A template may do anything with a value, so a guess is only made where a value is the same, is
called like the field, and no other that could be meant is called as much like it.  Files are laid
over each other as helm does it: what a later file states anew is not looked for in an earlier one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec

from core.attribution.blame import Found
from core.errors import RejectedError
from core.git import Repository
from core.manifests import Reader
from core.model import Json
from core.model.paths import Element, Part, Parts

VERSIONS_MAX: Final = 500  # of a file that are looked at
_ALIKE_LEAST: Final = 4  # letters that `replicas` and `replicaCount` share, at least
_KEPT: Final = 100
_TOO_LONG: Final = "or before: the history is too long to be followed further"

Keys: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value, and the file whose word it is."""

    file: str
    keys: Keys
    text: str


_Tree: TypeAlias = "dict[str, _Tree] | tuple[str, Json]"


class ValueFiles:
    """The files of values of a repository, at one revision."""

    def __init__(self, repository: Repository, reader: Reader, revision: str) -> None:
        """Read nothing yet."""
        self._repository, self._reader, self._revision = repository, reader, revision
        self._laid: dict[tuple[str, ...], tuple[Leaf, ...]] = {}
        self._values: dict[tuple[str, str], Json] = {}

    def leaf(self, files: tuple[str, ...], parts: Parts, said: Json) -> Leaf | None:
        """Find the value that a field was made from.

        Args:
            files: Those of values; later ones count more.
            parts: Where the field is.
            said: What it is.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        text = _text(said)
        if text is None or not files:
            return None
        if files not in self._laid:
            self._laid[files] = tuple(self._leaves(files))
        scored = [
            (score, leaf)
            for leaf in self._laid[files]
            if leaf.text == text and (score := _likeness(leaf.keys, parts))
        ]
        most = max((score for score, _ in scored), default=0)
        best = [leaf for score, leaf in scored if score == most]
        return best[0] if len(best) == 1 else None

    def line(self, leaf: Leaf) -> int:
        """Return the line that a value stands on.

        Raises:
            UnavailableError: The repository cannot be read.
            RejectedError: Its file cannot be.
        """
        blob = self._repository.blob_at(self._revision, leaf.file)
        content = b"" if blob is None else self._repository.blob(blob)
        mapped = self._reader.mapped(leaf.file, content)
        return 1 if mapped is None else mapped.line_at(leaf.keys)

    def found(self, leaf: Leaf) -> Found | None:
        """Find the commit that set a value.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        commit = self._repository.changed_at(self._revision, leaf.file)
        for _ in range(VERSIONS_MAX):
            if commit is None:
                return None
            parents = self._repository.parents(commit)
            same = (one for one in parents if self._said(one, leaf) == leaf.text)
            before = next(same, None)
            if before is None:
                return Found(commit, cut=self._repository.is_cut(commit))
            commit = self._repository.changed_at(before, leaf.file)
        return None if commit is None else Found(commit, note=_TOO_LONG)

    def _leaves(self, files: tuple[str, ...]) -> Iterator[Leaf]:
        laid: dict[str, _Tree] = {}
        for file in files:
            value = self._value(self._revision, file)
            if isinstance(value, dict):
                _lay(laid, value, file)
        yield from _told(laid, ())

    def _said(self, commit: str, leaf: Leaf) -> str | None:
        value = self._value(commit, leaf.file)
        for key in leaf.keys:
            if isinstance(value, dict) and isinstance(key, str):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                return None
        return _text(value)

    def _value(self, commit: str, file: str) -> Json:
        blob = self._repository.blob_at(commit, file)
        if blob is None:
            return None
        if (file, blob) not in self._values:
            if len(self._values) >= _KEPT:
                self._values.clear()
            try:
                mapped = self._reader.mapped(file, self._repository.blob(blob))
            except RejectedError:
                mapped = None
            self._values[file, blob] = None if mapped is None else mapped.value
        return self._values[file, blob]


def _lay(laid: dict[str, _Tree], value: Mapping[str, Json], file: str) -> None:
    """Lay a file over what earlier ones state; null takes away."""
    for key, one in value.items():
        if isinstance(one, dict):
            below = laid.get(key)
            inner = below if isinstance(below, dict) else {}
            laid[key] = inner
            _lay(inner, one, file)
        elif one is None:
            laid.pop(key, None)
        else:
            laid[key] = (file, one)


def _told(laid: Mapping[str, _Tree], above: Keys) -> Iterator[Leaf]:
    for key, one in laid.items():
        if isinstance(one, dict):
            yield from _told(one, (*above, key))
        else:
            yield from _inside(one[0], (*above, key), one[1])


def _inside(file: str, keys: Keys, value: Json) -> Iterator[Leaf]:
    text = _text(value)
    if text is not None:
        yield Leaf(file, keys, text)
    elif isinstance(value, list):
        for i, one in enumerate(value):
            yield from _inside(file, (*keys, i), one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _inside(file, (*keys, key), one)


def _text(value: Json) -> str | None:
    """Return how a template writes a value; None where it is none, or several."""
    if value is None or value == "" or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _likeness(keys: Keys, parts: Parts) -> int:
    """Count how many names, from the last one on, a value and a field have alike."""
    ours = [key for key in keys if isinstance(key, str)]
    theirs = _names(parts)
    count = 0
    for one, other in zip(reversed(ours), reversed(theirs), strict=False):
        if not any(_alike(one, each) for each in other):
            break
        count += 1
    return count


def _names(parts: Parts) -> list[tuple[str, ...]]:
    """Return what a field and those above it are called; a variable by its name, too."""
    found: list[tuple[str, ...]] = []
    last: Part = ""
    for part in parts:
        if isinstance(part, str):
            called = [str(value) for _, value in last.keys] if isinstance(last, Element) else []
            found.append((part, *called) if part == "value" else (part,))
        last = part
    return found


def _alike(one: str, other: str) -> bool:
    first, second = sorted((_bare(one), _bare(other)), key=len)
    stem = first.removesuffix("s")
    return first == second or (len(stem) >= _ALIKE_LEAST and second.startswith(stem))


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
