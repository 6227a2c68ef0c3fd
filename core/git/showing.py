"""One commit for people: the rest of its message, its files, and what it changes in them."""

from collections.abc import Iterator, Sequence
from stat import S_ISREG

from core.errors import RejectedError
from core.git.reading.commits import body_of
from core.git.reading.store import Entry, Store
from core.git.writing.commit import Content, Path
from core.git.writing.reverting import FILES_MAX, Change, diff_text, differences
from core.model import CommitShown, Problem, Remedy


def commit_shown(store: Store, commit: str) -> CommitShown:
    """Show a commit; what it changes is told against the first of its parents.

    Raises:
        UnavailableError: It is not here, or the repository is damaged.
    """
    raw = store.commit(commit)
    body = body_of(raw)
    parent = next(iter(raw.parents), None)
    if parent is not None and not store.has(parent):
        reason = "the commit before it is not here; the clone is shallow"
        return CommitShown(commit, body, problem=Problem(Remedy.WAIT, reason))
    before = store.tree_of(parent) if parent is not None else None
    found = zip(range(FILES_MAX), differences(store, before, raw.tree), strict=False)
    changed = sorted((each for _, each in found), key=lambda each: each[0])
    names = (b"/".join(path).decode(errors="surrogateescape") for path, _, _ in changed)
    return CommitShown(commit, body, tuple(names), diff_text(_changes(store, changed)))


def _changes(
    store: Store, changed: Sequence[tuple[Path, Entry | None, Entry | None]]
) -> Iterator[Change]:
    for path, old, new in changed:
        yield Change(path, _content(store, old), _content(store, new))


def _content(store: Store, entry: Entry | None) -> Content | None:
    """Return what a file holds; of what is none, or is too large, that it is so."""
    if entry is None:
        return None
    if not S_ISREG(entry.mode):
        return Content(f"no regular file, {entry.id}\n".encode(), entry.mode)
    try:
        return Content(store.blob(entry.id), entry.mode)
    except RejectedError as error:
        return Content(f"({error})\n".encode(), entry.mode)
