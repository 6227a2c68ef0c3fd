"""What one setting may be, wherever it was written: in the file or as a flag."""

import os
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from core.errors import UsageError
from core.model.sources.globs import matches
from core.model.sources.remotes import AddressError, address_of, is_address

W = TypeVar("W", bound=StrEnum)

# An app's name is part of the names of its inventory ConfigMaps, a namespace goes into URLs.
_APP_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_APP_NAME_MAX: Final = 200
_NAMESPACE: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


class FieldError(UsageError):
    """One setting is wrong; who catches it knows its place in the file, or its flag."""

    def __init__(self, field: str, reason: str) -> None:
        """Name the *field* by its key; *reason* says what would be right."""
        super().__init__(reason)
        self.field = field


def app_name(name: str) -> str:
    """Return *name* if it can name an app."""
    if len(name) > _APP_NAME_MAX:
        raise FieldError("name", f"an app's name has at most {_APP_NAME_MAX} letters")
    if not _APP_NAME.fullmatch(name):
        reason = 'words of a-z, 0-9 and "-" with single dots between them'
        raise FieldError("name", f'"{name}" is no app name: {reason}')
    return name


def name_of_folder(path: str) -> str:
    """Make an app's name from a folder's: `/src/My_Config.git` is `my-config`."""
    last = Path(path).name.removesuffix(".git").lower()
    name = re.sub(r"-*\.[-.]*", ".", re.sub(r"[^-a-z0-9.]+", "-", last))
    return name.strip("-.")[:_APP_NAME_MAX].strip("-.") or "app"


def repository(repo: str, folder: Path) -> str:
    """Return where a repository is: its address, or its path, which may start at *folder*."""
    if is_address(repo):
        try:
            return str(address_of(repo))
        except AddressError as error:
            raise FieldError("repo", str(error)) from error
    if "\0" in repo:
        raise FieldError("repo", "a path holds no NUL")
    return os.path.normpath(folder / os.path.expanduser(repo))  # noqa: PTH111 - see Repository


def enclosing(folder: str) -> tuple[str, str] | None:
    """Find the repository that a folder is inside of, upwards as git does, and where inside.

    None where it is a repository itself, is in none, or is part of one's own files.
    """
    if _is_repository(folder) or not os.path.isdir(folder):  # noqa: PTH112 - see Repository
        return None
    inside = Path(os.path.realpath(folder))
    above = next((each for each in inside.parents if _is_repository(str(each))), None)
    if above is None or not os.path.lexists(above / ".git"):
        return None
    path = inside.relative_to(above)
    return None if ".git" in path.parts else (str(above), path.as_posix())


def _is_repository(folder: str) -> bool:
    bare = ("HEAD", "objects", "refs")
    return os.path.lexists(os.path.join(folder, ".git")) or all(  # noqa: PTH118
        os.path.exists(os.path.join(folder, name))  # noqa: PTH110, PTH118
        for name in bare
    )


def inner_path(path: str) -> str:
    """Return the folder inside a repository without a slash at either end; "" is its root."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\0" in path:
        raise FieldError("path", f'"{path}" must name a folder inside the repository')
    return "/".join(part for part in parts if part not in ("", "."))


def glob(pattern: str) -> str:
    """Return a pattern of files that can be one."""
    if not pattern.strip("/") or pattern.startswith("!") or ".." in pattern.split("/"):
        reason = "no pattern of files below the app's folder, like values.yaml or dashboards/**"
        raise FieldError("include", f'"{pattern}" is {reason}')
    try:
        matches(pattern, "")
    except re.error as error:
        raise FieldError("include", f'"{pattern}" is no pattern: {error}') from error
    return pattern


def cluster_name(name: str | None, known: Sequence[str]) -> str:
    """Return which of the *known* clusters is meant; the only one needs no mention."""
    if name is None and len(known) == 1:
        return known[0]
    if name is None or name not in known:
        said = "an app needs a cluster" if name is None else f'there is no cluster "{name}"'
        raise FieldError("cluster", f"{said}; clusters here: {', '.join(known)}")
    return name


def one_of(field: str, word: str, words: type[W]) -> W:
    """Return which of some *words* this is."""
    try:
        return words(word)
    except ValueError:
        raise FieldError(field, f"{field} must be one of: {', '.join(words)}") from None


def namespace(name: str, field: str = "namespace") -> str:
    """Return *name* if it can name a namespace, or is empty."""
    if name and not _NAMESPACE.fullmatch(name):
        raise FieldError(field, f'"{name}" is no namespace')
    return name
