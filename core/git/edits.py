"""Files of a branch given new contents by one commit: shown first, then made as it was shown."""

import os
from collections.abc import Container, Mapping
from dataclasses import dataclass

from core.clean import clean
from core.errors import OutdatedError, RejectedError
from core.git.local.operations import BRANCHES
from core.git.local.settings import GitSettings
from core.git.reading.listing import is_safe_name, parts_of
from core.git.reading.revisions import ref_target
from core.git.repository import Repository
from core.git.writing.checkout import check_clean, check_free
from core.git.writing.commit import Authorship, Content
from core.git.writing.landing import Publish, land, ref_for
from core.git.writing.reverting import Change, diff_text
from core.git.writing.trust import check_owner, warnings


@dataclass(frozen=True, slots=True)
class EditPlan:
    """A commit that would be made."""

    branch: str
    ref: str  # its full name
    parent: str  # the commit that it is made on
    begins: bool  # the branch is not there yet
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()

    @property
    def diff(self) -> str:
        """The changes as people read them; no values of Secrets."""
        return diff_text(self.changes)


def plan_edit(
    repository: Repository,
    contents: Mapping[str, bytes | None],
    *,
    revision: str,
    parent: str,
    branch: str = "",
    begun: Container[str] = (),
) -> EditPlan:
    """Work out the commit that gives files new contents.

    Args:
        repository: Where.
        contents: By path, the new bytes of files; None: the file goes.
        revision: What the files were read at: the branch that is added to.
        parent: The commit that it meant then.
        branch: A branch that is to begin there instead.
        begun: Paths of files that are not there yet; all others are.

    Raises:
        RejectedError: It cannot be made.
        DeniedError: The repository is another user's.
    """
    store = repository.store
    ref = ref_for(store, branch or revision, begins=bool(branch))
    changes = tuple(
        _change(repository, parent, path, new, begun=path in begun)
        for path, new in contents.items()
    )
    settings = GitSettings(store.repo, os.environ)
    check_owner(store, settings)
    check_free(store, ref)
    check_clean(store, ref, settings, changes)
    name, notes = ref.removeprefix(BRANCHES), tuple(warnings(store, settings))
    return EditPlan(name, ref, parent, bool(branch), changes, notes)


def make_edit(
    repository: Repository,
    plan: EditPlan,
    *,
    message: str,
    now: float,
    publish: Publish | None = None,
) -> str:
    """Write the commit that was planned, and return its id.

    Args:
        repository: Where.
        plan: What `plan_edit` returned.
        message: Why.
        now: Seconds since the epoch.
        publish: As for `land`.

    Raises:
        OutdatedError: The branch moved since.
        ProductError: It cannot be made.
    """
    store = repository.store
    settings = GitSettings(store.repo, os.environ)
    check_owner(store, settings)
    made = Authorship(
        author=repository.author(),
        committer=repository.committer(),
        message=message,
        when=now,
    )
    with repository.writing:
        if ref_target(store, plan.ref) != (None if plan.begins else plan.parent):
            raise OutdatedError(f"{clean(plan.branch)} moved since the commit was shown")
        return land(
            store,
            settings,
            plan.changes,
            made,
            ref=plan.ref,
            parent=plan.parent,
            begins=plan.begins,
            publish=publish,
        )


def _change(
    repository: Repository, parent: str, path: str, new: bytes | None, *, begun: bool
) -> Change:
    parts = parts_of(path)
    entry = repository.store.entry(parent, parts)
    if begun and entry is not None:
        raise RejectedError(f"there is a {clean(path)} already")
    if begun and new is not None and all(map(is_safe_name, parts)):
        return Change(parts, None, Content(new))
    if entry is None or entry.mode not in {0o100644, 0o100755} or not all(map(is_safe_name, parts)):
        raise RejectedError(f"{clean(path)} is no regular file of its own; edit it with git")
    head = Content(repository.store.blob(entry.id), entry.mode)
    return Change(parts, head, None if new is None else Content(new, entry.mode))
