"""What an answer of an API server means: from status code and body to an error class.

Everything an answer says comes from outside, so nothing here trusts its shape: each field of a
`Status` is optional, and a body that is no `Status` is read as text.
"""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import msgspec

from core.errors import (
    DeniedError,
    OutdatedError,
    ProductError,
    RejectedError,
    UnavailableError,
)

RETRY_AFTER_MAX_S: Final = 300.0
TYPED_PATCH: Final = "failed to create typed patch object"
_WORDS_MAX: Final = 2_000
_VALUE_MAX: Final = 300  # of one cause, with the value that it repeats
_VALUE_ENDS: Final = ("}: ", "]: ", '": ')
_PLAIN_REASONS: Final = (  # the whole of what a server says of a field without its value
    "field is immutable when `immutable` is set",
    "field is immutable",
    "Required value",
)
_TYPED_PATH: Final = re.compile(r"\): (?:errors:\s*)?\.([^:\s]+):")
_WEBHOOK_DENIED: Final = re.compile(r'admission webhook "[^"]*" denied the request')


class Cause(msgspec.Struct):
    """One reason among several, with the field it is about."""

    reason: str | None = None
    message: str | None = None
    field: str | None = None


class Details(msgspec.Struct):
    """What a refusal is about."""

    name: str | None = None
    kind: str | None = None
    causes: list[Cause] | None = None


class Status(msgspec.Struct):
    """The API's own error object; every field may be missing (python client: `KeyError`)."""

    kind: str | None = None
    reason: str | None = None
    message: str | None = None
    code: int | None = None
    details: Details | None = None

    @property
    def causes(self) -> list[Cause]:
        """The causes, none if there are none."""
        return (self.details.causes if self.details else None) or []

    def has_cause(self, reason: str) -> bool:
        """Whether one of the causes has this reason."""
        return any(cause.reason == reason for cause in self.causes)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request."""

    status: int
    body: bytes
    retry_after: str = ""
    content_type: str = ""

    @property
    def ok(self) -> bool:
        """Whether the request did what it should."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class LinkError(UnavailableError):
    """The server was not reached, or the connection broke before the answer was whole."""

    def __init__(self, what: str, *, sent: bool) -> None:
        """Say what failed; *sent* means that the server may have seen the request."""
        super().__init__(what)
        self.sent = sent


class NotServedError(UnavailableError):
    """The server does not know the kind: says nothing about its objects (R11)."""


class AbsentError(UnavailableError):
    """The object is not there (any more)."""


class NamespaceAbsentError(RejectedError):
    """The namespace of the object is not there; whoever makes it may be at work, or nobody is."""

    retry_after_s = 10.0


def status_of(answer: Answer) -> Status:
    """Read the body as a `Status`; a body that is none becomes its message."""
    try:
        status = msgspec.json.decode(answer.body, type=Status, strict=False)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return Status(message=_text(answer))
    if status.kind != "Status":
        return Status(message=_text(answer))
    return status


def _text(answer: Answer) -> str:
    if "html" in answer.content_type:
        return f"HTTP {answer.status} with a page for people"
    return answer.body[:200].decode(errors="replace").strip() or f"HTTP {answer.status}"


def words_of(status: Status, *, secret: bool = False) -> str:
    """Return the server's own message; of a secret only what cannot hold a value.

    A refusal repeats the value that it refuses, which can be a whole pod, and says last what is
    wrong with it.  So a long text loses its middle.
    """
    message = status.message or status.reason or "no reason given"
    if secret:
        return _without_values(status, message)
    for cause in status.causes:
        if cause.message:
            message = message.replace(cause.message, _short(cause.message, _VALUE_MAX))
    return _short(message, _WORDS_MAX)


def _short(text: str, most: int) -> str:
    """Take the middle out of a long text; its last words, behind the value, stay whole."""
    if len(text) <= most:
        return text
    behind = max(text.rfind(mark) + 1 for mark in _VALUE_ENDS)
    end = text[behind:] if 0 < len(text) - behind <= most // 2 else text[-(most // 2) :]
    return f"{text[: most - len(end)]}…{end}"


def _without_values(status: Status, message: str) -> str:
    """Say which fields are refused, and why where the reason is known to quote nothing."""
    told = TYPED_PATCH if message.startswith(TYPED_PATCH) else status.reason or "refused"
    fields = [
        f"{cause.field}{_plain_reason(cause)}" for cause in status.causes if cause.field
    ] or typed_paths(message)
    return f"{told}: {', '.join(dict.fromkeys(fields))}" if fields else told


def _plain_reason(cause: Cause) -> str:
    said = cause.message or ""
    return next((f": {words}" for words in _PLAIN_REASONS if said.endswith(words)), "")


def typed_paths(message: str) -> list[str]:
    """Return the fields that a "failed to create typed patch object" is about."""
    return _TYPED_PATH.findall(message)


def retry_after_s(header: str, *, wall: float) -> float | None:
    """Read `Retry-After`: seconds or an HTTP date, at most 5 minutes; None if it says nothing."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), RETRY_AFTER_MAX_S)
    try:
        seconds = parsedate_to_datetime(text).timestamp() - wall
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return min(seconds, RETRY_AFTER_MAX_S) if seconds >= 0 else None


def is_busy(answer: Answer) -> bool:
    """Whether the server asks to come back: 429, or an error of its own."""
    return (
        answer.status == HTTPStatus.TOO_MANY_REQUESTS
        or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def is_typed_patch(answer: Answer, status: Status) -> bool:
    """Whether the manifest is wrong although the server says 500 (measured on 1.37)."""
    return answer.status == HTTPStatus.INTERNAL_SERVER_ERROR and (status.message or "").startswith(
        TYPED_PATCH
    )


def is_denied(answer: Answer, status: Status) -> bool:
    """Whether this identity lacks the right; a webhook and a dying namespace also say 403."""
    return (
        answer.status == HTTPStatus.FORBIDDEN
        and not status.has_cause("NamespaceTerminating")
        and not _WEBHOOK_DENIED.search(status.message or "")
    )


def is_too_large(answer: Answer, status: Status) -> bool:
    """Whether the server has not reached the resourceVersion we named."""
    return answer.status == HTTPStatus.GATEWAY_TIMEOUT and (
        status.has_cause("ResourceVersionTooLarge")
        or "Too large resource version" in (status.message or "")
    )


def is_stale(answer: Answer) -> bool:
    """Whether the resourceVersion we named is too old or too new for this server."""
    return answer.status == HTTPStatus.GONE or is_too_large(answer, status_of(answer))


def error_of(answer: Answer, doing: str, *, wall: float, secret: bool = False) -> ProductError:
    """Return the error for an answer that is no success.

    Args:
        answer: Anything but a 2xx.
        doing: What was tried, such as "patch deployments in payments".
        wall: Seconds since the epoch, for a `Retry-After` that is a date.
        secret: The object is a Secret: none of its values may reach the text.
    """
    status = status_of(answer)
    text = f"{doing}: {words_of(status, secret=secret)}"
    after_s = retry_after_s(answer.retry_after, wall=wall)
    match answer.status:
        case HTTPStatus.UNAUTHORIZED:
            return DeniedError(f"{doing}: the server does not accept our credentials (401)")
        case HTTPStatus.FORBIDDEN:
            return _forbidden(status, text, after_s)
        case HTTPStatus.NOT_FOUND if status.kind != "Status":
            return NotServedError(f"{doing}: the server does not serve this kind")
        case HTTPStatus.NOT_FOUND if status.details and status.details.kind == "namespaces":
            name = status.details.name or ""
            return NamespaceAbsentError(f"{doing}: the namespace {name} does not exist")
        case HTTPStatus.NOT_FOUND:
            return AbsentError(text)
        case HTTPStatus.CONFLICT | HTTPStatus.PRECONDITION_FAILED:
            return OutdatedError(text)
        case (
            HTTPStatus.BAD_REQUEST
            | HTTPStatus.METHOD_NOT_ALLOWED
            | HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            | HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            | HTTPStatus.UNPROCESSABLE_ENTITY
        ):
            return RejectedError(text)
        case _ if is_typed_patch(answer, status):
            return RejectedError(text)
        case code if HTTPStatus.MULTIPLE_CHOICES <= code < HTTPStatus.BAD_REQUEST:
            return UnavailableError(f"{doing}: the server redirects (HTTP {code}); not followed")
        case _:
            return UnavailableError(text, retry_after_s=after_s)


def _forbidden(status: Status, text: str, after_s: float | None) -> ProductError:
    if status.has_cause("NamespaceTerminating"):
        return UnavailableError(text, retry_after_s=after_s)
    if _WEBHOOK_DENIED.search(status.message or ""):
        return RejectedError(text)  # RBAC allowed it, the content was refused
    return DeniedError(text)
