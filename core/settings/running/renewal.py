"""A settings file that changes under a running controller: read anew, and taken if it is good.

Editors and mounts put a file in place in more than one step, and half a file may be good YAML of
fewer apps: what it says counts once it is the same at two looks.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.clock import Clock
from core.errors import ProductError, UsageError
from core.settings.reading import Settings, file_bytes

LOOK_S: Final = 1.0


class Renewal:
    """Looks at a file again and again; what is wrong with it is said once."""

    def __init__(
        self, file: Path, read: Callable[[], Settings], tell: Callable[[str], None], clock: Clock
    ) -> None:
        """Look at *file* for the first time: what is *read* after that is in force.

        Args:
            file: Be it there or not.
            read: Makes settings of it; may take a while.
            tell: Takes what is wrong.
            clock: Time.
        """
        self._file, self._read, self._tell, self._clock = file, read, tell, clock
        self._known = self._look()

    async def other(self, in_force: Settings) -> Settings:
        """Return the next settings that are good, and not those that are in force."""
        seen = self._known
        while True:
            await self._clock.sleep(LOOK_S)
            before, seen = seen, self._look()
            if seen == self._known or seen != before:
                continue
            self._known = seen
            try:
                found = await asyncio.to_thread(self._read)
            except ProductError as error:
                self._tell(
                    f"the settings that are in force stay, for the new ones are bad: {error}"
                )
                continue
            if found != in_force:
                return found

    def _look(self) -> bytes | str:
        """Return what the file holds, or why it cannot be read."""
        try:
            return file_bytes(self._file)
        except UsageError as error:
            return str(error)
