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
    said = Path(environment.get("XDG_STATE_HOME", ""))
    home = Path(environment.get("HOME", "") or os.path.expanduser("~"))  # noqa: PTH111 - never raises
    base = said if said.is_absolute() else home / ".local" / "state"
    return base / "driftdeck" if base.is_absolute() else None
