"""Which release of driftdeck runs, and of what it is built upon."""

from importlib import metadata
from typing import Final

OURS: Final = "driftdeck"


def version_of(package: str = OURS) -> str:
    """Return the version that is installed; "" where none is, as of a folder on PYTHONPATH."""
    try:
        return metadata.version(package)
    except ModuleNotFoundError:
        return ""
