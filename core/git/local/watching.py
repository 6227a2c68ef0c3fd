"""Noticing that refs moved, within a tenth of a second, without asking over and over.

Git replaces HEAD and packed-refs by renaming, which loses a watch on the file itself, so their
folder is watched, alone; `objects` below it is busy and says nothing.  Some file systems (network,
containers) report nothing at all, so the refs' own times are looked at every few seconds too.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

from core.errors import UnavailableError

STEP_MS: Final = 40  # a change is reported once nothing more came for so long
DEBOUNCE_MS: Final = 120  # and after this long whatever comes
LOOK_S: Final = 5.0
LOOK_REST: Final = 300  # rest so many times as long as looking took: 100,000 refs take a second
_NAMES: Final = frozenset({"HEAD", "packed-refs", "tables.list"})


async def ref_changes(
    git_folder: Path, common_folder: Path, *, look_s: float = LOOK_S
) -> AsyncGenerator[None]:
    """Yield once when the watch stands, so that nothing falls between, then at each change.

    Raises:
        UnavailableError: The repository went away, or cannot be watched.
    """
    bell = asyncio.Event()
    flat = {git_folder, common_folder}
    deep = {folder for name in ("refs", "reftable") if (folder := common_folder / name).is_dir()}
    tasks = [
        asyncio.create_task(_watch(bell, flat, recursive=False)),
        asyncio.create_task(_watch(bell, deep, recursive=True)),
        asyncio.create_task(_look(bell, git_folder, common_folder, look_s)),
    ]
    try:
        await asyncio.sleep(0)  # the watchers take their places
        bell.set()
        while True:
            ringing = asyncio.create_task(bell.wait())
            try:
                await asyncio.wait([ringing, *tasks], return_when=asyncio.FIRST_COMPLETED)
            finally:
                ringing.cancel()
            if not bell.is_set():
                _raise_first(tasks, common_folder)
            bell.clear()
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _raise_first(tasks: list["asyncio.Task[None]"], folder: Path) -> None:
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            if not isinstance(error, OSError | RuntimeError):
                raise error
            raise UnavailableError(f"repository {folder} cannot be watched: {error}") from error
    raise UnavailableError(f"repository {folder} went away")


async def _watch(bell: asyncio.Event, folders: set[Path], *, recursive: bool) -> None:
    def concerns(_change: Change, path: str) -> bool:
        name = Path(path).name
        return not name.endswith(".lock") and (recursive or name in _NAMES)

    watcher = awatch(
        *folders, watch_filter=concerns, debounce=DEBOUNCE_MS, step=STEP_MS, recursive=recursive
    )
    async for _ in watcher:
        bell.set()


async def _look(bell: asyncio.Event, git_folder: Path, common_folder: Path, look_s: float) -> None:
    clock = asyncio.get_running_loop().time
    seen = await asyncio.to_thread(_times, git_folder, common_folder)
    took_s = 0.0
    while True:
        await asyncio.sleep(max(look_s, took_s * LOOK_REST))
        begun = clock()
        now = await asyncio.to_thread(_times, git_folder, common_folder)
        took_s = clock() - begun
        if not now:
            return  # gone: the reader is told
        if now != seen:
            seen = now
            bell.set()


def _times(git_folder: Path, common_folder: Path) -> frozenset[tuple[str, int, int]]:
    return frozenset(_stamps(git_folder, common_folder))


def _stamps(git_folder: Path, common_folder: Path) -> Iterator[tuple[str, int, int]]:
    places = [git_folder / "HEAD", common_folder / "packed-refs"]
    places += [*(common_folder / "refs").rglob("*"), *(common_folder / "reftable").glob("*")]
    for place in places:
        try:
            found = place.stat()
        except FileNotFoundError:
            continue  # no packed refs, or a ref that was deleted just now
        yield str(place), found.st_mtime_ns, found.st_size
