"""A commit turned around: what each file must hold so that the commit's changes are gone.

File by file and three-way: a file that nobody touched since gets its old version back; in one that
changed since, only the commit's own lines are taken back, and where both touched the same lines a
person must decide.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import Final, TypeAlias

from core.clean import clean
from core.errors import RejectedError
from core.git.reading.listing import is_safe_name
from core.git.reading.store import Entry, Store, is_tree
from core.git.writing.commit import Content, Path
from core.git.writing.merging import merged

FILES_MAX: Final = 5_000
DIFF_LINES_MAX: Final = 5_000
_REGULAR: Final = frozenset({0o100644, 0o100755, 0o100664})
_SECRET: Final = re.compile(
    rb"""\bkind["']?\s*:\s*["']?\w*secret|\bsecretGenerator""", re.IGNORECASE
)


Difference: TypeAlias = tuple[Path, Entry | None, Entry | None]
"""A file, and what stands there in two trees."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file: what it holds at the head, and what it will hold after a revert; None: nothing."""

    path: Path
    head: Content | None
    after: Content | None

    @property
    def name(self) -> str:
        """The path as text."""
        return b"/".join(self.path).decode(errors="surrogateescape")


def reversal(store: Store, target: str, parent: str, head: str) -> tuple[Change, ...]:
    """Work out what undoing *target*, whose parent is *parent*, changes at *head*.

    Raises:
        RejectedError: It cannot be undone by itself; the message names the file.
    """
    before, after = store.tree_of(parent), store.tree_of(target)
    changes: list[Change] = []
    conflicts: dict[Path, str] = {}
    for path, old, new in _counted(differences(store, before, after)):
        try:
            change = _undone(store, path, old, new, store.entry(head, path))
        except RejectedError as error:
            conflicts[path] = str(error)
            continue
        if change is not None:
            changes.append(change)
    if conflicts:
        raise RejectedError("; ".join(conflicts[path] for path in sorted(conflicts)))
    return tuple(sorted(changes, key=lambda change: change.path))


def changed_to(store: Store, now: str | None, then: str) -> Iterator[Change]:
    """Yield what makes of one tree another, file by file; None: there is none now.

    Raises:
        RejectedError: A file is none that is written here; the message names it.
    """
    for path, head, after in _counted(differences(store, now, then)):
        _check_regular(path, head, after)
        yield Change(path, _content(store, head), _content(store, after))


def _counted(found: Iterable[Difference]) -> Iterator[Difference]:
    for count, each in enumerate(found):
        if count >= FILES_MAX:
            raise RejectedError(f"more than {FILES_MAX:,} files would change")
        yield each


def diff_text(changes: Iterable[Change]) -> str:
    """Show changes as a unified diff for people: cleaned, and without the values of Secrets."""
    lines: list[str] = []
    for change in changes:
        lines.extend(_file_diff(change))
        if len(lines) > DIFF_LINES_MAX:
            return "\n".join([*lines[:DIFF_LINES_MAX], "… more lines are not shown"]) + "\n"
    return "".join(line + "\n" for line in lines)


def differences(store: Store, before: str | None, after: str | None) -> Iterator[Difference]:
    """Yield the files in which two trees differ, by what stands there; folders are gone into."""
    open_: list[tuple[Path, str | None, str | None]] = [((), before, after)]
    while open_:
        above, old_id, new_id = open_.pop()
        old = store.tree(old_id) if old_id is not None else {}
        new = store.tree(new_id) if new_id is not None else {}
        for name in old.keys() | new.keys():
            was, now = old.get(name), new.get(name)
            if was == now:
                continue
            path = (*above, name)
            was_tree = was.id if was is not None and is_tree(was.mode) else None
            now_tree = now.id if now is not None and is_tree(now.mode) else None
            if was_tree is not None or now_tree is not None:
                open_.append((path, was_tree, now_tree))
            was_file = was if was_tree is None else None
            now_file = now if now_tree is None else None
            if was_file != now_file:
                yield path, was_file, now_file


def _undone(
    store: Store, path: Path, old: Entry | None, new: Entry | None, head: Entry | None
) -> Change | None:
    """Turn one file around: from *new* back to *old*, at *head*; None when that is so already."""
    name = _check_regular(path, old, new, head)
    if head == old:
        return None
    was = _content(store, head)
    if head == new:
        return Change(path, was, _content(store, old))
    if head is None:
        raise RejectedError(f"{name} was deleted since; there is nothing to undo it in")
    if old is None or new is None:
        what = "added" if old is None else "deleted"
        raise RejectedError(f"{name}, which the commit {what}, was changed since")
    text = merged(store.blob(new.id), store.blob(head.id), store.blob(old.id))
    if text is None:
        raise RejectedError(f"{name} was changed since in the same lines; edit it by hand")
    mode = old.mode if head.mode == new.mode else head.mode
    after = Content(text, mode)
    return None if after == was else Change(path, was, after)


def _check_regular(path: Path, *entries: Entry | None) -> str:
    """Refuse what is no regular file in one of its versions; return its name."""
    name = clean(b"/".join(path).decode(errors="surrogateescape"))
    if not all(map(is_safe_name, path)):
        raise RejectedError(f"{name} is a name that Git refuses to check out")
    if any(entry is not None and entry.mode not in _REGULAR for entry in entries):
        raise RejectedError(f"{name} is not a regular file everywhere; revert it with git")
    return name


def _content(store: Store, entry: Entry | None) -> Content | None:
    return None if entry is None else Content(store.blob(entry.id), entry.mode)


def _file_diff(change: Change) -> Iterator[str]:
    name = clean(change.name)
    old = change.head.data if change.head is not None else b""
    new = change.after.data if change.after is not None else b""
    yield f"--- {'/dev/null' if change.head is None else 'a/' + name}"
    yield f"+++ {'/dev/null' if change.after is None else 'b/' + name}"
    if _SECRET.search(old) or _SECRET.search(new):
        yield "(holds a Secret; its lines are not shown)"
        return
    if b"\0" in old + new:
        yield "(binary)"
        return
    if (
        change.head is not None
        and change.after is not None
        and change.head.mode != change.after.mode
    ):
        yield f"(mode {change.head.mode:o} becomes {change.after.mode:o})"
    for number, line in enumerate(unified_diff(_lines(old), _lines(new), lineterm="")):
        if number >= 2:  # noqa: PLR2004  after the two lines of names, which we write ourselves
            yield clean(line)


def _lines(data: bytes) -> list[str]:
    text = data.decode(errors="surrogateescape")
    lines = text.split("\n")
    if lines[-1]:
        lines[-1] += "  (no line end)"
    else:
        lines.pop()
    return lines
