"""The program that decrypts: it gets ciphertext by a pipe's end, and gives plain text by another.

Which servers a cloud's key is asked at stands in the document, so a repository could have the
user's credentials sent anywhere: only keys on this machine count unless the app's settings name
more, and for those alone there is no network.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from core.errors import RejectedError
from core.manifests import Sealed
from core.model import OWN_KEYS
from core.render.fence import Limits, carried_out

_NO_KEY: Final = 128  # its exit codes (getsops/sops, cmd/sops/codes)
_OTHER_CHECKSUM: Final = 51
_NAMED_MAX: Final = 3
_LIMITS: Final = Limits(seconds=20.0, output_bytes=32 * 2**20, file_bytes=2**20)
_CONFIG: Final = ".sops.yaml"  # looked for upwards from where it runs
_SEEN: Final = frozenset(
    {
        "PATH",
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_RUNTIME_DIR",  # where gpg's agent listens
        "GNUPGHOME",
        "SOPS_GPG_EXEC",
    }
)
_SEEN_BEGINNINGS: Final = ("SOPS_AGE_",)
_OF_CLOUDS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_kms": ("AWS_",),
    "gcp_kms": ("GOOGLE_", "CLOUDSDK_"),
    "azure_kv": ("AZURE_", "IDENTITY_", "MSI_"),
    "hc_vault": ("VAULT_",),
    "huawei_kms": ("HUAWEICLOUD_",),
}
_OF_NETWORKS: Final = frozenset(
    {"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"}
)


class ClosedError(Exception):
    """A document stays closed; `passing`: something here may change that."""

    def __init__(self, reason: str, *, passing: bool) -> None:
        """Say why, without a word of the program's own: it quotes what it reads."""
        super().__init__(reason)
        self.reason, self.passing = reason, passing


class NoKeyError(ClosedError):
    """None of the keys that would open it is here."""


class Sops:
    """Finds and runs it.  Threads may share it."""

    def __init__(
        self, environment: Mapping[str, str] = os.environ, limits: Limits = _LIMITS
    ) -> None:
        """Use the program on the PATH of *environment*, and the keys that it names."""
        self._environment, self._limits = environment, limits

    def opened(self, sealed: Sealed) -> bytes:
        """Return what is behind the ciphertext.  Blocks.

        Raises:
            ClosedError: It stays closed.
        """
        program = shutil.which("sops", path=self._environment.get("PATH", ""))
        if program is None:
            reason = "sops (getsops.io) is not installed: put it on the PATH"
            raise ClosedError(reason, passing=True)
        kind = "json" if sealed.is_json else "yaml"
        told = ("--decrypt", f"--input-type={kind}", f"--output-type={kind}", "/dev/stdin")
        clouds = sealed.kinds - frozenset(OWN_KEYS)
        with (
            tempfile.TemporaryDirectory(prefix="driftdeck-") as made,
            tempfile.TemporaryFile() as given,
        ):
            home = Path(made).resolve()
            (home / _CONFIG).touch()  # else one of a folder above it would be read
            given.write(sealed.text)
            given.seek(0)
            seen = dict(self._seen(clouds), LANG="C.UTF-8", TMPDIR=str(home))
            try:
                done = carried_out(
                    (program, *told),
                    home,
                    self._limits,
                    seen,
                    given=given,
                    network=bool(clouds),
                )
            except RejectedError as error:
                raise ClosedError(str(error), passing=True) from error
        if done.code == _NO_KEY:
            keys = f"; it is for {', '.join(sealed.keys[:_NAMED_MAX])}" if sealed.keys else ""
            raise NoKeyError(f"no key that sops finds here opens it{keys}", passing=True)
        if done.code == _OTHER_CHECKSUM:
            reason = "its checksum is another one: it was changed after it was encrypted"
            raise ClosedError(reason, passing=False)
        if done.code or not done.printed.strip():
            reason = f"sops ended with {done.code}; `sops decrypt` says why"
            raise ClosedError(reason, passing=True)
        return done.printed

    def _seen(self, clouds: frozenset[str]) -> Iterator[tuple[str, str]]:
        beginnings = (*_SEEN_BEGINNINGS, *(b for kind in clouds for b in _OF_CLOUDS.get(kind, ())))
        names = _SEEN | _OF_NETWORKS if clouds else _SEEN
        for name, value in self._environment.items():
            if name in names or name.startswith(beginnings):
                yield name, value
