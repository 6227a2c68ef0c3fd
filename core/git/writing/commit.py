"""New trees and commits, written straight into the object store.

Nothing here runs a hook, a filter or a program: `porcelain.commit` would run a planted hook.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final, TypeAlias

from dulwich.file import SharedPerm, adjust_shared_perm
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree
from dulwich.reflog import format_reflog_line
from dulwich.refs import HEADREF, Ref, check_ref_format
from dulwich.repo import Repo, parse_shared_repository

from core.clean import clean
from core.errors import OutdatedError, RejectedError
from core.git.local.faults import translated
from core.git.reading.store import FOLDER_MODE, Entry, Store, is_tree

FILE_MODE: Final = 0o100644
LOOSE_MAX: Final = 100  # objects written one by one; more go into one pack

Path: TypeAlias = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What a file is to hold."""

    data: bytes
    mode: int = FILE_MODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorship:
    """Who makes a commit, when, and with which words."""

    author: str  # "Name <mail>"
    committer: str | None = None  # None: the author
    message: str
    when: float  # seconds since the epoch
    timezone_s: int = 0  # east of UTC
    lasting: bool = True  # force every object to the disk; costs milliseconds each
    what: str = "commit"  # what the log of the branch says was done

    def identities(self) -> tuple[bytes, bytes]:
        """Return the author and the committer as Git writes them.

        Raises:
            RejectedError: One of them would break the commit's header.
        """
        author = _identity("author", self.author)
        if self.committer is None:
            return author, author
        return author, _identity("committer", self.committer)


def _identity(role: str, who: str) -> bytes:
    name, bracket, mail = who.partition(" <")
    if not bracket or not mail.endswith(">") or any(c in name + mail[:-1] for c in "<>\n\0"):
        raise RejectedError(f'the {role} "{clean(who)}" is not of the form Name <mail>')
    return who.encode()


def is_branch_name(name: str) -> bool:
    """Tell whether git lets a branch be called so: neither "HEAD" nor what looks like a flag."""
    parts = name.split("/")
    odd = name == "HEAD" or name.startswith("-") or any(part.startswith("-") for part in parts)
    return not odd and check_ref_format(Ref(b"heads/" + name.encode(errors="surrogateescape")))


def write_commit(
    store: Store, parent: str | None, files: Mapping[Path, Content | None], authorship: Authorship
) -> str:
    """Write the commit that gives *files* their new contents, None deleting; move no ref."""
    author, committer = authorship.identities()
    new: list[ShaFile] = []
    root = store.tree_of(parent) if parent is not None else None
    tree_id = _tree(store, root, files, new) or _added(Tree(), new)
    commit = Commit()
    commit.tree = ObjectID(tree_id.encode())
    commit.parents = [ObjectID(parent.encode())] if parent is not None else []
    commit.author, commit.committer = author, committer
    commit.author_time = commit.commit_time = int(authorship.when)
    commit.author_timezone = commit.commit_timezone = authorship.timezone_s
    commit.encoding = b"UTF-8"
    commit.message = authorship.message.encode(errors="replace")
    new.append(commit)
    _write(store, new, lasting=authorship.lasting)
    return commit.id.decode()


def move_ref(store: Store, ref: str, old: str | None, new: str, authorship: Authorship) -> None:
    """Point a branch at a new commit, if it still is where it was, and log that.

    Where HEAD is on that branch it moves along, so its own log says so, too: `HEAD@{1}` is how
    people go back one step.

    Raises:
        OutdatedError: Somebody else moved it.
    """
    name, target = Ref(ref.encode()), ObjectID(new.encode())
    subject = authorship.message.split("\n", 1)[0]
    said = f"{authorship.what}: {subject}".encode(errors="replace")
    reflog = authorship.identities()[1], int(authorship.when), authorship.timezone_s, said
    with store.lock, translated(store.called):
        refs = store.repo.refs
        if old is None:
            moved = refs.add_if_new(name, target, *reflog)
        else:
            moved = refs.set_if_equals(name, ObjectID(old.encode()), target, *reflog)
        if moved:
            adjust_shared_perm(FilePath(store.repo.commondir(), ref), shared_mode(store.repo))
            before = None if old is None else old.encode()
            _log_head(store.repo, name, format_reflog_line(before, target, *reflog))
    if not moved:
        raise OutdatedError(f"{clean(ref)} moved while the commit was made; look again")


def _log_head(repo: Repo, moved: Ref, line: bytes) -> None:
    names, _ = repo.refs.follow(HEADREF)
    log = FilePath(repo.controldir()) / "logs" / "HEAD"
    if names[-1] != moved or len(names) == 1 or (repo.bare and not log.exists()):
        return
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as file:
        file.write(line + b"\n")
    adjust_shared_perm(log, shared_mode(repo))


def shared_mode(repo: Repo) -> SharedPerm | None:
    """Say whom else the repository wants its own files to be writable for; None: nobody."""
    try:
        value = repo.get_config().get((b"core",), b"sharedRepository")
    except KeyError:
        return None
    return parse_shared_repository(value)


def _tree(
    store: Store,
    tree_id: str | None,
    files: Mapping[Path, Content | None],
    new: list[ShaFile],
) -> str | None:
    """Return the tree with *files* changed; None when nothing is left in it."""
    entries = dict(store.tree(tree_id)) if tree_id is not None else {}
    below: dict[bytes, dict[Path, Content | None]] = {}
    for (name, *rest), content in files.items():
        if rest:
            below.setdefault(name, {})[tuple(rest)] = content
        elif content is None:
            entries.pop(name, None)
        else:
            entries[name] = Entry(content.mode, _added(Blob.from_string(content.data), new))
    for name, inside in below.items():
        old = entries.get(name)
        if old is not None and not is_tree(old.mode):
            raise RejectedError(f'"{clean(name.decode(errors="replace"))}" is a file, not a folder')
        made = _tree(store, old.id if old is not None else None, inside, new)
        if made is None:
            entries.pop(name, None)
        else:
            entries[name] = Entry(FOLDER_MODE, made)
    if not entries:
        return None
    tree = Tree()
    for name, entry in entries.items():
        tree.add(name, entry.mode, ObjectID(entry.id.encode()))
    return _added(tree, new)


def _added(made: ShaFile, new: list[ShaFile]) -> str:
    new.append(made)
    return made.id.decode()


def _write(store: Store, new: Iterable[ShaFile], *, lasting: bool) -> None:
    objects = list({made.id: made for made in new}.values())
    with store.lock, translated(store.called):
        to = store.repo.object_store
        to.fsync_object_files = lasting
        if len(objects) > LOOSE_MAX:
            to.add_objects([(made, None) for made in objects])
            return
        for made in objects:
            to.add_object(made)
