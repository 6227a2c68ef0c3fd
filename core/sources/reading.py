"""Reading one repository's folders: what was read already is not read again."""

from core.git import Repositories
from core.manifests import DocumentCache, read
from core.model import AppSpec, Commit
from core.reconcile.memory.inputs import SourceRead

HISTORY_KEPT = 200  # commits


class Folders:
    """The apps' folders in one repository, and the commit at which each was read last."""

    def __init__(self, path: str, repositories: Repositories) -> None:
        """Read the repository at *path*."""
        self._path, self._repositories = path, repositories
        self._cache = DocumentCache()
        self._commits: dict[str, str] = {}  # app -> commit

    def read(self, spec: AppSpec) -> SourceRead | None:
        """Read the folder of one app; None when its commit was read already.  Blocks.

        Raises:
            ProductError: It cannot be read; the next time it is read whatever its commit.
        """
        last_read = self._commits.pop(spec.name, None)
        repository = self._repositories.opened(self._path)
        revision = repository.resolve(spec.revision)
        if revision.id == last_read:
            self._commits[spec.name] = last_read
            return None
        listed = [
            (file.path, file.blob_id, file.mode, lambda blob=file.blob_id: repository.blob(blob))
            for file in repository.files(revision.id, spec.path)
        ]
        found = read(listed, self._cache)
        self._commits[spec.name] = revision.id
        return SourceRead(spec.name, revision, found.documents, found.problems, found.refused)

    def history(self, spec: AppSpec, revision: Commit) -> tuple[Commit, ...]:
        """Return the commits that touched the folder of one app, newest first.  Blocks.

        Raises:
            ProductError: The history cannot be read.
        """
        repository = self._repositories.opened(self._path)
        return repository.history(revision.id, spec.path, limit=HISTORY_KEPT)
