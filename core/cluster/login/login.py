"""Who we are to one API server, and where it is: values, none of which shows a credential."""

import asyncio
import hashlib
import ssl
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from core.clock import Clock

TOKEN_LETTERS_MAX: Final = 1024 * 1024
REREAD_S: Final = 60.0  # kubelet rotates a pod's token in place; client-go reads it this often


class Bearer(Protocol):
    """Where the Authorization header comes from."""

    def header(self) -> Awaitable[str | None]:
        """Return the header to send now; None sends none (client certificate)."""
        ...

    def refused(self, header: str | None) -> Awaitable[bool]:
        """Note that the server refused *header*; return whether there may be a better one."""
        ...


class Origin(Protocol):
    """What a login was made of, where somebody may change it while we run."""

    def changed(self) -> Awaitable[bool]:
        """Tell whether it is another one now; it may raise a `ProductError` instead."""
        ...


class Files:
    """Certificates and keys in files."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Remember what they hold now."""
        self._paths = tuple(paths)
        self._digest = self._read()

    async def changed(self) -> bool:
        """Tell whether one of them holds something else; one that is gone for a moment does not."""
        now = await asyncio.to_thread(self._read)
        return now is not None and now != self._digest

    def _read(self) -> bytes | None:
        digest = hashlib.sha256()
        try:
            for path in self._paths:
                digest.update(Path(path).read_bytes())
        except OSError:
            return None
        return digest.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One resolved context."""

    context: str  # name in the kubeconfig, "in-cluster" inside a pod
    server: str  # URL without a slash at its end
    namespace: str
    user: str  # for display
    bearer: Bearer = field(repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    server_hostname: str | None = None
    proxy: str | None = field(default=None, repr=False)  # its URL may hold a password
    compressed: bool = True  # answers may be; next to the server it would deflate for nothing
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # impersonation
    origin: Origin | None = field(default=None, repr=False)  # None: it stays as it is

    @property
    def address(self) -> str:
        """The server as it is named in words: a path of a proxy can hold a token."""
        return "/".join(self.server.split("/", 3)[:3])

    @property
    def host(self) -> str:
        """Its name and port alone, as requests are counted by."""
        return self.address.rpartition("/")[2].rpartition("@")[2]


class FixedBearer:
    """A header that never changes, or none."""

    def __init__(self, header: str | None) -> None:
        """Keep *header*."""
        self._header = header

    @property
    def empty(self) -> bool:
        """Whether there is no header at all."""
        return self._header is None

    async def header(self) -> str | None:
        """Return it."""
        return self._header

    async def refused(self, header: str | None) -> bool:
        """There is nothing better."""
        return header != self._header


class FileBearer:
    """A token in a file that somebody else rotates.

    A file that is empty or gone for a moment keeps the old token (F63): rotation is not atomic
    everywhere.
    """

    def __init__(self, path: str, token: str, clock: Clock) -> None:
        """Begin with *token*, just read from *path*."""
        self._path, self._token, self._clock = path, token, clock
        self._read_at = clock.monotonic()

    async def header(self) -> str | None:
        """Return the token, read again if it is a minute old."""
        if self._clock.monotonic() - self._read_at >= REREAD_S:
            self._reread()
        return f"Bearer {self._token}"

    async def refused(self, header: str | None) -> bool:
        """Read again at once."""
        self._reread()
        return header != f"Bearer {self._token}"

    def _reread(self) -> None:
        self._read_at = self._clock.monotonic()
        self._token = read_token(self._path) or self._token


def read_token(path: str) -> str:
    """Return the token in a file, "" if it cannot be read or holds something else.

    Only of a file: opening a pipe would wait for whoever writes to it.
    """
    try:
        if not Path(path).is_file():
            return ""
        with open(path, encoding="ascii") as file:  # noqa: PTH123 - a name from a kubeconfig
            token = file.read(TOKEN_LETTERS_MAX).strip()
    except (OSError, ValueError):
        return ""
    return token if token.isprintable() else ""
