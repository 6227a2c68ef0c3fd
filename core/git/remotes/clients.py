"""dulwich's clients, with what they leave open closed: hosts, keys, prompts, silences.

Runs in the child process alone.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

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
from core.git.reading.faults import DAMAGE
from core.git.remotes.exchange import Asked

CONNECT_S: Final = 15.0
REDIRECTS_MAX: Final = 5
WORDS_MAX: Final = 300
_REFUSED: Final = ("Permission denied", "Host key verification failed", "HOST IDENTIFICATION")


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
        pool_manager=OneHost(asked),
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


class OneHost(urllib3.PoolManager):
    """Connections to one host: where a redirect leads elsewhere, or out of TLS, it is refused."""

    def __init__(self, asked: Asked) -> None:
        """Allow the host of *asked* alone."""
        super().__init__(
            cert_reqs="CERT_REQUIRED",
            ca_certs=asked.remote.ca_file or None,
            timeout=urllib3.Timeout(connect=CONNECT_S, read=asked.timeout_s),
            retries=urllib3.Retry(total=REDIRECTS_MAX, connect=0, read=0, redirect=REDIRECTS_MAX),
        )
        self._address = asked.remote.address

    @override
    def urlopen(self, method: str, url: str, redirect: bool = True, **kw: Any) -> Any:  # type: ignore[override]
        parts = urllib3.util.parse_url(url)
        if (parts.scheme, parts.host) != (self._address.scheme, self._address.host):
            said = f"{parts.scheme}://{parts.host}"
            raise UnavailableError(f"the server redirects to {clean(said)}, which is refused")
        return super().urlopen(method, url, redirect, **kw)


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
        raise UnavailableError(f"{where}: {_words(error)}") from error


def _of_server(where: str, error: Exception) -> ProductError:
    lines = getattr(error, "stderr_lines", None) or []
    said = " ".join(b" ".join(lines).decode(errors="replace").split())
    words = clean(said, max_cells=WORDS_MAX) if said else _words(error)
    if any(reason in words for reason in _REFUSED):
        return DeniedError(f"{where}: ssh says: {words}")
    return UnavailableError(f"{where}: {words}")


def _words(error: BaseException) -> str:
    """Return what an error says, in one line; the innermost reason says most."""
    reason: object = error
    while isinstance(getattr(reason, "reason", None), Exception):
        reason = reason.reason  # type: ignore[attr-defined]  # urllib3's errors wrap one another
    cause = reason.__cause__ if isinstance(reason, GitProtocolError) else None
    if cause is not None:
        return _words(cause)
    text = " ".join(str(reason).split()) or type(reason).__name__
    return clean(text, max_cells=WORDS_MAX)
