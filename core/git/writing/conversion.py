"""How a work tree holds what Git has: with which line ends, or as only a program could make it.

Line ends are written as git writes them (gitattributes(5), and `convert.c` of git).  What a filter,
an encoding or `ident` makes of a file is not ours to make, for no program is run.
"""

import os
import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

from dulwich.attrs import (
    AttributeValue,
    GitAttributes,
    Pattern,
    compile_gitattributes_patterns,
    parse_git_attributes,
)

from core.clean import clean
from core.git.local.settings import GitSettings
from core.git.reading.store import Store

_ODD: Final = ("filter", "ident", "working-tree-encoding")
_LONE_LF: Final = re.compile(rb"(?<!\r)\n")
_CR: Final = re.compile(rb"\r")
_UNPRINTABLE: Final = re.compile(rb"[\x00-\x07\x0b\x0e-\x1a\x1c-\x1f\x7f]")

_Patterns = list[tuple[Pattern, Mapping[bytes, AttributeValue]]]


class Conversions:
    """What a checkout makes of files, in one work tree."""

    def __init__(self, store: Store, settings: GitSettings) -> None:
        """Read what says so: the settings, and attributes from everywhere that git takes them."""
        root = Path(store.repo.path)
        self._autocrlf = settings.text("core.autocrlf").lower()
        self._eol = settings.text("core.eol").lower()
        users = settings.text("core.attributesFile")

        def beside(folder: bytes) -> _Patterns:
            return _read(root / os.fsdecode(folder) / ".gitattributes", folder)

        self._attributes = GitAttributes(
            [*(_read(Path(os.path.expanduser(users))) if users else ()), *beside(b"")],  # noqa: PTH111
            directory_loader=beside,
            info_patterns=_read(Path(store.repo.commondir(), "info", "attributes")),
        )

    def odd(self, path: bytes) -> str:
        """Say what only a program, or more than line ends, makes of a file; "" for nothing."""
        found = self._attributes.match_path(path)
        given = ((name, found.get(name.encode())) for name in _ODD)
        return ", ".join(
            name if value is True else f"{name}={clean(_text(value))}"
            for name, value in given
            if value not in (None, False)
        )

    def checked_out(self, path: bytes, data: bytes) -> bytes:
        """Return the bytes that a checkout writes for what Git has."""
        automatic, crlf = self._line_ends(path)
        if not crlf or (automatic and (_CR.search(data) or _is_binary(data))):
            return data
        return _LONE_LF.sub(b"\r\n", data)

    def _line_ends(self, path: bytes) -> tuple[bool, bool]:
        """Say whether the content decides if a file is text, and whether its lines end in CRLF."""
        found = self._attributes.match_path(path)
        text, eol = found.get(b"text", found.get(b"crlf")), found.get(b"eol")
        if found.get(b"binary") is True or text is False:
            return False, False
        if text is None and eol is None:
            return True, self._autocrlf in {"true", "yes", "on", "1"}
        automatic = text == b"auto"
        if eol is not None:
            return automatic, eol == b"crlf"
        if self._autocrlf == "input" or text == b"input":
            return automatic, False
        return automatic, self._eol == "crlf" or self._autocrlf in {"true", "yes", "on", "1"}


def _read(file: Path, folder: bytes = b"") -> _Patterns:
    """Read the attributes of a file; a link is not followed, as git does not either."""
    try:
        content = b"" if file.is_symlink() else file.read_bytes()
    except (OSError, ValueError):
        return []  # as git: what cannot be read says nothing
    return compile_gitattributes_patterns(parse_git_attributes(BytesIO(content)), base=folder)


def _is_binary(data: bytes) -> bool:
    odd = len(_UNPRINTABLE.findall(data))
    return b"\0" in data or (len(data) - odd) >> 7 < odd


def _text(value: AttributeValue) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else ""
