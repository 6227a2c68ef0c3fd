"""Values written as the file around them is written: indented, quoted and ended like the rest."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.manifests.editing import quoted, written
from core.manifests.rewriting.nodes import Kind, Node
from core.model import Json, JsonObject

_STEP: Final = 2  # spaces, where the file shows no other
_BLOCK: Final = re.compile(r"((?:[&!]\S*[ \t]+)*)\|([-+]?)([ \t]*(?:#.*)?)")
_FIRST: Final = ("apiVersion", "kind", "metadata")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written."""

    step: int = _STEP  # by how much what is inside is indented
    dash: int = 0  # by how much a list is, below its key
    newline: str = "\n"
    is_json: bool = False

    @classmethod
    def of(cls, text: str, root: Node) -> "Manner":
        """See how *root*, in *text*, is written."""
        steps, dashes = [*_steps(root)], [*_dashes(root)]
        newline = "\r\n" if "\r\n" in text else "\n"
        is_json = root.flow and _is_json(text)
        return cls(steps[0] if steps else _STEP, dashes[0] if dashes else 0, newline, is_json)

    def lines(self, value: Json, column: int) -> list[str]:
        """Write a mapping or list that is not empty, block by block, at a column."""
        if isinstance(value, dict):
            return [line for key in value for line in self.entry(key, value[key], column)]
        assert isinstance(value, list)
        return [line for item in value for line in self.item(item, column)]

    def entry(self, key: str, value: Json, column: int) -> list[str]:
        """Write a key and its value."""
        head = " " * column + written(key, "") + ":"
        if isinstance(value, dict) and value:
            return [head, *self.lines(value, column + self.step)]
        if isinstance(value, list) and value:
            return [head, *self.lines(value, column + self.dash)]
        first, *rest = self.single(value, column + self.step)
        return [f"{head} {first}", *rest]

    def item(self, value: Json, column: int) -> list[str]:
        """Write an entry of a list."""
        if isinstance(value, dict | list) and value:
            first, *rest = self.lines(value, column + 2)
            return [" " * column + "- " + first.lstrip(" "), *rest]
        first, *rest = self.single(value, column + 2)
        return [" " * column + "- " + first, *rest]

    def single(self, value: Json, column: int) -> list[str]:
        """Write what needs no lines of its own, or a text of several lines."""
        if isinstance(value, str) and is_block(value):
            head, body = block(value)
            return [head, *(" " * column + line if line else "" for line in body)]
        return [self.flow(value)]

    def flow(self, value: Json) -> str:
        """Write a value in one line, as it stands in braces, too."""
        if self.is_json:
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, dict):
            pairs = (f"{self.flow(key)}: {self.flow(each)}" for key, each in value.items())
            return "{" + ", ".join(pairs) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.flow, value)) + "]"
        if isinstance(value, str) and ":" in value:
            return quoted(value)
        return written(value, "")


def is_block(value: str) -> bool:
    """Tell whether a text has several lines and can be written as they are."""
    lines = value.split("\n")
    first = next((line for line in lines if line), "")
    printable = all(line.replace("\t", " ").isprintable() for line in lines)
    return len(lines) > 1 and bool(first.strip()) and first[0] not in " \t" and printable


def block(value: str) -> tuple[str, list[str]]:
    """Return the head of a block of text, and its lines."""
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    lines = body.split("\n") + [""] * max(0, ends - 1)
    return "|" + ("-" if not ends else "" if ends == 1 else "+"), lines


def block_again(node: Node, text: str, value: str, newline: str) -> str | None:
    """Write another text in the place of a block: its head, indent and equal lines stay.

    None where that cannot be done.
    """
    head, *raw = text[node.start : node.end].split("\n")
    match = _BLOCK.fullmatch(head.rstrip("\r"))
    shown = [line.rstrip("\r") for line in raw]
    first = next((line for line in shown if line.strip()), "")
    indent = len(first) - len(first.lstrip(" "))
    if match is None or node.style != "|" or not indent or not is_block(value):
        return None
    made, lines = block(value)
    known = {line[indent:]: line for line in shown}
    body = [known.get(line, " " * indent + line if line else "") for line in lines]
    return newline.join([match[1] + made + match[3], *body])


def written_object(value: JsonObject) -> bytes:
    """Write a whole object as a file of its own."""
    ordered: JsonObject = {name: value[name] for name in _FIRST if name in value}
    return ("\n".join(Manner().lines(ordered | value, 0)) + "\n").encode()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _steps(node: Node) -> Iterator[int]:
    """Yield by how much mappings inside of mappings are indented."""
    for each in node.items:
        yield from _steps(each)
    for entry in node.entries:
        value = entry.value
        if value.kind is Kind.MAPPING and not value.flow and not node.flow:
            yield value.column - entry.key.column
        yield from _steps(value)


def _dashes(node: Node) -> Iterator[int]:
    """Yield by how much lists inside of mappings are indented."""
    for each in node.items:
        yield from _dashes(each)
    for entry in node.entries:
        value = entry.value
        if value.kind is Kind.LIST and not value.flow:
            yield value.column - entry.key.column
        yield from _dashes(value)
