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
from core.errors import RejectedError
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
    mode: int  # as Git has it: 0o100644, 0o120000 (link), 0o160000 (submodule); 0 when refused


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
    """List every file below *folder*, sorted by path.

    Raises:
        RejectedError: There is no such folder, or it is beyond a limit.
    """
    parts = parts_of(folder)
    found = store.entry(commit_id, parts)
    shown = f'"{clean(folder)}"'
    where = f"commit {commit_id[:12]}"
    if found is None:
        raise RejectedError(
            f"folder {shown} does not exist in {where}{_hint(store, commit_id, parts)}"
        )
    if not is_tree(found.mode):
        raise RejectedError(f"{shown} is a file in {where}; an app needs a folder")
    prefix = "".join(part.decode(errors="surrogateescape") + "/" for part in parts)
    files: list[File] = []
    for file in _walk(store, found.id, prefix):
        files.append(file)
        if len(files) > FILES_MAX:
            raise RejectedError(f"folder {shown} holds more than {FILES_MAX:,} files")
    return tuple(sorted(files, key=lambda file: file.path))


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


def _walk(store: Store, tree_id: str, prefix: str) -> Iterator[File]:
    """Go through folders without recursion, so that depth is a number and not a crash."""
    open_: list[tuple[str, str, int]] = [(tree_id, prefix, 0)]
    while open_:
        tree_id, prefix, depth = open_.pop()
        if depth > DEPTH_MAX:
            raise RejectedError(
                f'"{clean(prefix, max_cells=80)}" is nested more than {DEPTH_MAX} deep'
            )
        for name, entry in store.tree(tree_id).items():
            path = prefix + name.decode(errors="surrogateescape")
            if not is_checked_out(name):
                yield _refused(prefix, name)
            elif is_tree(entry.mode):
                open_.append((entry.id, f"{path}/", depth + 1))
            else:
                yield _file(path, entry)


def _file(path: str, entry: Entry) -> File:
    known = stat.S_ISREG(entry.mode) or stat.S_ISLNK(entry.mode) or entry.mode == 0o160000  # noqa: PLR2004  a submodule
    return File(path, entry.id, entry.mode) if known else File(path, "", REFUSED_MODE)


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
