"""One local repository, as the engine sees it: commits, files, histories, reverts.

Only committed state is read.  The one thing that writes is `make_revert`, and it writes what
`plan_revert` showed, or nothing.
"""

import os
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from stat import S_ISREG
from threading import Lock
from typing import Final

from dulwich.objects import Blob

from core.clean import clean
from core.errors import DeniedError, NotHereError, OutdatedError, RejectedError
from core.git.homes import first_commit, remote_of
from core.git.local.faults import not_here, translated
from core.git.local.operations import BRANCHES
from core.git.local.settings import GitSettings
from core.git.local.watching import ref_changes
from core.git.reading.commits import commit_of
from core.git.reading.graph import Graph
from core.git.reading.history import Walk, comes_before, last_change
from core.git.reading.listing import File, files_in, folder_at, parts_of
from core.git.reading.revisions import branch_ref, operation_of_head, ref_target, resolved
from core.git.reading.signed import Signable, signable
from core.git.reading.store import Store, is_tree
from core.git.showing import commit_shown
from core.git.writing.checkout import check_clean, check_free
from core.git.writing.commit import Authorship
from core.git.writing.landing import Publish, land, ref_for
from core.git.writing.messages import find_marked, message_of
from core.git.writing.reverting import Change, diff_text, differences
from core.git.writing.trust import check_owner, warnings
from core.git.writing.undoing import changes_of, check_touches, taken_back, told
from core.model import Commit, CommitShown, Home, Problem, Remedy, RevertPlan, problem_of

HISTORY_KEPT: Final = 10_000  # commits
DEFAULT_AUTHOR: Final = "driftdeck <driftdeck@localhost>"


class Repository:
    """A repository on this machine, bare or not.  Threads may share it."""

    def __init__(self, path: str | Path, *, called: str = "") -> None:
        """Open the repository; *called* is what people call it, where that is not its path.

        Raises:
            UsageError: There is none at *path*.
            UnavailableError: It cannot be read now.
        """
        path = Path(os.path.expanduser(path))  # noqa: PTH111 - Path's raises for an unknown user
        inside = path.name == ".git" and os.path.isdir(path)  # noqa: PTH112 - Path's raises, too
        self.path = path.parent if inside else path
        self.store = Store(self.path, called)
        self._graph = Graph(self.store)
        self.writing = Lock()

    def close(self) -> None:
        """Let go of its files; happens by itself when nobody holds the repository any more."""
        self.store.close()

    def resolve(self, revision: str) -> Commit:
        """Return the commit a branch, tag, id or "HEAD" means.

        Raises:
            UsageError: It is unknown, ambiguous, or no commit.
            UnavailableError: There is no commit yet, or the repository is damaged.
        """
        found = resolved(self.store, revision)
        self._graph.refresh()
        return self.commit(found)

    def commit(self, commit_id: str) -> Commit:
        """Return one commit by its full id.

        Raises:
            UnavailableError: It is not here, or the repository is damaged.
        """
        return commit_of(commit_id, self.store.commit(commit_id))

    def signable(self, commit: str, revision: str) -> Iterator[Signable]:
        """Yield what may be signed of a commit that *revision* means, and of those before it."""
        return signable(self.store, commit, revision)

    def files(self, commit: str, folder: str) -> tuple[File, ...]:
        """List every file below a folder of one commit; "" is the repository's root.

        Raises:
            RejectedError: There is no such folder.
        """
        return files_in(self.store, commit, folder)

    def real_folder(self, commit: str, folder: str) -> str:
        """Return where a folder is that links may lead to; where none does, the folder itself."""
        try:
            return folder_at(self.store, commit, folder).path
        except RejectedError:
            return folder

    def lacking(self, files: Iterable[File], folder: str) -> NotHereError:
        """Say how many of some files a partial clone does not have yet."""
        count = sum(not self.store.has(file.blob_id) for file in files if file.blob_id)
        objects = "object" if count == 1 else "objects"
        what = f'{count} {objects} of "{clean(folder)}" {"is" if count == 1 else "are"}'
        return not_here(self.store.called, what, bare=self.store.repo.bare)

    def blob(self, blob_id: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            RejectedError: It is too large, or it was refused by name.
            UnavailableError: The repository is damaged.
        """
        if not blob_id:
            raise RejectedError("this entry is no file that Git would check out")
        return self.store.blob(blob_id)

    def history(self, commit: str, folder: str, *, limit: int = HISTORY_KEPT) -> tuple[Commit, ...]:
        """Return the commits that touched a folder, newest first."""
        found = (at for at, lines in self.walk([(commit, folder)]).changes() if lines)
        return tuple(self.commit(at) for _, at in zip(range(limit), found, strict=False))

    def walk(self, starts: Iterable[tuple[str, str]]) -> Walk:
        """Return one walk for the histories of several folders, each at a commit."""
        folders = ((at, parts_of(self.real_folder(at, folder))) for at, folder in starts)
        return Walk(self._graph, dict(enumerate(folders)))

    def shown(self, commit: str) -> CommitShown:
        """Return what a commit says and what it changes, against the first of its parents.

        Raises:
            UnavailableError: It is not here, or the repository is damaged.
        """
        return commit_shown(self.store, commit)

    def changed_at(self, commit: str, path: str) -> str | None:
        """Return the commit that made a path what it is at *commit*; None: too far back."""
        return last_change(self._graph, commit, parts_of(path))

    def home(self, commit: str, folder: str) -> Home:
        """Return which folder this is, in words that hold for every clone.

        Raises:
            UnavailableError: The repository is damaged.
        """
        return Home(first_commit(self._graph, commit), remote_of(self.store), folder)

    def tree_at(self, commit: str, folder: str) -> str:
        """Return the id of a folder; "" where none is at that very place."""
        entry = self.store.entry(commit, parts_of(folder))
        return entry.id if entry is not None and is_tree(entry.mode) else ""

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return the ids of the parents that are here."""
        return self._graph.links(commit).parents

    def is_cut(self, commit: str) -> bool:
        """Tell whether the history ends at a commit only because the clone is shallow."""
        return self._graph.links(commit).cut

    def when(self, commit: str) -> int:
        """Return the committer's date, in seconds since the epoch; it orders walks."""
        return self._graph.links(commit).when

    def blob_at(self, commit: str, file: str) -> str | None:
        """Return the blob id of a regular file at one commit; None if there is none."""
        entry = self._graph.entry(commit, parts_of(file))
        return entry.id if entry is not None and S_ISREG(entry.mode) else None

    def changed(
        self, before: str, after: str, folder: str = ""
    ) -> Iterator[tuple[str, str | None, str | None]]:
        """Yield the files below *folder* in which two commits differ: path, blob ids of both."""
        parts = parts_of(folder)
        trees = [self._graph.entry(commit, parts) for commit in (before, after)]
        was, now = (tree.id if tree is not None and is_tree(tree.mode) else None for tree in trees)
        for path, *sides in differences(self.store, was, now):
            name = b"/".join((*parts, *path)).decode(errors="surrogateescape")
            old, new = (one.id if one is not None else None for one in sides)
            yield name, old, new

    def plan_revert(
        self,
        commit: str,
        *,
        branch: str,
        app: str = "",
        folder: str = "",
        back: bool = False,
        begins: str = "",
    ) -> RevertPlan:
        """Work out the revert of one commit on a branch; `problem` says why it cannot be made.

        Args:
            commit: What is undone.
            branch: Where.
            app: For whom.
            folder: That of the app.
            back: *commit* is not undone but gone back to: the folder becomes what it was then.
            begins: A branch that is to begin with it instead.

        Raises:
            UsageError: The commit is unknown.
            UnavailableError: The repository cannot be read.
        """
        target = self.resolve(commit)
        ref = branch_ref(self.store, branch)
        head = None if ref is None else ref_target(self.store, ref)
        name = begins or (branch if ref is None else ref.removeprefix(BRANCHES))
        plan = RevertPlan(app, target, name, head or "", begins=bool(begins))
        if head is None:
            reason = f'"{clean(branch)}" is no branch; a revert needs one to be made on'
            under_way = operation_of_head(self.store) if branch == "HEAD" else None
            if under_way is not None:
                reason = f"{clean(str(under_way))}; finish it first"
            return replace(plan, problem=Problem(Remedy.CHANGE_GIT, reason))
        folder = self.real_folder(head, folder)
        plan = replace(plan, restores=folder if back else None)
        notes: list[str] = []
        settings = self._settings()
        try:
            if back:
                found = taken_back(self._graph, target, head, folder)
                notes += told([self.commit(each) for each in found])
            else:
                check_touches(self.store, target, folder)
            changes = self._changes(plan)
            ref = ref_for(self.store, name, begins=plan.begins)
            check_owner(self.store, settings)
            check_free(self.store, ref)
            check_clean(self.store, ref, settings, changes)
        except (RejectedError, DeniedError) as error:
            return replace(plan, problem=problem_of(error))
        files = tuple(change.name for change in changes)
        notes += warnings(self.store, settings)
        return replace(plan, files=files, diff=diff_text(changes), notes=tuple(notes))

    def reverted_files(self, plan: RevertPlan) -> Iterator[tuple[File, bytes | None]]:
        """Yield every file that a planned revert changes, and what it will hold; None: nothing."""
        for change in self._changes(plan):
            if change.after is None:
                yield File(change.name, "", 0), None
            else:
                blob_id = Blob.from_string(change.after.data).id.decode()
                yield File(change.name, blob_id, change.after.mode), change.after.data

    def marked(self, branch: str, since: str, mark: str) -> str | None:
        """Return the commit of a branch that has a mark of ours, if it is newer than *since*."""
        head = ref_target(self.store, BRANCHES + branch)
        self._graph.refresh()
        return head and find_marked(self.store, self._graph, head, since, mark)

    def is_within(self, commit: str, head: str) -> bool:
        """Tell whether *head* is a commit or descends from it."""
        return comes_before(self._graph, commit, head)

    def make_revert(
        self,
        plan: RevertPlan,
        *,
        author: str,
        now: float,
        committer: str | None = None,
        timezone_s: int = 0,
        publish: Publish | None = None,
    ) -> Commit:
        """Write the revert that was planned, as one new commit on its branch.

        Args:
            plan: What `plan_revert` returned.
            author: "Name <mail>".
            now: Seconds since the epoch.
            committer: The same, where it is another one.
            timezone_s: Seconds east of UTC that the commit shows.
            publish: Moves the branch where it really is, a full name, from one commit to another;
                what it raises leaves this repository's branch where it was.

        Raises:
            OutdatedError: The branch moved since the plan was made.
            DeniedError: The repository is another user's.
            RejectedError: It cannot be made, or the work tree has changes in the same files.
            UnavailableError: The repository is locked or damaged.
        """
        if plan.problem:
            raise RejectedError(plan.problem)
        settings = self._settings()
        check_owner(self.store, settings)
        store = self.store
        with self.writing:
            ref = ref_for(store, plan.branch, begins=plan.begins)
            if ref_target(store, ref) != (None if plan.begins else plan.parent):
                raise OutdatedError(f"{clean(plan.branch)} moved since the revert was shown")
            changes = self._changes(plan)
            if tuple(change.name for change in changes) != plan.files:
                raise OutdatedError("the revert is no longer what was shown")
            made = Authorship(
                author=author,
                committer=committer,
                message=message_of(plan),
                when=now,
                timezone_s=timezone_s,
                what="revert",
            )
            commit_id = land(
                store,
                settings,
                changes,
                made,
                ref=ref,
                parent=plan.parent,
                begins=plan.begins,
                publish=publish,
            )
        return commit_of(commit_id, store.commit(commit_id))

    def changes(self) -> AsyncGenerator[None]:
        """Yield whenever refs may have moved, and once as soon as that is being watched.

        It watches until it is closed.

        Raises:
            UnavailableError: The repository went away.
        """
        repo = self.store.repo
        return ref_changes(Path(repo.controldir()), Path(repo.commondir()))

    def author(self, environment: Mapping[str, str] = os.environ) -> str:
        """Return whose commits are made here: as git says, or ours where it would make it up."""
        return self._settings(environment).identity("author") or DEFAULT_AUTHOR

    def committer(self, environment: Mapping[str, str] = os.environ) -> str:
        """Return who makes commits here, which need not be their author."""
        return self._settings(environment).identity("committer") or DEFAULT_AUTHOR

    def _settings(self, environment: Mapping[str, str] = os.environ) -> GitSettings:
        with self.store.lock, translated(self.store.called):
            return GitSettings(self.store.repo, environment)

    def _changes(self, plan: RevertPlan) -> tuple[Change, ...]:
        return changes_of(self.store, self._graph, plan.target, plan.parent, plan.restores)
