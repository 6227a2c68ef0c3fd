"""Reading one repository's folders: what was read already is not read again."""

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, NamedTuple

from core.errors import NotHereError, RejectedError
from core.git import File, Repositories, Repository
from core.manifests import DocumentCache, Folder, Listed, Reader, read
from core.model import AppSpec, Commit, Problem, Render
from core.model.sources.globs import chosen
from core.reconcile.memory.inputs import SourceRead
from core.render import Release, Rendered, Renderer, World, tool_of

HISTORY_KEPT: Final = 200  # commits


class Stated(NamedTuple):
    """What an app's files state at one commit."""

    tree: str  # tells these files from any others
    folder: Folder
    doubt: Problem | None = None  # why it may be old


class Folders:
    """The apps' folders in one repository, and the commit at which each was read last."""

    def __init__(
        self,
        path: str,
        repositories: Repositories,
        reader: Reader,
        renderer: Renderer | None = None,
    ) -> None:
        """Read the repository at *path*; *renderer* may be shared with other repositories."""
        self._path, self._repositories = path, repositories
        self._reader, self._renderer = reader, renderer or Renderer()
        self._world: tuple[str, World] | None = None  # of the commit rendered last
        self._cache = DocumentCache(reader.outcomes)
        self._commits: dict[str, str] = {}  # app -> commit
        self._doubts: dict[str, Problem] = {}  # app -> why what was read may be old

    def read(self, spec: AppSpec) -> SourceRead | None:
        """Read the folder of one app; None when its commit was read already.  Blocks.

        What could not be rendered now, but was before, counts; `doubt` says why it may be old.

        Raises:
            ProductError: It cannot be read; the next time it is read whatever its commit.
        """
        last_read = self._commits.pop(spec.name, None)
        repository = self._repositories.opened(self._path)
        revision = repository.resolve(spec.revision)
        doubt = self._doubts.pop(spec.name, None)
        if revision.id == last_read and doubt is None:
            self._commits[spec.name] = last_read
            return None
        tree, found, now = self.stated(spec, revision)
        self._commits[spec.name] = revision.id
        if now is not None:
            self._doubts[spec.name] = now
        if revision.id == last_read and now == doubt:
            return None
        home = repository.home(revision.id, spec.path)
        followed = last_read is None or repository.is_within(last_read, revision.id)
        lacks = "" if followed else last_read or ""
        return SourceRead(spec.name, revision, *found, home=home, tree=tree, lacks=lacks)

    def doubt(self, app: str) -> Problem | None:
        """Return why what was read last may be old; None: it is not."""
        return self._doubts.get(app)

    def stated(self, spec: AppSpec, revision: Commit) -> Stated:
        """Return what an app's files state at a commit.

        Raises:
            ProductError: They cannot be read.
        """
        repository = self._repositories.opened(self._path)
        files = chosen_files(repository.files(revision.id, spec.path), spec)
        try:
            return self._stated(repository, revision, spec, files)
        except NotHereError as error:
            raise repository.lacking(files, spec.path) from error

    def _stated(
        self, repository: Repository, revision: Commit, spec: AppSpec, files: tuple[File, ...]
    ) -> Stated:
        content = partial(_content, repository)
        own = World.of(files, content, self._reader)
        tool = tool_of(own, spec.path, spec.render)
        if tool is Render.HELM:
            release = Release(spec.name, spec.namespace or "default", spec.values)
            return _of(self._renderer.charted(own, spec.path, release))
        if spec.values:
            raise RejectedError(f"values are for helm, and this folder is for {tool}")
        if tool is Render.KUSTOMIZE:
            if self._world is None or self._world[0] != revision.id:  # it may name any file
                world = World.of(repository.files(revision.id, ""), content, self._reader)
                self._world = revision.id, world
            return _of(self._renderer.kustomized(self._world[1], spec.path))
        each = (listed(file, partial(repository.blob, file.blob_id)) for file in files)
        return Stated(_tree(files), read(each, self._cache))

    def has_read(self, app: str) -> bool:
        """Tell whether an app's folder could be read the last time."""
        return app in self._commits

    def forget(self, app: str) -> None:
        """Read an app's folder the next time, whatever its commit is."""
        self._commits.pop(app, None)

    def history(self, spec: AppSpec, revision: Commit) -> tuple[Commit, ...]:
        """Return the commits that touched the folder of one app, newest first.  Blocks.

        Raises:
            ProductError: The history cannot be read.
        """
        repository = self._repositories.opened(self._path)
        return repository.history(revision.id, spec.path, limit=HISTORY_KEPT)


def chosen_files(files: Iterable[File], spec: AppSpec) -> tuple[File, ...]:
    """Return the files of an app's folder that its `include` and `exclude` let through."""
    if not spec.include and not spec.exclude:
        return tuple(files)
    top = len(spec.path) + 1 if spec.path else 0
    return tuple(file for file in files if chosen(file.path[top:], spec.include, spec.exclude))


def listed(file: File, content: Callable[[], bytes]) -> Listed:
    """Give a file a way to its content, which most will not take: it is in the cache already."""
    return Listed(file.path, file.blob_id, file.mode, content, file.place, file.problem)


def _of(rendered: Rendered) -> Stated:
    return Stated(rendered.key, rendered.folder, rendered.doubt)


def _content(repository: Repository, file: File) -> bytes:
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
