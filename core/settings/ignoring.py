"""The `ignore` rules of one app, checked when they are read: a rule that cannot work is an error.

A mistake here would show nothing and hide nothing, or hide too much, so nothing is left for later.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from core.compare import parse_selector
from core.manifests.plain import Path as KeyPath
from core.manifests.plain import PlainDocument
from core.model import IgnoreRule, Json
from core.model.paths import parse_path, parse_pointer
from core.settings.mappings import mapping

_WHAT: Final = ("pointer", "path", "manager")
_PATTERNS: Final = ("group", "kind", "name", "namespace")
_KEYS: Final[Mapping[str, type]] = dict.fromkeys((*_WHAT, *_PATTERNS, "labels"), str)
_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "pointer": parse_pointer,
    "path": parse_path,
    "labels": parse_selector,
    **dict.fromkeys(_PATTERNS, re.compile),
}


def ignore_rules(document: PlainDocument, at: KeyPath, value: Json) -> tuple[IgnoreRule, ...]:
    """Read the rules at *at* of a settings file.

    Raises:
        UsageError: One of them is wrong; the message starts with file, line and column.
    """
    entries = value if isinstance(value, list) else []
    return tuple(_rule(document, (*at, i), entry) for i, entry in enumerate(entries))


def _rule(document: PlainDocument, at: KeyPath, entry: Json) -> IgnoreRule:
    stated = {key: str(item) for key, item in mapping(document, at, entry, _KEYS).items()}
    if sum(key in stated for key in _WHAT) != 1:
        raise document.error(at, f"a rule has exactly one of: {', '.join(_WHAT)}")
    for key in ("path", "manager"):
        if stated.get(key) == "":
            raise document.error(
                (*at, key), f'{key} must name something; a whole object is pointer: ""'
            )
    for key, text in stated.items():
        _check(document, (*at, key), key, text)
    line = document.values[at].line
    return IgnoreRule(**stated, source=f"{Path(document.file).name}:{line}")


def _check(document: PlainDocument, at: KeyPath, key: str, text: str) -> None:
    try:
        _READERS.get(key, str)(text)
    except re.error as error:
        raise document.error(at, f"{key} is no regular expression: {error}") from error
    except ValueError as error:
        raise document.error(at, str(error)) from error
