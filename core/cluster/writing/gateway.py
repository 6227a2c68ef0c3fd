"""The requests that change objects, as the wire carries them: the only way anything is written.

What is sent was decided in `core.remedy`, and so was the payload of a dry-run, which is that of the
write (verdicts.md 2.1).  Everything carries the uid and the resourceVersion it was decided on (R7),
and the field manager is `driftdeck`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, assert_never

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
from core.cluster.connection.fence import Fence
from core.cluster.connection.objects import object_of, page_of
from core.cluster.connection.paths import collection_path, object_path
from core.cluster.connection.request import Request, query_of
from core.compare import is_secret_kind
from core.errors import OutdatedError, ProductError, RejectedError, UnavailableError
from core.model import JsonObject, KindRef, Live, Resource
from core.model.requests import Apply, Awaited, Delete, Edit, Precondition, Version
from core.model.requests import Request as Change
from core.remedy import json_patch

MANAGER: Final = "driftdeck"
REQUEST_BYTES_MAX: Final = 3_145_728  # what the API server takes (413 beyond)
_NOT_FIELDS: Final = frozenset({"metadata.managedFields", "metadata.resourceVersion"})
_ROUNDS_MAX: Final = 2
_PAGE: Final = "500"
_APPLY: Final = query_of(fieldManager=MANAGER, force="true", fieldValidation="Warn")
_EDIT: Final = query_of(fieldManager=MANAGER)
_DRY_RUN: Final = f"dryRun=All&{_APPLY}"


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

    async def some(self, resource: Resource, namespace: str, labels: str) -> tuple[Live, ...]:
        """Read objects by their labels, at most a page of them.

        Raises:
            ProductError: They cannot be told.
        """
        query = query_of(labelSelector=labels, limit=_PAGE)
        path = collection_path(resource, namespace)
        answer = await self._calls.send(Request(path=path, query=query))
        if answer.status != HTTPStatus.OK:
            raise self._error(answer, resource, namespace, "list")
        items = page_of(answer, resource.kind).items
        return tuple(object_of(item, resource.kind, namespace)[1] for item in items)

    async def dry_run(self, resource: Resource, request: Apply | Edit, live: Live) -> Prediction:
        """Ask what a request would make of *live*, the version it is for (verdicts.md 2.5)."""
        try:
            sent = (
                _apply_request(resource, request, dry_run=True)
                if isinstance(request, Apply)
                else _edit_request(resource, request, json_patch(request, live), dry_run=True)
            )
            answer = await self._calls.send(sent)
        except ProductError as error:
            retry = isinstance(error, UnavailableError)
            return Prediction(None, str(error), (), 0, retry=retry)
        if answer.ok:
            return _predicted(answer, resource.kind, request.on)
        return _refused(answer, secret=request.sealed or is_secret_kind(resource.kind.kind))

    async def try_out(self, resource: Resource, apply: Apply) -> None:
        """Ask whether the server would take an object that is new.

        Raises:
            ProductError: It would not; the error is that of the write.
        """
        answer = await self._calls.send(_apply_request(resource, apply, dry_run=True))
        if not answer.ok:
            raise self._error(answer, resource, apply.ref.namespace, "patch", sealed=apply.sealed)

    async def perform(
        self, resource: Resource, request: Change, live: Live | None, fence: Fence | None = None
    ) -> Live | None:
        """Carry out *request* on *live*, the version it is for; None where there is none.

        Whatever changes something passes the *fence* first, where there is one.

        Returns:
            The object as it is now, None if it is gone.

        Raises:
            OutdatedError: The object is no longer *live*.
            RejectedError: The server does not take it.
            DeniedError: We may not.
            UnavailableError: Not now; `retry_after_s` if the server said when.
        """
        match request:
            case Apply():
                if request.unchanging:
                    await self._predict_same(resource, request, live)
                return await self._apply(resource, request, fence)
            case Edit():
                assert live is not None, "an edit is of something"
                return await self._edit(resource, request, live, fence)
            case Delete():
                await self._delete(resource, request, fence)
                return None
            case _:
                assert_never(request)

    async def _predict_same(self, resource: Resource, request: Apply, live: Live | None) -> None:
        """Have the server say that an apply would leave every field of *live* as it is.

        Raises:
            RejectedError: It would not, or is refused.
            UnavailableError: The server does not say now.
            OutdatedError: The object is no longer *live*.
        """
        assert live is not None, "what is to stay the same is there"
        prediction = await self.dry_run(resource, request, live)
        if prediction.predicted is not None:
            place = _first_apart(_decoded(prediction.predicted), _decoded(live.body))
            if place is not None:
                raise RejectedError(f"an apply would change {place}; left as it is")
        elif prediction.status == HTTPStatus.CONFLICT:
            raise OutdatedError(prediction.problem)
        elif prediction.retry:
            raise UnavailableError(prediction.problem)
        else:
            raise RejectedError(prediction.problem)

    async def _apply(self, resource: Resource, apply: Apply, fence: Fence | None) -> Live:
        request = _apply_request(resource, apply, dry_run=False)
        for _ in range(_ROUNDS_MAX):
            try:
                answer = await self._calls.send(request, fence)
            except LinkError as error:
                if not error.sent:
                    raise
                done = await self._read_back(resource, apply)
                if done is not None:
                    return done
                continue  # it did not happen; the preconditions make repeating safe
            if answer.ok:
                return object_of(answer.body, resource.kind)[1]
            raise self._error(answer, resource, apply.ref.namespace, "patch", sealed=apply.sealed)
        raise UnavailableError(f"{apply.ref}: the connection broke twice while applying")

    async def _edit(self, resource: Resource, edit: Edit, live: Live, fence: Fence | None) -> Live:
        operations = json_patch(edit, live)
        if not operations:
            return live  # the request before it did it all
        request = _edit_request(resource, edit, operations, dry_run=False)
        answer = await self._calls.send(request, fence)
        if answer.ok:
            return object_of(answer.body, resource.kind)[1]
        raise self._error(answer, resource, edit.ref.namespace, "patch", sealed=edit.sealed)

    async def _delete(self, resource: Resource, delete: Delete, fence: Fence | None) -> None:
        request = Request(
            method="DELETE",
            path=object_path(resource, delete.ref.namespace, delete.ref.name),
            body=msgspec.json.encode({"preconditions": _named(delete.on)}),
        )
        answer = await self._calls.send(request, fence)
        gone = answer.status == HTTPStatus.NOT_FOUND and status_of(answer).kind == "Status"
        if not (answer.ok or gone):
            raise self._error(answer, resource, delete.ref.namespace, "delete")

    async def _read_back(self, resource: Resource, apply: Apply) -> Live | None:
        """Find out what became of a write whose answer never came (kubernetes.md section 4).

        Returns:
            The object, if it is as the write would have made it; None if nothing happened.

        Raises:
            OutdatedError: It changed in another way.
        """
        now = await self.get(resource, apply.ref.namespace, apply.ref.name)
        if now is None or apply.on == Version.of(now):
            return None
        prediction = await self.dry_run(resource, replace(apply, on=Version.of(now)), now)
        if prediction.predicted is not None and _equal(prediction.predicted, now.body):
            return now
        raise OutdatedError(f"{apply.ref} changed while it was applied")

    def _error(
        self,
        answer: Answer,
        resource: Resource,
        namespace: str,
        verb: str,
        *,
        sealed: bool = False,
    ) -> ProductError:
        where = f" in {namespace}" if namespace else ""
        doing = f"{verb} {resource.plural}{where}"
        secret = sealed or is_secret_kind(resource.kind.kind)
        return error_of(answer, doing, wall=self._clock.wall(), secret=secret)


def whole_request(
    resource: Resource, namespace: str, name: str, version: str, body: object
) -> Request:
    """Write an object of our own, over the *version* that it has, or anew where that is ""."""
    place = object_path(resource, namespace, name)
    return Request(
        method="PUT" if version else "POST",
        path=place if version else collection_path(resource, namespace),
        query=_EDIT,
        body=msgspec.json.encode(body),
    )


def _apply_request(resource: Resource, apply: Apply, *, dry_run: bool) -> Request:
    return Request(
        method="PATCH",
        path=object_path(resource, apply.ref.namespace, apply.ref.name),
        query=_DRY_RUN if dry_run else _APPLY,
        body=_payload(apply),
        content_type="application/apply-patch+yaml",
    )


def _edit_request(
    resource: Resource, edit: Edit, operations: Iterable[JsonObject], *, dry_run: bool
) -> Request:
    preconditions = (
        {"op": "add", "path": f"/metadata/{name}", "value": value}
        for name, value in _named(edit.on).items()
    )
    return Request(
        method="PATCH",
        path=object_path(resource, edit.ref.namespace, edit.ref.name),
        query=f"{_EDIT}&dryRun=All" if dry_run else _EDIT,
        body=msgspec.json.encode([*preconditions, *operations]),
        content_type="application/json-patch+json",
    )


def _payload(apply: Apply) -> bytes:
    """Return the body: JSON is YAML, and the preconditions stand in its metadata (R7)."""
    if len(apply.body) > REQUEST_BYTES_MAX:
        raise RejectedError(
            f"{apply.ref} has {len(apply.body):,} bytes, more than the API server takes"
        )
    if apply.on is Awaited.NOTHING:
        return apply.body
    body: JsonObject = msgspec.json.decode(apply.body, type=dict)
    metadata = body.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    return msgspec.json.encode({**body, "metadata": {**named, **_named(apply.on)}})


def _named(on: Precondition) -> JsonObject:
    assert isinstance(on, Version), "what comes later is bound before it is sent"
    return {"uid": on.uid, "resourceVersion": on.resource_version}


def _predicted(answer: Answer, kind: KindRef, on: Precondition) -> Prediction:
    _, found = object_of(answer.body, kind)
    if Version.of(found) != on:
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
    return _decoded(predicted) == _decoded(live)


def _decoded(body: bytes) -> JsonObject:
    document: JsonObject = msgspec.json.decode(body, type=dict)
    return document


def _first_apart(one: JsonObject, other: JsonObject, at: str = "") -> str | None:
    """Name the first place where two versions differ, apart from who owns what; None: nowhere."""
    for key in sorted({**one, **other}):
        place = f"{at}.{key}" if at else key
        a, b = one.get(key), other.get(key)
        if a == b or place in _NOT_FIELDS:
            continue
        inner = _first_apart(a, b, place) if isinstance(a, dict) and isinstance(b, dict) else place
        if inner is not None:
            return inner
    return None
