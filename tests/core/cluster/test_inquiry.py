"""A server that is asked a few things beside the engine."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from core.cluster import Question, inquiry
from core.errors import OutdatedError, RejectedError
from tests.core.cluster.login.test_credentials import written
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import Asked, Reply, serving, status

USER = {"token": "t"}


class Vault:
    """A server with one Secret, and a rule for what may be done."""

    def __init__(self, secret: dict[str, Any] | None) -> None:
        self.secret = secret
        self.rival: str | None = None  # who writes before we do
        self.asked: list[Asked] = []

    async def answer(self, asked: Asked, reply: Reply) -> None:
        self.asked.append(asked)
        if asked.path.endswith("selfsubjectaccessreviews"):
            verb = json.loads(asked.body)["spec"]["resourceAttributes"]["verb"]
            reply.say(201, {"status": {"allowed": verb == "get"}})
        elif self.secret is None:
            reply.say(404, status(404, "NotFound", "no such secret"))
        elif asked.method == "PUT" and self.rival is not None:
            self.secret["data"] = {"k": base64.b64encode(self.rival.encode()).decode()}
            reply.say(409, status(409, "Conflict", "changed"))
        elif asked.method == "PUT":
            self.secret = json.loads(asked.body)
            reply.say(200, self.secret)
        else:
            reply.say(200, self.secret)


async def kept(vault: Vault, folder: Path, fresh: bytes = b"fresh") -> bytes:
    async with serving(vault.answer) as server:
        spec = written(folder, USER, server=server.url)
        async with inquiry(spec, ManualClock().clock) as asked:
            return await asked.kept("ops", "key", "k", fresh)


async def test_each_right_is_asked_for_once_by_an_access_review(tmp_path: Path) -> None:
    vault = Vault(None)
    may, may_not = (Question(verb, "apps", "deployments", "shop", "") for verb in ("get", "patch"))
    async with (
        serving(vault.answer) as server,
        inquiry(written(tmp_path, USER, server=server.url), ManualClock().clock) as asked,
    ):
        assert await asked.allowed([may, may_not, may]) == {may: True, may_not: False}
    assert len(vault.asked) == 2


async def test_a_secret_that_is_empty_takes_what_is_new_and_keeps_all_else(tmp_path: Path) -> None:
    metadata = {"name": "key", "resourceVersion": "7", "labels": {"a": "b"}}
    vault = Vault({"kind": "Secret", "metadata": metadata, "type": "Opaque"})
    assert await kept(vault, tmp_path) == b"fresh"
    assert vault.secret is not None
    assert (vault.secret["metadata"], vault.secret["type"]) == (metadata, "Opaque")
    assert await kept(vault, tmp_path, b"other") == b"fresh"
    assert [one.method for one in vault.asked] == ["GET", "PUT", "GET"]


async def test_of_two_who_write_the_first_ones_key_stays(tmp_path: Path) -> None:
    vault = Vault({"kind": "Secret", "metadata": {"resourceVersion": "7"}})
    vault.rival = "theirs"
    assert await kept(vault, tmp_path) == b"theirs"
    with pytest.raises(OutdatedError, match="are written by others all the time"):
        await kept(Forgetful({"kind": "Secret"}), tmp_path)


class Forgetful(Vault):
    """One that is always written by somebody else, and never holds anything."""

    async def answer(self, asked: Asked, reply: Reply) -> None:
        if asked.method == "PUT":
            reply.say(409, status(409, "Conflict", "changed"))
        else:
            await super().answer(asked, reply)


async def test_a_secret_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RejectedError, match="secrets key in ops are not there: apply the manif"):
        await kept(Vault(None), tmp_path)
