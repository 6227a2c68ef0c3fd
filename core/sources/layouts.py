"""Which apps the layouts of the settings stand for, at the commits where repositories are now.

Only trees are read, never a checkout; where nothing below a layout's folder changed, nothing is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final, TypeAlias

from core.clean import clean
from core.errors import RejectedError, UsageError
from core.git import Repositories, Repository, Shapes, branches
from core.model import AppSpec, Problem, Remedy
from core.model.sources.layouts import (
    Bound,
    Layout,
    Matched,
    files,
    folders,
    holes,
    is_word,
    words_of,
)
from core.model.sources.remotes import Remote
from core.sources.trust import Trust

APPS_MAX: Final = 2_000
EVER_MAX: Final = 5 * APPS_MAX
PROBLEMS_MAX: Final = 10  # that are named
_Trees: TypeAlias = tuple[tuple[str, str], ...]  # revisions, each with the tree that matches are in


class Layouts:
    """Reads layouts."""

    def __init__(self, repositories: Repositories) -> None:
        """Read nothing yet."""
        self._repositories = repositories
        self._trust = Trust()
        self._apps: dict[tuple[object, ...], AppSpec | str] = {}
        self._known: dict[str, tuple[_Trees, Matched]] = {}

    def read(self, layout: Layout) -> Matched:
        """Return the apps that a layout stands for now.  Blocks.

        Raises:
            RejectedError: It has too many.
            ProductError: The repository cannot be read.
        """
        repository = self._repositories.opened(layout.spec.repo)
        places: list[tuple[str, Bound, Shapes]] = []
        distrusted: list[str] = []
        for revision, bound in _revisions(layout, repository):
            try:
                commit = self._commit(layout, repository, revision)
            except RejectedError as error:
                if not bound:
                    raise
                distrusted.append(f"{revision}: {error}")
                continue
            places.append((revision, bound, Shapes(repository.store, commit)))
        trees = tuple(
            (revision, repository.tree_at(shapes.commit, layout.top))
            for revision, _, shapes in places
        )
        if layout.name not in self._known or self._known[layout.name][0] != trees:
            made = partial(self._made, layout)
            self._known[layout.name] = trees, _matched(layout, places, made)
        found = self._known[layout.name][1]
        return replace(found, problems=(*found.problems, *distrusted)) if distrusted else found

    def _made(self, layout: Layout, folder: str, bound: Bound) -> AppSpec | str:
        """Make the app of a match, once."""
        match = (layout.name, folder, *bound.items())
        if match not in self._apps:
            if len(self._apps) >= EVER_MAX:
                self._apps.clear()
            self._apps[match] = _made(layout, folder, bound)
        return self._apps[match]

    def _commit(self, layout: Layout, repository: Repository, revision: str) -> str:
        """Return the commit in force: one that is not signed as it must be moves no app either.

        Raises:
            RejectedError: None is.
        """
        spec = replace(layout.spec, name=f"{layout.name} at {revision}", revision=revision)
        return self._trust.in_force(repository, spec, repository.resolve(revision)).commit.id


@dataclass(frozen=True, slots=True)
class Found:
    """What a layout stands for, and what of it is new since the last look."""

    now: tuple[AppSpec, ...]
    came: tuple[AppSpec, ...]
    gone: tuple[AppSpec, ...]
    problem: Problem | None


class Matches:
    """What layouts have been found to stand for; a name goes on meaning what it meant first."""

    def __init__(
        self, apps: Iterable[AppSpec], layouts: Iterable[Layout], repositories: Repositories
    ) -> None:
        """Have read nothing yet; the names of *apps* are theirs."""
        self._layouts = Layouts(repositories)
        self._meant = {spec.name: spec for spec in apps}
        self._now: dict[str, tuple[AppSpec, ...]] = {layout.name: () for layout in layouts}

    def found(self, layout: Layout) -> Found:
        """Look.  Blocks.

        Raises:
            ProductError: It cannot be read.
        """
        before = self._now[layout.name]
        matched = self._layouts.read(layout).without(self._meant)
        meant = self._meant | {spec.name: spec for spec in matched.apps}
        if len(meant) > EVER_MAX:  # those that left are kept, and shown
            reason = f"more than {EVER_MAX:,} apps came and went; see why, and start anew"
            raise RejectedError(f"{layout.name}: {reason}")
        self._meant, self._now[layout.name] = meant, matched.apps
        now = matched.apps
        words = "; ".join(matched.problems)
        was, here = ({spec.name for spec in each} for each in (before, now))
        return Found(
            now,
            came=tuple(spec for spec in now if spec.name not in was),
            gone=tuple(spec for spec in before if spec.name not in here),
            problem=Problem(Remedy.CHANGE_GIT, words) if words else None,
        )


def _revisions(layout: Layout, repository: Repository) -> Iterator[tuple[str, Bound]]:
    """Yield the revisions that are looked at; a branch whose name is no word is no environment."""
    if not holes(layout.revision):
        yield layout.revision, {}
        return
    for branch in branches(repository.store):
        bound = words_of(layout.revision, branch, {})
        if bound is not None and all(map(is_word, bound.values())):
            yield branch, bound


def _matched(
    layout: Layout,
    places: Sequence[tuple[str, Bound, Shapes]],
    make: Callable[[str, Bound], AppSpec | str],
) -> Matched:
    apps: dict[str, AppSpec] = {}
    taken: dict[str, str] = {}  # name -> folder
    problems: list[str] = []
    for folder, bound in chain.from_iterable(_matches(layout, *place[1:]) for place in places):
        made = make(folder, bound)
        if isinstance(made, str):
            problems.append(made)
        elif made.name in taken:
            apps.pop(made.name, None)  # nobody knows which of the two is meant
            problems.append(f'"{folder}" and "{taken[made.name]}" are both called {made.name}')
        else:
            taken[made.name], apps[made.name] = folder, made
        if len(apps) > APPS_MAX:
            raise RejectedError(f"{layout.name} has more than {APPS_MAX:,} matches")
    if not apps and not problems:
        problems.append(f"no folder is of the shape {layout.shape}")
    more = [f"and {len(problems) - PROBLEMS_MAX} more"] if problems[PROBLEMS_MAX:] else []
    return Matched(tuple(apps.values()), (*map(clean, problems[:PROBLEMS_MAX]), *more))


def _matches(layout: Layout, bound: Bound, shapes: Shapes) -> Iterator[tuple[str, Bound]]:
    """Yield folders with their words; where files of values tell more, one for each of these."""
    for folder, known in folders(layout.shape, shapes, bound):
        found = [known]
        for shape in layout.values:
            found = [more for words in found for more in files(shape, folder, shapes, words)]
        yield from ((folder, words) for words in found)


def _made(layout: Layout, folder: str, bound: Bound) -> AppSpec | str:
    """Return the app of one match, or why there is none."""
    for word in bound.values():
        if not is_word(word):
            return f'"{folder}" is left out: "{word}" is no name of a-z, 0-9, "-" and "."'
    try:
        return layout.app(bound, folder)
    except UsageError as error:
        return f'"{folder}" is left out: {error}'


def expanded(layouts: Iterable[Layout], remotes: tuple[Remote, ...]) -> Matched:
    """Return the apps of all layouts at once, for a command that follows nothing.  Blocks.

    Raises:
        ProductError: A repository cannot be read, not even as it was fetched last.
    """
    repositories = Repositories(remotes)
    reader = Layouts(repositories)
    taken: dict[str, AppSpec] = {}
    problems: list[str] = []
    try:
        for layout in layouts:
            repo = layout.spec.repo
            if repositories.remote(repo) is not None:
                told = repositories.fetching(repo, [layout.revision]).told()
                if repositories.answered_at(repo) is None:
                    told.check()
            found = reader.read(layout).without(taken)
            taken |= {spec.name: spec for spec in found.apps}
            problems += found.problems
    finally:
        repositories.close()
    return Matched(tuple(taken.values()), tuple(problems))
