"""The server's refusals: `Status` objects with code, reason, details and causes.

The wording is the real server's, because people and programs read it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.sandbox.types.kinds import Kind

Object = dict[str, object]


class StatusError(Exception):
    """A request is refused; `body` is what the client reads."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        details: Mapping[str, object] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        """Say it as the server does; an empty *reason* is left out."""
        super().__init__(message)
        self.code, self.retry_after_s = code, retry_after_s
        self.body: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
        }
        if reason:
            self.body["reason"] = reason
        if details is not None:
            self.body["details"] = dict(details)
        self.body["code"] = code


@dataclass(frozen=True, slots=True)
class Cause:
    """One field that is wrong, and why."""

    reason: str
    message: str
    field: str

    def line(self) -> str:
        """Say it in the summary."""
        return f"{self.field}: {self.message}"


def quoted(value: object) -> str:
    """Show a bad value as Go does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def invalid_value(field: str, value: object, why: str) -> Cause:
    """Say that a value is not acceptable."""
    return Cause("FieldValueInvalid", f"Invalid value: {quoted(value)}: {why}", field)


def required(field: str, why: str = "") -> Cause:
    """Say that a value is missing."""
    return Cause("FieldValueRequired", "Required value" + (f": {why}" if why else ""), field)


def unsupported(field: str, value: object, allowed: Sequence[str]) -> Cause:
    """Say that a value is none of those there are."""
    known = ", ".join(quoted(one) for one in allowed)
    message = f"Unsupported value: {quoted(value)}: supported values: {known}"
    return Cause("FieldValueNotSupported", message, field)


def forbidden_field(field: str, why: str) -> Cause:
    """Say that a field may not be set or changed."""
    return Cause("FieldValueForbidden", f"Forbidden: {why}", field)


def duplicate(field: str, value: object) -> Cause:
    """Say that a value stands twice where it may stand once."""
    return Cause("FieldValueDuplicate", f"Duplicate value: {quoted(value)}", field)


def _about(kind: Kind, name: str) -> Object:
    details: Object = {"name": name} if name else {}
    if kind.group:
        details["group"] = kind.group
    return {**details, "kind": kind.plural}


def not_found(kind: Kind, name: str) -> StatusError:
    """Say that there is no such object."""
    message = f'{kind.qualified} "{name}" not found'
    return StatusError(404, "NotFound", message, details=_about(kind, name))


def no_such_path() -> StatusError:
    """Say that the server serves nothing here."""
    message = "the server could not find the requested resource"
    return StatusError(404, "NotFound", message, details={})


def already_exists(kind: Kind, name: str) -> StatusError:
    """Say that the name is taken."""
    message = f'{kind.qualified} "{name}" already exists'
    return StatusError(409, "AlreadyExists", message, details=_about(kind, name))


def outdated(kind: Kind, name: str, why: str = "", *, by_kind: bool = False) -> StatusError:
    """Say that the object is not what the client believes."""
    why = why or (
        "the object has been modified; please apply your changes to the latest version and "
        "try again"
    )
    about, shown = _about(kind, name), kind.qualified
    if by_kind:  # deletions name the kind where everything else names the resource
        about["kind"], shown = kind.kind, _kind_title(kind)
    message = f'Operation cannot be fulfilled on {shown} "{name}": {why}'
    return StatusError(409, "Conflict", message, details=about)


def bad_request(message: str) -> StatusError:
    """Say that the request makes no sense."""
    return StatusError(400, "BadRequest", message)


def internal(message: str, *, because: str = "") -> StatusError:
    """Say that the server failed, maybe also why."""
    if not because:
        return StatusError(500, "", message)
    return StatusError(500, "InternalError", message, details={"causes": [{"message": because}]})


def _kind_title(kind: Kind) -> str:
    return f"{kind.kind}.{kind.group}" if kind.group else kind.kind


def invalid(
    kind: Kind, name: str, causes: Sequence[Cause], *, by_resource: bool = False
) -> StatusError:
    """Say which fields of an object are wrong."""
    title, noun = _kind_title(kind), kind.kind
    if by_resource:
        title, noun = kind.qualified, kind.plural
    return _invalid(title, {"name": name, "group": kind.group, "kind": noun}, causes)


def invalid_options(what: str, causes: Sequence[Cause]) -> StatusError:
    """Say which parameters of a request are wrong; *what* is `PatchOptions` or the like."""
    group = "meta.k8s.io"
    return _invalid(f"{what}.{group}", {"group": group, "kind": what}, causes)


def invalid_patch(causes: Sequence[Cause]) -> StatusError:
    """Say that what a patch makes is no object."""
    return _invalid(" ", {}, causes)


def _invalid(title: str, details: Object, causes: Sequence[Cause]) -> StatusError:
    lines = [cause.line() for cause in causes]
    summary = lines[0] if len(lines) == 1 else "[" + ", ".join(lines) + "]"
    details = {name: value for name, value in details.items() if value}
    details["causes"] = [
        {"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in causes
    ]
    message = f"{title.rstrip()} {quoted(details.get('name', ''))} is invalid: {summary}"
    return StatusError(422, "Invalid", message, details=details)


def forbidden(kind_name: str, group: str, message: str, name: str = "") -> StatusError:
    """Say that the user may not."""
    details: Object = {"name": name} if name else {}
    if group:
        details["group"] = group
    return StatusError(403, "Forbidden", message, details={**details, "kind": kind_name})


def unauthorized() -> StatusError:
    """Say that nobody knows the user."""
    return StatusError(401, "Unauthorized", "Unauthorized")


def expired(message: str) -> StatusError:
    """Say that the version asked for is gone."""
    return StatusError(410, "Expired", message)


def too_large_version(asked: int, current: int) -> StatusError:
    """Say that the version asked for does not exist yet."""
    text = "Too large resource version"
    causes = [{"reason": "ResourceVersionTooLarge", "message": text}]
    details = {"causes": causes, "retryAfterSeconds": 1}
    message = f"Timeout: {text}: {asked}, current: {current}"
    return StatusError(504, "Timeout", message, details=details, retry_after_s=1)
