"""From what a tool printed to the files behind it.

kustomize says of each object which file it came from.  The patches that may have changed it are
those of the kustomizations that reach this file, and that name this object.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from posixpath import normpath
from typing import Final

import msgspec

from core.errors import RejectedError
from core.manifests import Outcome
from core.model import Document, JsonObject, Made
from core.render.closure import Closure, Layer
from core.render.world import World

ORIGIN: Final = "config.kubernetes.io/origin"
_PATH: Final = re.compile(r"^(?:path|configuredIn): (.+)$", re.MULTILINE)


class Tracing:
    """Finds the statements behind the objects of one render."""

    def __init__(self, world: World, closure: Closure, entry: str) -> None:
        """Look among the files of *closure*; what has no file came from the file *entry*."""
        self._world, self._closure, self._entry = world, closure, entry
        self._inputs = tuple(sorted(file for file in closure.files if not closure.root_of(file)))
        self._documents: dict[str, tuple[Document, ...]] = {}
        self._reached = {file: frozenset(self._reach(layer)) for file, layer in _all(closure)}

    def traced(self, printed: Document) -> Document:
        """Return an object as it is meant, with the place where it stands in Git."""
        value: JsonObject = msgspec.json.decode(printed.body)
        file = self._file(_origin(value)) or self._entry
        source = self._source(printed, file)
        patches = () if source is None else tuple(self._patches(source))
        stated = () if source is None else (source, *patches)
        statements = tuple(one for one in stated if not self._closure.root_of(one.file))
        return replace(
            printed,
            body=msgspec.json.encode(value),
            file=file,
            line=1 if source is None else source.line,
            made=Made(statements, self._inputs, self._closure.values.get(file, ())),
        )

    def named(self, printed: Document) -> Document:
        """Return an object that is known by name only: it could be in any file."""
        return replace(printed, file=self._entry, line=1)

    def _file(self, origin: str) -> str:
        found = _PATH.search(origin)
        path = normpath(found[1].strip("\"' ")).removeprefix("../tree/") if found else ""
        return path if path in self._closure.files else ""

    def _source(self, printed: Document, file: str) -> Document | None:
        """Find an object in its file, where it may have been called without prefix or suffix."""
        kind = (printed.kind.group, printed.kind.kind)
        alike = [one for one in self._of(file) if (one.kind.group, one.kind.kind) == kind]
        same = [one for one in alike if one.name == printed.name]
        near = same or [one for one in alike if one.name in printed.name]
        return near[0] if len(near) == 1 else None

    def _patches(self, source: Document) -> Iterator[Document]:
        for file, layer in _all(self._closure):
            if source.file not in self._reached[file]:
                continue
            for patch in layer.patches:
                for found in self._of(patch):
                    if (found.kind.kind, found.name) == (source.kind.kind, source.name):
                        yield found

    def _of(self, file: str) -> tuple[Document, ...]:
        if file not in self._documents:
            try:
                texts = [(file, self._world.bytes_of(file))]
            except RejectedError:
                texts = []
            read = list(self._world.reader.outcomes(texts))
            self._documents[file] = tuple(each for one in read for each in self._stated(one))
        return self._documents[file]

    def _stated(self, outcome: Outcome) -> Iterator[Document]:
        """Yield what a file states; what is encrypted was opened already, for the render."""
        yield from outcome.documents
        for opened in self._world.opened(outcome.sealed) if outcome.sealed else ():
            yield from opened.documents

    def _reach(self, layer: Layer) -> Iterator[str]:
        left, seen = [layer], {layer.file}
        while left:
            one = left.pop()
            yield from one.resources
            for below in one.layers:
                if below not in seen:
                    seen.add(below)
                    left.append(self._closure.layers[below])


def _all(closure: Closure) -> list[tuple[str, Layer]]:
    return list(closure.layers.items())


def _origin(value: JsonObject) -> str:
    """Take the tool's note about the origin out of an object."""
    metadata = value.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(annotations, dict):
        return ""
    origin = annotations.pop(ORIGIN, "")
    if not annotations:
        del metadata["annotations"]
    return origin if isinstance(origin, str) else ""
