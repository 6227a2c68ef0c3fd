"""What other programs print for a folder: kustomize and helm, as fenced child processes.

The files come from the trees of a commit, never from a checkout.  `closure` says which ones a
kustomization needs, `chart` what helm is told; `export` writes them into a folder of their own,
`fence` runs the program, `tracing` finds the files behind each object of kustomize, and `renderer`
keeps what was printed, on disk (`keeping`) too.  Charts of other machines come by `charts`.
"""

from core.render.chart import Release
from core.render.charts.pulling import Charts, Pulling
from core.render.elsewhere import Bases
from core.render.fence import Ended, Limits, ended
from core.render.keeping.shelf import Shelf
from core.render.renderer import Rendered, Renderer
from core.render.world import World, tool_of

__all__ = [
    "Bases",
    "Charts",
    "Ended",
    "Limits",
    "Pulling",
    "Release",
    "Rendered",
    "Renderer",
    "Shelf",
    "World",
    "ended",
    "tool_of",
]
