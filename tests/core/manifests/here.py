"""A reader that parses in this very process: what is read is the same, only nobody is guarded."""

from collections.abc import Iterable, Iterator

from core.manifests import Reader
from core.manifests.apart.questions import Answer, Question, answered


class _Here:
    def answers(self, questions: Iterable[Question]) -> Iterator[Answer]:
        return map(answered, questions)

    def close(self) -> None:
        pass


HERE = Reader(_Here())
