"""Reverts of one app's commits, worked out and made."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from core.clock import Clock
from core.compare import paired
from core.decryption import Opener
from core.engine.commits.racing import made_once
from core.errors import OutdatedError, RejectedError
from core.git import File, Marks, Repositories, Repository
from core.manifests import DocumentCache, Folder, Reader, read
from core.model import AppSpec, Document, Problem, Remedy, RevertPlan
from core.model.journal import Aim
from core.sources.reading import chosen_files, listed
from core.sources.trust import unsigned

_RENDERED: Final = "is of files that are rendered: what follows from it is for the next sync"
_Readable: TypeAlias = tuple[File, Callable[[], bytes]]


class Reverts:
    """Undoes commits by new ones.  Threads may share it."""

    def __init__(
        self,
        apps: Iterable[AppSpec],
        repositories: Repositories,
        reader: Reader,
        clock: Clock,
        opener: Opener | None = None,
    ) -> None:
        """Undo commits of *apps*, whose folders lie in *repositories*; *opener* may be shared."""
        self._specs = {spec.name: spec for spec in apps}
        self._repositories, self._clock = repositories, clock
        self._marks = Marks(repositories)
        self._cache, self._opener = DocumentCache(reader.outcomes), opener or Opener(reader)

    def meet(self, spec: AppSpec) -> None:
        """Undo commits of one app more; never blocks."""
        self._specs[spec.name] = spec

    def planned(self, app: str, commit: str, *, back: bool = False, begins: str = "") -> RevertPlan:
        """Work a revert out without making it.  Blocks.

        Args:
            app: For which app.
            commit: What is undone.
            back: It is not undone but gone back to: the app's folder becomes what it was then.
            begins: A branch that is to begin with it, for a pull request.

        Raises:
            UsageError: There is no such commit, or no repository.
            UnavailableError: The repository cannot be read.
        """
        spec = self._specs[app]
        repository = self._repositories.opened(spec.repo)
        plan = repository.plan_revert(
            commit, branch=spec.revision, app=app, folder=spec.path, back=back, begins=begins
        )
        if plan.problem is None and spec.signers is not None:
            plan = replace(plan, problem=Problem(Remedy.CHANGE_GIT, unsigned("revert")))
        if plan.problem is not None:
            return plan
        before, after = self._folders(repository, plan, spec)
        pushed = self._repositories.pushing(spec.repo, plan.branch)
        refused = (*before.refused, *after.refused)
        rendered = spec.chart is not None or any(path == _prefix(spec.path) for path, _ in refused)
        made = (_RENDERED,) if rendered else tuple(_unread(before, after))
        notes = (*pushed, *plan.notes, *made)
        return replace(plan, restated=tuple(_restated(before, after)), notes=notes)

    def made(self, plan: RevertPlan) -> str:
        """Write the revert commit that was shown, and return its id.  Blocks.

        Where the branch moved since it is worked out again, and made if it is still what was shown.

        Raises:
            ProductError: It cannot be made, or would be another one by now.
        """
        return made_once(plan, self._made, lambda p: self._marks.find(self.aim(p)), self._again)

    def aim(self, plan: RevertPlan) -> Aim:
        """Say where the commit of a plan is made."""
        return Aim(self.repository(plan.app), plan.branch, plan.parent, plan.mark)

    def repository(self, app: str) -> str:
        """Return which repository an app is in."""
        return self._specs[app].repo

    def _again(self, plan: RevertPlan, error: OutdatedError) -> RevertPlan:
        """Work a revert out on what the branch is now.

        Raises:
            OutdatedError: It is not what was shown.
        """
        back, begins = plan.restores is not None, plan.branch if plan.begins else ""
        now = self.planned(plan.app, plan.target.id, back=back, begins=begins)
        if now.problem is not None or _does(now) != _does(plan):
            raise error
        return replace(now, mark=plan.mark)

    def _made(self, plan: RevertPlan) -> str:
        spec = self._specs[plan.app]
        repository = self._repositories.opened(spec.repo)
        return repository.make_revert(
            plan,
            author=repository.author(),
            committer=repository.committer(),
            now=self._clock.wall(),
            publish=self._repositories.publisher(spec.repo),
        ).id

    def is_in(self, app: str, revert: str, head: str) -> bool:
        """Tell whether a commit has a revert of an app in it.  Blocks.

        Raises:
            UnavailableError: The repository cannot be read.
        """
        return self._repositories.opened(self._specs[app].repo).is_within(revert, head)

    def _folders(
        self, repository: Repository, plan: RevertPlan, spec: AppSpec
    ) -> tuple[Folder, Folder]:
        """Read the app's folder as it is, and as the revert will make it."""
        try:
            there = repository.files(plan.parent, spec.path)
        except RejectedError:
            there = ()  # there is no such folder; the revert may bring it back
        before = {each.path: (each, partial(repository.blob, each.blob_id)) for each in there}
        after = dict(before)
        real = repository.real_folder(plan.parent, spec.path)
        inside, top = map(_prefix, (real, spec.path))
        for file, content in repository.reverted_files(plan):
            paths = [path for path, (each, _) in before.items() if each.place == file.path]
            if not paths and file.path.startswith(inside):
                paths = [top + file.path.removeprefix(inside)]
            for path in paths:
                if content is None:
                    after.pop(path, None)
                else:
                    after[path] = replace(file, path=path, at=file.path), partial(bytes, content)

        def found(files: Mapping[str, _Readable]) -> Folder:
            chosen = {each.path for each in chosen_files((f for f, _ in files.values()), spec)}
            each = (listed(*files[path]) for path in files if path in chosen)
            return read(each, self._cache, self._opener.by(spec.sops))

        return found(before), found(after)


def _does(plan: RevertPlan) -> tuple[object, ...]:
    """Return what of a plan a person has accepted."""
    stated = ((each and (each.kind, each.name, each.body) for each in p) for p in plan.restated)
    return plan.files, plan.diff, [*map(tuple, stated)]


def _prefix(folder: str) -> str:
    """Return what the paths of all files below a folder begin with."""
    return "".join(f"{part}/" for part in folder.split("/") if part not in {"", "."})


def _restated(before: Folder, after: Folder) -> Iterator[tuple[Document | None, Document | None]]:
    """Yield each object that is not stated the same on both sides."""
    for was, now in paired(before, after):
        if was is None or now is None or was.body != now.body:
            yield was, now


def _unread(before: Folder, after: Folder) -> Iterator[str]:
    """Say what of the files that change cannot be read on one side."""
    for _, problem in after.refused:
        if problem not in before.problems:
            yield f"will not be readable: {problem}"
    for _, problem in before.refused:
        if problem not in after.problems:
            yield f"is not readable now, so nothing of it follows in the cluster: {problem}"
