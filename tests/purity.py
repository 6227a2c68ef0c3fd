"""The pure tier: tests of values, which run in seconds on every Python.

A test belongs to it that stands in one of `ROOMS` and is marked neither `real` nor `outside`.
While one runs, starting a process or opening a connection fails it: a tier that is pure by name
only would hang or skip where it is run next.  Event loops and files are allowed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

ROOMS: Final = tuple(
    f"tests/{room}"
    for room in (
        "core/cli/commands/",
        "core/compare/",
        "core/engine/",
        "core/manifests/",
        "core/model/",
        "core/reconcile/",
        "core/remedy/",
        "core/sandbox/apply/",
        "core/sandbox/types/",
        "core/settings/",
        "core/telling/",
        "core/test_clean.py",
        "soak/",
        "tui/model/",
        "tui/theme/",
    )
)
_PROCESSES: Final = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system")
_FORBIDDEN: Final = frozenset({*_PROCESSES, "socket.bind", "socket.connect"})
_running: list[str] = []  # the pure test that runs now


def is_pure(item: pytest.Item) -> bool:
    """Tell whether a test belongs to the pure tier."""
    kept_out = any(item.get_closest_marker(name) for name in ("real", "outside"))
    return item.nodeid.startswith(ROOMS) and not kept_out


def holds_none(path: Path, root: Path) -> bool:
    """Tell whether nothing at *path*, below *root*, can belong to the pure tier."""
    place = path.relative_to(root).as_posix() + "/" * path.is_dir()
    return not place.startswith(ROOMS) and not any(room.startswith(place) for room in ROOMS)


@contextmanager
def guarded(name: str) -> Iterator[None]:
    """Refuse processes and connections while the pure test *name* runs."""
    _running.append(name)
    try:
        yield
    finally:
        _running.remove(name)


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if event in _FORBIDDEN and _running:
        raise AssertionError(f"{event} in the pure tier; mark {_running[-1]} as outside")


sys.addaudithook(_refuse)
