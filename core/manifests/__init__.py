"""Bytes in Git to desired objects: read exactly as kubectl reads them.

`load` reads one file, `read` a folder of them; `line_of` and `stated_at` say where a field stands
and what it was in another version of its file.  A `Reader` parses in another process, so that no
file can end this one.  Only this package knows yaml, so it also writes it.
"""

from typing import TYPE_CHECKING

from core.manifests.folder import DocumentCache, Folder, Listed, read
from core.manifests.loading import Loaded, Outcome, load
from core.manifests.past import Past, Statement
from core.manifests.places import line_of, stated_at
from core.manifests.sealed.parts import Open, Opened, Sealed, left_closed, nobody_opens
from core.manifests.sealed.signs import carries_ciphertext, is_ciphertext, looks_sealed

if TYPE_CHECKING:
    from core.manifests.apart.reader import Reader
    from core.manifests.apart.workers import Workers

__all__ = [
    "DocumentCache",
    "Folder",
    "Listed",
    "Loaded",
    "Open",
    "Opened",
    "Outcome",
    "Past",
    "Reader",
    "Sealed",
    "Statement",
    "Workers",
    "carries_ciphertext",
    "is_ciphertext",
    "left_closed",
    "line_of",
    "load",
    "looks_sealed",
    "nobody_opens",
    "read",
    "stated_at",
]


def __getattr__(name: str) -> object:
    """Load what starts processes when it is wanted: in these processes it never is."""
    if name == "Reader":
        from core.manifests.apart.reader import Reader  # noqa: PLC0415 - lazily, see above

        return Reader
    if name == "Workers":
        from core.manifests.apart.workers import Workers  # noqa: PLC0415 - lazily, see above

        return Workers
    raise AttributeError(name)
