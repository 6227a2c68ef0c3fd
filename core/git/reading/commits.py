"""Commits, read from their bytes as git reads them: an odd line, or none, stops nothing."""

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from core.model import Commit

SUBJECT_MAX: Final = 500
BODY_MAX: Final = 64 * 1024  # bytes of a message that people are shown
_FIRST, _LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
_ID: Final = rb"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_HEADER: Final = re.compile(
    rb"tree (?P<tree>%s)\n(?P<parents>(?:parent %s\n)*)(?:author (?P<author>[^\n]*)\n)?"
    rb"(?:committer [^\n]*?(?:> (?P<when>-?[0-9]{1,20}) [^\n]*)?\n)?" % (_ID, _ID)
)
_PLAIN: Final = re.compile(
    rb"tree (%s)\n((?:parent %s\n)*)author [^\n]*\ncommitter [^\n]*?> (-?[0-9]{1,20}) [^\n]*\n\n"
    % (_ID, _ID)
)
_MISPLACED: Final = re.compile(rb"^(?:tree|parent|author|committer) ", re.MULTILINE)
_ENCODING: Final = re.compile(rb"^encoding ([^\n]*)", re.MULTILINE)
_MAILED: Final = re.compile(rb"(.*>) *(-?[0-9]{1,20})?")
_UNMAILED: Final = re.compile(rb"(.*?)(?: (-?[0-9]{1,20}) [-+][0-9]+)?\Z")


class RawCommit(NamedTuple):
    """What stands in a commit."""

    tree: str
    parents: tuple[str, ...]
    when: int  # of the committer, seconds since the epoch; a claim
    author: bytes  # the whole line
    encoding: bytes
    message: bytes


def linked(raw: bytes) -> tuple[str, tuple[str, ...], int] | None:
    """Read only the tree, the parents and the date of a commit with no other header; else None."""
    match = _PLAIN.match(raw)
    if match is None:
        return None
    tree, parents, when = match.groups()
    return tree.decode(), tuple(parents.decode().split()[1::2]), int(when)


def parsed(raw: bytes) -> RawCommit | None:
    """Read the bytes of a commit; None if they are none.

    Git reads the first `tree` and the `parent` lines right after it, others the last of each
    wherever they stand: where they would disagree, it is none.
    """
    header, _, message = raw.partition(b"\n\n")
    header += b"\n"
    match = _HEADER.match(header)
    if match is None or _MISPLACED.search(header, match.end()):
        return None
    encoding = _ENCODING.search(header, match.end())
    return RawCommit(
        tree=match["tree"].decode(),
        parents=tuple(match["parents"].decode().split()[1::2]),
        when=int(match["when"] or 0),
        author=match["author"] or b"",
        encoding=encoding[1] if encoding is not None else b"utf-8",
        message=message,
    )


def commit_of(commit_id: str, raw: RawCommit) -> Commit:
    """Turn a commit of the store into a value; odd bytes and dates stay readable."""
    who = _MAILED.match(raw.author) or _UNMAILED.match(raw.author)
    assert who is not None
    encoding = raw.encoding.decode("ascii", "replace")
    subject = _text(raw.message[: 8 * SUBJECT_MAX], encoding).strip().split("\n", 1)[0]
    return Commit(
        id=commit_id,
        author=_text(who[1], encoding),
        date=date_text(int(who[2] or 0)),  # without one it is the epoch, as to git
        subject=subject[:SUBJECT_MAX],
        parents=raw.parents,
    )


def body_of(raw: RawCommit) -> str:
    """Return the message below its subject."""
    encoding = raw.encoding.decode("ascii", "replace")
    text = _text(raw.message[:BODY_MAX], encoding).strip()
    return text.partition("\n")[2].strip("\n")


def date_text(seconds: int) -> str:
    """Write a date of Git as RFC 3339 in UTC; dates no calendar has become its ends."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return _LAST if seconds > 0 else _FIRST
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _text(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "replace")
    except (LookupError, ValueError):  # an encoding that nobody knows, or that is none of texts
        return raw.decode("utf-8", "replace")
