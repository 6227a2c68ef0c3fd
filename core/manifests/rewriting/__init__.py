"""Objects of a file given other values where they stand, and every other byte left as it is.

`nodes` knows where each value stands, `writing` writes new ones as the file does, and `rewriting`
finds the fewest edits and sees that they did what they were to do.  `removing` takes one out.
"""

from core.manifests.rewriting.removing import without
from core.manifests.rewriting.rewriting import rewritten
from core.manifests.rewriting.writing import written_object

__all__ = ["rewritten", "without", "written_object"]
