"""Requests and answers in bytes: parameters, bodies, headers, and how a refusal looks."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus

import msgspec
from aiohttp import web

from core.sandbox.serve import forms
from core.sandbox.serve.faults import Answer
from core.sandbox.serve.kubeconfig import PREFIX
from core.sandbox.serve.routes import Target
from core.sandbox.serve.watching import WatchRequest
from core.sandbox.storing import selectors
from core.sandbox.storing.calls import Call
from core.sandbox.storing.reads import version_of
from core.sandbox.types import statuses
from core.sandbox.types.statuses import StatusError

Object = dict[str, object]
BODY_MAX_BYTES = 3 * 1024 * 1024
PATCHES = (
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)
TRUE = ("1", "true", "True")
_MANAGER_MAX = 128
_PREFIX = re.compile(re.escape(PREFIX) + "([^/]+)")
_OPTIONS = {
    "POST": "CreateOptions",
    "PUT": "UpdateOptions",
    "PATCH": "PatchOptions",
    "DELETE": "DeleteOptions",
}
_REASONS = {
    401: "Unauthorized",
    403: "Forbidden",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


def asked(request: web.Request) -> tuple[str, str]:
    """Return the token, and the path with query as the API knows it."""
    path = request.path_qs
    header = request.headers.get("Authorization", "")
    match = _PREFIX.match(path)
    if match is None:
        return header.removeprefix("Bearer ").strip(), path
    return match[1], path[match.end() :]


def root_of(split: tuple[str, str, list[str]]) -> str:
    """Return the path of a group and version."""
    group, version, _ = split
    return f"/apis/{group}/{version}" if group else f"/api/{version}"


def _manager_of(request: web.Request) -> str:
    given = request.query.get("fieldManager", "")
    prefix = request.headers.get("User-Agent", "").split("/")[0]
    return (given or "".join(c for c in prefix if c.isprintable()))[:_MANAGER_MAX]


def reply(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Answer with JSON."""
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/json",
        headers=headers,
    )


def name_in(response: web.Response) -> str:
    """Return the name of the object in an answer; "" of a refusal."""
    body = response.body
    if response.status != HTTPStatus.CREATED or not isinstance(body, bytes):
        return ""
    return msgspec.json.decode(body, type=_Named).metadata.name


class _Metadata(msgspec.Struct):
    name: str = ""


class _Named(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def warned(response: web.Response, warnings: Iterable[str]) -> web.Response:
    """Add warnings to an answer, as headers."""
    for warning in warnings:
        text = warning.replace("\\", "\\\\").replace('"', '\\"')
        response.headers.add("Warning", f'299 - "{text}"')
    return response


def refusal(error: StatusError) -> web.Response:
    """Answer with a `Status`."""
    headers = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return reply(error.body, error.code, headers)


def unsupported() -> StatusError:
    """Say that a patch has no known form."""
    message = "415: Unsupported Media Type"
    return StatusError(415, "UnsupportedMediaType", message, details={})


def faulty(fault: Answer) -> web.Response:
    """Answer what a test switched on."""
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    if fault.body is not None:
        return web.Response(body=fault.body, status=fault.status, headers=headers)
    reason = _REASONS.get(fault.status, "")
    error = StatusError(fault.status, reason, f"the sandbox was told to answer {fault.status}")
    return reply(error.body, fault.status, headers)


def call_of(request: web.Request, target: Target) -> Call:
    """Read the parameters of a write."""
    query = request.query
    dry = query.getall("dryRun", [])
    if any(one not in ("", "All") for one in dry):
        cause = statuses.unsupported("dryRun", dry, ["All"])
        raise statuses.invalid_options(_OPTIONS[request.method], [cause])
    return Call(
        kind=target.kind,
        namespace=target.namespace,
        name=target.name,
        subresource=target.subresource,
        manager=_manager_of(request),
        dry_run="All" in dry,
        force=query.get("force") in TRUE,
        strict=query.get("fieldValidation") or "Warn",
    )


def check_apply(request: web.Request) -> None:
    """Refuse an apply that does not say whose it is."""
    if not request.query.get("fieldManager"):
        cause = statuses.required("fieldManager", "is required for apply patch")
        raise statuses.invalid_options("PatchOptions", [cause])


async def decoded(request: web.Request) -> object:
    """Read a body of JSON; nothing at all reads as `{}`."""
    raw = await request.read()
    if len(raw) > BODY_MAX_BYTES:
        message = f"Request entity too large: limit is {BODY_MAX_BYTES}"
        raise StatusError(413, "RequestEntityTooLarge", message)
    if not raw.strip():
        return {}
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise statuses.bad_request(f"error decoding the body: {error}") from error


async def body_of(request: web.Request) -> Object:
    """Read a body that must be an object."""
    body = await decoded(request)
    if not isinstance(body, dict):
        raise statuses.bad_request("the body is not an object")
    return body


def watch_request(request: web.Request, target: Target) -> WatchRequest:
    """Read the parameters of a watch."""
    query = request.query
    initial = query.get("sendInitialEvents")
    match = query.get("resourceVersionMatch", "")
    if initial is not None and match != "NotOlderThan":
        cause = statuses.forbidden_field(
            "resourceVersionMatch",
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        )
        raise statuses.invalid_options("ListOptions", [cause])
    if initial is None and match:
        cause = statuses.forbidden_field(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        )
        raise statuses.invalid_options("ListOptions", [cause])
    version_of(query.get("resourceVersion", ""))
    return WatchRequest(
        kind=target.kind,
        namespace=target.namespace,
        selects=selectors.both(
            selectors.labels(query.get("labelSelector", "")),
            selectors.fields(query.get("fieldSelector", ""), target.kind),
        ),
        form=forms.form_of(request.headers.get("Accept", "")),
        version=query.get("resourceVersion", ""),
        initial_events=None if initial is None else initial in TRUE,
        bookmarks=query.get("allowWatchBookmarks") in TRUE,
    )
