"""Credentials from an exec plugin, run by us.

The library's own runner waits for ever, hands our terminal to the child, logs a failure and goes
on as anonymous (kubernetes.md section 8).  This one: 30 s, or 5 min once it has said something on
stderr, which is told while it waits: it may ask a person to open a page.  No stdin, 1 MiB, one
flight at a time, and any failure is a `DeniedError`, never a request without a credential.
"""

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from core.clock import Clock
from core.cluster.login.config import shown
from core.cluster.login.headers import header_value
from core.errors import DeniedError

TIMEOUT_S: Final = 30.0
PERSON_S: Final = 300.0  # a login in a browser, with a second factor
OUTPUT_BYTES_MAX: Final = 1024 * 1024
_EARLY_S: Final = 30.0  # renewed this long before it expires: clocks differ
_WORDS_MAX: Final = 300
PLUGIN_VERSION: Final = "client.authentication.k8s.io/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginCall:
    """How a kubeconfig says a plugin is run."""

    command: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    api_version: str = PLUGIN_VERSION
    hint: str = ""  # installHint: what to do when the program is missing
    cluster: Mapping[str, object] | None = None  # provideClusterInfo: the server it is for


class Credential(msgspec.Struct, rename="camel"):
    """What a plugin answers; hides itself."""

    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None
    expiration_timestamp: datetime | None = None

    def __repr__(self) -> str:
        return "Credential(hidden)"


class _Answer(msgspec.Struct, rename="camel"):
    kind: str
    api_version: str
    status: Credential


class PluginBearer:
    """The token of an exec plugin, renewed before it expires and after a 401."""

    def __init__(
        self, call: PluginCall, clock: Clock, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        """Run nothing yet; *tell* takes what it says to the person, "" when it is done."""
        self._call, self._clock, self._tell = call, clock, tell
        self._credential: Credential | None = None
        self._flight = asyncio.Lock()

    async def credential(self) -> Credential:
        """Return the current credential, from the plugin if there is none that is good."""
        async with self._flight:
            if self._credential is None or self._is_old(self._credential):
                self._credential = await run_plugin(self._call, tell=self._tell)
            return self._credential

    async def header(self) -> str | None:
        """Return the token; None if the plugin gives a certificate."""
        token = (await self.credential()).token
        return f"Bearer {token}" if token else None

    async def refused(self, header: str | None) -> bool:
        """Forget the refused token, unless another request renewed it already."""
        current = self._credential
        if current is None or header != (f"Bearer {current.token}" if current.token else None):
            return True
        if header is None:
            return False  # a certificate: the connection is made again, not the request
        self._credential = None
        return True

    def _is_old(self, credential: Credential) -> bool:
        expires = credential.expiration_timestamp
        return expires is not None and expires.timestamp() - self._clock.wall() < _EARLY_S


async def run_plugin(
    call: PluginCall,
    *,
    timeout_s: float = TIMEOUT_S,
    person_s: float = PERSON_S,
    tell: Callable[[str], None] = lambda _: None,
) -> Credential:
    """Run a plugin once.

    Args:
        call: What to run.
        timeout_s: How long it may be silent.
        person_s: How long it may take once it has said something: a person may have to act.
        tell: Takes what it says on stderr, as it comes, and "" at its end.

    Raises:
        DeniedError: There is no credential: the plugin is missing, failed, hung or spoke nonsense.
    """
    name = shown(os.path.basename(call.command))  # noqa: PTH119 - a command, perhaps no path
    process = await _start(call, name)
    words = _Words(lambda said: tell(f"credential plugin {name}: {said}"))
    try:
        async with asyncio.timeout(timeout_s) as limit:
            output, _ = await asyncio.gather(
                _read(process), words.collect(process, limit, person_s)
            )
            code = await process.wait()
    except TimeoutError as error:
        waited_s = person_s if words.text else timeout_s
        said = f"; it said: {words.text}" if words.text else ""
        raise DeniedError(
            f"credential plugin {name}: no answer in {waited_s:.0f} s{said}"
        ) from error
    finally:
        tell("")
        await _end(process)
    if output is None:
        raise DeniedError(f"credential plugin {name}: more than {OUTPUT_BYTES_MAX} bytes")
    if code != 0:
        raise DeniedError(
            f"credential plugin {name}: exit code {code}: {words.text or 'no message'}"
        )
    return _decode(output, call, name)


async def _start(call: PluginCall, name: str) -> Process:
    asked: dict[str, object] = {"interactive": False}
    if call.cluster is not None:
        asked["cluster"] = call.cluster
    spec = {"kind": "ExecCredential", "apiVersion": call.api_version, "spec": asked}
    environment = {**os.environ, **call.environment, "KUBERNETES_EXEC_INFO": json.dumps(spec)}
    arguments: Sequence[str] = (call.command, *call.arguments)
    try:
        return await asyncio.create_subprocess_exec(
            *arguments,
            env=environment,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,  # so that it cannot open our terminal, and dies as a group
        )
    except (OSError, ValueError) as error:
        hint = f": {call.hint}" if call.hint else ""
        raise DeniedError(f"credential plugin {name} cannot be run{hint}") from error


async def _read(process: Process) -> bytes | None:
    """Read stdout to its end; None if it is too much, which ends the plugin."""
    assert process.stdout is not None
    output = bytearray()
    too_much = False
    while chunk := await process.stdout.read(65_536):
        too_much = too_much or len(output) + len(chunk) > OUTPUT_BYTES_MAX
        if too_much:
            _kill(process)
        else:
            output += chunk
    return None if too_much else bytes(output)


class _Words:
    """What a plugin says on stderr; the end of it is kept."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.text = ""

    async def collect(self, process: Process, limit: asyncio.Timeout, person_s: float) -> None:
        """Read to its end, so that the plugin never blocks on it; words give it more time."""
        assert process.stderr is not None
        tail = b""
        until = asyncio.get_running_loop().time() + person_s
        while chunk := await process.stderr.read(65_536):
            tail = (tail + chunk)[-_WORDS_MAX:]
            before, self.text = self.text, " ".join(tail.decode(errors="replace").split())
            if self.text != before:
                limit.reschedule(until)
                self._tell(self.text)


async def _end(process: Process) -> None:
    """Leave nothing behind: no process, no pipe."""
    _kill(process)
    with contextlib.suppress(TimeoutError):  # a pipe that a stranger still holds open
        async with asyncio.timeout(1.0):
            await process.communicate()


def _kill(process: Process) -> None:
    if process.returncode is not None:
        return  # what it left running on purpose is not ours
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # children of the plugin too


def _decode(output: bytes, call: PluginCall, name: str) -> Credential:
    try:
        answer = msgspec.json.decode(output, type=_Answer)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        # The cause stays out of the text: it could quote the credential.
        raise DeniedError(f"credential plugin {name}: its output is no ExecCredential") from error
    status = answer.status
    if answer.kind != "ExecCredential" or answer.api_version != call.api_version:
        raise DeniedError(f"credential plugin {name}: answered with another version")
    if not status.token and not (status.client_certificate_data and status.client_key_data):
        raise DeniedError(f"credential plugin {name}: gave neither token nor certificate")
    header_value(status.token or "", f"credential plugin {name}: its token")
    return status
