"""Making commits for the demo and for tests, which go through the one door to dulwich too."""

from collections.abc import Mapping
from pathlib import Path

from dulwich.refs import HEADREF, Ref
from dulwich.repo import Repo

from core.git.local.faults import translated
from core.git.local.operations import BRANCHES
from core.git.local.settings import GitSettings
from core.git.reading.listing import parts_of
from core.git.reading.revisions import ref_target
from core.git.reading.store import Entry, Store
from core.git.writing.checkout import locked_checkout
from core.git.writing.commit import Authorship, Content, move_ref, write_commit
from core.git.writing.reverting import Change


def commit_files(  # noqa: PLR0913  what a commit consists of, by name
    path: str | Path,
    files: Mapping[str, bytes | None],
    *,
    author: str,
    message: str,
    when: float,
    branch: str = "main",
    init: bool = False,
    bare: bool = False,
) -> str:
    """Commit the given contents of files, None deleting one; return the commit's id.

    A work tree that has the branch checked out gets the files too, over whatever is there.

    Args:
        path: The repository.
        files: New contents by path, with "/".
        author: "Name <mail>".
        message: Subject, and more after an empty line.
        when: Seconds since the epoch.
        branch: The local branch to add to; it begins here if it does not exist.
        init: Make the repository if there is none.
        bare: Make it without a work tree.

    Raises:
        UsageError: There is no repository, and `init` was not asked for.
        OutdatedError: The branch moved meanwhile.
    """
    root = Path(path)
    if init and not (root / ".git").exists() and not (root / "HEAD").exists():
        _init(root, branch, bare=bare)
    store = Store(root)
    try:
        return _commit(store, files, branch, _authorship(author, message, when))
    finally:
        store.close()


def _authorship(author: str, message: str, when: float) -> Authorship:
    return Authorship(author=author, message=message, when=when, lasting=False)


def _init(root: Path, branch: str, *, bare: bool) -> None:
    root.mkdir(parents=True, exist_ok=True)
    with translated(root):
        repo = (Repo.init_bare if bare else Repo.init)(str(root))
        repo.refs.set_symbolic_ref(HEADREF, Ref((BRANCHES + branch).encode()))
        repo.close()


def _commit(
    store: Store, files: Mapping[str, bytes | None], branch: str, authorship: Authorship
) -> str:
    ref = BRANCHES + branch
    head = ref_target(store, ref)
    contents = {
        parts_of(name): None if data is None else Content(data) for name, data in files.items()
    }
    with locked_checkout(store, ref, GitSettings(store.repo)) as checkout:
        commit_id = write_commit(store, head, contents, authorship)
        changes = [
            Change(path, _head(store, head, path), content) for path, content in contents.items()
        ]
        move_ref(store, ref, head, commit_id, authorship)
        if checkout is not None:
            checkout.update([change for change in changes if change.head != change.after])
    return commit_id


def _head(store: Store, head: str | None, path: tuple[bytes, ...]) -> Content | None:
    found: Entry | None = store.entry(head, path) if head is not None else None
    return None if found is None else Content(store.blob(found.id), found.mode)
