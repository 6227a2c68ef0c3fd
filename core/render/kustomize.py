"""How kustomize builds a folder.

A kustomization of ours beside the files, never among them, lists the folder and asks for the origin
of each object.
"""

import json
from pathlib import Path
from typing import Final

from core.manifests import Folder
from core.render.closure import closure_of
from core.render.jobs import Job
from core.render.tracing import Tracing
from core.render.world import World, kustomizations

_ORIGINS: Final = ["originAnnotations"]


def kustomize_job(world: World, folder: str) -> Job:
    """Say how a folder is built.

    Raises:
        RejectedError: It names what is not in the commit, or what is not allowed.
    """
    closure = closure_of(world, folder)
    entry = kustomizations(world, folder)[0]

    def arguments(place: Path) -> tuple[str, ...]:
        wrapper = {"resources": [f"../tree/{folder}"], "buildMetadata": _ORIGINS}
        (place / "entry" / "kustomization.yaml").write_text(json.dumps(wrapper))
        return (str(place / "entry"),)

    def traced(found: Folder, _: bytes) -> Folder:
        tracing = Tracing(world, closure, entry)
        broken = tuple((tracing.named(document), problem) for document, problem in found.broken)
        return found._replace(documents=tuple(map(tracing.traced, found.documents)), broken=broken)

    return Job(entry, frozenset(closure.files), ("kustomize", folder), arguments, traced)
