"""Where driftdeck keeps what it remembers of its own, outside clusters and repositories."""

import os
from collections.abc import Mapping
from pathlib import Path


def state_folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder for this user's state, made or not; None where there is no home.

    Args:
        environment: Of the process; it says where a user's state is kept.

    Source: the XDG base directory specification, which asks that relative paths are ignored.
    """
    return _folder(environment, "XDG_STATE_HOME", ".local/state")


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder for what can be had again, likewise."""
    return _folder(environment, "XDG_CACHE_HOME", ".cache")


def _folder(environment: Mapping[str, str], variable: str, otherwise: str) -> Path | None:
    said = Path(environment.get(variable, ""))
    home = Path(environment.get("HOME", "") or os.path.expanduser("~"))  # noqa: PTH111 - never raises
    base = said if said.is_absolute() else home / otherwise
    return base / "driftdeck" if base.is_absolute() else None
