"""Server-side apply, for real and as a dry-run: the only way anything is written.

The payload of the prediction is the payload of the write (verdicts.md 2.1), both carry the uid and
the resourceVersion they were decided on (R7), and the field manager is `driftdeck`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec

from core.clock import Clock
from core.cluster.connection.answers import (
    Answer,
    LinkError,
    error_of,
    is_denied,
    is_typed_patch,
    status_of,
    typed_paths,
    words_of,
)
from core.cluster.connection.calls import Calls
from core.cluster.connection.objects import object_of
from core.cluster.connection.paths import object_path
from core.cluster.connection.request import Request, query_of
from core.compare import is_secret_kind
from core.errors import OutdatedError, ProductError, RejectedError, UnavailableError
from core.model import Desired, Json, JsonObject, KindRef, Live, Resource

MANAGER: Final = "driftdeck"
REQUEST_BYTES_MAX: Final = 3_145_728  # what the API server takes (413 beyond)
_ROUNDS_MAX: Final = 2
_APPLY: Final = query_of(fieldManager=MANAGER, force="true", fieldValidation="Warn")
_EDIT: Final = query_of(fieldManager=MANAGER)
_DRY_RUN: Final = f"{_APPLY}&dryRun=All"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a dry-run said; see `core.reconcile.memory.inputs.Confirmed`."""

    predicted: bytes | None
    problem: str = ""
    cause_paths: tuple[str, ...] = ()
    status: int = 200
    retry: bool = False


class Gateway:
    """Reads and writes single objects."""

    def __init__(self, calls: Calls, clock: Clock) -> None:
        """Write through *calls*."""
        self._calls, self._clock = calls, clock

    async def get(self, resource: Resource, namespace: str, name: str) -> Live | None:
        """Read one object from the server itself, not from a cache; None if it is not there.

        Raises:
            ProductError: It cannot be told whether it is there.
        """
        answer = await self._calls.send(Request(path=object_path(resource, namespace, name)))
        if answer.status == HTTPStatus.NOT_FOUND and status_of(answer).kind == "Status":
            return None
        if answer.status != HTTPStatus.OK:
            raise self._error(answer, resource, namespace, "get")
        return object_of(answer.body, resource.kind)[1]

    async def dry_run(self, resource: Resource, desired: Desired, live: Live) -> Prediction:
        """Ask what applying *desired* to *live* would make of it (verdicts.md 2.5)."""
        try:
            request = _apply_request(resource, desired, live, dry_run=True)
            answer = await self._calls.send(request)
        except ProductError as error:
            retry = isinstance(error, UnavailableError)
            return Prediction(None, str(error), (), 0, retry=retry)
        if answer.ok:
            return _predicted(answer, resource.kind, live)
        return _refused(answer, secret=is_secret_kind(resource.kind.kind))

    async def apply(self, resource: Resource, desired: Desired, live: Live | None) -> Live:
        """Apply *desired*; *live* is what that was decided on, None creates.

        Raises:
            OutdatedError: The object is no longer *live*.
            RejectedError: The server does not take the manifest.
            DeniedError: We may not.
            UnavailableError: Not now; `retry_after_s` if the server said when.
        """
        request = _apply_request(resource, desired, live, dry_run=False)
        for _ in range(_ROUNDS_MAX):
            try:
                answer = await self._calls.send(request)
            except LinkError as error:
                if not error.sent:
                    raise
                done = await self._read_back(resource, desired, live)
                if done is not None:
                    return done
                continue  # it did not happen; the preconditions make repeating safe
            if answer.ok:
                return object_of(answer.body, resource.kind)[1]
            raise self._error(answer, resource, desired.ref.namespace, "patch")
        raise UnavailableError(f"{desired.ref}: the connection broke twice while applying")

    async def remove(self, resource: Resource, live: Live, pointers: Sequence[str]) -> Live:
        """Take fields away from *live*, and from no other version of it.

        Raises:
            ProductError: As for `apply`.
        """
        return await self._edit(resource, live, [{"op": "remove", "path": p} for p in pointers])

    async def replace(
        self, resource: Resource, live: Live, entries: Sequence[tuple[str, Json]]
    ) -> Live:
        """Put other list entries in the place of those of *live*.

        Raises:
            ProductError: As for `apply`.
        """
        operations: list[Json] = [
            {"op": "replace", "path": pointer, "value": entry} for pointer, entry in entries
        ]
        return await self._edit(resource, live, operations)

    async def _edit(self, resource: Resource, live: Live, operations: Sequence[Json]) -> Live:
        preconditions = {"uid": live.uid, "resourceVersion": live.resource_version}
        patch = [
            *(
                {"op": "add", "path": f"/metadata/{k}", "value": v}
                for k, v in preconditions.items()
            ),
            *operations,
        ]
        ref, _ = object_of(live.body, resource.kind)
        request = Request(
            method="PATCH",
            path=object_path(resource, ref.namespace, ref.name),
            query=_EDIT,
            body=msgspec.json.encode(patch),
            content_type="application/json-patch+json",
        )
        answer = await self._calls.send(request)
        if answer.ok:
            return object_of(answer.body, resource.kind)[1]
        raise self._error(answer, resource, ref.namespace, "patch")

    async def _read_back(
        self, resource: Resource, desired: Desired, live: Live | None
    ) -> Live | None:
        """Find out what became of a write whose answer never came (kubernetes.md section 4).

        Returns:
            The object, if it is as the write would have made it; None if nothing happened.

        Raises:
            OutdatedError: It changed in another way.
        """
        now = await self.get(resource, desired.ref.namespace, desired.ref.name)
        if now is None or (live is not None and now.resource_version == live.resource_version):
            return None
        prediction = await self.dry_run(resource, desired, now)
        if prediction.predicted is not None and _equal(prediction.predicted, now.body):
            return now
        raise OutdatedError(f"{desired.ref} changed while it was applied")

    def _error(self, answer: Answer, resource: Resource, namespace: str, verb: str) -> ProductError:
        where = f" in {namespace}" if namespace else ""
        doing = f"{verb} {resource.plural}{where}"
        secret = is_secret_kind(resource.kind.kind)
        return error_of(answer, doing, wall=self._clock.wall(), secret=secret)


def _apply_request(
    resource: Resource, desired: Desired, live: Live | None, *, dry_run: bool
) -> Request:
    return Request(
        method="PATCH",
        path=object_path(resource, desired.ref.namespace, desired.ref.name),
        query=_DRY_RUN if dry_run else _APPLY,
        body=_payload(desired, live),
        content_type="application/apply-patch+yaml",
    )


def _payload(desired: Desired, live: Live | None) -> bytes:
    """Return the body: JSON is YAML, and the preconditions stand in its metadata (R7)."""
    if len(desired.body) > REQUEST_BYTES_MAX:
        raise RejectedError(
            f"{desired.ref} has {len(desired.body):,} bytes, more than the API server takes"
        )
    if live is None:
        return desired.body
    body: JsonObject = msgspec.json.decode(desired.body, type=dict)
    metadata = body.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    preconditions: JsonObject = {"uid": live.uid, "resourceVersion": live.resource_version}
    return msgspec.json.encode({**body, "metadata": {**named, **preconditions}})


def _predicted(answer: Answer, kind: KindRef, live: Live) -> Prediction:
    _, found = object_of(answer.body, kind)
    if found.uid != live.uid or found.resource_version != live.resource_version:
        return Prediction(
            None, "the object changed meanwhile", (), int(HTTPStatus.CONFLICT), retry=True
        )
    return Prediction(found.body)


def _refused(answer: Answer, *, secret: bool) -> Prediction:
    status = status_of(answer)
    words = words_of(status, secret=secret)
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        paths = tuple(cause.field for cause in status.causes if cause.field)
        return Prediction(None, words, paths, answer.status)
    if is_typed_patch(answer, status):
        return Prediction(None, words, tuple(typed_paths(status.message or "")), answer.status)
    return Prediction(None, words, (), answer.status, retry=not is_denied(answer, status))


def _equal(predicted: bytes, live: bytes) -> bool:
    one: JsonObject = msgspec.json.decode(predicted, type=dict)
    other: JsonObject = msgspec.json.decode(live, type=dict)
    return one == other
