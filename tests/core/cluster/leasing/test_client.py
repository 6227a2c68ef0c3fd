"""core.cluster.leasing.client: what is sent about Leases, and what answers mean."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from core.cluster.leasing.client import LeaseClient
from core.cluster.leasing.record import Record, held
from core.errors import DeniedError, OutdatedError, ProductError, UnavailableError
from tests.core.cluster.following.test_reflector import says
from tests.core.cluster.login.test_credentials import written
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import Script, ScriptedServer, serving, status

PATH = "/apis/coordination.k8s.io/v1/namespaces/ops/leases"
LEASE: Any = {"metadata": {"name": "driftdeck", "uid": "u", "resourceVersion": "7"}, "spec": {}}


@asynccontextmanager
async def asking(script: Script, folder: Path) -> AsyncIterator[tuple[LeaseClient, ScriptedServer]]:
    async with serving(script) as server:
        spec = written(folder, {"token": "t"}, server=server.url)
        client = LeaseClient(spec, "ops", ManualClock().clock)
        try:
            yield client, server
        finally:
            await client.close()


async def test_they_are_listed_as_the_server_itself_has_them(tmp_path: Path) -> None:
    script = says(200, {"kind": "LeaseList", "items": [LEASE, "odd"]})
    async with asking(script, tmp_path) as (client, server):
        (found,) = await client.list()
    assert (found.name, found.version) == ("driftdeck", "7")
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("GET", PATH, {})
    assert asked.headers["Authorization"] == "Bearer t"


@pytest.mark.parametrize("body", [{}, {"kind": "Status"}, b"<html>", [], None])
async def test_what_is_no_list_says_nothing(tmp_path: Path, body: Any) -> None:
    async with asking(says(200, body), tmp_path) as (client, _):
        with pytest.raises(UnavailableError):
            await client.list()


async def test_one_is_made_anew_or_written_over_the_version_that_it_was(tmp_path: Path) -> None:
    async with asking(says(200, LEASE), tmp_path) as (client, server):
        made = await client.write(Record("driftdeck"), held(Record("driftdeck"), "h", 1, 5.0))
        await client.write(made, held(made, "h", 1, 6.0))
        await client.delete(made)
        assert (await client.get("driftdeck")) is not None
    new, over, gone, read = server.asked
    assert (new.method, new.path) == ("POST", PATH)
    assert "resourceVersion" not in json.loads(new.body)["metadata"]
    assert (over.method, over.path) == ("PUT", f"{PATH}/driftdeck")
    assert json.loads(over.body)["metadata"]["resourceVersion"] == "7"
    assert over.query == {"fieldManager": "driftdeck"}
    assert (gone.method, json.loads(gone.body)) == (
        "DELETE",
        {"preconditions": {"uid": "u", "resourceVersion": "7"}},
    )
    assert read.method == "GET"


@pytest.mark.parametrize(
    ("code", "error"),
    [(409, OutdatedError), (403, DeniedError), (500, UnavailableError), (404, UnavailableError)],
)
async def test_a_refusal_says_what_was_tried(
    tmp_path: Path, code: int, error: type[ProductError]
) -> None:
    async with asking(says(code, status(code, "no")), tmp_path) as (client, server):
        with pytest.raises(error, match="update leases in ops"):
            await client.write(Record("driftdeck", version="7"), LEASE)
    assert len(server.asked) == 1  # whoever renews decides when to try again


async def test_one_that_is_not_there_is_none(tmp_path: Path) -> None:
    async with asking(says(404, status(404, "NotFound")), tmp_path) as (client, _):
        assert await client.get("driftdeck") is None
