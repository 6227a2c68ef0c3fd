"""What the versions of one file say about one object, from one to the next.

Histories are long and most commits touch something else, so a version is parsed only where the
text of the object's own YAML document is new, and not even then if all that changed is the value of
one line that none of the fields stands on (a machine that writes image tags makes thousands).
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec

from core.errors import ManifestError
from core.manifests.loading import Stated
from core.manifests.places import Rank, best, in_git, parts_of, stated_in
from core.manifests.text.parse import documents_in, parse
from core.manifests.text.tree import Tree
from core.model import Absent, Document, Json, KindRef
from core.model.paths import Element, Member, Parts, Steps, value_at, walk

_SECRET: Final = KindRef("v1", "Secret")
_KEPT_BYTES: Final = 16 * 2**20  # of texts that were read; the same ones come back after a revert
_CHANGED_LINES_MAX: Final = 16
_ANCHOR: Final = re.compile(rb"(?:^|[\s\[{,])[&*]\S|<<", re.MULTILINE)
_ODD_BREAK: Final = re.compile(rb"\r(?!\n)|\xc2\x85|\xe2\x80[\xa8\xa9]")  # a line's end to YAML
_ONE_VALUE: Final = re.compile(
    rb"""([ ]*(?:-[ ]+)*(?:[\w./-]+|"[^"\\]*"|'[^']*'):[ ]+)"""
    rb"""(?:[\w./+](?:[\w./+-]|:(?=[\w./+-]))*|"[^"\\]*"|'[^']*')[ \r]*\Z"""
)
_IDENTITY: Final = frozenset({("kind",), ("metadata", "name"), ("metadata", "namespace")})


@dataclass(frozen=True, slots=True)
class Statement:
    """What one version says: of each path that was asked for its value, None where it is absent."""

    stated: bool  # the object is in this version at all
    values: dict[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Examined:
    """What one text states of an object, and how well that fits; None where it is not in there."""

    ranked: tuple[Rank, Statement] | None
    idle: frozenset[int] | None = None  # lines, from 0, of one value each, which nobody asks for


Examine: TypeAlias = Callable[[Document, tuple[str, ...], bytes], Examined]


@dataclass(frozen=True, slots=True)
class _Watch:
    """How one path leads through a document: what would change its value."""

    walked: Steps
    whole: bool  # the path ends where it was walked to; else the rest is not there
    parts: Parts

    def minds(self, leaf: Steps) -> bool:
        """Tell whether another value of *leaf* could be another value at the path."""
        if self.whole and leaf[: len(self.walked)] == self.walked:
            return True
        for at, part in enumerate(self.parts[: len(self.walked) + 1]):
            if leaf[:at] != self.walked[:at]:
                return False
            if isinstance(part, Member) and len(leaf) == at + 1:
                return True
            if isinstance(part, Element) and leaf[at + 1 :] in {(key,) for key, _ in part.keys}:
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Read:
    """One text that was parsed, to compare the next one with."""

    lines: list[bytes]
    idle: frozenset[int]
    ranked: tuple[Rank, Statement]


class Past:
    """Reads one object out of the versions of its file, newest first."""

    def __init__(self, document: Document, paths: Iterable[str], examine: Examine) -> None:
        """Ask for the values at *paths* of the object that *document* is.

        Args:
            document: The object.
            paths: Of its fields.
            examine: Parses a text: `examined`, here or in another process.
        """
        self._document, self._paths = document, tuple(paths)
        self._examine = examine
        self._name = document.name.encode()
        self._texts: dict[bytes, tuple[Rank, Statement] | None] = {}
        self._newest: _Read | None = None
        self._kept_bytes = self.parsed_bytes = 0

    def forget(self, paths: Iterable[str]) -> None:
        """Ask no longer for the values at *paths*: from now on they may change unread."""
        gone = frozenset(paths)
        self._paths = tuple(path for path in self._paths if path not in gone)
        self._newest = None  # knows which lines matter; the next text that is parsed knows better

    def stated(self, content: bytes) -> Statement | None:
        """Return what a version of the file says; None when that cannot be told."""
        try:
            texts = self._split(content)
            ranked = [found for text in texts if (found := self._ranked(text))]
        except ManifestError:
            return None
        return best(ranked) or Statement(stated=False, values=dict.fromkeys(self._paths))

    def _split(self, content: bytes) -> list[bytes]:
        """Return the documents of a file that may state the object."""
        file = self._document.file
        escaped = file.endswith(".json")  # JSON may write a name in many ways
        return [text for text in documents_in(file, content) if escaped or self._name in text]

    def _ranked(self, text: bytes) -> tuple[Rank, Statement] | None:
        if text in self._texts:
            return self._texts[text]
        found = self._alike(text) or self._parsed(text)
        self._kept_bytes += len(text)
        if self._kept_bytes > _KEPT_BYTES:
            self._texts.clear()
            self._kept_bytes = len(text)
        self._texts[text] = found
        return found

    def _parsed(self, text: bytes) -> tuple[Rank, Statement] | None:
        self.parsed_bytes += len(text)
        found = self._examine(self._document, self._paths, text)
        if found.ranked is not None and found.idle is not None:
            self._newest = _Read(text.split(b"\n"), found.idle, found.ranked)
        return found.ranked

    def _alike(self, text: bytes) -> tuple[Rank, Statement] | None:
        """Return what the last text said, if the two differ only in values nobody asks for."""
        read = self._newest
        if read is None:
            return None
        lines = text.split(b"\n")
        if len(lines) != len(read.lines):
            return None
        changed = [at for at, line in enumerate(lines) if line != read.lines[at]]
        if len(changed) > _CHANGED_LINES_MAX or not read.idle.issuperset(changed):
            return None
        for at in changed:
            was, now = _ONE_VALUE.match(read.lines[at]), _ONE_VALUE.match(lines[at])
            if was is None or now is None or was[1] != now[1]:
                return None
        return read.ranked


def examined(document: Document, paths: tuple[str, ...], text: bytes) -> Examined:
    """Read what a text says at *paths* of the object that *document* is.

    Raises:
        ManifestError: It cannot be read.
    """
    tree = parse(document.file, text)
    fitting = list(stated_in(tree, document))
    found = best((rank, (rank, stated)) for rank, stated in fitting)
    if found is None:
        return Examined(None)
    rank, stated = found
    values = {path: _comparable(stated, path) for path in paths}
    ranked = rank, Statement(stated=True, values=values)
    plain = _ANCHOR.search(text) is None and _ODD_BREAK.search(text) is None
    alone = plain and len(fitting) == len(tree.roots) == 1
    return Examined(ranked, _idle(tree, stated, paths) if alone else None)


def _idle(tree: Tree, stated: Stated, paths: tuple[str, ...]) -> frozenset[int]:
    """Return the lines on which another value changes nothing that was asked for."""
    watches = tuple(_watch(stated, path) for path in paths)
    return frozenset(
        line
        for line, leaf in _leaves(tree, stated.value).items()
        if leaf not in _IDENTITY and not any(watch.minds(leaf) for watch in watches)
    )


def _leaves(tree: Tree, root: Json) -> dict[int, Steps]:
    """Return the one plain value that stands on each line; lines with several have none."""
    found: dict[int, Steps] = {}
    several: set[int] = set()
    for steps, line in _values(tree, root):
        several.update({line - 1} if line - 1 in found else ())
        found[line - 1] = steps
    return {line: steps for line, steps in found.items() if line not in several}


def _values(tree: Tree, root: Json) -> Iterator[tuple[Steps, int]]:
    open_: list[tuple[Steps, Json]] = [((), root)]
    while open_:
        above, value = open_.pop()
        for part, line in tree.lines_of(value).items():
            inner = value[part]  # type: ignore[index]  # it has a line, so it is there
            if isinstance(inner, dict | list):
                open_.append(((*above, part), inner))
            else:
                yield (*above, part), line


def _watch(stated: Stated, path: str) -> _Watch:
    parts = in_git(stated, parts_of(path))
    walked = tuple(step for step, _ in walk(stated.value, parts))
    return _Watch(walked, len(walked) == len(parts), parts)


def _comparable(stated: Stated, path: str) -> bytes | None:
    """Return a value so that equal ones are equal bytes; a Secret's are those it stands for."""
    parts = parts_of(path)
    found_at = in_git(stated, parts)
    value = value_at(stated.value, found_at)
    if isinstance(value, Absent):
        return None
    if found_at != parts and isinstance(value, str):
        value = base64.b64encode(value.encode()).decode()
    elif found_at[:1] == ("data",) and isinstance(value, str) and _is_secret(stated):
        value = "".join(value.split())
    return msgspec.json.encode(value, order="sorted")


def _is_secret(stated: Stated) -> bool:
    named = stated.value.get("apiVersion"), stated.value.get("kind")
    return named == (_SECRET.api_version, _SECRET.kind)
