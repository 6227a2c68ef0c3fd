"""Bytes of one file to a tree of plain values, with every failure in words and with its line."""

import re
from functools import lru_cache
from typing import Final

import yaml
from yaml._yaml import CParser
from yaml.scanner import ScannerError

from core.errors import ManifestError
from core.manifests.text.tokens import JsonError, check_json, json_events
from core.manifests.text.tree import Tree

FILE_MAX_BYTES: Final = 32 * 2**20  # install files of operators are above 4 MiB
_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = "\ufeff"
_BOMS: Final = re.compile(
    r"(?:\A|^---[ \t]*(?:#[^\n]*)?\r?\n)\ufeff+|^\ufeff+(?=---)", re.MULTILINE
)  # where a document begins: elsewhere it is text
_DOCUMENT: Final = re.compile(rb"^(?=---(?:[ \t\r\n]|\Z))", re.MULTILINE)
_DIRECTIVE: Final = re.compile(rb"^%", re.MULTILINE)
_TEMPLATE: Final = re.compile(r"\{\{")
_TREES_KEPT: Final = 4  # blame asks for many fields of one version of one file in a row
_COLON_AT_END: Final = "found unexpected ':'"  # libyaml's words
_COLON: Final = re.compile(r":[\s]*[,\[\]{}]")
_START: Final = re.compile(r"^(?=---(?:[ \t\r\n]|\Z))", re.MULTILINE)
_READ_AGAIN_MAX: Final = 32 * 2**20  # characters in all: each such text reads its document again


class YamlError(ManifestError):
    """A file is no YAML, whatever it was meant to be."""


def parse(path: str, content: bytes) -> Tree:
    """Read YAML, or JSON if it begins like that, as kubectl would.

    Raises:
        ManifestError: The file cannot be read, or is beyond a budget.
    """
    if len(content) > FILE_MAX_BYTES:
        raise ManifestError(path, 1, f"[SIZE] larger than {FILE_MAX_BYTES // 2**20} MiB")
    if content.startswith(_LFS_POINTER):
        raise ManifestError(path, 1, "this is a Git LFS pointer; the file itself is not in Git")
    text = decoded(path, content)
    try:
        return _read(path, text)
    except ManifestError as error:
        if _looks_like_a_template(text, error.line):
            reason = f"looks like a template (`{{{{`), which is not rendered here: {error.reason}"
            raise ManifestError(path, error.line, reason) from error
        raise


@lru_cache(maxsize=_TREES_KEPT)
def parsed(path: str, content: bytes) -> Tree:
    """Return the tree of a file that was just asked for; callers only read it."""
    return parse(path, content)


@lru_cache(maxsize=2)  # one after the other is asked for each object of one version of one file
def documents_in(path: str, content: bytes) -> tuple[bytes, ...]:
    """Split a file into YAML documents; a document start at a line's begin is always one.

    Raises:
        ManifestError: It begins like UTF-16 and is none.
    """
    content = in_utf8(path, content)
    json_file = path.endswith(".json") and content.removeprefix(_BOM.encode()).lstrip()[:1] == b"{"
    if json_file or _DIRECTIVE.search(content):
        return (content,)
    return tuple(_DOCUMENT.split(content))


def decoded(path: str, content: bytes) -> str:
    """Return the text of a file without the byte order marks of its documents.

    Raises:
        ManifestError: It is neither UTF-8 nor, with a byte order mark, UTF-16.
    """
    encoding = "UTF-16" if content.startswith(_UTF16) else "UTF-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ManifestError(path, line, f"byte {error.start + 1} is not {encoding}") from error
    if _BOM not in text:
        return text
    return _BOMS.sub(lambda found: found[0].replace(_BOM, ""), text)


def in_utf8(path: str, content: bytes) -> bytes:
    """Return the bytes of a file as UTF-8, which almost all are.

    Raises:
        ManifestError: It begins like UTF-16 and is none.
    """
    return decoded(path, content).encode() if content.startswith(_UTF16) else content


def _read(path: str, text: str) -> Tree:
    """Read JSON or YAML: as for kubectl what it begins with decides, not what the file is called.

    What is called YAML may be in flow style; what is called JSON and begins like it has to be it.
    """
    if text.lstrip()[:1] != "{":
        return _from_yaml(path, text)
    try:
        check_json(text)
    except JsonError as error:
        if path.endswith(".json"):
            raise ManifestError(path, error.line, f"not JSON: {error}") from error
        return _from_yaml(path, text)
    return _from_json(path, text)


def _from_json(path: str, text: str) -> Tree:
    tree = Tree(path)
    try:
        tree.take(json_events(text))
    except JsonError as error:
        raise ManifestError(path, error.line, str(error)) from error
    return tree


def _from_yaml(path: str, text: str) -> Tree:
    """Read YAML; like kubectl's reader, which takes whole lines, end the last one if it is open."""
    if not text.endswith("\n"):
        text += "\n"
    try:
        return _taken(path, text)
    except yaml.MarkedYAMLError as error:
        if _says_nothing(text):
            return Tree(path)
        if error.problem != _COLON_AT_END:
            raise _yaml_error(path, text, error) from error
    text = _with_quotes(path, text)
    try:
        return _taken(path, text)
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(path, text, error) from error


def _taken(path: str, text: str) -> Tree:
    tree, parser = Tree(path), CParser(text.encode())
    try:
        tree.take(iter(parser.get_event, None))
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position]
        reason = "a control character, which YAML does not allow"
        raise ManifestError(path, before.count(b"\n") + 1, reason) from error
    except yaml.MarkedYAMLError:
        raise
    except MemoryError as error:
        reason = "[SIZE] parsing it takes more memory than a file may; split the file"
        raise YamlError(path, 1, reason) from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise ManifestError(path, 1, "the YAML parser gave up on this file") from error
    finally:
        parser.dispose()
    return tree


def _with_quotes(path: str, text: str) -> str:
    """Quote the plain texts of flow lists and mappings that end in a colon: `[2001:db8::]`.

    libyaml refuses them, go-yaml takes them as they stand, and what ends in a colon is never
    anything but text.  Each document is mended by itself: each such text reads it once more.
    """
    left = _READ_AGAIN_MAX
    mended: list[str] = []
    for document in _START.split(text):
        best, quoted = document, _COLON.search(document) and document
        while quoted and left > 0:
            best = quoted
            left -= len(best)
            quoted = _with_one_quoted(path, best)
        mended.append(quoted or best)
    return "".join(mended)


def _with_one_quoted(path: str, text: str) -> str | None:
    """Quote the first such text; None where there is none, or another error comes before it."""
    try:
        _taken(path, text)
    except ScannerError as error:
        first, last = error.context_mark, error.problem_mark
        if error.problem == _COLON_AT_END and first is not None and last is not None:
            start, end = first.index, last.index + 1
            plain = text[start:end].replace("'", "''")
            return f"{text[:start]}'{plain}'{text[end:]}"
    except (ManifestError, yaml.YAMLError):
        pass  # told when the whole file is read
    return None


def _yaml_error(path: str, text: str, error: yaml.MarkedYAMLError) -> YamlError:
    mark = error.problem_mark or error.context_mark
    line = 1 if mark is None else mark.line + 1
    return YamlError(path, line, _yaml_reason(error, text, line))


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
