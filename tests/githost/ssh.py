"""A real sshd on loopback that lets one key in."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest

from tests.apiserver.ports import ReservedPort

_START_S = 60.0
_SETTINGS = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AcceptEnv GIT_PROTOCOL
LogLevel ERROR
"""


def sshd() -> str:
    """Return the path of sshd; CI installs it, elsewhere the test is skipped without it."""
    found = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None and os.environ.get("CI") and os.geteuid() == 0:
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "openssh-server"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(install, check=True, env=environment, capture_output=True, timeout=300)  # noqa: S603
        found = "/usr/sbin/sshd"
    if found is None:
        assert not os.environ.get("CI"), "CI must have sshd: install openssh-server"
        pytest.skip("SKIPPED LOUDLY: there is no sshd here (Debian: openssh-server)")
    return found


class SshHost:
    """A server of the repositories in a folder, at `ssh://USER@127.0.0.1:PORT/FOLDER/NAME`."""

    def __init__(self, folder: Path) -> None:
        """Serve nothing yet."""
        self.folder = folder
        self._own = folder.parent / "sshd"
        self._own.mkdir(mode=0o700)
        self._reserved = ReservedPort()
        self.port = self._reserved.number
        self.key = new_key(self._own / "user_key")
        (self._own / "authorized_keys").write_bytes(self.key.with_suffix(".pub").read_bytes())
        host_key = new_key(self._own / "host_key").with_suffix(".pub").read_text()
        self.known_hosts = self._own / "known_hosts"
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {host_key}")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # it insists on it
        settings = self._own / "sshd_config"
        settings.write_text(_SETTINGS.format(port=self.port, folder=self._own))
        self._process = subprocess.Popen([sshd(), "-D", "-e", "-f", settings])  # noqa: S603
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError("sshd does not listen")

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
        self._reserved.release()

    def url(self, name: str) -> str:
        """Return where a repository is."""
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{self.folder}/{name}"


def new_key(path: Path) -> Path:
    """Make a key of ssh at *path*, and its public half beside it."""
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
    subprocess.run(words, check=True)  # noqa: S603
    return path
