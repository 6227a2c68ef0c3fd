"""Refs that move are noticed at once; everything else in the git folder is not."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from core.errors import UnavailableError
from core.git import Repository
from core.git.local.watching import ref_changes
from tests.core.git.sample import Sample


async def noticed(changes: AsyncGenerator[None], sample: Sample, *arguments: str) -> None:
    """Run git and wait for the change to be seen; a change that is not seen ends in a timeout."""
    async with asyncio.timeout(60):
        seen = asyncio.ensure_future(anext(changes))
        await asyncio.to_thread(sample.git, *arguments)
        await seen


async def exhausted(changes: AsyncGenerator[None]) -> None:
    """Wait for changes until they end."""
    async for _ in changes:
        pass


async def test_commits_branches_tags_and_checkouts_are_noticed(
    repository: Repository, sample: Sample
) -> None:
    async with aclosing(repository.changes()) as changes:
        await anext(changes)
        await noticed(changes, sample, "commit", "-q", "--allow-empty", "-m", "x")
        await noticed(changes, sample, "branch", "deep/er/branch")
        await noticed(changes, sample, "tag", "v1")
        await noticed(changes, sample, "checkout", "-q", "deep/er/branch")
        await noticed(changes, sample, "pack-refs", "--all")
        await noticed(changes, sample, "update-ref", "refs/heads/deep/er/branch", "main")


async def test_a_first_change_is_reported_so_that_nothing_falls_between(
    repository: Repository,
) -> None:
    async with asyncio.timeout(60), aclosing(repository.changes()) as changes:
        await anext(changes)


@pytest.mark.usefixtures("repository")
async def test_a_linked_work_tree_sees_its_own_head_and_the_common_branches(
    sample: Sample,
) -> None:
    linked = Sample(sample.path.parent / "linked")
    sample.git("worktree", "add", "-q", "-b", "side", str(linked.path))
    with linked.opened() as opened:
        async with aclosing(opened.changes()) as changes:
            await anext(changes)
            await noticed(changes, linked, "checkout", "-q", "--detach")
            await noticed(changes, sample, "commit", "-q", "--allow-empty", "-m", "x")


async def test_other_writes_are_not_reported(repository: Repository, sample: Sample) -> None:
    async with aclosing(repository.changes()) as changes:
        await anext(changes)
        seen = asyncio.ensure_future(anext(changes))
        (sample.path / "x").write_text("x")
        sample.git("add", "x")
        sample.git("hash-object", "-w", "x")
        (sample.path / ".git/refs/heads/y.lock").touch()
        done, _ = await asyncio.wait([seen], timeout=0.5)
        assert not done
        seen.cancel()
        await asyncio.wait([seen])


@pytest.mark.usefixtures("repository")
async def test_a_repository_that_goes_away_ends_the_watch_in_words(sample: Sample) -> None:
    folder = sample.path / ".git"
    watch = ref_changes(folder, folder, look_s=0.05)
    async with asyncio.timeout(60), aclosing(watch) as changes:
        await anext(changes)
        shutil.rmtree(sample.path)
        with pytest.raises(UnavailableError, match=r"went away|cannot be watched"):
            await exhausted(changes)


async def test_a_cancelled_watch_leaves_no_task_behind(repository: Repository) -> None:
    before = asyncio.all_tasks()
    changes = repository.changes()
    await anext(changes)
    waiting = asyncio.ensure_future(anext(changes))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    waiting.cancel()
    await asyncio.wait([waiting])
    await changes.aclose()
    assert asyncio.all_tasks() == before
