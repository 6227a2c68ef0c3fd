"""Every row of the case table, on every server that can play it, confirmed and local."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.verdicts.play import JUDGES, Played, names_of
from tests.verdicts.rows import CASES
from tests.verdicts.rows.others import CANARY
from tests.verdicts.table import mismatch

pytestmark = pytest.mark.timeout(300)  # the first test plays everything
_SERVERS = ("sandbox", pytest.param("real", marks=pytest.mark.real))


def _rows() -> Iterator[Any]:
    for server in ("sandbox", "real"):
        marks = [pytest.mark.real] if server == "real" else []
        for case, name in names_of(CASES).items():
            if server in case.on:
                yield pytest.param(server, case, name, id=f"{server}-{case.title}", marks=marks)


@pytest.mark.parametrize(("server", "case", "name"), _rows())
def test_a_row_has_its_verdict(played: Played, case: Any, name: str) -> None:
    assert name not in played.failed, played.failed[name]
    wrong = {judge: mismatch(case, judge, played.found(judge, case, name)) for judge in JUDGES}
    assert wrong == dict.fromkeys(JUDGES, "")


@pytest.mark.parametrize("server", _SERVERS)
def test_no_secret_is_ever_printed(played: Played) -> None:
    texts = "\n".join(played.printed)
    assert "X-05" not in texts
    assert CANARY not in texts
    assert base64.b64encode(CANARY.encode()).decode().rstrip("=")[:12] not in texts
