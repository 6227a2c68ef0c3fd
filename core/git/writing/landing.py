"""A commit that was shown, put onto its branch: here, or where the branch really is."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

from core.clean import clean
from core.errors import OutdatedError, RejectedError, UnavailableError
from core.git.local.operations import BRANCHES
from core.git.local.settings import GitSettings
from core.git.reading.revisions import branch_ref, ref_target
from core.git.reading.store import Store
from core.git.writing.checkout import Checkout, locked_checkout
from core.git.writing.commit import Authorship, is_branch_name, move_ref, write_commit
from core.git.writing.reverting import Change

Publish: TypeAlias = Callable[[str, str, str], None]  # a full name of a ref, from, to


def land(  # noqa: PLR0913 - what a commit consists of, by name
    store: Store,
    settings: GitSettings,
    changes: Sequence[Change],
    made: Authorship,
    *,
    ref: str,
    parent: str,
    begins: bool = False,
    publish: Publish | None = None,
) -> str:
    """Commit *changes* on top of *parent* and point a branch there; return the commit's id.

    Args:
        store: The repository.
        settings: What its Git settings say.
        changes: What becomes of files.
        made: Who, when, and why.
        ref: The branch, by its full name.
        parent: Where it is now, or where it begins.
        begins: It is not there yet.
        publish: Moves the branch where it really is; what it raises leaves this one where it was.

    Raises:
        ProductError: It cannot be made, or the branch moved since.
    """
    with locked_checkout(store, ref, settings) as checkout:
        if checkout is not None:
            checkout.check(changes)
        files = {change.path: change.after for change in changes}
        commit_id = write_commit(store, parent, files, made)
        if publish is not None:
            publish(ref, "" if begins else parent, commit_id)
        with suppress(*(() if publish is None else (OutdatedError,))):  # fetched meanwhile
            move_ref(store, ref, None if begins else parent, commit_id, made)
        if checkout is not None:
            _update(checkout, changes, commit_id)
    return commit_id


def ref_for(store: Store, branch: str, *, begins: bool) -> str:
    """Return the full name of a branch that a commit is for, there already or about to begin.

    Raises:
        RejectedError: It is not there, or it is and was to begin.
    """
    if not begins:
        ref = branch_ref(store, branch)
        if ref is None:
            raise RejectedError(f'"{clean(branch)}" is no branch; --branch NAME begins one there')
        return ref
    if not is_branch_name(branch):
        raise RejectedError(f'"{clean(branch)}" cannot name a branch')
    if ref_target(store, BRANCHES + branch) is not None:
        raise RejectedError(f'there is a branch "{clean(branch)}" already')
    return BRANCHES + branch


def _update(checkout: Checkout, changes: Sequence[Change], commit_id: str) -> None:
    try:
        checkout.update(changes)
    except OSError as error:
        reason = f"the work tree could not follow: {clean(str(error))}; `git status` says more"
        raise UnavailableError(f"commit {commit_id[:12]} was made, but {reason}") from error
