"""The properties, on as many objects as a minute allows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

from core.model import JsonObject
from tests.apiserver.server import ApiServer
from tests.core.compare.oracle.session import Session
from tests.core.compare.oracle.trial import Report, Trial

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

_FILE: Final = Path(__file__).with_name("seeds.yaml")
ENOUGH: Final = 8
GROWN, EDITS = 40, 12  # in a trial of a longer run
FOUND: Final = (  # by longer runs, where a local verdict was wrong
    ("DaemonSet", 925102),
    ("DeviceTaintRule", 925111),
    ("Job", 936201),
    ("NetworkPolicy", 936205),
)
SEEDS: Final[list[JsonObject]] = list(yaml.safe_load_all(_FILE.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def session(real_server: ApiServer) -> Iterator[Session]:
    made = Session(real_server)
    yield made
    made.client.close()


@pytest.mark.parametrize("seed", SEEDS, ids=[str(seed["kind"]) for seed in SEEDS])
def test_the_local_verdict_is_what_the_server_itself_would_change(
    session: Session, seed: JsonObject
) -> None:
    report = Report()
    for number in range(10):  # of some kinds almost nothing may be edited
        Trial(session, seed, number, report).run(grown=30, edits=15)
        if number and report.counts["edits with effect"] >= ENOUGH:
            break
    assert not report.failures, "\n".join(map(str, report.failures))
    assert report.counts["edits with effect"] >= ENOUGH, report.counts


@pytest.mark.parametrize(("kind", "number"), FOUND)
def test_what_a_longer_run_found_is_mended(session: Session, kind: str, number: int) -> None:
    report = Report()
    seed = next(seed for seed in SEEDS if seed["kind"] == kind)
    Trial(session, seed, number, report).run(grown=GROWN, edits=EDITS)
    assert not report.failures, "\n".join(map(str, report.failures))
