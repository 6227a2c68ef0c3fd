"""Kustomizations that name a file: without it they could not be rendered any more."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from posixpath import basename, dirname, join, normpath

from core.clean import clean
from core.errors import ManifestError, RejectedError
from core.git import Repository
from core.manifests.editing import pages
from core.render.world import KUSTOMIZATIONS


def check_unlisted(repository: Repository, revision: str, gone: Collection[str]) -> None:
    """Refuse that files go which a kustomization of the repository names.

    Raises:
        RejectedError: One of them is named; the message says where.
    """
    if not gone:
        return
    for file in repository.files(revision, ""):
        if basename(file.path) not in KUSTOMIZATIONS or not file.blob_id:
            continue
        for name, line in _names(file.path, repository.blob(file.blob_id)):
            if name in gone:
                where = clean(f"{file.path}:{line}")
                reason = f"{clean(name)} would go, and {where} names it; take both away with git"
                raise RejectedError(reason)


def _names(path: str, content: bytes) -> Iterator[tuple[str, int]]:
    """Yield what may be a file that is named, from the root of the repository, and the line."""
    with suppress(ManifestError):  # whoever renders it says so
        for page in pages(path, content):
            for leaf in page.leaves.values():
                line = content.decode()[: leaf.start].count("\n") + 1
                yield normpath(join(dirname(path), leaf.text)), line
