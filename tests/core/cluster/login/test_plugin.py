"""Credential plugins: never anonymous, never for ever, never on our terminal."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from core.cluster.login.plugin import PluginBearer, PluginCall, run_plugin
from core.errors import DeniedError
from tests.core.cluster.manual import ManualClock

CANARY = "canary-token"


def call(code: str, **more: str) -> PluginCall:
    return PluginCall(command=sys.executable, arguments=("-c", code), environment=more)


def saying(**status: str) -> str:
    answer = {
        "kind": "ExecCredential",
        "apiVersion": "client.authentication.k8s.io/v1",
        "status": status,
    }
    return f"print({json.dumps(answer)!r})"


async def test_the_token_of_a_plugin_is_taken() -> None:
    credential = await run_plugin(call(saying(token=CANARY)))
    assert credential.token == CANARY
    assert CANARY not in repr(credential)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import sys; sys.exit('please log in')", "exit code 1: please log in"),
        ("print('not json')", "no ExecCredential"),
        ("pass", "no ExecCredential"),
        (saying(), "neither token nor certificate"),
        (saying(token=""), "neither token nor certificate"),
        (saying(clientCertificateData="x"), "neither token nor certificate"),
        (saying(token=CANARY).replace("/v1", "/v1beta1"), "another version"),
        (saying(token=CANARY).replace("ExecCredential", "Pod"), "another version"),
        ("print('x' * 3_000_000)", "more than"),
        ("print('[' * 100_000)", "no ExecCredential"),
    ],
)
async def test_a_plugin_that_fails_is_denied(code: str, told: str) -> None:
    with pytest.raises(DeniedError, match=told) as caught:
        await run_plugin(call(code))
    assert CANARY not in str(caught.value)


async def test_a_plugin_that_is_missing_says_what_to_do() -> None:
    missing = PluginCall(command="no-such-plugin-here", hint="install it with: get plugin")
    with pytest.raises(DeniedError, match="install it with: get plugin"):
        await run_plugin(missing)


async def test_a_plugin_that_hangs_is_ended() -> None:
    hangs = "import subprocess; subprocess.run(['sleep', '600'])"  # with a child of its own
    async with asyncio.timeout(60):
        with pytest.raises(DeniedError, match="no answer"):
            await run_plugin(call(hangs), timeout_s=0.5)


PROMPT = "To sign in, open https://login.example.org/device and enter ABCD-1234"
ASKS = f"echo '{PROMPT}' >&2; "


def shell(code: str) -> PluginCall:
    """One that speaks at once, on however busy a machine: it need not start Python for that."""
    return PluginCall(command="sh", arguments=("-c", code))


def answering(**status: str) -> str:
    return "echo '" + saying(**status).removeprefix("print('").removesuffix("')") + "'"


async def test_what_a_plugin_asks_a_person_is_told_while_it_waits() -> None:
    told: list[str] = []
    answered = f"{ASKS} sleep 0.2; {answering(token=CANARY)}"
    await run_plugin(shell(answered), tell=told.append)
    assert told == [f"credential plugin sh: {PROMPT}", ""]


async def test_a_plugin_that_asks_a_person_is_waited_for_longer() -> None:
    answered = f"{ASKS} sleep 2.2; {answering(token=CANARY)}"
    assert (await run_plugin(shell(answered), timeout_s=2.0)).token == CANARY


async def test_a_plugin_that_nobody_answered_is_quoted() -> None:
    with pytest.raises(DeniedError, match="no answer in 2 s; it said: To sign in, open https"):
        await run_plugin(shell(f"{ASKS} sleep 600"), timeout_s=1.9, person_s=2.0)


async def test_a_token_that_no_header_can_hold_is_denied() -> None:
    with pytest.raises(DeniedError, match="its token holds a line end"):
        await run_plugin(call(saying(token=f"{CANARY}\n")))


async def test_a_plugin_has_no_terminal_and_knows_what_it_is_asked() -> None:
    code = (
        "import os, sys, json;"
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO']);"
        "assert sys.stdin.read() == '';"
        "assert info['spec'] == {'interactive': False};"
        "assert os.environ['EXTRA'] == '1';"
        "assert os.getsid(0) == os.getpid();" + saying(token="t")
    )
    await run_plugin(call(code, EXTRA="1"))


async def test_a_burst_of_requests_runs_the_plugin_once(tmp_path: Path) -> None:
    log = tmp_path / "runs"
    code = f"open({str(log)!r}, 'a').write('x');" + saying(token=CANARY)
    bearer = PluginBearer(call(code), ManualClock().clock)
    headers = await asyncio.gather(*[bearer.header() for _ in range(20)])
    assert set(headers) == {f"Bearer {CANARY}"}
    assert log.read_text() == "x"
    assert await bearer.refused(f"Bearer {CANARY}")
    assert await bearer.refused(f"Bearer {CANARY}")  # a second 401 for the same token
    await asyncio.gather(*[bearer.header() for _ in range(20)])
    assert log.read_text() == "xx"


async def test_a_token_is_renewed_before_it_expires(tmp_path: Path) -> None:
    log = tmp_path / "runs"
    moment = ManualClock()
    code = (
        f"open({str(log)!r}, 'a').write('x');"
        + saying(token="t", expirationTimestamp="2023-11-14T22:40:00Z")  # 1_700_001_600
    )
    bearer = PluginBearer(call(code), moment.clock)
    for now, runs in ((1_000.0, "x"), (1_500.0, "x"), (1_580.0, "xx")):
        moment.now = now
        await bearer.header()
        assert log.read_text() == runs
