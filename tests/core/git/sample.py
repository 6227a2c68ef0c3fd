"""A temporary repository that tests fill through `commit_files`, and git itself to judge it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.git import Repository, commit_files

ANN = "Ann <ann@example.org>"
BOB = "Bob <bob@example.org>"


class Sample:
    """One repository, whose clock ticks a minute with each commit."""

    def __init__(self, path: Path, *, bare: bool = False) -> None:
        self.path = path
        self.bare = bare
        self.clock = 1_700_000_000

    def commit(
        self, files: dict[str, bytes | None], message: str = "change", *, branch: str = "main"
    ) -> str:
        self.clock += 60
        return commit_files(
            self.path,
            files,
            author=ANN,
            message=message,
            when=self.clock,
            branch=branch,
            init=True,
            bare=self.bare,
        )

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=Cli", "-c", "user.email=cli@example.org"]
        done = subprocess.run(  # noqa: S603  git, with arguments of our own
            [*command, *arguments], cwd=self.path, check=True, capture_output=True, text=True
        )
        return done.stdout

    @contextmanager
    def opened(self) -> Iterator[Repository]:
        repository = Repository(self.path)
        try:
            yield repository
        finally:
            repository.close()
