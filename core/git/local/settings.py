"""Git's own settings, as far as a revert needs them.

The user's files are read as git reads them, with everything they include.  The repository's own are
data: what they include is not followed, and nothing that they name is run.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from dulwich.config import ConfigFile
from dulwich.refs import HEADREF
from dulwich.repo import Repo

from core.git.local.faults import DAMAGE
from core.git.local.opening import own_settings, unreadable_settings
from core.git.local.operations import BRANCHES
from core.model.sources.globs import wild

_SYSTEM: Final = "/etc/gitconfig"
_FALSE: Final = frozenset({"false", "no", "off", "0", ""})

Environment = Mapping[str, str]


class GitSettings:
    """The settings that hold in one repository; the last file that says something wins."""

    def __init__(self, repo: Repo, environment: Environment = os.environ) -> None:
        """Read them.

        Raises:
            UnavailableError: A file of theirs cannot be read.
        """
        self._environment = environment
        own = [Path(repo.commondir(), "config"), Path(repo.controldir(), "config.worktree")]
        self._own = tuple(map(own_settings, own))
        conditions = _conditions(repo, self._own)
        self._user = tuple(_files(_user_files(environment), conditions))

    def text(self, name: str) -> str:
        """Return one setting (`user.name`); "" where none is made."""
        return (_texts(name, (*self._user, *self._own)) or [""])[-1]

    def is_on(self, name: str) -> bool:
        """Tell whether a switch is on."""
        return self.text(name).lower() not in _FALSE

    def of_user(self, name: str) -> list[str]:
        """Return every value that the user, not the repository, gives one setting."""
        return _texts(name, self._user)

    def includes(self) -> bool:
        """Tell whether the repository's own settings ask for other files to be read."""
        sections = (section[0].lower() for file in self._own for section in file.sections())
        return any(section in {b"include", b"includeif"} for section in sections)

    def identity(self, role: str) -> str:
        """Return who is the "author" or the "committer" of a new commit: "Name <mail>".

        As `git var` says it, but for names that it would make up; "" there.
        """
        given = self._environment
        name, mail = (
            _plain(
                given.get(f"GIT_{role.upper()}_{variable}")
                or self.text(f"{role}.{key}")
                or self.text(f"user.{key}")
                or (given.get("EMAIL", "") if key == "email" else "")
            )
            for variable, key in (("NAME", "name"), ("EMAIL", "email"))
        )
        return f"{name} <{mail}>" if name and mail else ""


def _texts(name: str, files: tuple[ConfigFile, ...]) -> list[str]:
    """Return every value of one setting in *files*, the one that counts last."""
    section, _, key = name.partition(".")
    found: list[str] = []
    for file in files:
        try:
            values = list(file.get_multivar((section.encode(),), key.encode()))
        except KeyError:
            continue
        found += (value.decode(errors="replace") for value in values)
    return found


def _user_files(environment: Environment) -> Iterator[Path]:
    """Name the files of the system and the user, the one that counts most last."""
    if "GIT_CONFIG_SYSTEM" in environment:
        yield Path(environment["GIT_CONFIG_SYSTEM"])
    elif environment.get("GIT_CONFIG_NOSYSTEM", "").lower() in _FALSE:
        yield Path(_SYSTEM)
    if "GIT_CONFIG_GLOBAL" in environment:
        yield Path(environment["GIT_CONFIG_GLOBAL"])
        return
    home = environment.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - see Repository
    above = environment.get("XDG_CONFIG_HOME") or f"{home}/.config"
    yield Path(above, "git", "config")
    yield Path(home, ".gitconfig")


def _files(
    paths: Iterator[Path], conditions: Mapping[str, Callable[..., bool]]
) -> Iterator[ConfigFile]:
    """Read the user's files, and what they include."""
    for path in paths:
        met = {name: partial(meets, pattern_in=path.parent) for name, meets in conditions.items()}
        try:
            yield ConfigFile.from_path(path, condition_matchers=met)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            continue
        except (OSError, *DAMAGE) as error:
            raise unreadable_settings(path, error) from error


# Conditions of includeIf --------------------------------------------------------------------------


def _conditions(repo: Repo, own: tuple[ConfigFile, ...]) -> Mapping[str, Callable[..., bool]]:
    folder = Path(repo.controldir())
    folders = {str(folder.absolute()), str(folder.resolve())}
    branch = repo.refs.follow(HEADREF)[0][-1].decode(errors="replace")
    urls = {
        value.decode(errors="replace")
        for file in own
        for section in file.sections()
        if section[0].lower() == b"remote"
        for value in file.get_multivar(section, b"url")
    }

    def in_folder(pattern: str, *, pattern_in: Path, flags: int = 0) -> bool:
        wanted = re.compile(wild(_folder(pattern, pattern_in)), flags)
        return any(wanted.fullmatch(found) for found in folders)

    def on_branch(pattern: str, *, pattern_in: Path) -> bool:
        del pattern_in
        whole = pattern + "**" if pattern.endswith("/") else pattern
        named = branch.removeprefix(BRANCHES)
        return branch.startswith(BRANCHES) and bool(re.fullmatch(wild(whole), named))

    def has_url(pattern: str, *, pattern_in: Path) -> bool:
        del pattern_in
        return any(re.fullmatch(wild(pattern), url) for url in urls)

    return {
        "gitdir:": in_folder,
        "gitdir/i:": partial(in_folder, flags=re.IGNORECASE),
        "onbranch:": on_branch,
        "hasconfig:remote.*.url:": has_url,
    }


def _folder(pattern: str, beside: Path) -> str:
    """Write a pattern for a folder out in full, as git-config(1) says."""
    if pattern.startswith("~/"):
        pattern = os.path.expanduser(pattern)  # noqa: PTH111 - no path yet
    elif pattern.startswith("./"):
        pattern = f"{beside.resolve()}/{pattern[2:]}"
    elif not pattern.startswith("/"):
        pattern = f"**/{pattern}"
    return f"{pattern}**" if pattern.endswith("/") else pattern


def _plain(text: str) -> str:
    """Drop what would break a commit's header, as git does."""
    return "".join(c for c in text if c not in "<>" and c.isprintable()).strip()
