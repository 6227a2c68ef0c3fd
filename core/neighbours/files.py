"""Names of files as settings take them: values of helm, and globs."""

import posixpath
import re
from collections.abc import Iterable
from itertools import product
from typing import Final

_VALUES: Final = re.compile(r"[A-Za-z0-9_][-A-Za-z0-9_./]*")
_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_CHOICES_MAX: Final = 64


def values_below(
    folder: str, names: Iterable[str], refs: Iterable[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the files of values below a folder, and what to say of others.

    Args:
        folder: The chart's, from where *names* begin; "" where they begin at the chart.
        names: As the other engine has them.
        refs: Names of other repositories, which stand before a path as `$name/`.
    """
    found: list[str] = []
    odd: list[str] = []
    for name in names:
        path = posixpath.normpath(name)
        inside = posixpath.relpath(path, folder) if folder else path
        if name.startswith("$") or "://" in name:
            where = "another source" if name[1:].partition("/")[0] in set(refs) else "elsewhere"
            odd.append(f"{name} is of {where}, and values are files of the app's own folder")
        elif _VALUES.fullmatch(inside) and ".." not in inside.split("/"):
            found.append(inside)
        else:
            odd.append(f"{name} is not below the app's folder; follow a folder that holds both")
    return tuple(found), tuple(odd)


def inner(path: str) -> str:
    """Return a folder of a repository as settings have it; "" is its root."""
    return "/".join(part for part in path.split("/") if part not in {"", "."})


def lent(names: Iterable[str]) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the repository, the folder and the files in it that `$name/path`s are of, if one."""
    parts = [name.removeprefix("$").partition("/") for name in names if name.startswith("$")]
    refs, paths = {ref for ref, _, _ in parts}, [inner(path) for _, _, path in parts]
    if len(refs) != 1 or not all(paths):
        return None
    folder = posixpath.commonpath([posixpath.dirname(path) for path in paths])
    return refs.pop(), folder, tuple(posixpath.relpath(path, folder or ".") for path in paths)


def globs_of(pattern: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return globs without braces that name what a pattern with them does, and what to say."""
    if not pattern:
        return (), ()
    parts = _BRACES.split(pattern)
    choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
    made = ["".join(each) for _, each in zip(range(_CHOICES_MAX), product(*choices), strict=False)]
    whole = any(each.startswith(("!", "/")) or ".." in each or "{" in each for each in made)
    if whole or not all(each.strip("/") for each in made):
        return (), (f"no glob here: {pattern}",)
    return tuple(made), ()
