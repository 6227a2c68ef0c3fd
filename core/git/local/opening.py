"""Opening a repository: what it says of itself is read, and nothing that it names.

dulwich follows `include.path` wherever it leads, /etc included, so here it is told not to.
"""

import stat
from pathlib import Path
from typing import Final

from dulwich.config import ConfigFile
from dulwich.errors import NotGitRepository
from dulwich.repo import (
    InvalidWorktreeConfiguration,
    Repo,
    UnsupportedExtension,
    UnsupportedVersion,
)
from typing_extensions import override

from core.clean import clean
from core.errors import UnavailableError, UsageError
from core.git.local.faults import DAMAGE, words

SHOWN_CELLS: Final = 200


class OwnRepo(Repo):
    """A repository whose settings are those of its own file, without what that file includes."""

    @override
    def get_config(self) -> ConfigFile:
        return own_settings(Path(self.commondir(), "config"))


def own_settings(path: Path) -> ConfigFile:
    """Read a file of settings by itself; one that is not there says nothing.

    Raises:
        UnavailableError: It cannot be read.
    """
    try:
        return ConfigFile.from_path(path, expand_includes=False)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ConfigFile()
    except (OSError, *DAMAGE) as error:
        raise unreadable_settings(path, error) from error


def unreadable_settings(path: Path, error: Exception) -> UnavailableError:
    """Return the error for settings that are none; a line of theirs may hold a password."""
    reason = f": {words(error)}" if isinstance(error, OSError) else ""
    return UnavailableError(f"{path} cannot be read as Git settings{reason}")


def opened(path: Path) -> OwnRepo:
    """Open the repository at *path*, bare or not, or a linked work tree.

    Raises:
        UsageError: There is none that can be read.
        UnavailableError: It cannot be read now.
    """
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"repository {clean(str(path))} does not exist") from error
    except (OSError, ValueError) as error:
        reason = f"repository {clean(str(path), max_cells=SHOWN_CELLS)} may not be read"
        raise UsageError(f"{reason}: {words(error)}") from error
    if not is_folder:
        raise UsageError(f"repository {path} is a file; name its folder")
    try:
        return OwnRepo(str(path))
    except NotGitRepository as error:
        raise UsageError(f"{path} is not a Git repository; make one with `git init`") from error
    except (UnsupportedVersion, UnsupportedExtension, InvalidWorktreeConfiguration) as error:
        raise UsageError(f"repository {path} cannot be read: {words(error)}") from error
    except PermissionError as error:
        raise UsageError(f"repository {path} may not be read: {words(error)}") from error
    except (OSError, *DAMAGE) as error:
        raise UnavailableError(f"repository {path} cannot be opened: {words(error)}") from error
