"""Single values of a YAML file replaced where they stand; every other byte stays as it is.

No writer of YAML is needed for that: a value's first and last character are known, and what is put
there instead is written in its style.  Comments, quotes, order and line ends are nobody's concern.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from core.errors import ManifestError, RejectedError
from core.manifests.text.scalars import NOT_FINITE, NumberError, Scalar, resolve
from core.model import Json

Steps: TypeAlias = tuple[str | int, ...]

BYTES_MAX: Final = 1 << 20
DEPTH_MAX: Final = 64  # the composer recurses
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./](?:[-A-Za-z0-9_./@+:]*[-A-Za-z0-9_./@+])?")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a file that is no mapping and no list."""

    text: str  # what it says, without quotes
    start: int  # in characters of the file
    end: int
    style: str  # "" for a plain one, else its quote; "|" for what cannot be replaced


@dataclass(frozen=True, slots=True)
class Page:
    """One YAML document of a file."""

    value: Json
    leaves: Mapping[Steps, Leaf]


def pages(path: str, content: bytes) -> tuple[Page, ...]:
    """Read the YAML documents of a file, and where each of their values stands.

    Raises:
        ManifestError: The file cannot be read, or is larger or deeper than one that people edit.
    """
    if len(content) > BYTES_MAX:
        raise ManifestError(path, 1, f"larger than {BYTES_MAX:,} bytes; edit it by hand")
    try:
        text = content.decode()
        _check_depth(path, text)
        roots = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except UnicodeDecodeError as error:
        raise ManifestError(path, 1, "this is not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line: int = getattr(error.problem_mark, "line", 0) + 1
        raise ManifestError(path, line, error.problem or "this is not YAML") from error
    except yaml.YAMLError as error:
        raise ManifestError(path, 1, "this is not YAML") from error
    return tuple(_page(root, text) for root in roots if root is not None)


def replaced(content: bytes, news: Iterable[tuple[Leaf, Scalar]]) -> bytes:
    """Return a file with new values in the place of some.

    Raises:
        RejectedError: One of them cannot be written there.
    """
    text = content.decode()
    for leaf, new in sorted(news, key=lambda each: -each[0].start):
        text = text[: leaf.start] + written(new, leaf.style) + text[leaf.end :]
    return text.encode()


def _check_depth(path: str, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_MAX:
            line: int = getattr(event.start_mark, "line", 0) + 1
            raise ManifestError(path, line, "this is nested too deeply")


def _page(root: yaml.Node, text: str) -> Page:
    leaves: dict[Steps, Leaf] = {}
    seen: set[int] = set()  # an alias stands for what is listed where it is anchored

    def value_of(node: yaml.Node, at: Steps) -> Json:
        if id(node) in seen:
            return None
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return {key.value: value_of(value, (*at, key.value)) for key, value in _pairs(node)}
        if isinstance(node, yaml.SequenceNode):
            return [value_of(one, (*at, i)) for i, one in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        leaf = _leaf(node, text)
        leaves[at] = leaf
        return leaf.text if leaf.style else _resolved(leaf.text)

    return Page(value_of(root, ()), leaves)


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    return ((key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))


def _leaf(node: yaml.ScalarNode, text: str) -> Leaf:
    start, end = node.start_mark.index, node.end_mark.index
    stands, style = text[start:end], node.style or ""
    whole = stands == node.value if not style else stands[:1] == style == stands[-1:]
    return Leaf(node.value, start, end, style if whole and style not in {"|", ">"} else "|")


def _resolved(text: str) -> Json:
    try:
        return resolve(text)
    except NumberError:
        return text


def written(new: Scalar, style: str) -> str:
    """Write a single value in a style: "" for a plain one, else its quote.

    Raises:
        RejectedError: There is no writing it there.
    """
    if style == "|":
        raise RejectedError("it is written over several lines, or under an anchor or a tag")
    if not isinstance(new, str):
        return json.dumps(new)
    if style == "'":
        return "'" + new.replace("'", "''") + "'"
    if style == '"' or _is_odd(new):
        return quoted(new)
    return new


def _is_odd(text: str) -> bool:
    """Tell whether a text, written plain, is another value or might be."""
    return _PLAIN.fullmatch(text) is None or text in NOT_FINITE or _resolved(text) != text


def quoted(text: str) -> str:
    """Write a text in double quotes: what cannot be seen as YAML escapes it."""
    said = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in said)
