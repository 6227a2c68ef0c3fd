"""A layout: one entry of the settings that stands for many apps, one for each folder of a shape.

`clusters/{cluster}/{name}` is such a shape.  What stands in braces is told by the names of folders,
or, where a revision or a file of values has braces that the shape lacks, of branches and of files.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeAlias

from core.model.apps import AppSpec

PLACEHOLDERS: Final = ("name", "cluster", "env", "namespace")
WORD_MAX: Final = 63
_HOLE: Final = re.compile(rf"\{{({'|'.join(PLACEHOLDERS)})\}}")
# It goes into names of apps, and from there to programs (safety.md section 7).
_WORD: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")

Bound: TypeAlias = Mapping[str, str]  # placeholder -> word


class Listing(Protocol):
    """The folders of one commit."""

    def below(self, folder: str) -> Mapping[str, bool]:
        """Return what stands in a folder, by name, and of each whether it is a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One app for each match."""

    spec: AppSpec  # stands for the apps while they are not known; its name is the shape
    shape: str  # of folders, from the root of the repository
    revision: str
    values: tuple[str, ...]
    clusters: tuple[str, ...]  # that its apps may be meant for
    made: Callable[[Bound, str], AppSpec]  # from the words of a match and its folder; UsageError

    def app(self, bound: Bound, folder: str) -> AppSpec:
        """Make the app of a match, of the very repository that this layout is of.

        Raises:
            UsageError: The words of the match do not fit.
        """
        made, own = self.made(bound, folder), self.spec
        return replace(made, repo=own.repo, signers=own.signers)

    @property
    def name(self) -> str:
        """What the layout is called."""
        return self.spec.name

    @property
    def top(self) -> str:
        """The folder that all matches are below; "" is the root."""
        parts = self.shape.split("/")
        fixed = next(i for i, part in enumerate((*parts, "{name}")) if holes(part))
        return "/".join(parts[:fixed])


@dataclass(frozen=True, slots=True)
class Matched:
    """What a repository has of a layout."""

    apps: tuple[AppSpec, ...] = ()
    problems: tuple[str, ...] = ()  # of matches that can be no app

    def without(self, taken: Mapping[str, AppSpec]) -> "Matched":
        """Leave out what is called like an app that is something else."""
        other = {app.name for app in self.apps if taken.get(app.name, app) != app}
        if not other:
            return self
        said = (
            f'"{app.path}" is left out: {app.name} is the name of another app'
            for app in self.apps
            if app.name in other
        )
        kept = tuple(app for app in self.apps if app.name not in other)
        return Matched(kept, (*self.problems, *said))


def holes(text: str) -> tuple[str, ...]:
    """Return the placeholders in a text, each once, in their order."""
    return tuple(dict.fromkeys(_HOLE.findall(text)))


def filled(text: str, bound: Bound) -> str:
    """Put words in the place of placeholders; one without a word stays."""
    return _HOLE.sub(lambda hole: bound.get(hole[1], hole[0]), text)


def is_word(word: str) -> bool:
    """Tell whether a folder's name can be part of an app's name."""
    return len(word) <= WORD_MAX and _WORD.fullmatch(word) is not None


def words_of(shape: str, text: str, bound: Bound) -> Bound | None:
    """Return *bound* and the word that makes *text* of a shape with one hole; None: none does."""
    shape = filled(shape, bound)
    hole = _HOLE.search(shape)
    if hole is None:
        return bound if text == shape else None
    before, after = shape[: hole.start()], shape[hole.end() :]
    word = text[len(before) : len(text) - len(after)]
    return {**bound, hole[1]: word} if word and text == before + word + after else None


def folders(shape: str, listing: Listing, bound: Bound) -> Iterator[tuple[str, Bound]]:
    """Yield the folders of a shape, in order, each with its words.

    Folders whose name begins with a dot are nobody's environment.
    """
    return _below("", tuple(shape.split("/")), listing, bound)


def _below(
    folder: str, parts: tuple[str, ...], listing: Listing, bound: Bound
) -> Iterator[tuple[str, Bound]]:
    if not parts:
        yield folder, bound
        return
    part = filled(parts[0], bound)
    inside = listing.below(folder)
    names: Iterable[str] = sorted(inside) if holes(part) else (part,)
    for name in names:
        known = words_of(part, name, bound)
        if known is not None and inside.get(name) and not (holes(part) and name.startswith(".")):
            yield from _below(f"{folder}/{name}".lstrip("/"), parts[1:], listing, known)


def files(shape: str, folder: str, listing: Listing, bound: Bound) -> Iterator[Bound]:
    """Yield the words of each file of a shape below *folder*, in order; links are no such files.

    A shape without a placeholder that is not known yet tells nothing, be the file there or not.
    """
    if not holes(filled(shape, bound)):
        yield bound
        return
    above, _, last = shape.rpartition("/")
    for place, known in _below(folder, tuple(filter(None, above.split("/"))), listing, bound):
        for name, is_folder in sorted(listing.below(place).items()):
            found = None if is_folder or name.startswith(".") else words_of(last, name, known)
            if found is not None:
                yield found
