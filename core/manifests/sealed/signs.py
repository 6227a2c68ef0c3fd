"""What tells ciphertext of sops from an object's own values, and its files from ordinary ones."""

import base64
import binascii
import re
from typing import Final

import msgspec

from core.model import Json, JsonObject

SOPS: Final = "sops"
_SIGNS: Final = frozenset({"mac", "lastmodified", "version"})
_SIGNS_LEAST: Final = 2  # one alone may be anybody's own field
_OPERATED: Final = "isindir.github.com/"  # whose operator opens what the cluster holds
_MARK: Final = b"ENC[AES256_GCM,data:"
_WHOLE: Final = re.compile(rb'"ENC\[AES256_GCM,data:[^"\\]*,type:[a-z]+\]"')


def is_sealed(value: Json) -> bool:
    """Tell whether sops encrypted a document that no operator in the cluster will open."""
    metadata = value.get(SOPS) if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(metadata, dict):
        return False
    return len(_SIGNS & metadata.keys()) >= _SIGNS_LEAST and not is_operated(value)


def is_operated(value: JsonObject) -> bool:
    """Tell whether an object is meant to be encrypted in the cluster, too."""
    return str(value.get("apiVersion")).startswith(_OPERATED)


def has_ciphertext(body: bytes) -> bool:
    """Tell whether a value of an object, as JSON, is ciphertext of sops."""
    return _MARK in body and _WHOLE.search(body) is not None


def is_ciphertext(value: Json) -> bool:
    """Tell whether a value is ciphertext of sops."""
    return isinstance(value, str) and has_ciphertext(msgspec.json.encode(value))


def carries_ciphertext(body: bytes) -> bool:
    """Tell whether an object that was rendered holds ciphertext of sops in some place or wrapping.

    A file that is encrypted, read by a generator or a template, comes out in a text or in base64.
    """
    if _MARK in body:
        return True
    value = msgspec.json.decode(body)
    inside = [value.get(name) for name in ("data", "binaryData")] if isinstance(value, dict) else []
    texts = (each for one in inside if isinstance(one, dict) for each in one.values())
    return any(_MARK in _bytes_of(text) for text in texts if isinstance(text, str))


def looks_sealed(content: bytes) -> bool:
    """Tell whether a file of any format was encrypted by sops."""
    return _MARK in content and b"lastmodified" in content


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""
