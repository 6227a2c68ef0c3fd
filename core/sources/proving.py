"""What is asked of Git before anything is pruned, and which guard its answer is the matter of."""

from collections.abc import Sequence

from core.errors import NoFolderError, ProductError, RejectedError
from core.model import Blocked, Document, Guard, Problem


def guard_of(error: ProductError) -> Guard:
    """Return which of the first three guards an error of reading a folder is the matter of."""
    if isinstance(error, NoFolderError):
        return Guard.PATH_PRESENT
    if isinstance(error, RejectedError):
        return Guard.RENDERING_COMPLETE
    return Guard.SOURCE_KNOWN


def compared(
    readings: Sequence[tuple[tuple[Document, ...], tuple[str, ...], Problem | None]],
    kept: tuple[Document, ...] | None,
) -> Blocked | None:
    """Say what is wrong with fresh readings of one folder; None: they agree, and are complete.

    Args:
        readings: Of each the objects, the problems of files, and why it may be old.
        kept: The objects that were read of that commit before, and are judged; None: none were.
    """
    guard = Guard.RENDERING_COMPLETE
    for _, problems, doubt in readings:
        if problems or doubt is not None:
            return Blocked(guard, problems[0] if problems else str(doubt))
    (first, *others) = (documents for documents, _, _ in readings)
    if any(other != first for other in others):
        return Blocked(
            guard, "two renderings of that commit, one after the other, are not the same"
        )
    if kept is not None and kept != first:
        return Blocked(guard, "what was kept of that commit is not what its files make now")
    return None
