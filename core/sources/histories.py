"""The commits that touch each app's folder: one walk for all apps of a repository.

It is told in stretches, so that what is new shows at once, and goes no further back than to what
an earlier walk saw.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from core.git import Repositories, Repository, Walk
from core.model import AppSpec, Commit
from core.reconcile.memory.inputs import HistoryRead

HISTORY_KEPT: Final = 10_000  # commits of an app
STRETCH: Final = 500  # commits that are looked at before the first are told; then twice that


class _Known(NamedTuple):
    """What was found of one app's history, as of one commit."""

    folder: str
    head: str
    commits: tuple[Commit, ...]


class Histories:
    """The histories of one repository's apps."""

    def __init__(self, path: str, repositories: Repositories) -> None:
        """Look at nothing yet."""
        self._path, self._repositories = path, repositories
        self._known: dict[str, _Known] = {}

    def read(self, wanted: Sequence[tuple[AppSpec, str]]) -> Iterator[list[HistoryRead]]:
        """Walk back from a commit of each app, and yield what is new as it is found.  Blocks.

        Raises:
            ProductError: The history cannot be read.
        """
        repository = self._repositories.opened(self._path)
        walk = repository.walk((head, spec.path) for spec, head in wanted)
        found = [_Finding(spec, head, self._known.get(spec.name)) for spec, head in wanted]
        stretch = STRETCH
        for looked, (commit, lines) in enumerate(_steps(walk, found), start=1):
            for line in lines:
                found[line].new.append(repository.commit(commit))
            if looked == stretch:
                stretch *= 2
                yield [one.told() for one in found if one.is_certain and one.has_news]
        for one in found:
            self._keep(repository, one)
        yield [one.told() for one in found if one.has_news]

    def _keep(self, repository: Repository, found: "_Finding") -> None:
        """Remember a history, unless it ends where the clone is cut, which may become deeper."""
        commits = found.commits()
        if commits and repository.is_cut(commits[-1].id):
            self._known.pop(found.spec.name, None)
        else:
            self._known[found.spec.name] = _Known(found.spec.path, found.head, commits)


def _steps(walk: Walk, found: Sequence["_Finding"]) -> Iterator[tuple[str, Iterable[int]]]:
    """Go back commit by commit; who comes to where an earlier walk began has all the rest."""
    ends: dict[str, set[int]] = {}
    for line, one in enumerate(found):
        if one.known is not None:
            ends.setdefault(one.known.head, set()).add(line)
    changes = walk.changes()
    while True:
        if walk.next in ends:
            for line in walk.end_at(walk.next, frozenset(ends[walk.next])):
                found[line].reached = True
        step = next(changes, None)
        if step is None:
            return
        yield step


class _Finding:
    """What a walk has found so far of one app's history."""

    def __init__(self, spec: AppSpec, head: str, known: _Known | None) -> None:
        self.spec, self.head = spec, head
        self.known = known if known is not None and known.folder == spec.path else None
        self.new: list[Commit] = []
        self.reached = False  # an earlier walk knows the rest
        self._told: tuple[Commit, ...] | None = self.known and self.known.commits

    def commits(self) -> tuple[Commit, ...]:
        """Return what is known by now, newest first."""
        if self.known is None or not self.reached:
            return tuple(self.new[:HISTORY_KEPT])
        if not self.new:
            return self.known.commits
        seen = {commit.id for commit in self.new}  # dates may have led past one another
        rest = (commit for commit in self.known.commits if commit.id not in seen)
        return (*self.new, *rest)[:HISTORY_KEPT]

    @property
    def is_certain(self) -> bool:
        """Whether what was found belongs at the top of what is shown, or is all there is yet."""
        return self.reached or self.known is None

    @property
    def has_news(self) -> bool:
        """Whether what is known is not what was told last."""
        return self.commits() != self._told

    def told(self) -> HistoryRead:
        """Return what is known by now."""
        self._told = self.commits()
        return HistoryRead(self.spec.name, self._told)
