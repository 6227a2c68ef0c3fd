"""core.demo.world: a repository but for its newest commit, and a kubeconfig for each user."""

import threading
import time
from contextlib import closing
from pathlib import Path

from core.demo.sample import history
from core.demo.world import BRANCH, VISITOR, DemoWorld
from core.git import Repository
from core.sandbox import SandboxThread


def test_the_newest_commit_comes_when_it_is_asked_for(tmp_path: Path) -> None:
    with SandboxThread() as server:
        world = DemoWorld(tmp_path, server, time.time())
    with closing(Repository(world.repository)) as repository:
        before = repository.resolve(BRANCH)
        world.add_newest_commit()
        after = repository.resolve(BRANCH)
    subjects = [commit.message.partition("\n")[0] for commit in history()]
    assert [before.subject, after.subject] == subjects[-2:]
    assert after.parents == (before.id,)


def test_each_user_has_a_kubeconfig_that_nobody_else_reads(tmp_path: Path) -> None:
    with SandboxThread() as server:
        world = DemoWorld(tmp_path, server, time.time())
        path = world.kubeconfig(VISITOR)
    assert path != Path(world.cluster.kubeconfig)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert f"sandbox-{VISITOR}" in path.read_text()


def test_the_colleague_stops_when_nobody_looks_any_more(tmp_path: Path) -> None:
    with SandboxThread() as server:
        world = DemoWorld(tmp_path, server, time.time())
    with world.with_colleague(None):  # the server is gone, and she tries again and again
        assert any(thread.name == "colleague" for thread in threading.enumerate())
    assert not any(thread.name == "colleague" for thread in threading.enumerate())
