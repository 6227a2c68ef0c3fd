"""What exactly differs inside one value, in words (verdicts.md section 7).

A list without keys, or a field without schema, is shown as one value; two such values can be long
and almost alike.  This is the only door to deepdiff, which costs milliseconds an object, so it is
asked only for what is known to differ.  Two texts that would look alike on a screen are told apart
by their first differing byte.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol, TypeAlias

import msgspec

from core.compare.equality.scalars import same_json
from core.model import Absent, FieldChange, InfoClass, Json, Masked, Value, as_json
from core.model.paths import Part, format_path

Names: TypeAlias = tuple[str, str]
"""What `git` and `live` of a change are called."""

_SIDES: Final = ("Git", "live")
_LINES_MAX: Final = 50
_TEXT_MAX: Final = 200
_PLAIN_MAX: Final = 60  # characters; in longer texts a difference is easily missed
_NAMES: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "text",
    type(None): "null",
    dict: "map",
    list: "list",
}


def detailed(
    changes: Sequence[FieldChange], *, deep: bool = True, names: Names = _SIDES
) -> tuple[FieldChange, ...]:
    """Fill in the details of every change whose two values need them.

    Before `mask`, which removes the details of secret values, or after it: of hashes there is
    nothing to say.  Without *deep*, of single values alone, which costs next to nothing.  *names*
    are what the two sides are called.
    """
    return tuple(
        change
        if _speaks_for_itself(change.git, change.live)
        or not (deep or (_is_single(change.git) and _is_single(change.live)))
        else replace(change, detail=lines)
        if (lines := detail(change, names))
        else change
        for change in changes
    )


def _is_single(value: Value | Absent) -> bool:
    return not isinstance(value, dict | list)


def _speaks_for_itself(git: Value | Absent, live: Value | Absent) -> bool:
    """Tell whether two texts are short and plain enough that anybody sees the difference."""
    return all(
        isinstance(text, str)
        and len(text) <= _PLAIN_MAX
        and text.isascii()
        and text.isprintable()
        and text == text.strip()
        for text in (git, live)
    )


def detail(change: FieldChange, names: Names = _SIDES) -> tuple[str, ...]:
    """Say what differs between the two sides of *change*; nothing where one side is absent."""
    git, live = change.git, change.live
    if isinstance(git, Absent) or isinstance(live, Absent):
        return ()
    if isinstance(git, Masked) or isinstance(live, Masked):
        return ()
    if isinstance(git, str) and isinstance(live, str):
        return _bytes_apart(git, live, names)
    if isinstance(git, dict | list) and type(git) is type(live):
        ordered = change.info is InfoClass.ORDER
        try:
            return () if ordered else _parts_apart(as_json(git), as_json(live), names)
        except RecursionError:
            return ("nested too deeply to say where",)
    if type(git) is not type(live):
        sides = (_described(as_json(side)) for side in (git, live))
        return (f"{names[0]} has {next(sides)}, {names[1]} has {next(sides)}",)
    return ()


def _bytes_apart(git: str, live: str, names: Names) -> tuple[str, ...]:
    """Point at the first byte that differs, as UTF-8 (unpaired surrogates included)."""
    wanted, found = (text.encode("utf-8", "surrogatepass") for text in (git, live))
    at = next(
        (i for i, (one, other) in enumerate(zip(wanted, found, strict=False)) if one != other),
        min(len(wanted), len(found)),
    )
    if wanted == found:
        return ()
    where = (
        f"first difference at byte {at}:"
        f" {names[0]} {_byte(wanted, at)}, {names[1]} {_byte(found, at)}"
    )
    sizes = f"{names[0]} has text of {len(wanted)} bytes, {names[1]} has text of {len(found)}"
    return (f"{where}; {sizes}",)


def _byte(text: bytes, at: int) -> str:
    return f"0x{text[at]:02x}" if at < len(text) else "end of text"


def _parts_apart(git: Json, live: Json, names: Names) -> tuple[str, ...]:
    from deepdiff import DeepDiff  # noqa: PLC0415 - costs 190 ms, and most runs need none of it

    tree = DeepDiff(git, live, view="tree", threshold_to_diff_deeper=0)
    lines = sorted(
        line for report in tree.values() for node in report for line in _lines(node, names)
    )
    if len(lines) > _LINES_MAX:
        return (*lines[:_LINES_MAX], f"and {len(lines) - _LINES_MAX} more")
    return tuple(lines)


class _Level(Protocol):
    """What is used of a node of deepdiff's tree, which ships no types."""

    t1: Json
    t2: Json

    def path(self, *, output_format: str) -> list[Part]: ...


def _lines(level: _Level, names: Names) -> Iterator[str]:
    git, live = level.t1, level.t2
    if type(git) in _NAMES and type(live) in _NAMES and same_json(git, live):
        return  # 1 and 1.0, which no server tells apart
    where = format_path(tuple(level.path(output_format="list")))
    yield f"{where}: {names[0]} has {_described(git)}, {names[1]} has {_described(live)}"
    if isinstance(git, str) and isinstance(live, str) and not _speaks_for_itself(git, live):
        yield f"{where}: {_bytes_apart(git, live, names)[0]}"


def _described(value: Json) -> str:
    if type(value) not in _NAMES:  # deepdiff's mark for absence
        return "nothing"
    text = msgspec.json.encode(value).decode()
    short = text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]}..."
    return f"the {_name(value)} {short}" if isinstance(value, str | bool | int | float) else short


def _name(value: Json) -> str:
    return _NAMES.get(type(value), "")
