"""How a Job ended, as its conditions tell."""

import pytest

from core.compare import end_of
from core.model import Json
from tests.core.compare.world import live_of, obj


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
