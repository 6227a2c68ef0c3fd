"""A repository and the users of an embedded cluster, in one folder.

The newest commit is held back, so that a visitor sees Git ahead of the cluster, too.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from core.demo.colleague import Colleague
from core.demo.sample import MONITORING, SHOP, SampleCommit, history
from core.git import commit_files
from core.model import AppSpec, ClusterSpec
from core.sandbox import SandboxThread

CLUSTER: Final = "demo"
BRANCH: Final = "main"
COLLEAGUE: Final = "alice"
VISITOR: Final = "bob"
_OURSELVES: Final = "driftdeck"


class DemoWorld:
    """All that the demo shows, and who may do what in it."""

    def __init__(self, folder: Path, server: SandboxThread, now: float) -> None:
        """Write the repository below *folder*, all but its newest commit, as of *now*."""
        self.repository, self.journal = folder / "config", folder / "state" / "journal.sqlite"
        self._folder, self._server, self._now = folder, server, now
        for i, commit in enumerate(history()[:-1]):
            self._commit(commit, init=i == 0)
        self.cluster = ClusterSpec(
            name=CLUSTER,
            kubeconfig=str(self.kubeconfig(_OURSELVES)),
            audit_log=str(server.audit_log or ""),
        )
        self.apps = tuple(self._app(path) for path in (SHOP, MONITORING))

    def add_newest_commit(self) -> None:
        """Let the commit come that nobody has applied yet."""
        self._commit(history()[-1])

    def kubeconfig(self, user: str) -> Path:
        """Write the kubeconfig of one user, readable by nobody else."""
        own = self._folder / user
        own.mkdir(mode=0o700, exist_ok=True)
        return Path(self._server.kubeconfig(own, user))

    @contextlib.contextmanager
    def with_colleague(self, told: Callable[[str], None] | None) -> Iterator[None]:
        """Let her work in a thread of her own, so that nothing here waits for her.

        Args:
            told: Hears each deed in words, in that thread.
        """
        colleague = Colleague(self._server.url, self._server.tokens[COLLEAGUE])
        loop = asyncio.new_event_loop()
        task = loop.create_task(colleague.work(told=told))

        def work() -> None:
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(task)

        thread = threading.Thread(target=work, name="colleague", daemon=True)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(task.cancel)
            thread.join()
            loop.close()

    def _app(self, path: str) -> AppSpec:
        name = path.rpartition("/")[2]
        return AppSpec(
            name=name,
            repo=str(self.repository),
            revision=BRANCH,
            path=path,
            cluster=CLUSTER,
            namespace=name,
            inventory_namespace="default",  # the apps' own come into being by the first sync
        )

    def _commit(self, commit: SampleCommit, *, init: bool = False) -> None:
        commit_files(
            str(self.repository),
            commit.files,
            author=commit.author,
            message=commit.message,
            when=self._now - commit.age_s,
            branch=BRANCH,
            init=init,
        )
