"""Files of a commit written where a tool can read them: regular ones only, none executable."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from core.errors import RejectedError, UnavailableError
from core.render.world import World

BYTES_MAX: Final = 256 * 2**20


def export(world: World, paths: Iterable[str], folder: Path) -> None:
    """Write files below a new *folder* that nobody else can read.

    Raises:
        RejectedError: They are too large, or one is no regular file.
        UnavailableError: They cannot be written.
    """
    total = 0
    try:
        folder.mkdir(mode=0o700)
        for path in sorted(paths):
            content = world.bytes_of(path)
            total += len(content)
            if total > BYTES_MAX:
                raise RejectedError(f"its files are larger than {BYTES_MAX // 2**20} MiB")
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(place, flags, 0o400), "wb") as file:
                file.write(content)
    except OSError as error:
        raise UnavailableError(
            f"the files to render cannot be written: {error.strerror}"
        ) from error
