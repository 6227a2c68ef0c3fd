"""How repositories of other machines are asked: which entry of `repositories` is for which."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from core.model.sources.remotes import PLAIN, Address, AddressError, Remote, address_of, is_address
from core.model.sources.signers import Signers
from core.settings.checks import FieldError
from core.settings.fields import Place, mapping, read_fields

if TYPE_CHECKING:
    from core.model import Json
    from core.settings.fields import Field

_BEGINNING: Final = re.compile(
    r"(?P<scheme>https|http|ssh|git|oci)://(?P<user>[^@/]*@)?(?P<rest>.*)"
)
_SCP: Final = re.compile(r"[^@/:]+@(?P<rest>[^@/:]+:.*)")
_OF_ALL: Final = frozenset({"url", "signed_by"})  # also of those that lie here
_ASKED_BY: Final = tuple(one.name for one in fields(Remote) if one.name != "address")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry says of every repository whose address begins as it does."""

    beginning: str  # as `Address` is written, or the path of one here
    insecure: bool
    stated: dict[str, Any]  # fields of `Remote`
    signers: Signers | None

    def is_for(self, address: str) -> bool:
        """Tell whether an address or a path begins so, at the end of a word."""
        rest = address.removeprefix(self.beginning)
        whole = not rest or rest[0] in "/:" or self.beginning[-1] in "/:"
        return address.startswith(self.beginning) and whole


def entries(table: Sequence["Field"], place: Place, value: "Json") -> tuple[Entry, ...]:
    """Read the list of entries.

    Raises:
        UsageError: One is wrong; the message starts with file, line and column.
    """
    stated = value if isinstance(value, list) else []
    return tuple(_entry(table, place.inside(i), one) for i, one in enumerate(stated))


def _entry(table: Sequence["Field"], place: Place, value: "Json") -> Entry:
    found = read_fields(table, place, mapping(table, place, value))
    if found["token_file"] and found["token_env"]:
        raise place.inside("token_env").error("token_file and token_env exclude each other")
    beginning = found["url"]
    for name in value if isinstance(value, dict) and beginning.startswith("/") else ():
        if name not in _OF_ALL:
            raise place.inside(name).error(f"{name} is for repositories of other machines")
    found["poll_s"] = found["poll"]
    asked_by = {name: found[name] for name in _ASKED_BY}
    return Entry(beginning, found["insecure"], asked_by, found["signed_by"])


def beginning(text: str) -> str:
    """Return how the addresses that an entry is for begin; users are left out.

    Raises:
        FieldError: No address begins so.
    """
    url = _BEGINNING.fullmatch(text)
    scp = _SCP.fullmatch(text)
    if url is not None:
        if url["user"] and url["scheme"] != "ssh":
            raise FieldError("url", "no user and no password stands in an address")
        found = f"{url['scheme']}://{url['rest']}"
    elif scp is not None:
        found = scp["rest"]
    else:
        raise FieldError("url", f'"{text}" begins no address (https://host/path, git@host:path)')
    host, _, path = found.partition("://")[2].partition("/") if "://" in found else ("x", "", "x")
    if not host or "?" in path or "#" in path:
        raise FieldError("url", "an address has a host, and no ? and no # in it")
    return found


def remote(text: str, known: Iterable[Entry] = ()) -> Remote | None:
    """Return how the repository that a setting names is asked; None where it is on this machine.

    Raises:
        FieldError: It cannot be asked like that.
    """
    if not is_address(text):
        return None
    try:
        address = address_of(text)
    except AddressError as error:
        raise FieldError("repo", str(error)) from error
    return asked_at(address, known)


def asked_at(address: Address, known: Iterable[Entry]) -> Remote:
    """Return how the repository at an address is asked.

    Raises:
        FieldError: It cannot be asked like that.
    """
    entry = closest(str(address), known)
    if address.scheme in PLAIN and (entry is None or not entry.insecure):
        reason = "anybody on the way may change what it says; use https:// or ssh://, or"
        raise FieldError("repo", f"{address.scheme}:// {reason} allow it: insecure: true")
    asked = Remote(address=address)
    return asked if entry is None else replace(asked, **entry.stated)


def closest(repo: str, known: Iterable[Entry]) -> Entry | None:
    """Return which entry is for a repository, by its address or its path here."""
    fitting = [entry for entry in known if entry.is_for(repo)]
    return max(fitting, key=lambda entry: len(entry.beginning), default=None)
