"""What a server of Git is shown: read anew for each conversation, kept nowhere.

From a file or a variable that the settings name, else from git's own credential helpers, which are
the user's own programs and are told not to ask anybody anything.
"""

import os
import re
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.errors import DeniedError, UsageError
from core.git.local.faults import words
from core.model.sources.remotes import PORTS, Remote

HELPER_S: Final = 30.0
TOKEN_BYTES: Final = 16_384
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_QUIET: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GCM_INTERACTIVE": "never",
    "GIT_CONFIG_NOSYSTEM": "0",
}


@dataclass(frozen=True, slots=True)
class Credential:
    """A user and a token; both "" where there is nothing to show."""

    username: str = ""
    token: str = field(default="", repr=False)


NOBODY: Final = Credential()


def credential_of(remote: Remote, environment: Mapping[str, str]) -> Credential:
    """Return what *remote* is shown.  Blocks.

    Raises:
        UsageError: The file or the variable that the settings name is not there, or holds no token.
        DeniedError: The file may not be read, or may be read by everybody.
    """
    if remote.address.scheme not in {"https", "http"}:
        return NOBODY
    if remote.token_file:
        return Credential(remote.username, _from_file(Path(remote.token_file)))
    if remote.token_env:
        said = environment.get(remote.token_env, "").strip()
        return Credential(remote.username, _checked(said, f"the variable {remote.token_env}"))
    return _from_helper(remote, environment) if remote.helper else NOBODY


def _from_file(path: Path) -> str:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            found = os.fstat(stream.fileno())
            text = stream.read(TOKEN_BYTES + 1) if stat.S_ISREG(found.st_mode) else b""
    except PermissionError as error:
        raise DeniedError(f"token_file {path} may not be read") from error
    except OSError as error:
        raise UsageError(f"token_file {path} cannot be read: {words(error)}") from error
    if found.st_mode & stat.S_IWOTH:
        raise DeniedError(f"token_file {path} may be written by everybody; chmod o-w it first")
    return _checked(text.decode(errors="replace").strip(), f"token_file {path}")


def _checked(token: str, where: str) -> str:
    if len(token) > TOKEN_BYTES or _TOKEN.fullmatch(token) is None:
        raise UsageError(f"{where} holds no token: one line of plain characters, no spaces")
    return token


def _from_helper(remote: Remote, environment: Mapping[str, str]) -> Credential:
    """Ask the helpers that the user's git knows; without git, or without one, show nothing."""
    address = remote.address
    port = "" if address.port == PORTS[address.scheme] else f":{address.port}"
    asked = f"protocol={address.scheme}\nhost={address.host}{port}\n"
    try:
        done = subprocess.run(
            ["git", "credential", "fill"],  # noqa: S607 - the user's own git is the point
            input=f"{asked}path={address.path.lstrip('/')}\n\n".encode(),
            env={**environment, **_QUIET},
            cwd="/",
            capture_output=True,
            timeout=HELPER_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return NOBODY
    lines = done.stdout.decode(errors="replace").splitlines() if done.returncode == 0 else []
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    token = found.get("password", "")
    if not token or _TOKEN.fullmatch(token) is None:
        return NOBODY
    return Credential(found.get("username") or remote.username, token)
