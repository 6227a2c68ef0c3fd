"""The user's own program for differences, as kubectl starts it (`KUBECTL_EXTERNAL_DIFF`)."""

import asyncio
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from core.clean import clean
from core.cli.output.unified import SIDES, Pair
from core.errors import UsageError

VARIABLE: Final = "KUBECTL_EXTERNAL_DIFF"
# kubectl takes no other words, so that the variable cannot name files; they follow the folders.
_WORD: Final = re.compile("[a-zA-Z0-9-=]+")
_DIFFERENT: Final = 1  # the highest exit code that is no failure


async def show_with(program: str, pairs: Iterable[Pair], names: tuple[str, str] = SIDES) -> None:
    """Let *program* show two folders; it writes to our own streams.

    Raises:
        UsageError: It cannot be started, or says that it failed.
    """
    name, *words = program.split(" ")
    with tempfile.TemporaryDirectory(prefix="driftdeck-diff-") as folder:
        live, merged = (Path(folder, name) for name in names)
        for own in (live, merged):
            own.mkdir(mode=0o700)
        for pair in pairs:
            _write(live / pair.name, pair.live)
            _write(merged / pair.name, pair.git)
        argv = (name, str(live), str(merged), *filter(_WORD.fullmatch, words))
        code = await _ended(argv)
    if not 0 <= code <= _DIFFERENT:
        raise UsageError(f"{VARIABLE}: {clean(name)} failed: it ended with {code}")


def _write(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


async def _ended(argv: tuple[str, ...]) -> int:
    try:
        process = await asyncio.create_subprocess_exec(*argv)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{VARIABLE}: {clean(argv[0])} cannot be started: {reason}") from error
    try:
        return await process.wait()
    finally:
        if process.returncode is None:  # we are told to end
            process.terminate()
