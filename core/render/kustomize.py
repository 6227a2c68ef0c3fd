"""How kustomize builds a folder.

A kustomization of ours beside the files, never among them, lists the folder and asks for the origin
of each object.  Of charts that it names, hooks are left out and named, as those of any chart.
"""

import json
from pathlib import Path
from typing import Final

from core.clean import clean
from core.manifests import Folder
from core.render.chart import hook_of
from core.render.closure import closure_of
from core.render.elsewhere import NO_BASES, Bases
from core.render.jobs import Job
from core.render.tracing import Tracing
from core.render.world import World, kustomizations

_ORIGINS: Final = ["originAnnotations"]


def kustomize_job(
    world: World, folder: str, *, charts: bool = False, bases: Bases = NO_BASES
) -> Job:
    """Say how a folder is built, which may have *charts*, and *bases* in other repositories.

    Raises:
        RejectedError: It names what is not in the commit, or what is not allowed.
        UnavailableError: A base cannot be had now.
    """
    closure = closure_of(world, folder, charts=charts, bases=bases)
    world = closure.world
    entry = kustomizations(world, folder)[0]

    def arguments(place: Path) -> tuple[str, ...]:
        wrapper = {"resources": [f"../tree/{folder}"], "buildMetadata": _ORIGINS}
        (place / "entry" / "kustomization.yaml").write_text(json.dumps(wrapper))
        return (str(place / "entry"),)

    def traced(found: Folder, _: bytes) -> Folder:
        tracing = Tracing(world, closure, entry)
        broken = tuple((tracing.named(document), problem) for document, problem in found.broken)
        documents = tuple(map(tracing.traced, found.documents))
        hooks = [one for one in documents if closure.charts and hook_of(one)]
        others = (*found.others, *(f"{clean(one.file)}: {hook_of(one)}" for one in hooks))
        kept = tuple(one for one in documents if one not in hooks)
        return found._replace(documents=kept, broken=broken, others=others)

    tool = "kustomize with helm" if closure.charts else "kustomize"
    files = frozenset(closure.files)
    return Job(world, entry, files, (tool, folder), arguments, traced, closure.charts)
