"""dulwich's clients, with what they leave open closed: hosts, keys, prompts, silences.

Runs in the child process alone.
"""

import re
import shlex
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import urllib3
from dulwich.client import (
    GitClient,
    HTTPProxyUnauthorized,
    HTTPUnauthorized,
    InvalidWants,
    SSHGitClient,
    TCPGitClient,
    Urllib3HttpGitClient,
)
from dulwich.errors import (
    GitProtocolError,
    HangupException,
    NotGitRepository,
    SendPackError,
)
from typing_extensions import override

from core.clean import clean
from core.errors import DeniedError, ProductError, UnavailableError
from core.git.local.faults import DAMAGE
from core.git.remotes.exchange import Asked
from core.model.sources.remotes import Address

CONNECT_S: Final = 15.0
REDIRECTS_MAX: Final = 5
LISTING_BYTES: Final = 16 * 2**20
LISTING_HEAD: Final = 200
WORDS_MAX: Final = 300
_UNTRUSTED: Final = "Host key verification failed"
_UNKNOWN: Final = "Permission denied"
_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/=]+")


def client_of(asked: Asked) -> GitClient:
    """Return who speaks to the server; nothing is contacted yet."""
    address = asked.remote.address
    host = address.host.strip("[]")
    if address.scheme == "ssh":
        return SSHGitClient(
            host,
            port=address.port,
            username=address.user or None,
            ssh_command=shlex.join(ssh_words(asked)),
            quiet=True,
        )
    if address.scheme == "git":
        return TCPGitClient(host, port=address.port, quiet=True)
    return Urllib3HttpGitClient(
        f"{address.scheme}://{address.host}:{address.port}/",
        pool_manager=_connections(asked),
        username=asked.username or None,
        password=asked.token or None,
        quiet=True,
    )


def ssh_words(asked: Asked) -> list[str]:
    """Return how ssh is called: it asks nobody anything, and takes no key of a host on trust."""
    remote = asked.remote
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "ClearAllForwardings": "yes",
        "PermitLocalCommand": "no",
        "ConnectTimeout": f"{CONNECT_S:.0f}",
        "ServerAliveInterval": f"{asked.timeout_s / 2:.0f}",
        "ServerAliveCountMax": "2",
    }
    if remote.ssh_key:
        options |= {"IdentityFile": _quoted(remote.ssh_key), "IdentitiesOnly": "yes"}
    if remote.known_hosts:
        options |= {"UserKnownHostsFile": _quoted(remote.known_hosts)}
        options |= {"GlobalKnownHostsFile": "/dev/null"}
    words = ["ssh", "-T"]
    for name, value in options.items():
        words += ["-o", f"{name}={value}"]
    return words


def _quoted(path: str) -> str:
    """Write a path as ssh's settings take one with spaces; its %-signs are no tokens."""
    return f'"{path.replace("%", "%%")}"'


def _connections(asked: Asked) -> "_OneHost":
    """Return connections to the host of *asked* alone, through the proxy of the environment."""
    address = asked.remote.address
    proxies = getproxies_environment()
    proxy = proxies.get(address.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(f"{address.host}:{address.port}"):
        return _Direct(address, _options(asked))
    return _ThroughProxy(address, _options(asked), proxy)


def _options(asked: Asked) -> dict[str, Any]:
    once = urllib3.Retry(
        total=REDIRECTS_MAX, connect=0, read=0, redirect=REDIRECTS_MAX, status=0, other=0
    )
    return {
        "cert_reqs": "CERT_REQUIRED",
        "ca_certs": asked.remote.ca_file or None,
        "timeout": urllib3.Timeout(connect=CONNECT_S, read=asked.timeout_s),
        "retries": once,
    }


class _OneHost(urllib3.PoolManager):
    """Connections to one host: where a redirect leads elsewhere, or out of TLS, it is refused."""

    _address: Address

    @override
    def urlopen(self, method: str, url: str, redirect: bool = True, **kw: Any) -> Any:  # type: ignore[override]
        parts = urllib3.util.parse_url(url)
        if (parts.scheme, parts.host) != (self._address.scheme, self._address.host):
            said = f"{parts.scheme}://{parts.host}"
            raise UnavailableError(f"the server redirects to {clean(said)}, which is refused")
        response = super().urlopen(method, url, redirect, **kw)
        kind = str(response.headers.get("Content-Type") or "nothing it has a name for")
        if response.status == HTTPStatus.OK and not kind.startswith("application/x-git-"):
            said = clean(kind, max_cells=WORDS_MAX)
            raise UnavailableError(f"{self._address} answers with {said}, not with Git's protocol")
        body = kw.get("body")
        asked = body[:LISTING_HEAD] if isinstance(body, bytes) else b""
        if method == "GET" or b"command=ls-refs" in asked:
            response.read = _Counted(response.read, self._address)  # type: ignore[assignment, method-assign]
        return response


class _Direct(_OneHost):
    """Straight to the host."""

    def __init__(self, address: Address, options: dict[str, Any]) -> None:
        super().__init__(**options)
        self._address = address


class _ThroughProxy(_OneHost, urllib3.ProxyManager):
    """Through a proxy, which sees the host's name and no more."""

    def __init__(self, address: Address, options: dict[str, Any], proxy: str) -> None:
        parts = urlsplit(proxy)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        headers = urllib3.make_headers(proxy_basic_auth=f"{user}:{password}" if user else None)
        urllib3.ProxyManager.__init__(self, proxy, proxy_headers=headers, **options)
        self._address = address


class _Counted:
    """The reading of a listing of refs, which ends if the listing does not."""

    def __init__(self, read: Callable[..., bytes], address: Address) -> None:
        self._read, self._address, self._left = read, address, LISTING_BYTES

    def __call__(self, *words: object) -> bytes:
        some = self._read(*words)
        self._left -= len(some)
        if self._left < 0:
            most = LISTING_BYTES >> 20
            raise UnavailableError(f"{self._address} lists more than {most} MiB of refs")
        return some


@contextmanager
def spoken_to(asked: Asked) -> Iterator[None]:
    """Turn what dulwich and its helpers raise about a server into words.

    Raises:
        DeniedError: It refuses what we showed it.
        UnavailableError: It cannot be asked now, or speaks nonsense.
    """
    where = str(asked.remote.address)
    try:
        yield
    except ProductError:
        raise
    except HTTPUnauthorized as error:
        shown = "the credentials" if asked.token else "a request without credentials"
        raise DeniedError(f"{where} refuses {shown} (401)") from error
    except HTTPProxyUnauthorized as error:
        raise DeniedError(f"{where}: the proxy wants credentials (407)") from error
    except NotGitRepository as error:
        reason = "there is no such repository, or none for these credentials"
        raise DeniedError(f"{where}: {reason}") from error
    except MemoryError as error:
        reason = "what the server sends does not fit into the memory that fetching may take"
        raise UnavailableError(f"{where}: {reason}") from error
    except (HangupException, GitProtocolError, SendPackError, InvalidWants) as error:
        raise _of_server(where, error) from error
    except (urllib3.exceptions.HTTPError, OSError, *DAMAGE) as error:
        raise UnavailableError(f"{where}: {words_of(error)}") from error


def _of_server(where: str, error: Exception) -> ProductError:
    lines = getattr(error, "stderr_lines", None) or []
    said = " ".join(b" ".join(lines).decode(errors="replace").split())
    if _UNTRUSTED in said:
        key = _FINGERPRINT.search(said)
        reason = f"the host shows a key ({key[0]})" if key is not None else "the host's key is one"
        return DeniedError(f"{where}: {reason} that known_hosts does not have; {_UNTRUSTED}")
    words = clean(said, max_cells=WORDS_MAX) if said else words_of(error)
    if _UNKNOWN in words:
        return DeniedError(f"{where}: ssh says: {words}")
    return UnavailableError(f"{where}: {words}")


def words_of(error: BaseException) -> str:
    """Return what an error says, in one line; the operating system's own words say most."""
    said = str(error)
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ssl.SSLCertVerificationError):
            said = f"its certificate is refused: {inner.verify_message}"
        elif isinstance(inner, urllib3.exceptions.TimeoutError):
            said = "it does not answer in time"
        elif isinstance(inner, OSError) and inner.strerror:
            said = inner.strerror
        reason = getattr(inner, "reason", None)
        inner = reason if isinstance(reason, Exception) else inner.__cause__ or inner.__context__
    return clean(" ".join(said.split()) or type(error).__name__, max_cells=WORDS_MAX)
