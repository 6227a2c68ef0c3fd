"""Whose signature an object of Git carries, told by the programs that people sign with.

ssh-keygen and gpg are asked about bytes that `core.git` cut out, and only what they say for
machines counts: an exit code, a full fingerprint, a status line (safety.md section 7).  Each runs
in a fence of its own, gpg with a home that holds no key but those of the settings.
"""

import os
import re
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Final

from core.clean import clean
from core.errors import RejectedError, UnavailableError
from core.git import Signed
from core.model.sources.signers import Signers
from core.render import Ended, Limits, ended

LOOK_AGAIN_S: Final = 60.0  # somebody may be installing it
KEPT: Final = 2_000
_LIMITS: Final = Limits(seconds=10.0, output_bytes=2**20)
_ONE_BLOCK: Final = re.compile(
    rb"-----BEGIN (?P<kind>PGP|SSH) SIGNATURE-----\n(?:[^-\n][^\n]*\n|\n)*"
    rb"-----END (?P=kind) SIGNATURE-----\n?"
)
_SSH_SAYS: Final = re.compile(
    r'Good "git" signature with [-A-Za-z0-9@. ]+ key (?P<key>SHA256:[A-Za-z0-9+/]{43})\n'
)
_GPG: Final = (
    *("--batch", "--no-tty", "--no-autostart", "--no-options", "--status-fd", "1"),
    *("--trust-model", "always", "--no-auto-key-retrieve"),
)
_GPG_SAYS: Final = re.compile(r"^\[GNUPG:\] (?P<words>[A-Z_]+.*)$", re.MULTILINE)
_FINGERPRINT: Final = re.compile(r"[0-9A-F]{40,64}")
_GPG_BAD: Final = {
    "BADSIG": "its signature by GPG key {} is not right",
    "EXPSIG": "its signature by GPG key {} has expired",
    "EXPKEYSIG": "it is signed by GPG key {}, which has expired",
    "REVKEYSIG": "it is signed by GPG key {}, which was revoked",
    "PLAINTEXT": "its signature brings a text of its own",
}
_GPG_UNKNOWN: Final = "it is signed by GPG key {}, which settings do not allow"
_DETACHED: Final = "00"  # the class of signatures of bytes


class Signatures:
    """Tells what is wrong with signatures.  Threads may share it."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Use the programs on the PATH of *environment*."""
        self._path = environment.get("PATH", "")
        self._kept: OrderedDict[tuple[str, Signers], str] = OrderedDict()
        self._lock = Lock()

    def problem(self, signed: Signed, signers: Signers) -> str:
        """Say why an object does not count as signed by one of *signers*; "" where it does.

        Raises:
            UnavailableError: The program that could tell is not here, or did not answer.
        """
        if signed.odd:
            return f"{signed.what} cannot be trusted: {signed.odd}"
        if not signed.signature:
            return f"{signed.what} is not signed, and settings require it"
        with self._lock:
            known = self._kept.get((signed.id, signers))
        if known is not None:
            return known
        problem = self._problem(signed, signers)
        with self._lock:
            self._kept[signed.id, signers] = problem
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return problem

    def _problem(self, signed: Signed, signers: Signers) -> str:
        block = _ONE_BLOCK.fullmatch(signed.signature)
        if block is None:
            return f"{signed.what} carries no signature of GPG or SSH"
        with tempfile.TemporaryDirectory(prefix="driftdeck-") as made:
            place = Path(made).resolve()
            (place / "payload").write_bytes(signed.payload)
            (place / "signature").write_bytes(signed.signature)
            told = self._of_ssh if block["kind"] == b"SSH" else self._of_gpg
            problem = told(signed.what, place, signers)
        return problem and f"{signed.what}: {problem}"

    def _of_ssh(self, what: str, place: Path, signers: Signers) -> str:
        words = ("-Y", "check-novalidate", "-n", "git", "-s", str(place / "signature"))
        program = self._found("ssh-keygen", "SSH", "OpenSSH", what)
        done = self._asked(program, words, place, place / "payload")
        said = _SSH_SAYS.fullmatch(done.printed.decode(errors="replace"))
        if done.code or said is None:
            return f"its SSH signature is not right ({done.words or done.code})"
        if said["key"] not in signers.ssh:
            return f"it is signed by SSH key {said['key']}, which settings do not allow"
        return ""

    def _of_gpg(self, what: str, place: Path, signers: Signers) -> str:
        program = self._found("gpg", "GPG", "GnuPG", what)
        (place / "keys").write_text("\n".join(signers.gpg))
        own = (*_GPG, "--homedir", str(place))
        known = self._asked(program, (*own, "--import", "--", str(place / "keys")), place)
        allowed = {words[-1] for words in _status(known) if words[0] == "IMPORT_OK"}
        names = (str(place / name) for name in ("signature", "payload"))
        done = self._asked(program, (*own, "--verify", "--", *names), place)
        return _verdict(done, allowed)

    def _found(self, name: str, kind: str, package: str, what: str) -> str:
        program = shutil.which(name, path=self._path)
        if program is None:
            reason = f"{what} is signed with {kind}, and {name} is not installed"
            advice = f"put {package} on the PATH"
            raise UnavailableError(f"{reason}: {advice}", retry_after_s=LOOK_AGAIN_S)
        return program

    def _asked(
        self, program: str, words: tuple[str, ...], place: Path, given: Path = Path(os.devnull)
    ) -> Ended:
        try:
            return ended(program, words, place, _LIMITS, self._path, given)
        except RejectedError as error:  # late, which says nothing of the signature
            raise UnavailableError(str(error), retry_after_s=LOOK_AGAIN_S) from error


def _status(done: Ended) -> list[list[str]]:
    found = _GPG_SAYS.finditer(done.printed.decode(errors="replace"))
    return [line["words"].split() for line in found]


def _verdict(done: Ended, allowed: set[str]) -> str:
    """Read what gpg said of one signature; whatever it did not say is against it."""
    said = _status(done)
    valid = [rest for word, *rest in said if word == "VALIDSIG"]
    full = next((rest[-1] for rest in valid if rest), "")
    for word, *rest in said:
        if word in _GPG_BAD:
            return _GPG_BAD[word].format(clean(full or "".join(rest[:1])))
        if word == "NO_PUBKEY":
            errors = (rest for other, *rest in said if other == "ERRSIG")
            long = (each[-1] for each in errors if each and _FINGERPRINT.fullmatch(each[-1]))
            return _GPG_UNKNOWN.format(clean(next(long, "".join(rest[:1]))))
    good = sum(word == "GOODSIG" for word, *_ in said)
    if done.code or len(valid) != 1 or good != 1 or valid[0][-2:-1] != [_DETACHED]:
        return f"its GPG signature is not right ({done.words or done.code})"
    return "" if full in allowed else _GPG_UNKNOWN.format(clean(full))
