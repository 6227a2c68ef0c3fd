"""What a tool makes of a folder, and what it made before: nothing is rendered twice.

The key of a render is everything that it depends on: the files by path and content, the tool and
its version.  It stands inside the value, too, and is looked at again when the value is used.
"""

import hashlib
import json
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
from core.render.closure import Closure, closure_of
from core.render.export import export
from core.render.fence import Limits, run
from core.render.tools import Tool, Tools
from core.render.tracing import Tracing
from core.render.world import World, kustomizations

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
        """Return what kustomize makes of a folder.  Blocks.

        Raises:
            RejectedError: It cannot be rendered: what the tool says of it, or why it was not asked.
            UnavailableError: The tool is not here, or the repository cannot be read.
        """
        closure = closure_of(world, folder)
        tool = self._tools.kustomize()
        key = _key(world, folder, closure, tool)
        with self._lock:
            known = self._kept.get((folder, key))
        if known is not None and known.key == key:
            return known
        with self._places:
            printed = self._printed(world, folder, closure, tool)
        made = Rendered(key, _folder(world, folder, closure, key, printed))
        with self._lock:
            self._kept[folder, key] = made
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _printed(self, world: World, folder: str, closure: Closure, tool: Tool) -> bytes:
        """Render twice: what is not the same the second time is nothing to hold a cluster to."""
        shown = clean(folder) or "the repository's root"
        first, second = (self._once(world, folder, closure, tool) for _ in range(2))
        if first != second:
            raise RejectedError(f"{shown}: two renders of the same files differ")
        return first

    def _once(self, world: World, folder: str, closure: Closure, tool: Tool) -> bytes:
        with tempfile.TemporaryDirectory(prefix="driftdeck-") as made:
            place = Path(made).resolve()
            export(world, closure.files, place / "tree")
            home, entry = place / "home", place / "entry"
            home.mkdir()
            entry.mkdir()
            wrapper = {"resources": [f"../tree/{folder}"], "buildMetadata": ["originAnnotations"]}
            (entry / "kustomization.yaml").write_text(json.dumps(wrapper))
            arguments = (*tool.command, str(entry))
            try:
                return run(tool.program, arguments, home, self._limits, self._tools.path)
            except RejectedError as error:
                raise RejectedError(f"{clean(_entry(world, folder))}: {error}") from error


def _entry(world: World, folder: str) -> str:
    return kustomizations(world, folder)[0]


def _key(world: World, folder: str, closure: Closure, tool: Tool) -> str:
    digest = hashlib.sha256(repr((tool, folder)).encode(errors="surrogateescape"))
    for path in sorted(closure.files):
        line = f"{path}\0{world.files[path].blob_id}\0"
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()


def _folder(world: World, folder: str, closure: Closure, key: str, printed: bytes) -> Folder:
    """Read what was printed as any other file, and find out what stands where."""
    name = f"{folder}/rendered.yaml".removeprefix("/")
    found = read([Listed(name, key, _REGULAR, lambda: printed, name)], DocumentCache())
    tracing = Tracing(world, closure, _entry(world, folder))
    broken = tuple((tracing.named(document), problem) for document, problem in found.broken)
    return found._replace(
        documents=tuple(map(tracing.traced, found.documents)),
        refused=tuple(("", problem) for _, problem in found.refused),  # it could be any file's
        broken=broken,
    )
