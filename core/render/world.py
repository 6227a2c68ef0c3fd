"""The files of one commit, as a renderer may see them: regular ones, links followed inside."""

import hashlib
import posixpath
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from posixpath import dirname
from typing import Final

from core.clean import clean
from core.errors import RejectedError
from core.git import File
from core.manifests import Open, Reader, nobody_opens
from core.model import Render

KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
SUBMODULE: Final = 0o160000
_REGULAR: Final = 0o100644


@dataclass(frozen=True, slots=True)
class World:
    """Every file of a commit by path, and the way to its content."""

    files: Mapping[str, File] = field(repr=False)
    content: Callable[[File], bytes]
    reader: Reader  # parses them
    folders: frozenset[str] = frozenset()
    opened: Open = nobody_opens  # opens what is encrypted

    @classmethod
    def of(
        cls, files: tuple[File, ...], content: Callable[[File], bytes], reader: Reader
    ) -> "World":
        """Look at what a commit holds."""
        folders = {""}
        for file in files:
            above = dirname(file.path)
            while above not in folders:
                folders.add(above)
                above = dirname(above)
        return cls({file.path: file for file in files}, content, reader, frozenset(folders))

    def beside(self, folder: str, files: Mapping[str, bytes]) -> "World":
        """Return this world with files of another origin in a *folder* that it does not have.

        Raises:
            RejectedError: It has one of that name.
        """
        listed = (_made(path, content) for path, content in files.items())
        return self.with_tree(folder, listed, lambda file: files[file.path])

    def with_tree(
        self, folder: str, files: Iterable[File], content: Callable[[File], bytes]
    ) -> "World":
        """Return this world with the files of another commit in a *folder* that it does not have.

        Raises:
            RejectedError: It has one of that name.
        """
        if folder in self.folders:
            raise RejectedError(f'a folder of the repository is called "{clean(folder)}", too')
        theirs = {f"{folder}/{file.path}": file for file in files}

        def either(file: File) -> bytes:
            found = theirs.get(file.path)
            return self.content(file) if found is None else content(found)

        placed = (replace(file, path=path, at="") for path, file in theirs.items())
        made = World.of((*self.files.values(), *placed), either, self.reader)
        return replace(made, opened=self.opened)

    def with_text(self, path: str, text: bytes) -> "World":
        """Return this world with another text in one of its files."""
        files = {**self.files, path: _made(path, text)}
        return replace(
            self,
            files=files,
            content=lambda file: text if file.path == path else self.content(file),
        )

    def bytes_of(self, path: str) -> bytes:
        """Return the content of a file that is there.

        Raises:
            RejectedError: It is no regular file, or too large.
        """
        file = self.files[path]
        if file.mode == SUBMODULE:
            raise RejectedError(f"{clean(path)}: a submodule, whose files are elsewhere")
        if not stat.S_ISREG(file.mode):
            raise RejectedError(f"{clean(path)}: {file.problem or 'no regular file'}")
        return self.content(file)


def _made(path: str, content: bytes) -> File:
    return File(path, hashlib.sha256(content).hexdigest(), _REGULAR)


def tool_of(world: World, folder: str, asked: Render) -> Render:
    """Tell what renders a folder: what the app says, else what the folder looks like."""
    if asked is not Render.AUTO:
        return asked
    is_one = any(
        stat.S_ISREG(world.files[path].mode) and not _states_objects(world, path)
        for path in kustomizations(world, folder)
    )
    if is_one:
        return Render.KUSTOMIZE
    chart = world.files.get(posixpath.join(folder, "Chart.yaml"))
    return Render.HELM if chart is not None and stat.S_ISREG(chart.mode) else Render.PLAIN


def kustomizations(world: World, folder: str) -> list[str]:
    """Return the paths of the kustomizations of a folder, of which there may be only one."""
    prefix = f"{folder}/" if folder else ""
    return [prefix + name for name in KUSTOMIZATIONS if prefix + name in world.files]


def _states_objects(world: World, path: str) -> bool:
    """Tell an ordinary object (Flux has a kind Kustomization) from the tool's own file."""
    try:
        content = world.bytes_of(path)
    except RejectedError:
        return False
    (outcome,) = world.reader.outcomes([(path, content)])
    return bool(outcome.documents)
