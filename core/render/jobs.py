"""What one render needs: its files, its arguments, and how to read what is printed."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from core.manifests import Folder
from core.render.world import World


class Job(NamedTuple):
    """One render."""

    world: World
    entry: str  # the file that errors name
    files: frozenset[str]  # that the tool may read
    settings: tuple[object, ...]  # what else the result depends on
    arguments: Callable[[Path], tuple[str, ...]]  # from the folder that holds `tree` and `entry`
    traced: Callable[[Folder, bytes], Folder]  # gives each object its place in Git
    charts: bool = False  # kustomize needs helm for it
