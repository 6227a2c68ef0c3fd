"""Repositories as other engines write them, and the entries that say how they are asked."""

import re
from collections.abc import Iterable
from typing import Final

from core.model import JsonObject
from core.model.sources.remotes import PLAIN, AddressError, address_of

_USER: Final = re.compile(r"([a-z]+://)[^/]*@")
_WEB_USER: Final = re.compile(r"(https?://)[^/]*@")
_INSECURE: Final = "anybody on the way can change what http:// and git:// bring (insecure: true)"
_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_SPAN: Final = re.compile(r"(?P<count>[0-9]+(?:\.[0-9]+)?)(?P<unit>h|ms|m|s)")
_POLL_S: Final = (5, 86_400)


class Repositories:
    """The repositories of all apps, each spelt in one way."""

    def __init__(self) -> None:
        """Know none yet."""
        self._spelt: dict[str, str] = {}
        self._entries: dict[str, JsonObject] = {}

    def spelt(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return an address as the settings take it, and what is to be said about it.

        Raises:
            AddressError: No repository of Git is asked there.
        """
        notes: list[str] = []
        spelling = _WEB_USER.sub(r"\1", text)
        if spelling != text:
            notes.append("the user in its address stays behind: repositories names credentials")
        address = address_of(spelling)
        if address.scheme in PLAIN:
            notes += self.allow(spelling)
        return self._spelt.setdefault(str(address), spelling), tuple(notes)

    def allow(self, spelling: str) -> tuple[str, ...]:
        """Let a plain address be asked, and return what that means."""
        self._entry(spelling)["insecure"] = True
        return (_INSECURE,)

    def poll(self, spelling: str, interval: str) -> None:
        """Note how often a repository is asked; of two intervals the shorter counts."""
        parts = list(_SPAN.finditer(interval))
        if "".join(part[0] for part in parts) != interval or not parts:
            return
        wanted = round(sum(float(part["count"]) * _SECONDS[part["unit"]] for part in parts))
        least, most = _POLL_S
        known = str(self._entry(spelling).get("poll", f"{most}s"))
        seconds = min(max(least, wanted), int(known.removesuffix("s")))
        self._entry(spelling)["poll"] = f"{seconds}s"

    def entries(self) -> Iterable[JsonObject]:
        """Return the entries of `repositories`."""
        return self._entries.values()

    def _entry(self, spelling: str) -> JsonObject:
        return self._entries.setdefault(spelling, {"url": spelling})


def is_elsewhere(text: str) -> str:
    """Say why an address is that of no repository of Git; "" where it is one."""
    try:
        address_of(_WEB_USER.sub(r"\1", text))
    except AddressError as error:
        return str(error)
    return ""


def shown(text: str) -> str:
    """Return an address without what may be a secret in it."""
    return _USER.sub(r"\1", text).partition("?")[0]
