"""A colleague who causes drift: what hurried people do with kubectl, one deed every few seconds.

Each deed is the request kubectl would send, with its field manager and user agent, so that
driftdeck can tell who did what.  The order is fixed by a seed: a demo can be repeated, and tested.
What somebody has just put right she leaves alone for a while: nobody wants to sync in vain.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

import aiohttp

PERIOD_S: Final = 4.0
_STRATEGIC: Final = "application/strategic-merge-patch+json"
_MERGE: Final = "application/merge-patch+json"
_APPS: Final = "/apis/apps/v1/namespaces"
_CORE: Final = "/api/v1/namespaces"
_RETRY_S: Final = 0.1
REST_S: Final = 90.0  # after something was put right
KUBECTL: Final = "kubectl/v1.37.2 (linux/amd64) kubernetes/0000000"

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing the colleague does; its body may depend on how often it was done."""

    words: str  # the kubectl command line that does the same
    path: str
    manager: str = ""  # "" deletes
    body: Callable[[int], Body] = lambda _: {}
    content_type: str = _STRATEGIC


def _containers(name: str, **fields: object) -> Body:
    return {"spec": {"template": {"spec": {"containers": [{"name": name, **fields}]}}}}


DEEDS: Final = (
    Deed(
        "kubectl -n shop scale deployment web",
        f"{_APPS}/shop/deployments/web/scale",
        "kubectl",
        lambda again: {"spec": {"replicas": 5 + again % 4}},
        _MERGE,
    ),
    Deed(
        "kubectl -n shop set image deployment web web=shop/web:1.43.0-rc1",
        f"{_APPS}/shop/deployments/web",
        "kubectl-set",
        lambda again: _containers("web", image=f"shop/web:1.43.0-rc{again + 1}"),
    ),
    Deed(
        "kubectl -n shop edit configmap shop",
        f"{_CORE}/shop/configmaps/shop",
        "kubectl-edit",
        lambda again: {"data": {"search.results": str(48 + 12 * again)}},
    ),
    Deed("kubectl -n shop delete service cart", f"{_CORE}/shop/services/cart"),
    Deed(
        "kubectl -n shop label deployment cart app=cart-test --overwrite",
        f"{_APPS}/shop/deployments/cart",
        "kubectl-label",
        lambda again: {"metadata": {"labels": {"app": f"cart-test-{again}", "owner": "alice"}}},
        _MERGE,
    ),
    Deed(
        "kubectl -n shop edit cronjob remove-abandoned-carts",
        "/apis/batch/v1/namespaces/shop/cronjobs/remove-abandoned-carts",
        "kubectl-edit",
        lambda again: {"spec": {"suspend": again % 2 == 0, "schedule": f"{again % 60} 4 * * *"}},
    ),
    Deed(
        "kubectl -n monitoring scale deployment grafana",
        f"{_APPS}/monitoring/deployments/grafana/scale",
        "kubectl",
        lambda again: {"spec": {"replicas": 2 + again % 2}},
        _MERGE,
    ),
    Deed(
        "kubectl -n monitoring patch configmap alerts",
        f"{_CORE}/monitoring/configmaps/alerts",
        "kubectl-patch",
        lambda again: {"data": {"shop.rules": f"groups: []  # too loud, round {again + 1}\n"}},
    ),
    Deed(
        "kubectl -n shop set resources deployment cart --limits=memory=64Mi",
        f"{_APPS}/shop/deployments/cart",
        "kubectl-set",
        lambda again: _containers(
            "cart", resources={"limits": {"memory": f"{64 << (again % 3)}Mi"}}
        ),
    ),
    Deed("kubectl -n monitoring delete service grafana", f"{_CORE}/monitoring/services/grafana"),
)


def order(seed: int, count: int) -> tuple[int, ...]:
    """Return which deed comes at which place of one round: all of them once, by *seed*."""
    # A stride without a common divisor visits every place; 3 and 7 have none with ten deeds.
    stride = (1, 3, 7, 9)[seed % 4]
    return tuple((seed + stride * place) % count for place in range(count))


class Colleague:
    """Alice, who means well."""

    def __init__(
        self,
        server: str,
        token: str,
        *,
        period_s: float = PERIOD_S,
        seed: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Work on *server* as the user of *token*, a deed every *period_s* seconds."""
        self._server, self._token = server.rstrip("/"), token
        self._period_s, self._seed, self._clock = period_s, seed, clock
        self._rounds = 0
        self._done: dict[str, float] = {}  # when each deed was done last

    async def work(
        self, *, rounds: int | None = None, told: Callable[[str], None] | None = None
    ) -> None:
        """Cause drift until cancelled, or for *rounds*; *told* hears each deed in words."""
        headers = {"Authorization": f"Bearer {self._token}", "User-Agent": KUBECTL}
        async with aiohttp.ClientSession(self._server, headers=headers) as session:
            await _answering(session)
            until = None if rounds is None else self._rounds + rounds
            while until is None or self._rounds < until:
                for place in order(self._seed, len(DEEDS)):
                    await asyncio.sleep(self._period_s)
                    words = await self._act(session, DEEDS[place])
                    if told is not None and words:
                        told(words)
                self._rounds += 1

    async def _act(self, session: aiohttp.ClientSession, deed: Deed) -> str:
        """Do one deed and tell it; "" where she lets it be."""
        before = self._done.get(deed.words)
        now = self._clock()
        if before is not None and await _is_put_right(session, deed, max(before, now - REST_S)):
            return ""
        self._done[deed.words] = now
        return await _do(session, deed, self._rounds)


async def _answering(session: aiohttp.ClientSession) -> None:
    """Wait until the server answers."""
    while True:
        try:
            async with session.get("/version"):
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(_RETRY_S)


async def _is_put_right(session: aiohttp.ClientSession, deed: Deed, since: float) -> bool:
    """Tell whether somebody else wrote the object after *since*, or it is gone."""
    try:
        async with session.get(deed.path.removesuffix("/scale")) as answer:
            found = await answer.json()
    except aiohttp.ClientError:
        return False
    if answer.status != HTTPStatus.OK:
        return True
    entries = found["metadata"].get("managedFields", ())
    others = (entry for entry in entries if not entry["manager"].startswith("kubectl"))
    times = (datetime.fromisoformat(entry["time"]).timestamp() for entry in others)
    return max(times, default=0.0) >= int(since)  # the server counts whole seconds


async def _do(session: aiohttp.ClientSession, deed: Deed, again: int) -> str:
    """Do one deed and tell it; what is gone already stays gone."""
    headers = {"Content-Type": deed.content_type} if deed.manager else {}
    try:
        async with session.request(
            "PATCH" if deed.manager else "DELETE",
            deed.path,
            params={"fieldManager": deed.manager} if deed.manager else {},
            json=deed.body(again) if deed.manager else None,
            headers=headers,
        ) as answer:
            refused = answer.status >= HTTPStatus.BAD_REQUEST
            return f"{deed.words} (refused: {answer.status})" if refused else deed.words
    except aiohttp.ClientError:
        return f"{deed.words} (no answer)"
