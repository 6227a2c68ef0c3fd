"""From the body of a request to an object of the kind it was sent to."""

import json
from collections.abc import Mapping
from typing import cast

from core.sandbox.apply import patches
from core.sandbox.store import Object
from core.sandbox.storing.calls import Call
from core.sandbox.types import catalog, custom, statuses
from core.sandbox.types.codec import DecodeError
from core.sandbox.types.kinds import Kind
from core.sandbox.types.statuses import StatusError

Body = Mapping[str, object]


def stored(kind: Kind, body: Body, unknown: list[str]) -> Object:
    """Return an object as the server keeps it; note the fields it does not know in *unknown*.

    Raises:
        DecodeError: A value does not fit its field.
    """
    if kind.custom_type is not None:
        return custom.stored(body, kind.custom_type, unknown)
    return catalog.decoded(body, kind, unknown)


def decoded(call: Call, body: Body, *, patching: bool = False) -> Object:
    """Return the object that a client sent, or that its patch makes.

    Raises:
        StatusError: It is none of the kind (400, of a patch 422).
    """
    kind = call.kind
    _check_kind(kind, body)
    unknown: list[str] = []
    try:
        made = stored(kind, {**body, "kind": kind.kind, "apiVersion": kind.api_version}, unknown)
    except DecodeError as error:
        if patching:
            raise _unfit_patch(body, str(error)) from error
        raise statuses.bad_request(f"{_unfit(kind, kind.kind)}: {error}") from error
    lines = [f'unknown field "{path}"' for path in unknown]
    if lines and call.strict == "Strict":
        why = f"strict decoding error: {', '.join(lines)}"
        if patching:
            raise _unfit_patch(body, why)
        raise statuses.bad_request(f"{_unfit(kind, kind.kind)}: {why}")
    if call.strict != "Ignore":
        call.warnings += lines
    return made


def _check_kind(kind: Kind, body: Body) -> None:
    version, name = body.get("apiVersion"), body.get("kind")
    if kind.custom_type is not None and not (version and name):
        missing = "Kind" if not name else "apiVersion"
        raise statuses.bad_request(
            f"the object provided is unrecognized (must be of type {kind.kind}): "
            f"Object '{missing}' is missing"
        )
    if version not in (None, "", kind.api_version) and version not in kind.served_as:
        raise statuses.bad_request(
            f"the API version in the data ({version}) does not match the expected API version "
            f"({kind.api_version})"
        )
    if name not in (None, "", kind.kind):
        raise statuses.bad_request(
            f"{_unfit(kind, name)}: converting ({name}) to ({kind.kind}): unknown conversion"
        )


def _unfit(kind: Kind, name: object) -> str:
    return f'{name} in version "{kind.version}" cannot be handled as a {kind.kind}'


def _unfit_patch(patched: Body, why: str) -> StatusError:
    text = json.dumps(patched, separators=(",", ":"), sort_keys=True)
    return statuses.invalid_patch([statuses.invalid_value("patch", text, why)])


def patched(call: Call, live: Object, content_type: str, body: object) -> Body:
    """Return what a patch makes of the stored object.

    Raises:
        StatusError: The patch is none, or not for this kind or object.
    """
    if content_type == "application/json-patch+json":
        return patches.json_patch(live, body)
    if not isinstance(body, dict):
        raise statuses.bad_request("error decoding patch: the body is not an object")
    if content_type == "application/merge-patch+json":
        return cast("Object", patches.merge_patch(live, body))
    if call.kind.custom_type is not None:
        raise StatusError(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, "
            "application/apply-patch+yaml",
        )
    return patches.strategic(live, body, catalog.type_of(call.kind))
