"""What a person is in the middle of: a rebase, a bisect, a merge, in any work tree.

While one is under way its branch is not to be moved by others: a rebase sets it at the end, and an
abort sets it back.  And a HEAD that it detached is no branch that anybody chose to follow.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from dulwich.repo import Repo

BRANCHES: Final = "refs/heads/"
_STATES: Final = {
    "BISECT_START": "a bisect",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "sequencer": "a cherry-pick or a revert",
}


class Operation(NamedTuple):
    """One thing that is under way in a work tree."""

    what: str  # "a rebase"
    place: Path  # the work tree
    refs: frozenset[str] = frozenset()  # branches that are not checked out, and that it will set

    def __str__(self) -> str:
        """Name it: `a rebase is under way in /repo`."""
        return f"{self.what} is under way in {self.place}"


def operations(git_folder: Path, place: Path) -> Iterator[Operation]:
    """Yield what is under way in the work tree at *place*, whose own folder is *git_folder*."""
    for name in ("rebase-merge", "rebase-apply"):
        folder = git_folder / name
        if folder.exists():
            patches = (folder / "applying").exists()  # `git am` leaves HEAD on its branch
            what = "an application of patches" if patches else "a rebase"
            yield Operation(what, place, frozenset(_rebased(folder)))
    for name, what in _STATES.items():
        if (git_folder / name).exists():
            started = _text(git_folder / name) if name == "BISECT_START" else ""
            yield Operation(what, place, frozenset({BRANCHES + started} if started else ()))


def work_trees(repo: Repo) -> Iterator[tuple[Path, Path]]:
    """Yield every work tree of a repository: its own Git folder, and where it lies."""
    own, common = Path(repo.controldir()).resolve(), Path(repo.commondir()).resolve()
    if not (own == common and repo.bare):
        yield own, Path(repo.path)
    if own != common and not repo.get_config().get_boolean((b"core",), b"bare", False):
        yield common, common.parent
    for link in common.glob("worktrees/*/gitdir"):
        if link.parent.resolve() != own:
            yield link.parent, Path(_text(link)).parent


def _rebased(folder: Path) -> Iterator[str]:
    """Yield the branches that a rebase sets when it ends; with `--update-refs` there are more."""
    for line in (_text(folder / "head-name"), *_text(folder / "update-refs").split("\n")):
        if line.startswith(BRANCHES):
            yield line


def _text(file: Path) -> str:
    """Return what a small file holds; "" where there is none."""
    try:
        return file.read_text(errors="replace").strip()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return ""
