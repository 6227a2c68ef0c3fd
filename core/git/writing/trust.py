"""Whose repository it is, and what of its settings a commit of ours does not follow."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from core.clean import clean
from core.errors import DeniedError
from core.git.local.settings import GitSettings
from core.git.reading.store import Store

_HOOKS: Final = (  # those that `git revert` could run
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "reference-transaction",
)


def check_owner(
    store: Store, settings: GitSettings, environment: Mapping[str, str] = os.environ
) -> None:
    """Refuse to write where git would, too: its owner could not write there any more afterwards.

    Raises:
        DeniedError: It is another user's, and not among the user's own `safe.directory`.
    """
    places = {Path(store.repo.controldir()), Path(store.repo.commondir())}
    places |= set() if store.repo.bare else {Path(store.repo.path)}
    me = {os.geteuid()}
    if os.geteuid() == 0 and environment.get("SUDO_UID", "").isdigit():
        me.add(int(environment["SUDO_UID"]))
    others = sorted(uid for place in places if (uid := place.stat().st_uid) not in me)
    if not others or _is_trusted(store.path.resolve(), settings.of_user("safe.directory")):
        return
    name = clean(str(store.path.resolve()))
    raise DeniedError(
        f"repository {name} is another user's (uid {others[0]}); revert as that user, or trust it: "
        f"git config --global --add safe.directory {name}"
    )


def _is_trusted(place: Path, values: list[str]) -> bool:
    trusted = False
    for value in values:
        if not value:
            trusted = False  # an empty one begins anew
            continue
        named = os.path.expanduser(value)  # noqa: PTH111 - Path's raises for an unknown user
        inside = named.endswith("/*") and f"{place}/".startswith(named[:-1])
        trusted = trusted or value == "*" or inside or Path(named).resolve() == place
    return trusted


def warnings(store: Store, settings: GitSettings) -> Iterator[str]:
    """Say what git would do with a commit and we do not: no program of a repository is run."""
    if settings.is_on("commit.gpgsign"):
        yield "the commit will not be signed (commit.gpgsign is set)"
    hooks = ", ".join(name for name in _HOOKS if _is_hook(_hooks(store, settings) / name))
    if hooks:
        yield f"hooks are not run ({hooks})"
    if settings.includes():
        yield "what the repository's own settings include is not read (include.path)"


def _hooks(store: Store, settings: GitSettings) -> Path:
    named = settings.text("core.hooksPath")
    if not named:
        return Path(store.repo.commondir(), "hooks")
    return Path(store.repo.path, os.path.expanduser(named))  # noqa: PTH111 - never raises


def _is_hook(file: Path) -> bool:
    return file.is_file() and os.access(file, os.X_OK)
