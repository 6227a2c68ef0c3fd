"""How a Job ended, as its conditions tell."""

import pytest

from core.compare import end_of, expires
from core.model import Json
from tests.core.compare.world import desired, live_of, obj


@pytest.mark.parametrize(
    ("conditions", "end"),
    [
        ([{"type": "Complete", "status": "True"}], "Complete"),
        ([{"type": "SuccessCriteriaMet", "status": "True"}], ""),
        (
            [{"type": "Failed", "status": "False"}, {"type": "Complete", "status": "True"}],
            "Complete",
        ),
        ([{"type": "Failed", "status": "False"}], ""),
        ([{"type": "Failed", "status": "True"}], "Failed"),
        ([None, 5, "Failed", {"type": "Failed", "status": "True"}], "Failed"),
        ("Failed", ""),
        (None, ""),
    ],
)
def test_only_a_true_condition_ends_a_job(conditions: Json, end: str) -> None:
    assert end_of(live_of(obj("Job", {"status": {"conditions": conditions}}))) == end


@pytest.mark.parametrize(
    ("kind", "spec", "gone"),
    [
        ("Job", "spec: {ttlSecondsAfterFinished: 0}", True),
        ("Job", "spec: {backoffLimit: 1}", False),
        ("Job", "", False),
        ("Widget", "spec: {ttlSecondsAfterFinished: 0}", False),
    ],
)
def test_only_a_job_with_a_time_to_live_expires(kind: str, spec: str, *, gone: bool) -> None:
    assert expires(desired(obj(kind, spec))) is gone
