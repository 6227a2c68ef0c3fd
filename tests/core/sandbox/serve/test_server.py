import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from core.sandbox import Sandbox, SandboxThread

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(history_max=3, bookmark_period_s=0.05) as server:
        yield server


@pytest.fixture
async def session(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {sandbox.tokens['alice']}"}
    async with aiohttp.ClientSession(sandbox.url, headers=headers) as client:
        yield client


async def _create(session: aiohttp.ClientSession, name: str) -> None:
    async with session.post(CONFIG_MAPS, json={"metadata": {"name": name}}) as answer:
        assert answer.status == 201


async def test_a_fault_answers_as_often_as_it_was_told_to(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    sandbox.faults.answer(429, method="GET", path_contains="configmaps", times=2, retry_after=3)
    statuses = []
    for _ in range(3):
        async with session.get(CONFIG_MAPS) as answer:
            statuses.append((answer.status, answer.headers.get("Retry-After")))
    assert statuses == [(429, "3"), (429, "3"), (200, None)]


async def test_a_fault_leaves_other_requests_alone(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    sandbox.faults.answer(500, method="PATCH", path_contains="/secrets", body=b"<html>")
    async with session.get(CONFIG_MAPS) as answer:
        assert answer.status == 200
    async with session.patch("/api/v1/namespaces/default/secrets/s", json={}) as answer:
        assert (answer.status, await answer.read()) == (500, b"<html>")


async def test_a_stalled_request_goes_on_when_the_fault_is_cleared(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    sandbox.faults.stall("configmaps")
    waiting = asyncio.ensure_future(session.get(CONFIG_MAPS))
    async with session.get("/version") as answer:
        assert answer.status == 200
    assert not waiting.done()
    sandbox.faults.clear()
    assert (await waiting).status == 200


async def test_a_cut_watch_breaks_off(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{CONFIG_MAPS}?watch=1") as watch:
        await _create(session, "a")
        assert json.loads(await watch.content.readline())["type"] == "ADDED"
        sandbox.faults.cut_watches()
        with pytest.raises(aiohttp.ClientPayloadError):
            await watch.content.read()


async def test_a_watch_that_resumes_over_too_much_gets_an_error_event_410(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    async with session.get(CONFIG_MAPS) as answer:
        begun = (await answer.json())["metadata"]["resourceVersion"]
    await _create(session, "a")
    sandbox.faults.expire_history()
    async with session.get(f"{CONFIG_MAPS}?watch=1&resourceVersion={begun}") as watch:
        event = json.loads(await watch.content.readline())
    assert (event["type"], event["object"]["code"], event["object"]["reason"]) == (
        "ERROR",
        410,
        "Expired",
    )


async def test_a_quiet_watch_hears_bookmarks(session: aiohttp.ClientSession) -> None:
    query = "watch=1&resourceVersion=1&allowWatchBookmarks=true"
    async with session.get(f"{CONFIG_MAPS}?{query}") as watch:
        event = json.loads(await watch.content.readline())
    assert event["type"] == "BOOKMARK"
    assert "annotations" not in event["object"]["metadata"]


async def test_requests_are_on_record_with_their_user(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    await _create(session, "a")
    method, path, user, status, _ = sandbox.requests[-1]
    assert (method, path, user, status) == ("POST", CONFIG_MAPS, "alice", 201)


async def test_the_address_in_a_kubeconfig_names_the_user(sandbox: Sandbox, tmp_path: Path) -> None:
    content = json.loads(sandbox.kubeconfig(tmp_path, "viewer").read_text())
    assert content["current-context"] == "sandbox-viewer"
    servers = {one["name"]: one["cluster"]["server"] for one in content["clusters"]}
    async with aiohttp.ClientSession() as client:
        url = servers["sandbox-viewer"] + CONFIG_MAPS
        async with client.get(url) as answer:
            assert answer.status == 200
        async with client.post(url, json={}) as answer:
            assert answer.status == 403
    assert sandbox.requests[-1][1:3] == (CONFIG_MAPS, "viewer")


def test_a_sandbox_in_a_thread_has_the_same_switches() -> None:
    with SandboxThread() as server:
        server.faults.answer(500, times=1)
        server.faults.stall("nothing")
        server.faults.clear()
        server.faults.cut_watches()
        server.faults.expire_history()
        assert server.url.startswith("http://127.0.0.1:")
        assert set(server.tokens) == {"admin", "alice", "bob", "driftdeck", "viewer", "nobody"}


def test_importing_the_package_loads_no_server_and_no_kubernetes() -> None:
    code = (
        "import core.sandbox, sys; "
        "print('aiohttp' in sys.modules, core.sandbox.SandboxThread is not None, "
        "'kubernetes' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert done.stdout.split() == ["False", "True", "False"]
