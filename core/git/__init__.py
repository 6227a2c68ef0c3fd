"""Repositories: revisions, trees, history, reverts, and who changed a file last.

Everything reads committed state, straight from the object store; only this package knows dulwich.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.git.edits import EditPlan, make_edit, plan_edit
    from core.git.homes import shared_name
    from core.git.marks import Marks
    from core.git.reading.history import Walk
    from core.git.reading.listing import File
    from core.git.reading.revisions import branches
    from core.git.reading.shapes import Shapes
    from core.git.reading.signed import Signable, Signed
    from core.git.remotes.asking import Conversation
    from core.git.remotes.exchange import Told
    from core.git.repositories import Repositories
    from core.git.repository import Repository
    from core.git.writing.committing import commit_files
    from core.git.writing.messages import marked, new_mark

__all__ = [
    "Conversation",
    "EditPlan",
    "File",
    "Marks",
    "Repositories",
    "Repository",
    "Shapes",
    "Signable",
    "Signed",
    "Told",
    "Walk",
    "branches",
    "commit_files",
    "make_edit",
    "marked",
    "new_mark",
    "plan_edit",
    "shared_name",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load all of it when any of it is wanted.

        The process that speaks to servers wants none: to load it was half of what it took to start.
        """
        if name not in __all__:
            raise AttributeError(name)
        from core.git import edits, homes, marks, repositories, repository  # noqa: PLC0415
        from core.git.reading import history, listing, revisions, shapes, signed  # noqa: PLC0415
        from core.git.remotes import asking, exchange  # noqa: PLC0415
        from core.git.writing import committing, messages  # noqa: PLC0415

        homes_of_names = (
            *(history, listing, revisions, shapes, signed, asking, exchange, committing, messages),
            *(edits, homes, marks, repositories, repository),
        )
        return next(vars(module)[name] for module in homes_of_names if name in vars(module))
