"""Whose signatures count, where a repository's commits must be signed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """Public keys that settings name; nothing in a repository can add one."""

    ssh: frozenset[str] = frozenset()  # full fingerprints, as ssh-keygen writes them
    gpg: tuple[str, ...] = ()  # keys as gpg exports them
