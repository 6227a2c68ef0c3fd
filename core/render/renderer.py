"""What a tool makes of a folder, and what it made before: nothing is rendered twice.

The key of a render is everything that it depends on: the files by path and content, what the tool
is told, the tool and its version.  It stands inside the value, too, and is looked at again when the
value is used.  A tool that went away leaves what it made of the very same files in force.
"""

import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from core.clean import clean
from core.errors import RejectedError, UnavailableError
from core.manifests import DocumentCache, Folder, Listed, Open, carries_ciphertext, read
from core.model import Problem, Remedy
from core.render.chart import Release, chart_job
from core.render.charts.inflating import with_helm
from core.render.elsewhere import NO_BASES, Bases
from core.render.export import export
from core.render.fence import Limits, run
from core.render.jobs import Job
from core.render.keeping.shelf import Kept, Shelf
from core.render.kustomize import kustomize_job
from core.render.tools import Tool, Tools
from core.render.unsealing import opened_of
from core.render.world import World

KEPT: Final = 500
_REGULAR: Final = 0o100644


class Rendered(NamedTuple):
    """What one folder was rendered to."""

    key: str  # of what it was made from, and by what
    folder: Folder
    tool: str  # what made it
    made_at: str  # RFC 3339, UTC
    doubt: Problem | None = None  # why it could not be made again now


class Renderer:
    """Renders folders.  Threads may share it."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        *,
        limits: Limits | None = None,
        shelf: Shelf | None = None,
        tools: Tools | None = None,
    ) -> None:
        """Use the programs on the PATH of *environment*, and renders that are on *shelf*.

        *tools*: Those of another one, with which it then takes turns.
        """
        self._tools, self._limits = tools or Tools(environment), limits or Limits()
        self._shelf = shelf
        self._kept: OrderedDict[tuple[str, str, Open], Rendered] = OrderedDict()
        self._lock = Lock()

    def afresh(self) -> "Renderer":
        """Return one by the same tools that has kept nothing, and looks at no shelf."""
        return Renderer(limits=self._limits, tools=self._tools)

    def kustomized(
        self, world: World, folder: str, *, charts: bool = False, bases: Bases = NO_BASES
    ) -> Rendered:
        """Return what kustomize makes of a folder of *world*.  Blocks.

        It may have *charts*, and *bases* in other repositories.

        Raises:
            RejectedError: It cannot be rendered: what the tool says of it, or why it was not asked.
            UnavailableError: The tool is not here, or a repository cannot be read.
        """
        job = kustomize_job(world, folder, charts=charts, bases=bases)
        find = self._tools.kustomize_with_helm if job.charts else self._tools.kustomize
        return self._rendered(folder, job, find)

    def charted(
        self, world: World, folder: str, release: Release, pulled: str | None = None
    ) -> Rendered:
        """Return what helm makes of a chart, whose files *world* holds.  Blocks.

        *pulled*: The folder of a chart that was pulled, and is not the app's own.

        Raises:
            RejectedError: It cannot be rendered: what the tool says of it, or why it was not asked.
            UnavailableError: The tool is not here, or the repository cannot be read.
        """
        job = chart_job(world, folder, release, pulled)
        return self._rendered(folder, job, self._tools.helm)

    def _rendered(self, folder: str, job: Job, find: Callable[[], Tool]) -> Rendered:
        world = job.world
        inputs = _inputs(world, job)
        try:
            tool = find()
        except UnavailableError as error:
            return self._without_tool(world, folder, job, inputs, error)
        made_by = _digest(repr(tool))
        known = self._known(world, folder, job, inputs)
        if known is not None and known.tool == made_by:
            return known
        with self._tools.turns:
            printed = self._printed(world, job, tool)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        kept = Kept(inputs=inputs, tool=made_by, made_at=made_at, printed=printed)
        return self._taken(world, folder, job, kept, new=True)

    def _without_tool(
        self, world: World, folder: str, job: Job, inputs: str, error: UnavailableError
    ) -> Rendered:
        """Return what the tool made of the same files while it was here."""
        known = self._known(world, folder, job, inputs)
        if known is not None:
            words = f"{error.what}; what was rendered at {known.made_at} stays in force"
            return known._replace(doubt=Problem(Remedy.WAIT, words, error.retry_after_s))
        kept = None if self._shelf is None else self._shelf.get(inputs)
        if kept is not None and kept.secret:
            reason = "what it made before holds a Secret, which is not kept on disk"
            raise UnavailableError(f"{error.what}; {reason}", retry_after_s=error.retry_after_s)
        raise error

    def _known(self, world: World, folder: str, job: Job, inputs: str) -> Rendered | None:
        with self._lock:
            known = self._kept.get((folder, inputs, world.opened))
        if known is not None or self._shelf is None:
            return known
        kept = self._shelf.get(inputs)
        if kept is None or kept.secret:
            return None
        return self._taken(world, folder, job, kept, new=False)

    def _taken(self, world: World, folder: str, job: Job, kept: Kept, *, new: bool) -> Rendered:
        """Read what was printed, and keep it."""
        key, printed = _digest(kept.inputs + kept.tool), kept.printed
        name = f"{folder}/rendered.yaml".removeprefix("/")
        cache = DocumentCache(world.reader.outcomes)
        listed = Listed(name, key, _REGULAR, lambda: printed, name)
        found = _apart(read([listed], cache, partial(opened_of, world, job.files)), name)
        if not (found.documents or found.broken or found.refused):  # as good as nothing printed
            raise RejectedError(f"{clean(job.entry)}: what was printed holds no object")
        everywhere = tuple(("", problem) for _, problem in found.refused)  # it could be any file's
        whole = not found.refused and not found.broken
        if new and whole and self._shelf is not None:
            self._shelf.put(replace(kept, secret=_holds_secret(found)))
        folder_made = job.traced(found._replace(refused=everywhere), printed)
        made = Rendered(key, folder_made, kept.tool, kept.made_at)
        if found.passing:
            return made  # another time more of it may be opened
        with self._lock:
            self._kept[folder, kept.inputs, world.opened] = made
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _printed(self, world: World, job: Job, tool: Tool) -> bytes:
        """Render twice: what is not the same the second time is nothing to hold a cluster to."""
        try:
            first, second = (self._once(world, job, tool) for _ in range(2))
        except RejectedError as error:
            raise RejectedError(f"{clean(job.entry)}: {error}") from error
        if first != second:
            raise RejectedError(f"{clean(job.entry)}: two renders of the same files differ")
        return first

    def _once(self, world: World, job: Job, tool: Tool) -> bytes:
        with tempfile.TemporaryDirectory(prefix="driftdeck-") as made:
            place = Path(made).resolve()
            export(world, job.files, place / "tree")
            for name in ("home", "entry"):
                (place / name).mkdir()
            charts = with_helm(tool.helm, place / "helm") if tool.helm else ()
            arguments = (*tool.command, *charts, *job.arguments(place))
            path = self._tools.path
            return run(tool.program, arguments, place / "home", self._limits, path)


def _apart(found: Folder, name: str) -> Folder:
    """Take out the objects that hold ciphertext: a template or a generator took it for a text."""
    sealed = [one for one in found.documents if carries_ciphertext(one.body)]
    if not sealed:
        return found
    reason = "it holds ciphertext of sops, which nothing in the cluster can read"
    told = [
        (replace(one, body=b"", sealed=True), f"{clean(name)}:{one.line}: {reason}")
        for one in sealed
    ]
    problems = tuple(problem for _, problem in told)
    return found._replace(
        documents=tuple(one for one in found.documents if one not in sealed),
        problems=(*found.problems, *problems),
        refused=(*found.refused, *((name, problem) for problem in problems)),
        broken=(*found.broken, *told),
    )


def _holds_secret(found: Folder) -> bool:
    return any("Secret" in document.kind.kind for document in found.documents)


def _inputs(world: World, job: Job) -> str:
    lines = [repr(job.settings)]
    lines += (f"{path}\0{world.files[path].blob_id}" for path in sorted(job.files))
    return _digest("\0\n".join(lines))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
