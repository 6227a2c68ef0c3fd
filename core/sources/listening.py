"""Being told of a push: a listener for webhooks, of the controller alone and only where asked for.

What a delivery says is a reason to ask the server now, and nothing more: what is fetched and from
where stands in the settings.  So a forged or repeated one costs a poll; one that is not signed with
the shared secret costs nothing.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from aiohttp import web

from core.errors import UsageError
from core.git import shared_name
from core.model import Json
from core.model.sources.remotes import Webhook

BODY_BYTES: Final = 2**20
_SIGNED: Final = ("X-Hub-Signature-256", "X-Gitea-Signature")  # GitHub's way, which others follow
_PLAIN: Final = "X-Gitlab-Token"  # GitLab sends the secret itself
_PLACES: Final = ("repository", "project")
_ADDRESSES: Final = (
    *("clone_url", "ssh_url", "html_url", "git_url", "url"),
    *("git_http_url", "git_ssh_url", "homepage", "web_url"),
)


class Listener:
    """Listens for deliveries and rings for the repositories they are about."""

    def __init__(self, spec: Webhook, known: Iterable[str], ring: Callable[[str], None]) -> None:
        """Listen to nothing yet.

        Args:
            spec: Where, and with which secret.
            known: Addresses of the repositories that are followed.
            ring: Takes one of them; called on the loop that `start` ran on.
        """
        self._spec, self._ring = spec, ring
        self._known = {address: shared_name(address) for address in known}
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            UsageError: The secret cannot be read, or the address is taken.
        """
        secret = _secret(Path(self._spec.secret_file))

        async def deliver(request: web.Request) -> web.Response:
            body = await request.read()
            if not _is_signed(request, body, secret):
                return web.Response(status=401, text="the signature is not right\n")
            told = _told(body, request.content_type)
            asked = [address for address, name in self._known.items() if not told or name in told]
            for address in asked:
                self._ring(address)
            return web.Response(status=202, text=f"{len(asked)} asked\n")

        application = web.Application(client_max_size=BODY_BYTES)
        application.router.add_post("/", deliver)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._spec.host, self._spec.port)
        try:
            await site.start()
        except OSError as error:
            where = f"{self._spec.host}:{self._spec.port}"
            await self.stop()
            raise UsageError(f"webhook: cannot listen on {where}: {error.strerror}") from error

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def _secret(file: Path) -> bytes:
    try:
        secret = file.read_bytes().strip()
    except OSError as error:
        raise UsageError(f"webhook: secret_file {file}: {error.strerror}") from error
    if not secret:
        raise UsageError(f"webhook: secret_file {file} is empty")
    return secret


def _is_signed(request: web.Request, body: bytes, secret: bytes) -> bool:
    plain = request.headers.get(_PLAIN)
    if plain is not None:
        return hmac.compare_digest(plain.encode(errors="replace"), secret)
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest().encode()
    headers = (request.headers.get(name, "") for name in _SIGNED)
    given = (said.removeprefix("sha256=").encode(errors="replace") for said in headers)
    return any(hmac.compare_digest(one, expected) for one in given)


def _told(body: bytes, content_type: str) -> frozenset[str]:
    """Return which repositories a delivery names, as all clones of them do; none: it names none."""
    if content_type == "application/x-www-form-urlencoded":
        body = parse_qs(body.decode(errors="replace")).get("payload", [""])[0].encode()
    try:
        payload: Json = json.loads(body)
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(filter(None, map(shared_name, _addresses(payload))))


def _addresses(payload: Json) -> Iterator[str]:
    for place in _PLACES:
        named = payload.get(place) if isinstance(payload, dict) else None
        for key in _ADDRESSES:
            address = named.get(key) if isinstance(named, dict) else None
            if isinstance(address, str):
                yield address
