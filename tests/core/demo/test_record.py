"""What the demo writes is recorded with the demo, and not among what its user did."""

import time
from pathlib import Path

import pytest

from core.cli.commands.demo import first_sync
from core.demo.world import DemoWorld
from core.journal import Store, journal_file
from core.sandbox import SandboxThread


async def test_the_journal_of_a_user_says_nothing_of_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "user"))
    with SandboxThread() as server:
        world = DemoWorld(tmp_path, server, time.time())
        assert await first_sync(world) == 0
    own = journal_file({"XDG_STATE_HOME": str(tmp_path / "user")})
    assert own is not None
    assert not own.exists()
    store = Store(world.journal)
    assert len(store.since(0.0)) > 5
    store.close()
