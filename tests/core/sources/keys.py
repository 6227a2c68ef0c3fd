"""Keys of people, and commits and tags that git itself signs with them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.model.sources.signers import Signers
from core.settings.sources.signers import fingerprint
from tests.core.git.sample import Sample
from tests.core.render.worlds import script


def program(name: str, package: str) -> str:
    """Return the path of a program; CI installs it, elsewhere the test is skipped without it."""
    found = shutil.which(name)
    if found is None and os.environ.get("CI") and os.geteuid() == 0:
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(install, check=True, env=environment, capture_output=True, timeout=300)  # noqa: S603
        found = shutil.which(name)
    if found is None:
        assert not os.environ.get("CI"), f"CI must have {name}: install {package}"
        pytest.skip(f"SKIPPED LOUDLY: there is no {name} here (Debian: {package})")
    return found


@dataclass(frozen=True)
class Key:
    """A key of somebody, and how git is told to sign with it."""

    settings: tuple[str, ...]
    signers: Signers
    name: str  # its full fingerprint
    home: Path  # of gpg; a folder that holds the key of ssh

    def commit(self, sample: Sample, *words: str) -> str:
        """Commit nothing new, signed."""
        self.git(sample, "commit", "-q", "--allow-empty", "-S", "-m", "signed", *words)
        return sample.git("rev-parse", "HEAD").strip()

    def git(self, sample: Sample, *words: str) -> str:
        """Run git with this key."""
        settings = [word for setting in self.settings for word in ("-c", setting)]
        with _variable("GNUPGHOME", str(self.home)):
            return sample.git(*settings, *words)


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        yield


def ssh_key(folder: Path, name: str) -> Key:
    """Make a key of ssh."""
    keygen = program("ssh-keygen", "openssh-client")
    path = folder / name
    words = [keygen, "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@example.org", "-f", str(path)]
    subprocess.run(words, check=True)  # noqa: S603
    public = fingerprint(path.with_suffix(".pub").read_text().strip())
    settings = ("gpg.format=ssh", f"user.signingKey={path}")
    return Key(settings, Signers(ssh=frozenset({public})), public, folder)


def signed_by_ssh(key: Key, content: bytes, namespace: str) -> bytes:
    """Sign something that is no commit."""
    words = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key.home / "ann")]
    return subprocess.run(words, check=True, capture_output=True, input=content).stdout  # noqa: S603


@contextmanager
def gpg_key(folder: Path, name: str, *, at: str = "", lasts: str = "never") -> Iterator[Key]:
    """Make a key of gpg, whose agent ends with the block; *at* is when it is made and used."""
    found = program("gpg", "gnupg")
    home = folder / f"gpg-{name}"
    home.mkdir(mode=0o700)
    when = f"--faked-system-time {at}" if at else ""
    script(home / "bin", "gpg", f'exec {found} {when} "$@"')
    gpg = str(home / "bin" / "gpg")

    def run(*words: str) -> str:
        command = [gpg, "--homedir", str(home), "--batch", "--passphrase", "", *words]
        return subprocess.run(  # noqa: S603
            command, check=True, capture_output=True, text=True
        ).stdout

    try:
        run("--quick-generate-key", f"{name} <{name}@example.org>", "ed25519", "sign", lasts)
        listed = run("--list-keys", "--with-colons").splitlines()
        full = next(line for line in listed if line.startswith("fpr:")).split(":")[9]
        exported = run("--armor", "--export", full)
        settings = ("gpg.format=openpgp", f"user.signingKey={full}", f"gpg.program={gpg}")
        yield Key(settings, Signers(gpg=(exported,)), full, home)
    finally:
        end = ["gpgconf", "--homedir", str(home), "--kill", "all"]
        subprocess.run(end, check=False, capture_output=True)  # noqa: S603
