"""What a revert or a rollback changes at the head of a branch, and why it cannot."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from core.clean import clean
from core.errors import RejectedError
from core.git.reading.graph import Graph
from core.git.reading.history import Walk, comes_before, past
from core.git.reading.listing import parts_of
from core.git.reading.store import Store, is_tree
from core.git.writing.commit import Path
from core.git.writing.reverting import Change, changed_to, reversal
from core.model import Commit

_NAMED_MAX: Final = 10  # commits that a rollback takes back and names one by one
_COUNTED_MAX: Final = 1_000


def changes_of(
    store: Store, graph: Graph, target: Commit, head: str, restores: str | None
) -> tuple[Change, ...]:
    """Return what changes at *head*.

    Args:
        store: The repository.
        graph: Its history.
        target: The commit that is undone, or gone back to.
        head: Where the branch is.
        restores: The folder that becomes what it was at *target*; None: *target* is undone.

    Raises:
        RejectedError: It cannot be made; the message names the files.
    """
    if not comes_before(graph, target.id, head):
        raise RejectedError(f"{target.id[:12]} is not part of this branch")
    if restores is None:
        return _undone(store, target, head)
    return _restored(store, target, head, parts_of(restores))


def check_touches(store: Store, target: Commit, folder: str) -> None:
    """Refuse to undo a commit that is no matter of a folder.

    Raises:
        RejectedError: It changes nothing there.
    """
    parts = parts_of(folder)
    if target.parents and store.has(target.parents[0]):
        before = store.entry(target.parents[0], parts)
        if store.entry(target.id, parts) == before:
            raise RejectedError(f'{target.id[:12]} changes nothing in "{clean(folder)}"')


def taken_back(graph: Graph, target: Commit, head: str, folder: str) -> Iterator[str]:
    """Yield the ids of the commits that a rollback of a folder takes back, newest first."""
    walk = Walk(graph, {0: (head, parts_of(folder))})
    kept = frozenset(past(graph, target.id))
    for count, (at, lines) in enumerate(walk.changes()):
        if count >= _COUNTED_MAX:
            return
        if lines and at not in kept:
            yield at


def told(commits: list[Commit]) -> Iterator[str]:
    """Name commits that are taken back."""
    for commit in commits[:_NAMED_MAX]:
        who = commit.author.partition(" <")[0]
        yield clean(f"takes back {commit.id[:7]} {commit.subject} ({who})")
    if len(commits) > _NAMED_MAX:
        yield f"takes back {len(commits) - _NAMED_MAX} more"


def _undone(store: Store, target: Commit, head: str) -> tuple[Change, ...]:
    short = target.id[:12]
    if not target.parents:
        raise RejectedError(f"{short} is the first commit; there is nothing before it")
    if len(target.parents) > 1:
        raise RejectedError(f"{short} is a merge; revert the commits it brought one by one")
    parent = target.parents[0]
    if not store.has(parent):
        raise RejectedError(f"the commit before {short} is not here; the clone is shallow")
    changes = reversal(store, target.id, parent, head)
    if not changes:
        raise RejectedError(f"nothing of {short} is left to undo")
    return changes


def _restored(store: Store, target: Commit, head: str, folder: Path) -> tuple[Change, ...]:
    trees = [store.entry(at, folder) for at in (head, target.id)]
    name, short = clean(b"/".join(folder).decode(errors="surrogateescape")), target.id[:12]
    now, then = (tree.id if tree is not None and is_tree(tree.mode) else None for tree in trees)
    if then is None:
        raise RejectedError(f'there is no folder "{name}" at {short}')
    found = (
        replace(change, path=(*folder, *change.path)) for change in changed_to(store, now, then)
    )
    changes = tuple(sorted(found, key=lambda change: change.path))
    if not changes:
        raise RejectedError(f'"{name}" is what it was at {short}')
    return changes
