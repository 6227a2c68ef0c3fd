"""Sync waves of Argo CD: an app's own say in which order its objects are written."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from core.model import Desired, Document, JsonObject, ObjectRef, mapping_of

_ANNOTATION: Final = "argocd.argoproj.io/sync-wave"
_SEEN_IN: Final = f'"{_ANNOTATION}"'.encode()
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}")  # what Argo CD takes for one; else it says 0


def waves_of(stated: Mapping[ObjectRef, Desired | Document]) -> Mapping[ObjectRef, int]:
    """Return the waves of those objects that have one other than 0."""
    found = ((ref, wave_of(each.body)) for ref, each in stated.items())
    return {ref: wave for ref, wave in found if wave}


def wave_of(body: bytes) -> int:
    """Return the wave of an object as Git states it; without a word of it that is 0."""
    if _SEEN_IN not in body:
        return 0
    document: JsonObject = msgspec.json.decode(body, type=dict)
    said = mapping_of(mapping_of(document.get("metadata")).get("annotations")).get(_ANNOTATION)
    return int(said) if isinstance(said, str) and _NUMBER.fullmatch(said) else 0
