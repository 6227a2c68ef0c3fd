"""The HTTP face: who asks, what for, and the answer in bytes."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping

import msgspec
from aiohttp import web

from core.sandbox import discovery, forms, routes, selectors, statuses, users
from core.sandbox.api import Api
from core.sandbox.calls import Call
from core.sandbox.faults import Answer, Faults
from core.sandbox.kinds import Kind
from core.sandbox.kubeconfig import PREFIX
from core.sandbox.reads import version_of
from core.sandbox.routes import Target
from core.sandbox.statuses import StatusError
from core.sandbox.watching import Watch, WatchRequest

Object = dict[str, object]
Audit = tuple[str, str, str, int, float]  # method, path with query, user, status, monotonic time
BODY_MAX_BYTES = 3 * 1024 * 1024
_REQUESTS_MAX = 20_000
_MANAGER_MAX = 128
_WATCH_DEFAULT_S = 1800.0
_PREFIX = re.compile(re.escape(PREFIX) + "([^/]+)")
_LAST_BOOKMARK_S = 2.0  # as the real server's watch cache
_TRUE = ("1", "true", "True")
_OPEN = ("/version", "/healthz", "/livez", "/readyz")
_PATCHES = (
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)
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


def _asked(request: web.Request) -> tuple[str, str]:
    """Return the token, and the path with query as the API knows it."""
    path = request.path_qs
    header = request.headers.get("Authorization", "")
    match = _PREFIX.match(path)
    if match is None:
        return header.removeprefix("Bearer ").strip(), path
    return match[1], path[match.end() :]


def _root(split: tuple[str, str, list[str]]) -> str:
    group, version, _ = split
    return f"/apis/{group}/{version}" if group else f"/api/{version}"


def _manager_of(request: web.Request) -> str:
    given = request.query.get("fieldManager", "")
    prefix = request.headers.get("User-Agent", "").split("/")[0]
    return (given or "".join(c for c in prefix if c.isprintable()))[:_MANAGER_MAX]


def _json(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/json",
        headers=headers,
    )


def _warned(response: web.Response, warnings: Iterable[str]) -> web.Response:
    for warning in warnings:
        text = warning.replace("\\", "\\\\").replace('"', '\\"')
        response.headers.add("Warning", f'299 - "{text}"')
    return response


def _failed(error: StatusError) -> web.Response:
    headers = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return _json(error.body, error.code, headers)


class Face:
    """Answers every request, from one handler: the paths are the API's own grammar."""

    def __init__(self, api: Api, clock: Callable[[], float], bookmark_period_s: float) -> None:
        """Serve *api*."""
        self.tokens = users.new_tokens()
        self._api, self._clock, self._bookmark_period_s = api, clock, bookmark_period_s
        self._users = {token: user for user, token in self.tokens.items()}
        self.requests: deque[Audit] = deque(maxlen=_REQUESTS_MAX)
        self._watches: set[Watch] = set()
        self.faults = Faults(self.cut_watches, self.forget)
        self.address = ""
        api.on_kind_gone = self._end_watches

    def cut_watches(self) -> None:
        """Break every open watch."""
        for watch in self._watches:
            watch.end(cut=True)

    def forget(self) -> None:
        """Drop the history and the lists under way."""
        self._api.store.forget()
        self._api.reader.forget()

    def _end_watches(self, kind: Kind) -> None:
        for watch in self._watches:
            if watch.request.kind.resource == kind.resource:
                watch.end()

    # --- every request ------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, and note that it came."""
        token, path = _asked(request)
        user = self._users.get(token) if token else "system:anonymous"
        await self.faults.wait_if_stalled(path)
        fault = self.faults.take(request.method, path)
        if fault is not None:
            self._note(request, user or "", fault.status)
            return _faulty(fault)
        try:
            if user is None and request.path not in _OPEN:
                raise statuses.unauthorized()
            response = await self._answer(request, user or "system:anonymous", path)
        except StatusError as error:
            response = _failed(error)
        if not isinstance(response, web.Response):
            return response  # a watch, noted when it began
        self._note(request, user or "", response.status)
        target = routes.target_of(path.split("?", 1)[0], self._api.registry)
        return _warned(response, [target.kind.warning] if target and target.kind.warning else [])

    def _note(self, request: web.Request, user: str, status: int) -> None:
        entry = (request.method, _asked(request)[1], user, status, time.monotonic())
        self.requests.append(entry)

    async def _answer(self, request: web.Request, user: str, asked: str) -> web.StreamResponse:
        path = asked.split("?", 1)[0]
        target = routes.target_of(path, self._api.registry)
        if target is None:
            return await self._elsewhere(request, user, path)
        watching = request.query.get("watch") in _TRUE
        verb = routes.verb_of(request.method, target, watching=watching)
        if not users.may(user, verb):
            call = (target.namespace, target.name, target.subresource)
            raise users.refusal(user, verb, target.kind, call)
        if verb == "watch":
            return await self._watch(request, user, target)
        if verb in ("get", "list"):
            return self._read(request, target)
        return await self._write(request, target, verb)

    async def _elsewhere(self, request: web.Request, user: str, path: str) -> web.Response:
        """Answer what is not about objects: discovery, OpenAPI, health, reviews."""
        path = path.rstrip("/")
        if path in ("/healthz", "/livez", "/readyz"):
            return web.Response(text="ok")
        if path == "/version":
            return _json(discovery.VERSION)
        if user == "system:anonymous":
            message = f'forbidden: User "{user}" cannot get path "{path}"'
            raise StatusError(403, "Forbidden", message, details={})
        if request.method == "POST" and "/authorization.k8s.io/v1/" in path:
            body = await _body(request)
            review = users.access_review if path.endswith("accessreviews") else users.rules_review
            return _json(review(user, body), 201)
        found = self._document(path, request.path.removesuffix(path))
        split = routes.group_version(path)
        if found is None and split and self._document(_root(split), "") is not None:
            raise statuses.no_such_path()
        if found is None:
            return web.Response(text="404 page not found\n", status=404)
        return _json(found)

    def _document(self, path: str, prefix: str) -> Object | None:
        registry = self._api.registry
        if path == "/api":
            return discovery.core_versions(self.address)
        if path == "/apis":
            return discovery.groups(registry)
        if path == "/openapi/v3":
            return discovery.openapi_index(registry, prefix)
        opened = path.startswith("/openapi/v3/")
        split = routes.group_version(path.removeprefix("/openapi/v3"))
        if split is None:
            group = path.removeprefix("/apis/")
            return discovery.group(registry, group) if path.startswith("/apis/") else None
        if split[2]:
            return None
        if opened:
            return discovery.openapi(registry, split[0], split[1])
        return discovery.resources(registry, split[0], split[1])

    # --- reads --------------------------------------------------------------------------------

    def _read(self, request: web.Request, target: Target) -> web.Response:
        form = forms.form_of(request.headers.get("Accept", ""))
        whole = request.query.get("includeObject") == "Object"
        now_s = self._clock()
        if not target.name:
            answer = self._api.reader.listed(target.kind, target.namespace, request.query)
            shown = forms.shown_list(answer, target.kind, form, now_s, whole_rows=whole)
            return _json(shown)
        thing = self._api.read(target)
        return _json(forms.shown(thing, target.kind, form, now_s, whole_rows=whole))

    async def _watch(self, request: web.Request, user: str, target: Target) -> web.StreamResponse:
        watch = Watch(self._api.store, _watch_request(request, target), self._clock)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        self._note(request, user, 200)
        self._watches.add(watch)
        lasts_s = float(request.query.get("timeoutSeconds") or _WATCH_DEFAULT_S)
        try:
            await self._stream(watch, response, lasts_s)
        except ConnectionError:
            return response
        finally:
            self._watches.discard(watch)
            watch.close()
        if watch.cut and request.transport is not None:
            request.transport.abort()
        else:
            await response.write_eof()
        return response

    async def _stream(self, watch: Watch, response: web.StreamResponse, lasts_s: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + lasts_s
        mark = loop.time() + self._bookmark_period_s
        if lasts_s > _LAST_BOOKMARK_S:  # one more shortly before the end
            mark = min(mark, end - _LAST_BOOKMARK_S)
        while True:
            sent = await watch.pending(min(end, mark) - loop.time())
            if watch.cut:
                return
            if sent:
                await response.write(sent)
                continue
            if watch.ended:
                return
            now = loop.time()
            if watch.request.bookmarks and mark <= now < end:
                watch.bookmark()
                await response.write(await watch.pending(0))
            if now >= end:
                return
            if now >= mark:
                mark = now + self._bookmark_period_s

    # --- writes -------------------------------------------------------------------------------

    async def _write(self, request: web.Request, target: Target, verb: str) -> web.Response:
        call = _call(request, target)
        try:
            return await self._written(request, target, verb, call)
        except StatusError as error:
            return _warned(_failed(error), call.warnings)

    async def _written(
        self, request: web.Request, target: Target, verb: str, call: Call
    ) -> web.Response:
        if verb == "patch":
            content_type = request.content_type
            if content_type not in _PATCHES:
                raise _unsupported()
            body: object = await _decoded(request)
            if content_type == _PATCHES[-1]:
                _check_apply(request)
            thing, created = self._api.patch(call, content_type, body)
        elif verb == "create":
            thing, created = self._api.create(call, await _body(request)), True
        elif verb == "update":
            thing, created = self._api.update(call, await _body(request))
        else:
            answer = self._api.delete(call, await _body(request), request.query)
            return _warned(_json(answer), call.warnings)
        form = forms.form_of(request.headers.get("Accept", ""))
        shown = forms.shown(thing, target.kind, form, self._clock())
        return _warned(_json(shown, 201 if created else 200), call.warnings)


def _unsupported() -> StatusError:
    message = "415: Unsupported Media Type"
    return StatusError(415, "UnsupportedMediaType", message, details={})


def _faulty(fault: Answer) -> web.Response:
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    if fault.body is not None:
        return web.Response(body=fault.body, status=fault.status, headers=headers)
    reason = _REASONS.get(fault.status, "")
    error = StatusError(fault.status, reason, f"the sandbox was told to answer {fault.status}")
    return _json(error.body, fault.status, headers)


def _call(request: web.Request, target: Target) -> Call:
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
        force=query.get("force") in _TRUE,
        strict=query.get("fieldValidation") or "Warn",
    )


def _check_apply(request: web.Request) -> None:
    if not request.query.get("fieldManager"):
        cause = statuses.required("fieldManager", "is required for apply patch")
        raise statuses.invalid_options("PatchOptions", [cause])


async def _decoded(request: web.Request) -> object:
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


async def _body(request: web.Request) -> Object:
    body = await _decoded(request)
    if not isinstance(body, dict):
        raise statuses.bad_request("the body is not an object")
    return body


def _watch_request(request: web.Request, target: Target) -> WatchRequest:
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
        initial_events=None if initial is None else initial in _TRUE,
        bookmarks=query.get("allowWatchBookmarks") in _TRUE,
    )
