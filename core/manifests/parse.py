"""Bytes of one file to a tree of plain values, with every failure in words and with its line."""

import re
from functools import lru_cache
from typing import Final

import yaml
from yaml._yaml import CParser

from core.errors import ManifestError
from core.manifests.tokens import JsonError, check_json, json_events
from core.manifests.tree import Tree

FILE_MAX_BYTES: Final = 4 * 2**20
BOM: Final = b"\xef\xbb\xbf"
_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_TEMPLATE: Final = re.compile(r"\{\{")
_TREES_KEPT: Final = 4  # blame asks for many fields of one version of one file in a row


def parse(path: str, content: bytes) -> Tree:
    """Read YAML, or JSON if the name or the first character says so, as kubectl would.

    Raises:
        ManifestError: The file cannot be read, or is beyond a budget.
    """
    if len(content) > FILE_MAX_BYTES:
        raise ManifestError(path, 1, f"[SIZE] larger than {FILE_MAX_BYTES // 2**20} MiB")
    if content.startswith(_LFS_POINTER):
        raise ManifestError(path, 1, "this is a Git LFS pointer; the file itself is not in Git")
    text = _decoded(path, content.removeprefix(BOM))
    tree = Tree(path)
    try:
        _fill(tree, path, text)
    except ManifestError as error:
        if _looks_like_a_template(text, error.line):
            reason = f"looks like a template (`{{{{`), which is not rendered here: {error.reason}"
            raise ManifestError(path, error.line, reason) from error
        raise
    return tree


@lru_cache(maxsize=_TREES_KEPT)
def parsed(path: str, content: bytes) -> Tree:
    """Return the tree of a file that was just asked for; callers only read it."""
    return parse(path, content)


def _decoded(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ManifestError(path, line, f"byte {error.start + 1} is not UTF-8") from error


def _fill(tree: Tree, path: str, text: str) -> None:
    if path.endswith(".json"):
        _fill_from_json(tree, path, text)
    elif text.lstrip()[:1] == "{" and _is_json(text):
        _take_json(tree, path, text)
    else:
        _fill_from_yaml(tree, path, text)


def _fill_from_json(tree: Tree, path: str, text: str) -> None:
    if not text.strip():
        return
    try:
        check_json(text)
    except JsonError as error:
        raise ManifestError(path, error.line, f"not JSON: {error}") from error
    _take_json(tree, path, text)


def _take_json(tree: Tree, path: str, text: str) -> None:
    try:
        tree.take(json_events(text))
    except JsonError as error:
        raise ManifestError(path, error.line, str(error)) from error


def _is_json(text: str) -> bool:
    try:
        check_json(text)
    except JsonError:
        return False
    return True


def _fill_from_yaml(tree: Tree, path: str, text: str) -> None:
    parser = CParser(text.encode())
    try:
        tree.take(iter(parser.get_event, None))
    except yaml.MarkedYAMLError as error:
        if _says_nothing(text):
            return
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise ManifestError(path, line, _yaml_reason(error, text, line)) from error
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position]
        reason = "a control character, which YAML does not allow"
        raise ManifestError(path, before.count(b"\n") + 1, reason) from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise ManifestError(path, 1, "the YAML parser gave up on this file") from error
    finally:
        parser.dispose()


def _says_nothing(text: str) -> bool:
    """Allow a lone document end, which kubectl reads as nothing and libyaml as an error."""
    lines = (line.strip() for line in text.splitlines())
    return all(line in {"", "---", "..."} or line.startswith("#") for line in lines)


def _yaml_reason(error: yaml.MarkedYAMLError, text: str, line: int) -> str:
    reason = ", ".join(filter(None, (error.problem, error.context))) or "not YAML"
    if "nesting depth" in reason:  # newer parsers have a budget of their own
        return f"[DEPTH] {reason}"
    lines = text.splitlines()
    if line <= len(lines) and re.match(r"\s*\t", lines[line - 1]):
        return f"{reason} (indented with a tab, which YAML does not allow)"
    return reason


def _looks_like_a_template(text: str, line: int) -> bool:
    """Look for `{{` on the line of an error and its neighbours, where the parser stumbled on it."""
    near = text.split("\n")[max(line - 3, 0) : line + 1]
    return any(_TEMPLATE.search(found) for found in near)
