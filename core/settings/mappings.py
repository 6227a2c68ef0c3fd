"""A mapping of the settings file, checked key by key."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

from core.manifests.plain import Path as KeyPath
from core.manifests.plain import PlainDocument
from core.model import Json

TYPE_WORDS: Final[Mapping[type, str]] = {
    str: "text (in quotes, if it looks like a number or a yes)",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
}


def mapping(
    document: PlainDocument, path: KeyPath, value: Json, keys: Mapping[str, type]
) -> Mapping[str, Json]:
    """Return the mapping at *path*, after checking every key and the type of every value."""
    if not isinstance(value, dict):
        raise document.error(path, f"this must be {TYPE_WORDS[dict]}")
    for key, item in value.items():
        if key not in keys:
            raise document.key_error((*path, key), _unknown_key(key, keys))
        if not isinstance(item, keys[key]):
            raise document.error((*path, key), f"{key} must be {TYPE_WORDS[keys[key]]}")
    return value


def _unknown_key(key: str, keys: Iterable[str]) -> str:
    close = difflib.get_close_matches(key, keys, n=1)
    hint = f'did you mean "{close[0]}"?' if close else f"known here: {', '.join(keys)}"
    return f'unknown key "{key}"; {hint}'
