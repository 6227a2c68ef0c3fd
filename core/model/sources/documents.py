"""Objects as files in Git state them, and what a renderer made them from."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from core.model.packing import with_body_packed
from core.model.values import KindRef, ObjectRef, kept_once


@with_body_packed
@dataclass(frozen=True, slots=True)
class Document:
    """One object as a file in Git states it, before the cluster's discovery gave it a scope."""

    kind: KindRef
    namespace: str | None  # None: the document names none
    name: str
    body: bytes = field(repr=False)  # the object as JSON, exactly as loaded
    file: str  # path inside the repository, with "/"
    line: int  # of the document's first key, from 1
    index: int  # which object of the file, from 0, counted after lists were expanded
    warnings: tuple[str, ...] = ()  # each "file:line: reason"
    made: "Made | None" = None  # how a renderer came to it; None: the file states it as it is
    sealed: bool = False  # its file is encrypted: every value is a secret, whatever the kind

    def __post_init__(self) -> None:
        """Keep once what thousands say, be they read here or by another process."""
        put = partial(object.__setattr__, self)  # it is being made: nobody has seen it yet
        put("kind", kept_once(self.kind))
        put("name", sys.intern(self.name))
        put("namespace", None if self.namespace is None else sys.intern(self.namespace))

    @property
    def ref(self) -> ObjectRef:
        """The object, with the namespace that it names; "" where it names none."""
        return ObjectRef(self.kind.group, self.kind.kind, self.namespace or "", self.name)


@dataclass(frozen=True, slots=True)
class Made:
    """What in Git a rendered object was made from."""

    statements: tuple[Document, ...]  # the object and its patches, as files state them
    inputs: tuple[str, ...]  # every file that the renderer was given
    values: tuple[str, ...] = ()  # those of values for helm; later ones count more


def refusal_of(refused: Iterable[tuple[str, str]], file: str) -> str:
    """Say why a file was left out, itself or with its folder; "" if it was not.

    Args:
        refused: Files, and folders with a "/" at their end or "" for all, each with the reason.
        file: Its path.
    """
    for path, problem in refused:
        is_folder = not path or path.endswith("/")
        if file == path or (is_folder and file.startswith(path)):
            return problem
    return ""
