"""One question answered: who changed the fields of one object, and what in Git says otherwise."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from threading import Lock
from typing import Final

from core.attribution.origins import Origins
from core.attribution.recalling import looked_back, recalled
from core.attribution.rendering import attached, origin_of
from core.attribution.users import attribute, maker, remover
from core.compare import detailed
from core.errors import ProductError
from core.git import Repositories
from core.manifests import Reader
from core.model import AppSpec, AuditEvent
from core.reconcile.memory.effects import LookBack, LookUp, ReadCommit, Recall
from core.reconcile.memory.results import CommitRead, Explained, LookedBack, Recalled

_SEALED: Final = "its earlier versions are encrypted"


class Attribution:
    """Asks Git's history and the audit log.  Threads may share it."""

    def __init__(self, apps: Iterable[AppSpec], repositories: Repositories, reader: Reader) -> None:
        """Answer for *apps*, whose folders lie in *repositories*, read by *reader*."""
        self._specs = {spec.name: spec for spec in apps}
        self._repositories, self._reader = repositories, reader
        # deepdiff parses Python, which 3.11 cannot in two threads: "recursion depth mismatch".
        self._comparing = Lock()

    def meet(self, spec: AppSpec) -> None:
        """Answer for one app more; never blocks."""
        self._specs[spec.name] = spec

    def look_up(self, asked: LookUp, events: Sequence[AuditEvent]) -> Explained:
        """Find who and which commit; what Git cannot say now is left out.  Blocks.

        Args:
            asked: The row, as it was when the question was put.
            events: The writes of that very object that the audit log tells of, oldest first.
        """
        with self._comparing:
            changes = detailed(asked.changes)
        plain = Explained(asked.key, asked.desired, asked.live, changes)
        try:
            found = self._with_origins(asked, plain)
        except ProductError:
            found = plain
        return _with_users(asked, found, events)

    def recall(self, asked: Recall) -> Recalled:
        """Find what earlier commits stated of an object.  Blocks.

        Raises:
            ProductError: Git cannot say now.
        """
        if asked.document.made is not None:  # its files state something else than it is
            return Recalled(asked.key, asked.revision, (asked.document,))
        repository = self._repositories.opened(self._specs[asked.key.app].repo)
        documents = recalled(repository, self._reader, asked.document, asked.revision)
        return Recalled(asked.key, asked.revision, documents)

    def look_back(self, asked: LookBack) -> LookedBack:
        """Find what Git stated of one object, commit by commit, the newest first.  Blocks.

        Raises:
            ProductError: Git cannot say now.
        """
        document = asked.document
        if document.sealed:
            return LookedBack(asked.request, asked.key, problem=_SEALED)
        repository = self._repositories.opened(self._specs[asked.key.app].repo)
        found = looked_back(repository, self._reader, document, asked.revision)
        return LookedBack(asked.request, asked.key, found)

    def show(self, asked: ReadCommit) -> CommitRead:
        """Read what a commit says and changes.  Blocks.

        Raises:
            ProductError: Git cannot say now.
        """
        repository = self._repositories.opened(self._specs[asked.app].repo)
        return CommitRead(asked.request, repository.shown(asked.commit))

    def _with_origins(self, asked: LookUp, plain: Explained) -> Explained:
        if asked.desired is None and not asked.applied:
            return plain  # Git never had it
        spec = self._specs[asked.key.app]
        repository = self._repositories.opened(spec.repo)
        charted = spec.chart is not None
        origins = Origins(repository, self._reader, asked.revision, spec.path, charted=charted)
        if asked.desired is None:
            return replace(plain, origin=origins.of_removed(asked.key.ref, asked.kind))
        document = asked.desired.document
        if asked.live is None:
            return replace(plain, origin=origin_of(origins, document))
        return replace(plain, changes=attached(origins, document, plain.changes))


def _with_users(asked: LookUp, found: Explained, events: Sequence[AuditEvent]) -> Explained:
    if asked.live is None:
        return replace(found, actor=remover(events))
    if asked.desired is None:
        return replace(found, actor=maker(asked.actor, events))
    return replace(found, changes=attribute(found.changes, events, applied=asked.applied))
