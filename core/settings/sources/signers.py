"""The keys whose signatures count, read once when the settings are.

What they are is in their bytes; a name, a mail address or the short id of a key says nothing.
"""

import base64
import binascii
import hashlib
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.model.sources.signers import Signers
from core.settings.checks import FieldError
from core.settings.fields import Place
from core.settings.readers import read_file_name

if TYPE_CHECKING:
    from core.model import Json

BYTES_MAX: Final = 1 << 20
_SSH: Final = re.compile(
    r"(?P<kind>(?:ssh|ecdsa|sk)-[-a-z0-9@.]+) +(?P<key>[A-Za-z0-9+/=]+)(?: .*)?"
)
_GPG: Final = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----\n.*?\n-----END PGP PUBLIC KEY BLOCK-----", re.DOTALL
)
_LIKE: Final = 'a public key of ssh ("ssh-ed25519 AAAA…"), or a file of such or of keys of gpg'


def read_signers(value: "Json", place: Place) -> Signers | None:
    """Read a list of keys; left out, nothing needs to be signed."""
    if value is None:
        return None
    if not isinstance(value, list) or not value:
        raise place.error("name at least one key, or leave it out")
    found = [_signers(item, place.inside(i)) for i, item in enumerate(value)]
    return Signers(
        ssh=frozenset(key for each in found for key in each.ssh),
        gpg=tuple(dict.fromkeys(key for each in found for key in each.gpg)),
    )


def _signers(item: "Json", place: Place) -> Signers:
    if not isinstance(item, str) or not item:
        raise place.error(f"this must be {_LIKE}")
    try:
        if is_key(item):
            return Signers(ssh=frozenset({fingerprint(item)}))
        return _of_file(item, place)
    except FieldError as error:
        raise place.error(str(error)) from error


def _of_file(name: str, place: Place) -> Signers:
    try:
        with Path(read_file_name(name, place)).open("rb") as stream:
            text = stream.read(BYTES_MAX).decode("ascii", "replace").replace("\r\n", "\n")
    except OSError as error:
        raise FieldError("signed_by", f"{name}: {error.strerror}; this must be {_LIKE}") from error
    if "PRIVATE KEY" in text:
        raise FieldError("signed_by", f"{name} holds a private key; name the public one")
    gpg = tuple(_GPG.findall(text))
    lines = map(str.strip, _GPG.sub("", text).splitlines())
    keys = [line for line in lines if line and not line.startswith("#")]
    if not gpg and not keys:
        raise FieldError("signed_by", f"{name} holds no key")
    return Signers(ssh=frozenset(map(fingerprint, keys)), gpg=gpg)


def is_key(text: str) -> bool:
    """Tell a public key of ssh from the name of a file."""
    return _SSH.fullmatch(text) is not None


def fingerprint(line: str) -> str:
    """Return the full fingerprint of a public key of ssh, as it stands in a `.pub` file.

    Raises:
        FieldError: It is none.
    """
    found = _SSH.fullmatch(line)
    try:
        blob = base64.b64decode(found["key"], validate=True) if found else b""
    except binascii.Error:
        blob = b""
    kind = found["kind"].encode() if found else b""
    if not blob.startswith(struct.pack(">I", len(kind)) + kind) or not kind:
        raise FieldError("signed_by", f'"{line[:40]}" is no public key of ssh')
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode()
    return f"SHA256:{digest.rstrip('=')}"
