"""Reading one repository's folders: what was read already is not read again.

A commit that leaves a folder as it was costs its app nothing: the ids of trees tell.
"""

import hashlib
import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from core.clock import Clock
from core.decryption import Opener
from core.errors import NotHereError, ProductError, RejectedError, UnavailableError
from core.git import File, Repositories, Repository
from core.git.pinned import DEADLINE_S
from core.manifests import DocumentCache, Folder, Listed, Reader, read
from core.model import AppSpec, Blocked, Commit, Guard, Home, Problem, Render, error_of
from core.model.sources.charts import Chart
from core.model.sources.globs import chosen
from core.model.sources.remotes import Remote
from core.reconcile.memory.inputs import SourceRead
from core.reconcile.memory.results import Proved
from core.render import Bases, Charts, Release, Rendered, Renderer, Shelf, World, tool_of
from core.sources.edited import Edited
from core.sources.proving import compared, guard_of
from core.sources.trust import InForce, Trust

Found: TypeAlias = SourceRead | ProductError | None  # None: its commit was read already
MOMENT_S: Final = 0.1  # apps are read together for so long before the first of them is judged


class _Last(NamedTuple):
    """What was read of one app, and the id of its folder; "": other files count, too."""

    read: SourceRead
    doubt: Problem | None
    folder: str
    passing: tuple[str, ...] = ()  # of its problems, those of files that may be opened later
    chart: str = ""  # the digest of the one that was pulled for it


class Stated(NamedTuple):
    """What an app's files state at one commit."""

    tree: str  # tells these files from any others
    folder: Folder
    doubt: Problem | None = None  # why it may be old
    alone: bool = False  # nothing outside of the app's folder counts


class Makers(NamedTuple):
    """What makes objects of files; shared by all who read: it counts what runs, and keeps it."""

    reader: Reader
    renderer: Renderer
    opener: Opener
    charts: Charts

    @classmethod
    def of_user(cls, reader: Reader, clock: Clock | None = None) -> "Makers":
        """Return those of whoever runs this."""
        renderer = Renderer(shelf=Shelf.of(os.environ))
        return cls(reader, renderer, Opener(reader, clock=clock), Charts(os.environ))


class Folders:
    """The apps' folders in one repository, and the commit at which each was read last."""

    def __init__(  # noqa: PLR0913 - each is a choice of the caller
        self,
        path: str,
        repositories: Repositories,
        reader: Reader,
        renderer: Renderer | None = None,
        opener: Opener | None = None,
        charts: Charts | None = None,
        *,
        patience_s: float = DEADLINE_S,
        clock: Clock | None = None,
    ) -> None:
        """Read the repository at *path*; what makes objects may be shared with others.

        Bases in other repositories are waited for until *patience_s* are over.
        """
        self._path, self._repositories, self._patience_s = path, repositories, patience_s
        self._monotonic = (clock or Clock()).monotonic
        self._reader, self._renderer = reader, renderer or Renderer()
        self._opener, self._charts = opener or Opener(reader), charts or Charts(os.environ)
        self._world: tuple[str, World] | None = None  # of the commit rendered last
        self._cache = DocumentCache(reader.outcomes)
        self._trust = Trust()
        self._last: dict[str, _Last] = {}  # app -> its folder
        self._home: tuple[str, Home] | None = None  # of a commit
        self._followed: tuple[tuple[str, str], bool] | None = None  # of two commits

    def read(self, spec: AppSpec, heads: dict[str, Commit] | None = None) -> SourceRead | None:
        """Read the folder of one app; None when its commit was read already.  Blocks.

        What could not be rendered now, but was before, counts, and so does a commit before one
        that is not signed as it must be; `doubt` says why what was read may be old.

        Args:
            spec: The app.
            heads: What revisions mean, found for apps that were read just now; may grow.

        Raises:
            ProductError: It cannot be read; the next time it is read whatever its commit.
        """
        last = self._last.pop(spec.name, None)
        repository = self._repositories.opened(self._path)
        heads = {} if heads is None else heads
        newest = heads.get(spec.revision) or repository.resolve(spec.revision)
        heads[spec.revision] = newest
        stands = self._trust.in_force(repository, spec, newest)
        if spec.chart is not None and not self._charts.is_known(spec.chart):
            return None  # it is read once its chart was asked for
        chart = self._charts.digest(spec.chart)
        here = (stands.commit.id, chart)
        is_known = last is not None and here == (last.read.revision.id, last.chart)
        doubt = stands.problem or self._charts.problem(spec.chart)
        if last is not None and is_known and last.doubt == doubt and not last.passing:
            self._last[spec.name] = last
            return None
        found = self._last[spec.name] = self._found(repository, spec, stands, last)
        same = last is not None and (last.doubt, last.passing) == (found.doubt, found.passing)
        if is_known and same:
            return None
        return found.read

    def read_some(
        self, left: deque[AppSpec], heads: dict[str, Commit]
    ) -> list[tuple[AppSpec, Found]]:
        """Read the folders of the first apps of those that are *left*, for a moment.  Blocks.

        With each comes what `read` returns or raises.  Were each asked for by itself, all would
        wait for turns of a loop that judges what was read before: 3 s for a fleet of 200 apps.
        """
        read: list[tuple[AppSpec, Found]] = []
        until = self._monotonic() + MOMENT_S
        while left and (not read or self._monotonic() < until):
            spec = left.popleft()
            try:
                read.append((spec, self.read(spec, heads)))
            except ProductError as error:
                read.append((spec, error))
        return read

    def _found(
        self, repository: Repository, spec: AppSpec, stands: InForce, last: _Last | None
    ) -> _Last:
        revision, distrust = stands
        home = self._home_of(repository, revision, spec.path)
        before = "" if last is None else last.read.revision.id
        lacks = "" if self._follows(repository, before, revision.id) else before
        folder = repository.tree_at(revision.id, spec.path)
        if last is not None and folder and folder == last.folder:
            read = replace(last.read, revision=revision, home=home, lacks=lacks)
            return _Last(read, distrust, folder)
        tree, found, doubt, alone = self.stated(spec, revision)
        said = (found.documents, found.problems, found.refused, found.broken, found.others)
        read = SourceRead(spec.name, revision, *said, home=home, tree=tree, lacks=lacks)
        folder, chart = folder if alone else "", self._charts.digest(spec.chart)
        return _Last(read, distrust or doubt, folder, found.passing, chart)

    def _home_of(self, repository: Repository, revision: Commit, path: str) -> Home:
        if self._home is None or self._home[0] != revision.id:
            self._home = revision.id, repository.home(revision.id, path)
        return replace(self._home[1], path=path)

    def _follows(self, repository: Repository, before: str, after: str) -> bool:
        """Tell whether a commit descends from the one before it; apps of one branch ask in turn."""
        if not before:
            return True
        if self._followed is None or self._followed[0] != (before, after):
            self._followed = (before, after), repository.is_within(before, after)
        return self._followed[1]

    def doubt(self, app: str) -> Problem | None:
        """Return why what was read last may be old; None: it is not."""
        last = self._last.get(app)
        return None if last is None else last.doubt

    def is_closed(self, app: str) -> bool:
        """Tell whether an app has encrypted files that may be opened when they are tried again."""
        last = self._last.get(app)
        return last is not None and bool(last.passing)

    def stated(
        self, spec: AppSpec, revision: Commit, edits: Mapping[str, bytes] | None = None
    ) -> Stated:
        """Return what an app's files state at a commit, or would state with some *edits*.

        Raises:
            ProductError: They cannot be read.
        """
        held = self._repositories.opened(self._path)
        repository = Edited(held, edits) if edits is not None else held
        files = chosen_files(repository.files(revision.id, spec.path), spec)
        try:
            return self._stated(repository, revision, spec, files)
        except NotHereError as error:
            raise held.lacking(files, spec.path) from error

    def _stated(
        self,
        repository: Repository | Edited,
        revision: Commit,
        spec: AppSpec,
        files: tuple[File, ...],
    ) -> Stated:
        content = partial(_content, repository)
        opened = self._opener.by(spec.sops)
        own = replace(World.of(files, content, self._reader), opened=opened)
        if spec.chart is not None:
            return self._of_chart(spec, spec.chart, own)
        tool = tool_of(own, spec.path, spec.render)
        if tool is Render.HELM:
            return _of(self._renderer.charted(own, spec.path, _release(spec)))
        if spec.values:
            raise RejectedError(f"values are for helm, and this folder is for {tool}")
        if tool is Render.KUSTOMIZE:
            if self._world is None or self._world[0] != revision.id:  # it may name any file
                world = World.of(repository.files(revision.id, ""), content, self._reader)
                self._world = revision.id, world
            world = replace(self._world[1], opened=opened)
            bases = Bases(spec.remote_bases, self._had)
            made = self._renderer.kustomized(world, spec.path, charts=spec.helm_charts, bases=bases)
            return _of(made)
        each = (listed(file, partial(repository.blob, file.blob_id)) for file in files)
        alone = not any(file.at or stat.S_ISLNK(file.mode) for file in files)
        found = read(each, self._cache, opened)
        return Stated(_tree(files), found, alone=alone and not found.passing)

    def _had(self, remote: Remote, commit: str) -> tuple[tuple[File, ...], Callable[[File], bytes]]:
        """Return the files of a commit of another repository, which may have to be fetched."""
        held = self._repositories.pinned(remote, commit, patience_s=self._patience_s)
        return held.files(commit, ""), partial(_content, held)

    def _of_chart(self, spec: AppSpec, chart: Chart, own: World) -> Stated:
        """Render a chart that was pulled; the app's folder holds its files of values."""
        held, problem = self._charts.held(chart), self._charts.problem(chart)
        if held is None:
            raise (
                UnavailableError(f"{chart} was not pulled yet")
                if not problem
                else error_of(problem)
            )
        folder = f"{chart.name}@{held.pulled.version}"
        world = own.beside(folder, held.files)
        found = self._renderer.charted(world, spec.path, _release(spec), folder)
        return Stated(found.key, found.folder, problem or found.doubt)

    def proved(self, spec: AppSpec, since: str) -> Proved:
        """Look at an app's commit with nothing that was kept; two readings are compared.  Blocks.

        Args:
            spec: The app.
            since: The commit that its commit is to descend from; "": any.

        Raises:
            ProductError: Nobody can tell.
        """
        repository = self._repositories.opened(self._path)
        revision, distrust = self._trust.in_force(
            repository, spec, repository.resolve(spec.revision)
        )
        if distrust is not None:
            return Proved(spec.name, revision.id, Blocked(Guard.SOURCE_KNOWN, distrust.words))
        descends = not since or repository.is_within(since, revision.id)
        try:
            found = [self._afresh().stated(spec, revision) for _ in range(2)]
        except RejectedError as error:
            return Proved(spec.name, revision.id, Blocked(guard_of(error), str(error)), descends)
        last = self._last.get(spec.name)
        kept = last.read.documents if last and last.read.revision.id == revision.id else None
        readings = [(each.folder.documents, each.folder.problems, each.doubt) for each in found]
        return Proved(spec.name, revision.id, compared(readings, kept), descends)

    def _afresh(self) -> "Folders":
        """Return one that has kept nothing yet."""
        rest = (self._renderer.afresh(), self._opener, self._charts)
        return Folders(
            self._path, self._repositories, self._reader, *rest, patience_s=self._patience_s
        )

    def has_read(self, app: str) -> bool:
        """Tell whether an app's folder could be read the last time."""
        return app in self._last

    def forget(self, app: str) -> None:
        """Read an app's folder the next time, whatever its commit is."""
        self._last.pop(app, None)


def chosen_files(files: Iterable[File], spec: AppSpec) -> tuple[File, ...]:
    """Return the files of an app's folder that its `include` and `exclude` let through."""
    if not spec.include and not spec.exclude:
        return tuple(files)
    top = len(spec.path) + 1 if spec.path else 0
    return tuple(file for file in files if chosen(file.path[top:], spec.include, spec.exclude))


def listed(file: File, content: Callable[[], bytes]) -> Listed:
    """Give a file a way to its content, which most will not take: it is in the cache already."""
    return Listed(file.path, file.blob_id, file.mode, content, file.place, file.problem)


def _release(spec: AppSpec) -> Release:
    return Release(spec.name, spec.namespace or "default", spec.values)


def _of(rendered: Rendered) -> Stated:
    return Stated(rendered.key, rendered.folder, rendered.doubt)


def _content(repository: Repository | Edited, file: File) -> bytes:
    return repository.blob(file.blob_id)


def _tree(files: Iterable[File]) -> str:
    """Tell what these files hold from anything else they could hold."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(
            f"{file.path}\0{file.place}\0{file.blob_id}\0{file.mode}\0{file.problem}\0".encode(
                errors="surrogateescape"
            )
        )
    return digest.hexdigest()
