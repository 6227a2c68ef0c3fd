"""The HTTP face: who asks, what for, and the answer in bytes."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from aiohttp import web

from core.sandbox.auditing import AuditLog, Written
from core.sandbox.serve import discovery, forms, routes, users
from core.sandbox.serve.api import Api
from core.sandbox.serve.faults import Faults
from core.sandbox.serve.routes import Target
from core.sandbox.serve.watching import Watch
from core.sandbox.serve.wire import (
    PATCHES,
    TRUE,
    asked,
    body_of,
    call_of,
    check_apply,
    decoded,
    faulty,
    name_in,
    refusal,
    reply,
    root_of,
    unsupported,
    warned,
    watch_request,
)
from core.sandbox.storing.calls import Call
from core.sandbox.types import statuses
from core.sandbox.types.kinds import Kind
from core.sandbox.types.statuses import StatusError

Object = dict[str, object]
Audit = tuple[str, str, str, int, float]  # method, path with query, user, status, monotonic time
_REQUESTS_MAX = 20_000
_WATCH_DEFAULT_S = 1800.0
_LAST_BOOKMARK_S = 2.0  # as the real server's watch cache
_WRITING = ("POST", "PUT", "PATCH", "DELETE")
_OPEN = ("/version", "/healthz", "/livez", "/readyz")


class Face:
    """Answers every request, from one handler: the paths are the API's own grammar."""

    def __init__(
        self,
        api: Api,
        clock: Callable[[], float],
        bookmark_period_s: float,
        audit_log: AuditLog | None = None,
    ) -> None:
        """Serve *api*."""
        self._audit_log = audit_log
        self.tokens = users.new_tokens()
        self._api, self._clock, self._bookmark_period_s = api, clock, bookmark_period_s
        self._users = {token: user for user, token in self.tokens.items()}
        self.requests: deque[Audit] = deque(maxlen=_REQUESTS_MAX)
        self._watches: set[Watch] = set()
        self.faults = Faults(self.cut_watches, self.forget, api.store.remember)
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
        token, path = asked(request)
        began = self._clock()
        user = self._users.get(token) if token else "system:anonymous"
        await self.faults.wait_if_stalled(path)
        fault = self.faults.take(request.method, path)
        if fault is not None:
            self._note(request, user or "", fault.status)
            return faulty(fault)
        try:
            if user is None and request.path not in _OPEN:
                raise statuses.unauthorized()
            response = await self._answer(request, user or "system:anonymous", path)
        except StatusError as error:
            response = refusal(error)
        if not isinstance(response, web.Response):
            return response  # a watch, noted when it began
        self._note(request, user or "", response.status)
        target = routes.target_of(path.split("?", 1)[0], self._api.registry)
        if target is not None and request.method in _WRITING:
            self._audit(request, response, target, user or "system:anonymous", began)
        return warned(response, [target.kind.warning] if target and target.kind.warning else [])

    def _note(self, request: web.Request, user: str, status: int) -> None:
        entry = (request.method, asked(request)[1], user, status, time.monotonic())
        self.requests.append(entry)

    def _audit(
        self, request: web.Request, response: web.Response, target: Target, user: str, began: float
    ) -> None:
        if self._audit_log is None:
            return
        made = Written(
            target=target,
            verb=routes.verb_of(request.method, target, watching=False),
            name=target.name or name_in(response),
            uri=asked(request)[1],
            user=user,
            user_agent=request.headers.get("User-Agent", ""),
            status=response.status,
            began=began,
            ended=self._clock(),
        )
        self._audit_log.note(made)

    async def _answer(self, request: web.Request, user: str, where: str) -> web.StreamResponse:
        path = where.split("?", 1)[0]
        target = routes.target_of(path, self._api.registry)
        if target is None:
            return await self._elsewhere(request, user, path)
        watching = request.query.get("watch") in TRUE
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
            return reply(discovery.VERSION)
        if user == "system:anonymous":
            message = f'forbidden: User "{user}" cannot get path "{path}"'
            raise StatusError(403, "Forbidden", message, details={})
        if request.method == "POST" and "/authorization.k8s.io/v1/" in path:
            body = await body_of(request)
            review = users.access_review if path.endswith("accessreviews") else users.rules_review
            return reply(review(user, body), 201)
        found = self._document(path, request.path.removesuffix(path))
        split = routes.group_version(path)
        if found is None and split and self._document(root_of(split), "") is not None:
            raise statuses.no_such_path()
        if found is None:
            return web.Response(text="404 page not found\n", status=404)
        return reply(found)

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
            return reply(shown)
        thing = self._api.read(target)
        return reply(forms.shown(thing, target.kind, form, now_s, whole_rows=whole))

    async def _watch(self, request: web.Request, user: str, target: Target) -> web.StreamResponse:
        watch = Watch(self._api.store, watch_request(request, target), self._clock)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        self._note(request, user, 200)
        self._watches.add(watch)
        lasts_s = float(request.query.get("timeoutSeconds") or _WATCH_DEFAULT_S)
        try:
            await response.prepare(request)
            await self._stream(watch, response, lasts_s)
        except ConnectionError:
            return response  # the client is gone, perhaps before it was answered
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
        call = call_of(request, target)
        try:
            return await self._written(request, target, verb, call)
        except StatusError as error:
            return warned(refusal(error), call.warnings)

    async def _written(
        self, request: web.Request, target: Target, verb: str, call: Call
    ) -> web.Response:
        if verb == "patch":
            content_type = request.content_type
            if content_type not in PATCHES:
                raise unsupported()
            body: object = await decoded(request)
            if content_type == PATCHES[-1]:
                check_apply(request)
            thing, created = self._api.patch(call, content_type, body)
        elif verb == "create":
            thing, created = self._api.create(call, await body_of(request)), True
        elif verb == "update":
            thing, created = self._api.update(call, await body_of(request))
        else:
            answer = self._api.delete(call, await body_of(request), request.query)
            return warned(reply(answer), call.warnings)
        form = forms.form_of(request.headers.get("Accept", ""))
        shown = forms.shown(thing, target.kind, form, self._clock())
        return warned(reply(shown, 201 if created else 200), call.warnings)
