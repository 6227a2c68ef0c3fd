"""Patterns of file names as git writes them: `*` stays within a folder, `**` does not."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_WILD: Final = re.compile(r"/\*\*/|\*\*/|/\*\*\Z|\*\*|\*|\?|\[[!^]?[^]/]+]|.", re.DOTALL)


def wild(pattern: str) -> str:
    """Write a pattern as a regular expression."""
    return "".join(map(_piece, _WILD.findall(pattern)))


def matches(pattern: str, path: str) -> bool:
    """Tell whether a pattern names a file, or a folder that it is in, as in a .gitignore.

    Without a slash, but at its end, it is looked for at any depth; with one it begins at the top.

    Raises:
        re.error: It holds a range that is none (`[z-a]`).
    """
    return _compiled(pattern).fullmatch(path) is not None


def chosen(path: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Tell whether a file counts: *include* names it, or is empty, and *exclude* does not."""
    included = not include or any(matches(pattern, path) for pattern in include)
    return included and not any(matches(pattern, path) for pattern in exclude)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    body = pattern.strip("/")
    above = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    below = "/.*" if pattern.endswith("/") else "(?:/.*)?"
    return re.compile(above + wild(body) + below, re.DOTALL)


def _piece(piece: str) -> str:
    known = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*"}
    if piece in known:
        return known[piece]
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        return piece.replace("[!", "[^", 1)
    return re.escape(piece)
