"""Repositories on other machines: where they are, and with what they are asked.

An address is data like any other text of the settings: nothing in it may reach a command line as an
option, name a program, or carry a password (safety.md sections 7 and 8).
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from typing_extensions import override

ADDRESS_MAX: Final = 2_000  # characters
PORTS: Final = {"https": 443, "http": 80, "ssh": 22, "git": 9418}
PLAIN: Final = frozenset({"http", "git"})  # anybody on the way may change what these carry
POLL_S: Final = 30.0
_LIKE_ONE: Final = re.compile(r"[a-zA-Z]+::|[^/]+@[^/]+:")
_URL: Final = re.compile(r"(?P<scheme>[a-zA-Z][-+.a-zA-Z0-9]*)://")
_SCP: Final = re.compile(r"(?P<user>[^@/:]+)@(?P<host>[^@/:]+):(?P<path>[^:].*)\Z")
_HOST: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_LINK_LOCAL: Final = re.compile(r"169\.254\.|\[fe[89ab]")  # where clouds keep their credentials
_USER: Final = re.compile(r"[A-Za-z0-9_][-A-Za-z0-9_.]*")
_PATH: Final = re.compile(r"[\x21-\x7e]+")


class AddressError(ValueError):
    """This names no repository that would be asked; the message says what would."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a repository of another machine is."""

    scheme: str  # https, ssh, http or git
    host: str  # in lower case; an IPv6 address in brackets
    port: int
    path: str  # as its server takes it: "/org/config.git", by scp's way of writing "org/config.git"
    user: str = ""  # of ssh alone; what https needs is a credential, and stands elsewhere

    @override
    def __str__(self) -> str:
        """Write it as people do, without the user."""
        if not self.path.startswith("/"):
            return f"{self.host}:{self.path}"
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A repository on another machine, and how it is asked."""

    address: Address
    username: str = "git"  # what hosts of Git take beside a token, whatever it is
    token_file: str = ""  # path
    token_env: str = ""  # name of a variable
    helper: bool = True  # without either: ask git's own credential helpers
    ssh_key: str = ""  # path; "" leaves it to the user's agent and settings of ssh
    known_hosts: str = ""  # path of the only keys of hosts that count; "" means ssh's own files
    ca_file: str = ""  # path of the authorities that its certificate may come from
    poll_s: float = POLL_S
    depth: int | None = None  # commits of history that are fetched; None: all
    hosts: tuple[str, ...] = ()  # others that a repository of charts may send us to


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where servers of Git may say that somebody pushed."""

    host: str
    port: int
    secret_file: str  # path


def is_address(text: str) -> bool:
    """Tell an address, good or bad, from a path on this machine."""
    return "://" in text or _LIKE_ONE.match(text) is not None


def address_of(text: str, *, host_alone: bool = False) -> Address:
    """Read an address.

    Args:
        text: `https://host/path`, `ssh://user@host/path`, `user@host:path` and, where it is asked
            for, `http://` or `git://`.
        host_alone: A host without a path is one, too, as of a repository of charts.

    Raises:
        AddressError: It is another thing.  What may be a password is not repeated.
    """
    if len(text) > ADDRESS_MAX or _PATH.fullmatch(text) is None:
        raise AddressError("an address holds at most 2,000 plain characters, and no spaces")
    scp = None if "://" in text else _SCP.match(text)
    if scp is not None:
        return _checked(Address("ssh", scp["host"].lower(), 22, scp["path"], scp["user"]))
    scheme = _URL.match(text)
    if scheme is None or scheme["scheme"].lower() not in PORTS:
        raise AddressError("repositories are asked by https:// or ssh://, or lie on this machine")
    try:
        parts = urlsplit(text)
        port = parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise AddressError("this is no address: its host or its port cannot be") from error
    if parts.query or parts.fragment:
        raise AddressError("an address of a repository has no ? and no # in it")
    if parts.password is not None or (parts.username and parts.scheme != "ssh"):
        reason = "no user and no password stands in an address; name a token_file, a token_env"
        raise AddressError(f"{reason} or git's credential helper under repositories")
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/") or ("/" if host_alone else "")
    address = Address(parts.scheme, host, port, path, parts.username or "")
    return _checked(address, host_alone=host_alone)


def anonymous(text: str) -> str:
    """Name a repository without the user that it is asked as."""
    return str(address_of(text)) if is_address(text) else text


def _checked(address: Address, *, host_alone: bool = False) -> Address:
    if _HOST.fullmatch(address.host) is None:
        raise AddressError("its host is no name of one (a-z, 0-9, dots and dashes)")
    if _LINK_LOCAL.match(address.host):
        raise AddressError("its host is an address that only this machine's own network knows")
    if address.user and _USER.fullmatch(address.user) is None:
        raise AddressError("its user is no name of one")
    names_one = host_alone or address.path.strip("/~")
    if ".." in unquote(address.path).split("/") or not names_one:
        raise AddressError("it names no repository of that host")
    if address.path.startswith("-"):
        raise AddressError("no path starts with a dash")
    return address
