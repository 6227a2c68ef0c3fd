"""Repositories: revisions, trees, history, reverts, and who changed a file last.

Everything reads committed state, straight from the object store; only this package knows dulwich.
"""

from core.git.committing import commit_files
from core.git.listing import File
from core.git.repositories import Repositories
from core.git.repository import Repository

__all__ = ["File", "Repositories", "Repository", "commit_files"]
