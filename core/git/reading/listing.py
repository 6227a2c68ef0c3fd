"""The files of one folder of one commit, by walking trees; nothing is checked out.

Names are data, and need not be text: odd bytes stay as `surrogateescape` keeps them.  Those that
git itself would not check out are listed as refused, so that nobody takes the folder for complete,
and nothing ever joins them to a path.
"""

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dulwich.index import validate_path_element_default, validate_path_element_hfs

from core.clean import clean
from core.errors import NoFolderError, RejectedError
from core.git.reading.links import SUBMODULE, Followed, follow, shown_path, target_of
from core.git.reading.store import Entry, Store, is_tree

DEPTH_MAX: Final = 100
FILES_MAX: Final = 200_000
NAME_MAX_BYTES: Final = 255
REFUSED_MODE: Final = 0
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\udc80-\udcff]")
_SHORT_DOTGIT: Final = re.compile(r"git~[0-9]+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """One entry of a tree that is not a folder."""

    path: str  # with "/"; shown safely, and no path at all, when it is refused
    blob_id: str  # "" when refused
    mode: int  # as Git has it: 0o100644, 0o160000 (submodule); 0 when refused
    at: str = ""  # where its bytes stand, if a link leads there
    problem: str = ""  # of a link (0o120000) that leads nowhere

    @property
    def place(self) -> str:
        """Where its bytes stand: the path that has a history."""
        return self.at or self.path


def parts_of(path: str) -> tuple[bytes, ...]:
    """Split a path inside a repository.

    Raises:
        RejectedError: It cannot name anything in a repository.
    """
    parts = tuple(part for part in path.split("/") if part not in {"", "."})
    if ".." in parts or "\0" in path:
        raise RejectedError(f'"{clean(path)}" is not a path inside the repository')
    return tuple(part.encode(errors="surrogateescape") for part in parts)


def files_in(store: Store, commit_id: str, folder: str) -> tuple[File, ...]:
    """List every file below *folder*, sorted by path; links are followed inside the commit.

    Raises:
        RejectedError: There is no such folder, or it is beyond a limit.
    """
    found = folder_at(store, commit_id, folder)
    shown = f'"{clean(folder)}"'
    parts = parts_of(folder)
    prefix = shown_path(parts) + "/" if parts else ""
    files: list[File] = []
    for file in _Walk(store, commit_id).below(found, prefix):
        files.append(file)
        if len(files) > FILES_MAX:
            raise RejectedError(f"folder {shown} holds more than {FILES_MAX:,} files")
    return tuple(sorted(files, key=lambda file: file.path))


def folder_at(store: Store, commit_id: str, folder: str) -> Followed:
    """Return where a folder really is.

    Raises:
        RejectedError: There is none.
    """
    parts = parts_of(folder)
    shown, where = f'"{clean(folder)}"', f"commit {commit_id[:12]}"
    try:
        found = follow(store, commit_id, parts)
    except RejectedError as error:
        reason = f"folder {shown} is behind a symbolic link in {where}, and {error}"
        raise RejectedError(f"{reason}; name a folder of the repository itself") from error
    if found is None:
        module = _submodule_above(store, commit_id, parts)
        if module:
            raise _is_submodule(module, where)
        raise NoFolderError(
            f"folder {shown} does not exist in {where}{_hint(store, commit_id, parts)}"
        )
    if found.entry.mode == SUBMODULE:
        raise _is_submodule(clean(folder), where)
    if not is_tree(found.entry.mode):
        raise RejectedError(f"{shown} is a file in {where}; an app needs a folder")
    return found


def _submodule_above(store: Store, commit_id: str, parts: tuple[bytes, ...]) -> str:
    for end in range(1, len(parts)):
        entry = store.entry(commit_id, parts[:end])
        if entry is not None and entry.mode == SUBMODULE:
            return clean(shown_path(parts[:end]))
    return ""


def _is_submodule(folder: str, where: str) -> RejectedError:
    reason = "its files are in another repository; name that one with --repo, and --path in it"
    return RejectedError(f'"{folder}" is a submodule in {where}: {reason}')


def is_checked_out(name: bytes) -> bool:
    """Tell whether git checks out a file or folder of this name."""
    known = name.decode(errors="replace")
    return (
        0 < len(name) <= NAME_MAX_BYTES
        and b"/" not in name
        and _SHORT_DOTGIT.match(known) is None
        and validate_path_element_default(name.rstrip(b". ") or name)
        and validate_path_element_hfs(known.encode())
    )


def is_safe_name(name: bytes) -> bool:
    """Tell whether a name means the same file everywhere, so that we write one of that name."""
    text = name.decode(errors="surrogateescape")
    return is_checked_out(name) and b"\\" not in name and _UNSAFE.search(text) is None


class _Walk:
    """Goes through folders without recursion, so that depth is a number and not a crash.

    A folder that several links lead to is listed by the first: what it states counts once.
    """

    def __init__(self, store: Store, commit_id: str) -> None:
        self._store, self._commit = store, commit_id
        self._linked: set[tuple[bytes, ...]] = set()

    def below(self, folder: Followed, prefix: str) -> Iterator[File]:
        """List the files of *folder*, which is seen as *prefix*."""
        open_ = [(folder, prefix, 0)]
        while open_:
            folder, prefix, depth = open_.pop()
            if depth > DEPTH_MAX:
                raise RejectedError(
                    f'"{clean(prefix, max_cells=80)}" is nested more than {DEPTH_MAX} deep'
                )
            for name, entry in self._store.tree(folder.entry.id).items():
                path = prefix + name.decode(errors="surrogateescape")
                real = (*folder.parts, name)
                if not is_checked_out(name):
                    yield _refused(prefix, name)
                elif is_tree(entry.mode):
                    open_.append((Followed(real, entry), f"{path}/", depth + 1))
                elif stat.S_ISLNK(entry.mode):
                    found = self._led(path, real, entry)
                    if isinstance(found, Followed):
                        open_.append((found, f"{path}/", depth + 1))
                    elif found is not None:
                        yield found
                else:
                    yield _file(path, Followed(real, entry))

    def _led(self, path: str, real: tuple[bytes, ...], link: Entry) -> "File | Followed | None":
        """Follow a link: to a file, to a folder that was not listed yet, or to a problem."""
        to = target_of(self._store, link)
        try:
            found = follow(self._store, self._commit, real)
        except RejectedError as error:
            return File(path, "", link.mode, problem=f"a symbolic link to {to}: {error}")
        if found is None:
            reason = f"a symbolic link to {to}, which is not there"
            return File(path, "", link.mode, problem=reason)
        if not is_tree(found.entry.mode):
            return _file(path, found)
        if real[: len(found.parts)] == found.parts:
            reason = f"a symbolic link to {to}, a folder that it is itself in"
            return File(path, "", link.mode, problem=reason)
        known = found.parts in self._linked
        self._linked.add(found.parts)
        return None if known else found


def _file(path: str, found: Followed) -> File:
    at, (mode, blob_id) = found.path, found.entry
    known = stat.S_ISREG(mode) or mode == SUBMODULE
    at = "" if at == path else at
    return File(path, blob_id, mode, at) if known else File(path, "", REFUSED_MODE, at)


def _refused(prefix: str, name: bytes) -> File:
    shown = clean(name.decode(errors="surrogateescape"), max_cells=NAME_MAX_BYTES)
    return File(prefix + (shown or "(no name)"), "", REFUSED_MODE)


def _hint(store: Store, commit_id: str, parts: tuple[bytes, ...]) -> str:
    """Name a folder that differs only in case, the usual typo."""
    found = store.entry(commit_id, parts[:-1]) if parts else None
    if found is None or not is_tree(found.mode):
        return ""
    wanted = parts[-1].lower()
    near = [name for name in store.tree(found.id) if name.lower() == wanted]
    return f'; there is "{clean(near[0].decode(errors="surrogateescape"))}"' if near else ""
