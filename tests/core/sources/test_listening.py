"""core.sources.listening: a signed delivery rings for its repository; any other does nothing."""

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from core.errors import UsageError
from core.model.sources.remotes import Webhook
from core.sources.listening import Listener
from tests.apiserver.ports import ReservedPort

SECRET = "s3cret"
CONFIG, OTHER = "https://github.com/org/config.git", "git.example:org/other.git"
Post = Callable[..., "asyncio.Future[int]"]


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[tuple[list[str], str]]:
    """A listener, what it rang for, and where it listens."""
    file = folder / "secret"
    file.write_text(f"{SECRET}\n")
    rung: list[str] = []
    with ReservedPort() as port:
        spec = Webhook(host="127.0.0.1", port=port.number, secret_file=str(file))
        listener = Listener(spec, (CONFIG, OTHER), rung.append)
        await listener.start()
        try:
            yield rung, f"http://127.0.0.1:{port.number}"
        finally:
            await listener.stop()


async def posted(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(url, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


GITHUB = json.dumps({"repository": {"clone_url": "https://github.com/org/config.git"}}).encode()
FORM = b"payload=" + quote(GITHUB.decode()).encode()
ELSEWHERE = GITHUB.replace(b"org", b"evil")
GITLAB = json.dumps({"project": {"git_ssh_url": "git@git.example:org/other.git"}}).encode()


@pytest.mark.parametrize(
    ("body", "headers", "rung"),
    [
        pytest.param(GITHUB, signed(GITHUB), [CONFIG], id="github"),
        pytest.param(
            FORM,
            {**signed(FORM), "Content-Type": "application/x-www-form-urlencoded"},
            [CONFIG],
            id="github, as a form",
        ),
        pytest.param(GITLAB, {"X-Gitlab-Token": SECRET}, [OTHER], id="gitlab"),
        pytest.param(
            GITHUB,
            {"X-Gitea-Signature": signed(GITHUB)["X-Hub-Signature-256"].removeprefix("sha256=")},
            [CONFIG],
            id="gitea",
        ),
        pytest.param(b"", signed(b""), [CONFIG, OTHER], id="a script"),
        pytest.param(b"[" * 9999, signed(b"[" * 9999), [CONFIG, OTHER], id="no payload"),
        pytest.param(ELSEWHERE, signed(ELSEWHERE), [], id="another"),
    ],
)
async def test_a_signed_delivery_rings_for_what_it_is_about(
    tmp_path: Path, body: bytes, headers: dict[str, str], rung: list[str]
) -> None:
    async with listening(tmp_path) as (found, url):
        assert await posted(url, body, headers) == 202
        assert found == rung


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(GITHUB, "other"),
        signed(GITLAB),
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Gitlab-Token": ""},
        {"X-Gitlab-Token": "other", **signed(GITHUB)},
    ],
)
async def test_what_is_not_signed_with_the_secret_does_nothing(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async with listening(tmp_path) as (rung, url):
        assert await posted(url, GITHUB, headers) == 401
        assert await posted(url + "/other", GITHUB, signed(GITHUB)) == 404
        assert await posted(url, b"x" * (2 * 2**20), headers) == 413
        assert rung == []


async def test_a_secret_or_an_address_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    async with listening(tmp_path) as (rung, url):
        port = int(url.rpartition(":")[2])
        taken = Webhook(host="127.0.0.1", port=port, secret_file=str(tmp_path / "secret"))
        with pytest.raises(UsageError, match=rf"cannot listen on 127\.0\.0\.1:{port}: .*in use"):
            await Listener(taken, (), rung.append).start()
    (tmp_path / "empty").write_text("\n")
    for name, words in (("none", "No such file"), ("empty", "is empty")):
        spec = Webhook(host="127.0.0.1", port=1, secret_file=str(tmp_path / name))
        with pytest.raises(UsageError, match=words):
            await Listener(spec, (), rung.append).start()
