"""What other programs print for a folder: kustomize today, as a fenced child process.

The files come from the trees of a commit, never from a checkout.  `closure` says which ones a
kustomization needs, `export` writes them into a folder of their own, `fence` runs the program,
`tracing` finds the files behind each object, and `renderer` keeps what was printed.
"""

from core.render.renderer import Rendered, Renderer
from core.render.world import World, tool_of

__all__ = ["Rendered", "Renderer", "World", "tool_of"]
