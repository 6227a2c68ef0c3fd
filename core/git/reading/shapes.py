"""What layouts ask of a repository: what stands in the folders of a commit."""

import stat
from collections.abc import Mapping
from dataclasses import dataclass

from core.git.reading.listing import is_safe_name, parts_of
from core.git.reading.store import Store, is_tree


@dataclass(frozen=True, slots=True)
class Shapes:
    """The folders of one commit; the trees that commits share are read once."""

    store: Store
    commit: str

    def below(self, folder: str) -> Mapping[str, bool]:
        """Return what stands in a folder, by name, and of each whether it is a folder.

        Links and submodules are left out, and so is what git would not check out everywhere.

        Raises:
            UnavailableError: The repository is damaged.
        """
        found = self.store.entry(self.commit, parts_of(folder))
        if found is None or not is_tree(found.mode):
            return {}
        return {
            name.decode(errors="surrogateescape"): is_tree(entry.mode)
            for name, entry in self.store.tree(found.id).items()
            if is_safe_name(name) and (is_tree(entry.mode) or stat.S_ISREG(entry.mode))
        }
