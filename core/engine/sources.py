"""The Git side of the engine: reading apps' folders when refs move, origins, reverts.

Reading is blocking work in threads; each repository is read by one thread at a time.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.compare import explain
from core.engine.origins import Origins
from core.errors import ProductError, RejectedError, UnavailableError
from core.git import Repository
from core.manifests import DocumentCache, read
from core.model import AppSpec, Commit, Origin, RevertPlan
from core.reconcile.memory.effects import ComputeRevert, LookUp, MakeRevert
from core.reconcile.memory.inputs import (
    Explained,
    HistoryRead,
    Input,
    Reverted,
    RevertPrepared,
    SourceLost,
    SourceRead,
)

LOOK_AGAIN_S = 5.0  # a repository that cannot be read is looked for so often
HISTORY_KEPT = 200


@dataclass
class _Repo:
    """One repository and what was read from it."""

    path: str
    apps: tuple[AppSpec, ...]
    cache: DocumentCache = field(default_factory=DocumentCache)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    opened: Repository | None = None
    read_commits: dict[str, str] = field(default_factory=dict)

    def repository(self) -> Repository:
        if self.opened is None:
            self.opened = Repository(Path(self.path))
        return self.opened


class Sources:
    """Every repository that the apps use."""

    def __init__(
        self,
        apps: Iterable[AppSpec],
        take: Callable[[Input], None],
        *,
        once: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Remember the apps; *once* reads each folder and then keeps still (`driftdeck diff`)."""
        self._take = take
        self._once = once
        self._clock = clock
        by_path: dict[str, list[AppSpec]] = {}
        for spec in apps:
            by_path.setdefault(spec.repo, []).append(spec)
        self._repos = {path: _Repo(path, tuple(specs)) for path, specs in by_path.items()}
        self._specs = {spec.name: spec for spec in apps}

    def rebind(self, take: Callable[[Input], None]) -> None:
        """Send inputs there; the engine exists only after its sources."""
        self._take = take

    async def run(self) -> None:
        """Read every folder, and again whenever refs move, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for repo in self._repos.values():
                tasks.create_task(self._follow(repo), name=f"repository {repo.path}")

    async def _follow(self, repo: _Repo) -> None:
        while True:
            for spec in repo.apps:
                happened = await self.read(spec.name)
                if happened is not None:
                    self._take(happened)
            if self._once:
                return
            if repo.opened is None:
                await asyncio.sleep(LOOK_AGAIN_S)
                continue
            try:
                async for _ in repo.opened.changes():
                    for spec in repo.apps:
                        happened = await self.read(spec.name)
                        if happened is not None:
                            self._take(happened)
            except UnavailableError:
                repo.opened = None

    async def read(self, app: str) -> Input | None:
        """Read one app's folder; None when its commit was read already."""
        spec = self._specs[app]
        repo = self._repos[spec.repo]
        async with repo.busy:
            try:
                found = await asyncio.to_thread(_read, repo, spec)
            except ProductError as error:
                repo.read_commits.pop(app, None)
                return SourceLost(app, str(error), error.exit_code)
        if found is not None and not self._once:
            asyncio.get_running_loop().create_task(self._history(repo, spec, found.revision))
        return found

    async def _history(self, repo: _Repo, spec: AppSpec, revision: Commit) -> None:
        try:
            commits = await asyncio.to_thread(
                repo.repository().history, revision.id, spec.path, limit=HISTORY_KEPT
            )
        except ProductError:
            return  # the folder itself was read; its history is only for looking at
        self._take(HistoryRead(spec.name, commits))

    # Origins ---------------------------------------------------------------------------------

    async def explain(self, effect: LookUp) -> Explained:
        """Find where and by which commit Git states each differing field."""
        spec = self._specs[effect.key.app]
        repo = self._repos[spec.repo]
        changes = await asyncio.to_thread(explain, effect.changes)
        origin: Origin | None = None
        try:
            origins = Origins(repo.repository(), effect.revision, spec.path)
            if effect.desired is None and not effect.applied:
                pass  # Git never had it
            elif effect.desired is None:
                ref, kind = effect.key.ref, effect.kind
                origin = await asyncio.to_thread(origins.of_removed, ref, kind)
            elif effect.live is None:
                origin = await asyncio.to_thread(origins.of_object, effect.desired.document)
            else:
                document = effect.desired.document
                changes = await asyncio.to_thread(origins.attach, document, changes)
        except ProductError:
            return Explained(effect.key, effect.desired, effect.live, changes)
        return Explained(effect.key, effect.desired, effect.live, changes, origin)

    # Reverts ---------------------------------------------------------------------------------

    async def compute_revert(self, effect: ComputeRevert) -> Input:
        """Work a revert out without making it."""
        spec = self._specs[effect.app]
        repo = self._repos[spec.repo]
        try:
            plan = await asyncio.to_thread(_plan_revert, repo.repository(), spec, effect.commit)
        except ProductError as error:
            target = Commit(effect.commit, "", "", "")
            plan = RevertPlan(
                effect.app,
                target,
                spec.revision,
                "",
                problem=str(error),
                exit_code=error.exit_code,
            )
        return RevertPrepared(effect.request, plan)

    async def make_revert(self, effect: MakeRevert) -> Input:
        """Write the revert commit that was shown."""
        repo = self._repos[self._specs[effect.plan.app].repo]
        try:
            made = await asyncio.to_thread(
                _make_revert, repo.repository(), effect.plan, self._clock()
            )
        except ProductError as error:
            return Reverted(effect.run, effect.plan.app, "", str(error), error.exit_code)
        return Reverted(effect.run, effect.plan.app, made.id)


def _read(repo: _Repo, spec: AppSpec) -> SourceRead | None:
    repository = repo.repository()
    revision = repository.resolve(spec.revision)
    if repo.read_commits.get(spec.name) == revision.id:
        return None
    files = repository.files(revision.id, spec.path)
    listed = [
        (file.path, file.blob_id, file.mode, lambda blob=file.blob_id: repository.blob(blob))
        for file in files
    ]
    found = read(listed, repo.cache)
    repo.read_commits[spec.name] = revision.id
    return SourceRead(spec.name, revision, found.documents, found.problems, found.refused)


def _plan_revert(repository: Repository, spec: AppSpec, commit: str) -> RevertPlan:
    return repository.plan_revert(commit, branch=spec.revision, app=spec.name, folder=spec.path)


def _make_revert(repository: Repository, plan: RevertPlan, now: float) -> Commit:
    if plan.problem:
        raise RejectedError(plan.problem)
    return repository.make_revert(plan, author=repository.author(), now=now)
