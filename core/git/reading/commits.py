"""dulwich's commits as values."""

from datetime import UTC, datetime
from typing import Final

from dulwich.objects import Commit as RawCommit

from core.model import Commit

SUBJECT_MAX: Final = 500
_FIRST, _LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"


def commit_of(raw: RawCommit) -> Commit:
    """Turn a commit of the store into a value; odd bytes and dates stay readable."""
    encoding = (raw.encoding or b"utf-8").decode("ascii", "replace")
    return Commit(
        id=raw.id.decode(),
        author=_text(raw.author, encoding),
        date=date_text(raw.author_time),
        subject=_text(raw.message[: 8 * SUBJECT_MAX], encoding)
        .strip()
        .split("\n", 1)[0][:SUBJECT_MAX],
        parents=tuple(parent.decode() for parent in raw.parents),
    )


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
    except LookupError:  # an encoding that nobody knows
        return raw.decode("utf-8", "replace")
