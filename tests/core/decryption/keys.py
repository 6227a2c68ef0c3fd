"""A person with a key of age, who encrypts files by the real sops."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.apiserver import binaries


class Person:
    """Has one key, and sops."""

    def __init__(self, sops: Path, folder: Path) -> None:
        self.sops, self.key = sops, folder / "key.txt"
        made = [str(binaries.binary("age-keygen")), "-o", str(self.key)]
        said = subprocess.run(made, check=True, capture_output=True, text=True).stderr  # noqa: S603
        self.name = said.split()[-1]

    @property
    def environment(self) -> Mapping[str, str]:
        """What this person's programs see."""
        return {
            "PATH": f"{self.sops.parent}:/usr/bin:/bin",
            "HOME": "/nonexistent",
            "SOPS_AGE_KEY_FILE": str(self.key),
        }

    @property
    def nobody(self) -> Mapping[str, str]:
        """The same without the key."""
        return {**self.environment, "SOPS_AGE_KEY_FILE": ""}

    def encrypted(self, text: str, *, only: str = "^(data|stringData)$", kind: str = "yaml") -> str:
        """Encrypt a file; *only* the fields of such names, "" means all."""
        chosen = (f"--encrypted-regex={only}",) if only else ()
        types = (f"--input-type={kind}", f"--output-type={kind}")
        return subprocess.run(  # noqa: S603
            [self.sops, "encrypt", f"--age={self.name}", *types, *chosen, "/dev/stdin"],
            input=text,
            check=True,
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        ).stdout
