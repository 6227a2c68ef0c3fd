"""The dotted paths of `FieldChange`, read back: `spec.containers[name=web].image`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from core.model import ABSENT, Absent, Json

_PART: Final = re.compile(
    r"""\.?(?P<key>[^.\[\]"]+)"""
    r"""|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]"""
    r"""|\[(?P<index>[0-9]+)\]"""
    r"""|\[(?P<selector>[^"\]]*(?:"(?:[^"\\]|\\.)*"[^"\]]*)*)\]"""
)
_PAIR: Final = re.compile(r"""(?P<key>[^=,]*)=(?P<value>"(?:[^"\\]|\\.)*"|[^,]*)(?:,|\Z)""")


@dataclass(frozen=True, slots=True)
class Selector:
    """An entry of a list, by the values of its keys; key "" is the entry itself."""

    keys: tuple[tuple[str, str], ...]

    def find(self, entries: list[Json]) -> int | None:
        """Return the index of the entry that fits best; a key with a default may be absent."""
        best, best_score = None, 0
        for index, entry in enumerate(entries):
            score = self._score(entry)
            if score > best_score:
                best, best_score = index, score
        return best

    def _score(self, entry: Json) -> int:
        score = 0
        for key, wanted in self.keys:
            if not key:
                return int(_text(entry) == wanted)
            found = entry.get(key, ABSENT) if isinstance(entry, dict) else None
            if isinstance(found, Absent):
                continue
            if _text(found) != wanted:
                return 0
            score += 1
        return score


Part: TypeAlias = str | int | Selector


def parts(path: str) -> Iterator[Part]:
    """Split *path*; what cannot be read ends it, so that a parent is found instead."""
    at = 0
    while at < len(path):
        match = _PART.match(path, at)
        if match is None:
            return
        at = match.end()
        if match["key"] is not None:
            yield match["key"]
        elif match["quoted"] is not None:
            yield str(json.loads(match["quoted"]))
        elif match["index"] is not None:
            yield int(match["index"])
        else:
            yield _selector(match["selector"])


def steps(value: Json, path: str) -> Iterator[tuple[str | int, Json]]:
    """Walk down *path* from *value*: each key or index that is there, and what it holds.

    Fewer steps than parts mean that the rest is not there.
    """
    for part in parts(path):
        step = _step(value, part)
        if step is None:
            return
        value = value[step]  # type: ignore[index]  # _step found it
        yield step, value


def value_in(value: Json, path: str) -> Json | Absent:
    """Return the value at *path*, or ABSENT."""
    walked = list(steps(value, path))
    if len(walked) < sum(1 for _ in parts(path)):
        return ABSENT
    return walked[-1][1] if walked else value


def _step(value: Json, part: Part) -> str | int | None:
    if isinstance(part, str):
        return part if isinstance(value, dict) and part in value else None
    if not isinstance(value, list):
        return None
    if isinstance(part, int):
        return part if part < len(value) else None
    return part.find(value)


def _selector(text: str) -> Selector:
    pairs = [(match["key"], match["value"]) for match in _PAIR.finditer(text)]
    read = ((key, _text(json.loads(v)) if v.startswith('"') else v) for key, v in pairs)
    return Selector(tuple(read))


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)
