"""Webhooks that are told of events: seldom, for a while in vain, and never with their address said.

An address is a secret, as whoever has it may write there.  So it comes from a variable or a file,
is read for each letter, and stands in no message of ours.
"""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from prometheus_client import Counter

from core.cli.output.forms import line_of
from core.cli.telemetry.messages.letters import Bucket, Letters
from core.clock import Clock
from core.errors import UsageError
from core.model import Event, JsonObject
from core.model.controllers.controller import Notify

BURST: Final = 5
EVERY_S: Final = 10.0
TRIES: Final = 5
TIMEOUT_S: Final = 10.0
PATIENCE_S: Final = 60.0  # at most, whatever the receiver says
_ADDRESS_MAX: Final = 4_096
_LOG: Final = logging.getLogger("driftdeck.notify")


class Notifier:
    """Tells one receiver."""

    def __init__(self, spec: Notify, clock: Clock, sent: Counter, dropped: Counter) -> None:
        """Have told nothing.

        Args:
            spec: Whom, and of what.
            clock: Time and dice.
            sent: Counts events that were taken.
            dropped: Counts those that were not, by reason.
        """
        self._spec, self._clock = spec, clock
        self._sent, self._dropped = sent, dropped
        self._letters, self._bucket = Letters(), Bucket(BURST, EVERY_S)
        self._filled = asyncio.Event()

    def take(self, events: Sequence[Event]) -> None:
        """Note what the receiver wants to know of it."""
        for event in events:
            if event.name in self._spec.on and event.app in (self._spec.apps or {event.app}):
                self._letters.add(event)
                self._filled.set()

    async def run(self) -> None:
        """Send a letter whenever there is something to tell, as often as is decent."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
            while True:
                await self._filled.wait()
                await self._clock.sleep(self._bucket.wait_s(self._clock.monotonic()))
                self._filled.clear()
                count = len(self._letters)
                problem = await self._deliver(session, self._letters.take())
                if problem:
                    self._dropped.labels(problem.partition(" ")[0]).inc(count)
                    _LOG.warning("%s: %d events were not told: %s", self._name, count, problem)
                else:
                    self._sent.inc(count)

    @property
    def _name(self) -> str:
        return f"notify ({self._spec.called})"

    async def _deliver(self, session: aiohttp.ClientSession, letter: JsonObject) -> str:
        """Send a letter, again and again where that may help; say why it was not taken."""
        problem = ""
        for attempt in range(TRIES):
            try:
                address = address_of(self._spec, os.environ)
            except UsageError:
                return "unreadable address"
            problem, asked_s = await _post(session, address, letter)
            if asked_s is None:
                break
            if attempt < TRIES - 1:
                delay_s = max(asked_s, 2.0**attempt * (1.0 + self._clock.random()))
                await self._clock.sleep(min(delay_s, PATIENCE_S))
        return problem


async def _post(
    session: aiohttp.ClientSession, address: str, letter: JsonObject
) -> tuple[str, float | None]:
    """Post once; say why it was not taken, and after how long it may be: None means never."""
    headers = {"Content-Type": "application/json", "User-Agent": "driftdeck"}
    body = line_of(letter).encode()
    try:
        posting = session.post(address, data=body, headers=headers, allow_redirects=False)
        async with posting as answer:
            status, asked = answer.status, answer.headers.get("Retry-After", "")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return f"unavailable ({type(error).__name__})", 0.0
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return "", None
    if status != HTTPStatus.TOO_MANY_REQUESTS and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"refused (HTTP {status})", None
    return f"unavailable (HTTP {status})", float(asked) if asked.isdecimal() else 0.0


def address_of(spec: Notify, environment: Mapping[str, str]) -> str:
    """Return where a receiver is.

    Raises:
        UsageError: Nothing says it, or what does is no address; it is not repeated.
    """
    text = _said(spec, environment).strip()
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    allowed = {"https", "http"} if spec.insecure else {"https"}
    if (
        not host
        or parts.scheme not in allowed
        or len(text) > _ADDRESS_MAX
        or not text.isprintable()
    ):
        wanted = "an address that begins with https:// (or http://, with insecure: true)"
        raise UsageError(f"notify: {spec.called} does not hold {wanted}")
    return text


def _said(spec: Notify, environment: Mapping[str, str]) -> str:
    if spec.url_env:
        return environment.get(spec.url_env, "")
    path = Path(spec.url_file)
    try:
        if not path.is_file():  # a pipe would be waited for
            raise UsageError(f"notify: {path} is no file")
        with path.open(encoding="utf-8") as file:
            return file.read(_ADDRESS_MAX + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"notify: {spec.called} cannot be read: {reason}") from error
