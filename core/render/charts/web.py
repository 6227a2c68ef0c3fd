"""Files over HTTP: from the host that settings name, and from those they allow beside it.

Redirects are followed by hand, so that none leads anywhere else; credentials go to the named host
alone.  Runs in the child process.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import urllib3

from core.clean import clean
from core.errors import DeniedError, UnavailableError, UsageError
from core.git.remotes.clients import CONNECT_S, words_of
from core.model.sources.remotes import PORTS, Remote

REDIRECTS_MAX: Final = 5
_CHUNK: Final = 65_536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: Mapping[str, str]  # by names in lower case
    body: bytes


class Web:
    """One repository's host."""

    def __init__(self, remote: Remote, where: str, credentials: str, timeout_s: float) -> None:
        """Ask nothing yet.

        Args:
            remote: The host, and how it is asked.
            where: The repository, as errors name it.
            credentials: "user:token", or "" for nobody.
            timeout_s: Of a silence.
        """
        self._remote, self._where, self._credentials = remote, where, credentials
        self._connections = _connections(remote, timeout_s)
        self._own = _place(urlsplit(str(remote.address)))

    def get(
        self,
        url: str,
        *,
        most: int,
        headers: Mapping[str, str] | None = None,
        vouched: bool = False,
    ) -> Answer:
        """Return what is at *url*, of at most so many bytes.

        Args:
            url: Where, on the host or on one that the settings allow.
            most: Bytes; more are no answer.
            headers: To send.
            vouched: An allowed host is shown the credentials, too: it gives out tokens for them.

        Raises:
            UsageError: It is on a host that the settings do not allow.
            UnavailableError: It cannot be had now.
        """
        sent = dict(headers or {})
        for _ in range(REDIRECTS_MAX + 1):
            found = self._once(url, sent, most, vouched=vouched)
            target = found.headers.get("location")
            if found.status not in _REDIRECTS or not target:
                return found
            url = _joined(url, target)
        raise UnavailableError(f"{self._where}: more than {REDIRECTS_MAX} redirects")

    def file(self, url: str, what: str, *, most: int) -> bytes:
        """Return the file at *url*, which must be there.

        Raises:
            ProductError: It cannot be had.
        """
        found = self.get(url, most=most)
        self.check(found, what)
        return found.body

    def check(self, found: Answer, what: str) -> None:
        """Raise what an answer without content means.

        Raises:
            ProductError: By what a person can do about it.
        """
        if found.status == HTTPStatus.OK:
            return
        if found.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            shown = "the credentials" if self._credentials else "a request without credentials"
            raise DeniedError(f"{self._where} refuses {shown} ({found.status})")
        if found.status == HTTPStatus.NOT_FOUND:
            raise DeniedError(f"{self._where}: there is no {what}, or none for these credentials")
        raise UnavailableError(f"{self._where} answers {found.status} when asked for {what}")

    def _once(self, url: str, headers: Mapping[str, str], most: int, *, vouched: bool) -> Answer:
        parts = urlsplit(url)
        sent = dict(headers)
        ours = _place(parts) == self._own
        if not ours:
            self._check_host(parts)
            sent.pop("Authorization", None)
        if self._credentials and (ours or vouched) and "Authorization" not in sent:
            sent |= urllib3.make_headers(basic_auth=self._credentials)
        try:
            response = self._connections.request(
                "GET", url, headers=sent, redirect=False, preload_content=False
            )
            body = bytearray()
            for chunk in response.stream(_CHUNK):
                body += chunk
                if len(body) > most:
                    raise UnavailableError(f"{self._where} sends more than {most >> 20} MiB")
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise UnavailableError(f"{self._where}: {words_of(error)}") from error
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, found, bytes(body))

    def _check_host(self, parts: SplitResult) -> None:
        scheme, place = _place(parts)
        plain = scheme != "https" and scheme != self._own[0]
        if place in self._remote.hosts and not plain:
            return
        said = clean(f"{scheme}://{place}", max_cells=200)
        reason = f"{self._where} sends us to {said}, which is refused"
        hint = (
            "" if plain else f"; `hosts: [{clean(place)}]` of its entry in repositories allows it"
        )
        raise UsageError(reason + hint)


def _joined(url: str, target: str) -> str:
    try:
        return urlsplit(urljoin(url, target)).geturl()
    except ValueError as error:
        raise UnavailableError(
            f"a redirect leads nowhere: {clean(target, max_cells=200)}"
        ) from error


def _place(parts: SplitResult) -> tuple[str, str]:
    """Return the scheme and the host of a URL, the port only where it is no usual one."""
    try:
        port = parts.port
    except ValueError:
        port = -1
    named = "" if port in {None, PORTS.get(parts.scheme)} else f":{port}"
    host = parts.hostname or ""
    return parts.scheme, (f"[{host}]" if ":" in host else host) + named


def _connections(remote: Remote, timeout_s: float) -> urllib3.PoolManager:
    options: dict[str, Any] = {
        "cert_reqs": "CERT_REQUIRED",
        "ca_certs": remote.ca_file or None,
        "timeout": urllib3.Timeout(connect=CONNECT_S, read=timeout_s),
        "retries": False,
    }
    proxies = getproxies_environment()
    proxy = proxies.get(remote.address.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(f"{remote.address.host}:{remote.address.port}"):
        return urllib3.PoolManager(**options)
    parts = urlsplit(proxy)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    headers = urllib3.make_headers(proxy_basic_auth=f"{user}:{password}" if user else None)
    return urllib3.ProxyManager(proxy, proxy_headers=headers, **options)
