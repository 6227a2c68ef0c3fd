"""A commit as it would be with other contents of some files; nothing is written for that."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from core.git import File, Repository


@dataclass(frozen=True)
class Edited:
    """The files of a repository, some of them with new contents."""

    repository: Repository
    contents: Mapping[str, bytes]  # by path, of files that are there

    @cached_property
    def _by_id(self) -> Mapping[str, bytes]:
        return {_id(content): content for content in self.contents.values()}

    def files(self, commit: str, folder: str) -> tuple[File, ...]:
        """List every file below a folder of one commit; "" is the repository's root.

        Raises:
            RejectedError: There is no such folder.
        """
        return tuple(
            replace(file, blob_id=_id(self.contents[file.place]))
            if file.place in self.contents
            else file
            for file in self.repository.files(commit, folder)
        )

    def blob(self, blob_id: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            ProductError: They cannot be read.
        """
        found = self._by_id.get(blob_id)
        return self.repository.blob(blob_id) if found is None else found


def _id(content: bytes) -> str:
    return "edited-" + hashlib.sha256(content).hexdigest()
