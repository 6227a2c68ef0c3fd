"""What a tool makes of a folder, and what it made before: nothing is rendered twice.

The key of a render is everything that it depends on: the files by path and content, the tool and
its version.  It stands inside the value, too, and is looked at again when the value is used.
"""

import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Final, NamedTuple

from core.clean import clean
from core.errors import RejectedError
from core.manifests import DocumentCache, Folder, Listed, read
from core.render.chart import Release, chart_job
from core.render.export import export
from core.render.fence import Limits, run
from core.render.jobs import Job
from core.render.kustomize import kustomize_job
from core.render.tools import Tools
from core.render.world import World

KEPT: Final = 500
AT_ONCE: Final = 2
_REGULAR: Final = 0o100644


class Rendered(NamedTuple):
    """What one folder was rendered to."""

    key: str  # of what it was made from
    folder: Folder


class Renderer:
    """Renders folders.  Threads may share it."""

    def __init__(
        self, environment: Mapping[str, str] = os.environ, *, limits: Limits | None = None
    ) -> None:
        """Use the programs on the PATH of *environment*."""
        self._tools, self._limits = Tools(environment), limits or Limits()
        self._kept: OrderedDict[tuple[str, str], Rendered] = OrderedDict()
        self._lock, self._places = Lock(), BoundedSemaphore(AT_ONCE)

    def kustomized(self, world: World, folder: str) -> Rendered:
        """Return what kustomize makes of a folder of *world*.  Blocks.

        Raises:
            RejectedError: It cannot be rendered: what the tool says of it, or why it was not asked.
            UnavailableError: The tool is not here, or the repository cannot be read.
        """
        return self._rendered(world, folder, kustomize_job(world, folder, self._tools.kustomize()))

    def charted(self, world: World, folder: str, release: Release) -> Rendered:
        """Return what helm makes of a chart, whose files *world* holds.  Blocks.

        Raises:
            RejectedError: It cannot be rendered: what the tool says of it, or why it was not asked.
            UnavailableError: The tool is not here, or the repository cannot be read.
        """
        job = chart_job(world, folder, self._tools.helm(), release)
        return self._rendered(world, folder, job)

    def _rendered(self, world: World, folder: str, job: Job) -> Rendered:
        key = _key(world, job)
        with self._lock:
            known = self._kept.get((folder, key))
        if known is not None and known.key == key:
            return known
        with self._places:
            printed = self._printed(world, job)
        name = f"{folder}/rendered.yaml".removeprefix("/")
        cache = DocumentCache(world.reader.outcomes)
        found = read([Listed(name, key, _REGULAR, lambda: printed, name)], cache)
        everywhere = tuple(("", problem) for _, problem in found.refused)  # it could be any file's
        made = Rendered(key, job.traced(found._replace(refused=everywhere), printed))
        with self._lock:
            self._kept[folder, key] = made
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _printed(self, world: World, job: Job) -> bytes:
        """Render twice: what is not the same the second time is nothing to hold a cluster to."""
        try:
            first, second = (self._once(world, job) for _ in range(2))
        except RejectedError as error:
            raise RejectedError(f"{clean(job.entry)}: {error}") from error
        if first != second:
            raise RejectedError(f"{clean(job.entry)}: two renders of the same files differ")
        return first

    def _once(self, world: World, job: Job) -> bytes:
        with tempfile.TemporaryDirectory(prefix="driftdeck-") as made:
            place = Path(made).resolve()
            export(world, job.files, place / "tree")
            for name in ("home", "entry"):
                (place / name).mkdir()
            arguments = (*job.tool.command, *job.arguments(place))
            path = self._tools.path
            return run(job.tool.program, arguments, place / "home", self._limits, path)


def _key(world: World, job: Job) -> str:
    told = repr((job.tool, job.settings))
    digest = hashlib.sha256(told.encode(errors="surrogateescape"))
    for path in sorted(job.files):
        line = f"{path}\0{world.files[path].blob_id}\0"
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()
