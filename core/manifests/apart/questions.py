"""What can be asked of a text from Git, and how that is written down between two processes.

The answers are msgpack of known types, never pickle: whoever sends them has read hostile files.
"""

from typing import Final, TypeAlias

import msgspec

from core.errors import ManifestError
from core.manifests.loading import Outcome, outcome_of
from core.manifests.past import Examined, examined
from core.manifests.places import Mapped, line_in, mapped
from core.model import Document


class ReadFile(msgspec.Struct, frozen=True, tag=True):
    """Which objects does this file hold?"""

    path: str
    content: bytes


class FindLine(msgspec.Struct, frozen=True, tag=True):
    """On which line does a field of an object stand, in a text with so many lines above it?"""

    document: Document
    above: int
    text: bytes
    path: str


class Examine(msgspec.Struct, frozen=True, tag=True):
    """What does this text state of an object?"""

    document: Document
    paths: tuple[str, ...]
    text: bytes


class Map(msgspec.Struct, frozen=True, tag=True):
    """Which mapping is this file?"""

    path: str
    content: bytes


class OneMapping(msgspec.Struct, frozen=True, tag=True):
    """The mapping; None: it is none."""

    found: Mapped | None


class Line(msgspec.Struct, frozen=True, tag=True):
    """Where a field stands; None: the object is not in there."""

    line: int | None


class Read(msgspec.Struct, frozen=True, tag=True):
    """What a file holds."""

    outcome: Outcome


class Stated(msgspec.Struct, frozen=True, tag=True):
    """What a text states."""

    found: Examined


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The text cannot be read."""

    line: int
    reason: str


Question: TypeAlias = ReadFile | FindLine | Examine | Map
Answer: TypeAlias = Read | Line | Stated | OneMapping | Refused

_ENCODER: Final = msgspec.msgpack.Encoder()
_QUESTIONS: "Final[msgspec.msgpack.Decoder[Question]]" = msgspec.msgpack.Decoder(Question)
_ANSWERS: "Final[msgspec.msgpack.Decoder[Answer]]" = msgspec.msgpack.Decoder(Answer)


def written(message: Question | Answer) -> bytes:
    """Return the bytes that stand for a question or an answer."""
    return _ENCODER.encode(message)


def question_in(written: bytes) -> Question:
    """Return the question that these bytes stand for."""
    return _QUESTIONS.decode(written)


def answer_in(written: bytes) -> Answer:
    """Return the answer that these bytes stand for.

    Raises:
        ValueError: They stand for none.
    """
    return _ANSWERS.decode(written)


def size_of(question: Question) -> int:
    """Return how many bytes of Git a question holds."""
    return len(question.content if isinstance(question, ReadFile | Map) else question.text)


def answered(question: Question) -> Answer:
    """Answer a question in this very process."""
    try:
        match question:
            case ReadFile(path, content):
                return Read(outcome_of(path, content))
            case FindLine(document, above, text, path):
                return Line(line_in(document, above, text, path))
            case Examine(document, paths, text):
                return Stated(examined(document, paths, text))
            case Map(path, content):
                return OneMapping(mapped(path, content))
    except ManifestError as error:
        return Refused(error.line, error.reason)
