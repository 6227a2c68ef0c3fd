"""Bases of a kustomization in other repositories, where the app's settings name the repository.

A repository that is watched cannot add another one, nor choose how it is asked: what it names only
counts if the settings have the same host and path, and then it is had as they say.  Only one commit
is ever meant, by its whole id, for a branch or a tag may be another commit tomorrow.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import parse_qs

from core.clean import clean
from core.errors import RejectedError
from core.git import File, shared_name
from core.model.sources.remotes import Remote

SIGNS: Final = ("://", "git@", "git::", "github.com/", "?ref=", "oci:")  # of what is elsewhere
_COMMIT: Final = re.compile(r"[0-9a-fA-F]{40}")
_BEFORE_HOST: Final = re.compile(r"(?:git::)?(?:[a-z]+://)?(?:[^@/]*@)?")
_PORT: Final = re.compile(r"(?<=[^/]):[0-9]+(?=/)")

# All files of a commit of a repository, and the way to what they hold; blocks.
Files: TypeAlias = tuple[tuple[File, ...], Callable[[File], bytes]]
Had: TypeAlias = Callable[[Remote, str], Files]


class Base(NamedTuple):
    """A folder of one commit of another repository."""

    remote: Remote
    commit: str
    folder: str  # "" for its root

    @property
    def place(self) -> str:
        """The folder that the commit's files stand in, beside those of the app's repository."""
        host, _, path = shared_name(str(self.remote.address)).partition("/")
        return f"{host.strip('[]').replace(':', '-')}/{path}@{self.commit[:12]}"


class Bases(NamedTuple):
    """The repositories that an app's bases may lie in, and how their files are had."""

    remotes: tuple[Remote, ...]
    had: Had

    def named(self, text: str) -> Base | None:
        """Return the base that a kustomization names; None: it is in no repository of these.

        Raises:
            RejectedError: It names no single commit.
        """
        place, _, query = _BEFORE_HOST.sub("", text, count=1).partition("?")
        place = _PORT.sub("", place, count=1).replace(":", "/", 1)
        for remote in self.remotes:
            whose = shared_name(str(remote.address))
            rest = place.removeprefix(whose).removeprefix(".git")
            if place.startswith(whose) and (not rest or rest.startswith("/")):
                said = parse_qs(query)
                commit = (said.get("ref") or said.get("version") or [""])[-1]
                if _COMMIT.fullmatch(commit) is None:
                    reason = "must say which commit it is, by its 40 digits (?ref=)"
                    raise RejectedError(f"{shown(text)} {reason}: a branch or a tag may move")
                return Base(remote, commit.lower(), rest.strip("/"))
        return None


def shown(text: str) -> str:
    """Return what a kustomization names, for people: without a user and what follows the path."""
    if any(sign in text for sign in SIGNS):
        text = re.sub(r"(?<=://)[^@/]*@", "", text.partition("?")[0])
    return f'"{clean(text, max_cells=80)}"'


def _nowhere(remote: Remote, _: str) -> Files:
    raise RejectedError(f"{remote.address} is not asked")


NO_BASES: Final = Bases((), _nowhere)
