"""How one value reads, and what its look may hide."""

import json
import re
import unicodedata
from typing import Final

from core.model import Absent, FieldChange, Masked, Value, as_json

GLANCE: Final = 60  # characters; longer values are not compared by eye
_CHARACTERS_MAX: Final = 300  # four lines of a page; `-o json` has the whole value
_PLAIN: Final = re.compile(r"[A-Za-z/._$(%][\w./:@$(){}%=+ -]*(?<! )")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"})
_INVISIBLE: Final = re.compile(
    "[\u061c\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


def text_of(value: Value | Absent) -> str:
    """One line for *value*, in full, keys in order; text that reads as another type is quoted."""
    if isinstance(value, Absent):
        return "(absent)"
    if isinstance(value, Masked):
        return "(secret)"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(as_json(value), ensure_ascii=False, sort_keys=True)


def story(value: Value | Absent) -> str:
    """Write *value* on a page: a secret with its hash, what is long cut and measured."""
    if isinstance(value, Absent):
        return "(not there)"
    if isinstance(value, Masked):
        return f"(secret, sha256 {value.digest})"
    return cut(text_of(value))


def cut(text: str) -> str:
    """Return what of a long text fits on a page, and its length."""
    if len(text) <= _CHARACTERS_MAX:
        return text
    return f"{text[:_CHARACTERS_MAX]}… ({len(text):,} characters)"


def yaml_lines(value: Value, indent: int = 0) -> list[str]:
    """*value* as a reader of manifests knows it, one line each."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return [
            line for key, item in sorted(value.items()) for line in _entry(pad, key, item, indent)
        ]
    if isinstance(value, list) and value:
        return [line for item in value for line in _item(pad, item, indent)]
    if isinstance(value, str) and "\n" in value:
        return [f"{pad}{line}" for line in value.split("\n")]
    return [pad + text_of(value)]


def _entry(pad: str, key: str, item: Value, indent: int) -> list[str]:
    if isinstance(item, str) and "\n" in item:
        return [f"{pad}{key}: |", *yaml_lines(item, indent + 1)]
    if isinstance(item, dict | list) and item:
        return [f"{pad}{key}:", *yaml_lines(item, indent + 1)]
    return [f"{pad}{key}: {text_of(item)}"]


def _item(pad: str, item: Value, indent: int) -> list[str]:
    lines = yaml_lines(item, indent + 1)
    return [f"{pad}- {lines[0].lstrip()}", *lines[1:]]


def secret_word(change: FieldChange) -> str:
    """What happened to a secret, without a value or a length; "" where it is none."""
    live, git = change.live, change.git
    if not (isinstance(live, Masked) or isinstance(git, Masked)):
        return ""
    if isinstance(git, Absent):
        return "secret value added live"
    if isinstance(live, Absent):
        return "secret value missing live"
    return "secret value changed"


def hashes(change: FieldChange) -> str:
    """The hashes of a secret that both sides have; "" where it is none."""
    live, git = change.live, change.git
    if isinstance(live, Masked) and isinstance(git, Masked):
        return f"sha256 {live.digest} live, {git.digest} in Git"
    return ""


def look_alike(live: Value | Absent, git: Value | Absent) -> str:
    """Say so where two texts differ only in what an eye cannot see; else ""."""
    if not (isinstance(live, str) and isinstance(git, str)) or live == git:
        return ""
    if _INVISIBLE.sub("", live) == _INVISIBLE.sub("", git):
        return "differs only in invisible characters"
    if unicodedata.normalize("NFKC", live) == unicodedata.normalize("NFKC", git):
        return "differs only in how characters are composed"
    if len(live) != len(git):
        return ""
    pairs = [(a, b) for a, b in zip(live, git, strict=True) if a != b]
    if all(a.isalpha() and b.isalpha() and a.isascii() != b.isascii() for a, b in pairs):
        a, b = pairs[0]
        return f"look-alike letters: U+{ord(a):04X} live, U+{ord(b):04X} in Git"
    return ""
