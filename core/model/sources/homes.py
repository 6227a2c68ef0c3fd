"""Where an app is at home: one folder of one repository, whichever clone of it is read."""

from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from core.model.values import ObjectRef


@dataclass(frozen=True, slots=True)
class Home:
    """A folder of a repository, by what every clone knows of it.

    A path on one machine says nothing: a laptop and a controller read different clones, and clones
    move.  Two things go with all of them: the first commit, and where they were cloned from.  A
    shallow clone lacks the first commit, a fork or a mirror has another remote, and a history that
    was written anew another first commit; so one that agrees is enough.  Strangers are homes that
    agree in nothing that both know, or name different folders.
    """

    root: str = ""  # id of the first commit; "" where this clone does not have it
    remote: str = ""  # "github.com/org/config", without user or query; "" without one
    path: str = ""  # folder inside the repository; "" for its root

    def is_of(self, other: "Home") -> bool:
        """Tell whether both are folders of one repository, as far as is known."""
        pairs = ((self.root, other.root), (self.remote, other.remote))
        known = [one == another for one, another in pairs if one and another]
        return any(known) or not known

    def is_same(self, other: "Home") -> bool:
        """Tell whether both are one folder of one repository."""
        return self.path == other.path and self.is_of(other)

    def is_surely(self, other: "Home") -> bool:
        """Tell whether something that both know says that they are one folder."""
        known = (self.root and self.root == other.root, self.remote and self.remote == other.remote)
        return any(known) and self.is_same(other)

    def with_what(self, other: "Home") -> "Home":
        """Return this home with what only the *other* clone knows of it."""
        return Home(self.root or other.root, self.remote or other.remote, self.path)

    @override
    def __str__(self) -> str:
        repository = self.remote or (f"the repository that began with {self.root[:12]}")
        folder = f'folder "{self.path}"' if self.path else "root"
        return f"the {folder} of {repository}" if self.remote or self.root else f"the {folder}"


NOWHERE: Final = Home()  # nothing is known of it


@dataclass(frozen=True, slots=True)
class Claim:
    """By what an app knows an inventory as its own that has another name, or lies elsewhere."""

    others: frozenset[str] = frozenset()  # apps of the cluster, whose names are theirs
    stated: frozenset[ObjectRef] = frozenset()  # what Git states of it now
