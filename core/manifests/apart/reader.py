"""What callers hold: texts from Git in, what they state out, wherever they are parsed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from core.clean import clean
from core.errors import ManifestError
from core.manifests.apart.questions import (
    Answer,
    Examine,
    FindLine,
    Line,
    Map,
    OneMapping,
    Question,
    Read,
    ReadFile,
    Refused,
    Stated,
)
from core.manifests.loading import Outcome
from core.manifests.past import Examined
from core.manifests.places import Mapped
from core.model import Document


class Answering(Protocol):
    """Who answers questions: `Workers`, or in tests the process itself."""

    def answers(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Answer questions in their order."""

    def close(self) -> None:
        """Answer nothing any more."""


class Reader:
    """Reads texts from Git.  Threads may share it; each method but `close` blocks.

    Each raises `UnavailableError` when nobody answers, which is no fault of a text.
    """

    def __init__(self, answering: Answering) -> None:
        """Ask *answering*."""
        self._answering = answering

    def outcomes(self, files: Iterable[tuple[str, bytes]]) -> Iterator[Outcome]:
        """Read files, each a path and its content, and yield what they hold, in that order."""
        paths: list[str] = []

        def questions() -> Iterator[Question]:
            for path, content in files:
                paths.append(path)
                yield ReadFile(_spelt(path), content)

        for number, answer in enumerate(self._answering.answers(questions())):
            if isinstance(answer, Refused):
                yield Outcome((), (f"{clean(paths[number])}:{answer.line}: {answer.reason}",))
            else:
                assert isinstance(answer, Read)
                yield answer.outcome

    def line(self, document: Document, above: int, text: bytes, path: str) -> int | None:
        """Find a field, as `core.manifests.places.line_in` does, with its errors."""
        (answer,) = self._answering.answers([FindLine(_named(document), above, text, path)])
        if isinstance(answer, Refused):
            raise ManifestError(document.file, answer.line, answer.reason)
        assert isinstance(answer, Line)
        return answer.line

    def examined(self, document: Document, paths: tuple[str, ...], text: bytes) -> Examined:
        """Read one object, as `core.manifests.past.examined` does, with its errors."""
        (answer,) = self._answering.answers([Examine(_named(document), paths, text)])
        if isinstance(answer, Refused):
            raise ManifestError(document.file, answer.line, answer.reason)
        assert isinstance(answer, Stated)
        return answer.found

    def mapped(self, path: str, content: bytes) -> Mapped | None:
        """Read a file that is one mapping, as `core.manifests.places.mapped` does."""
        (answer,) = self._answering.answers([Map(_spelt(path), content)])
        if isinstance(answer, Refused):
            raise ManifestError(path, answer.line, answer.reason)
        assert isinstance(answer, OneMapping)
        return answer.found

    def close(self) -> None:
        """Read nothing any more; whoever waits is told."""
        self._answering.close()


def _named(document: Document) -> Document:
    return replace(document, file=_spelt(document.file), body=b"")  # which nobody there needs


def _spelt(path: str) -> str:
    """Spell a path in UTF-8: names in Git need not be, and only their end counts."""
    return path.encode(errors="replace").decode()
