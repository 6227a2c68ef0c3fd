"""Every row of the case table, on every server that can play it, confirmed and local."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.apiserver.server import ApiServer
from tests.verdicts.case import Case
from tests.verdicts.play import JUDGES, Played, names_of
from tests.verdicts.rows import CASES
from tests.verdicts.rows.others import CANARY
from tests.verdicts.table import mismatch

pytestmark = pytest.mark.timeout(300)  # the first test plays everything
_ENCODED = base64.b64encode(CANARY.encode()).decode()
_SERVERS = ("sandbox", pytest.param("real", marks=pytest.mark.real))


def _rows() -> Iterator[Any]:
    for server in ("sandbox", "real"):
        marks = [pytest.mark.real] if server == "real" else []
        for case, name in names_of(CASES).items():
            if server in case.on:
                yield pytest.param(server, case, name, id=f"{server}-{case.title}", marks=marks)


@pytest.mark.parametrize(("server", "case", "name"), tuple(_rows()))
def test_a_row_has_its_verdict(played: Played, case: Case, name: str) -> None:
    assert name not in played.failed, played.failed[name]
    wrong = {judge: mismatch(case, judge, played.found(judge, case, name)) for judge in JUDGES}
    assert wrong == dict.fromkeys(JUDGES, "")


@pytest.mark.parametrize("server", _SERVERS)
def test_no_secret_is_ever_printed(played: Played) -> None:
    texts = "\n".join(played.printed)
    assert CANARY not in texts
    assert _ENCODED[:12] not in texts  # also with something after it


@pytest.mark.real
def test_no_mask_is_ever_sent_to_the_server(on_real: Played, real_server: ApiServer) -> None:
    del on_real  # the requests that it made are in the audit log
    events = [
        event
        for event in real_server.audit_events()
        if event["user"].get("username") == "driftdeck"
        and event["verb"] == "patch"
        and event["objectRef"]["resource"] == "secrets"
        and "verdicts-" in event["objectRef"]["namespace"]
    ]
    bodies = [(event["objectRef"]["name"], event["requestObject"]) for event in events]
    stated = ((name, body) for name, body in bodies if isinstance(body, dict))
    sent = {name: body["data"]["a"] for name, body in stated if "data" in body}
    edits = [edit for _, body in bodies if isinstance(body, list) for edit in body]
    values = {edit.get("value") for edit in edits if edit["path"].startswith("/data")}
    assert values <= {None, _ENCODED}
    mask = base64.b64encode(b"++++++++").decode()  # Git's own value, in the row of X-06
    assert sent.pop("x-06-1") == mask
    assert set(sent.values()) == {_ENCODED}


@pytest.mark.parametrize("server", _SERVERS)
def test_a_verdict_is_stamped_with_the_newest_commit_and_object(played: Played) -> None:
    assert played.revisions == dict.fromkeys(JUDGES, played.head)
    for judge in JUDGES:
        stamps = {name: played.rows[judge][name]["resource_version"] for name in played.versions}
        assert stamps == played.versions


@pytest.mark.parametrize("server", _SERVERS)
def test_a_difference_that_looks_like_none_is_printed_to_the_byte(played: Played) -> None:
    for name in played.versions:
        (change,) = played.rows["confirmed"][name]["changes"]
        assert change["detail"], name
