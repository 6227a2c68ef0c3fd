"""core.cluster.leasing.tenures: a write passes the fence while there is time; else it says why."""

from dataclasses import replace

import pytest

from core.clock import Clock
from core.cluster.connection.request import Request
from core.cluster.leasing.record import DURATION_S, Record
from core.cluster.leasing.tenures import CALL_S, DELETE_S, MARGIN_S, AppFence, Tenure
from core.errors import OutdatedError

PATCH, DELETE = Request(path="/", method="PATCH"), Request(path="/", method="DELETE")


class Held:
    """One share, held since 100.0."""

    def __init__(self) -> None:
        self.now = 100.0
        self.tenure = Tenure(0, Record("driftdeck"), 100.0, 0.0, confirmed=True)
        self.fence = AppFence("a", 1, {0: self.tenure}, replace(Clock(), since_boot=self._now))

    def _now(self) -> float:
        return self.now

    def left_s(self, request: Request = PATCH) -> float | None:
        try:
            with self.fence.passing(request) as bounded:
                assert not self.tenure.flying.over.is_set()
                return bounded.timeout_s
        except OutdatedError:
            return None


async def test_a_write_has_the_time_that_is_left_and_no_more_than_its_own() -> None:
    held = Held()
    assert held.left_s() == DURATION_S - MARGIN_S
    assert held.left_s(replace(PATCH, timeout_s=2.0)) == 2.0
    held.now += 4.0
    assert held.left_s() == DURATION_S - MARGIN_S - 4.0
    assert held.tenure.flying.over.is_set()


async def test_it_must_be_able_to_end_in_time_and_what_cannot_be_undone_long_before() -> None:
    held = Held()
    held.now = held.tenure.valid_until - DELETE_S
    assert held.left_s(DELETE) is None
    assert held.left_s() == DELETE_S
    held.now = held.tenure.valid_until - CALL_S
    assert held.left_s() is None


@pytest.mark.parametrize("apart", [{"ended": True}, {"confirmed": False}])
async def test_what_is_not_held_any_more_or_not_yet_permits_nothing(apart: dict[str, bool]) -> None:
    held = Held()
    for name, value in apart.items():
        setattr(held.tenure, name, value)
    with (
        pytest.raises(OutdatedError, match="another replica writes for a"),
        held.fence.passing(PATCH),
    ):
        raise AssertionError
    empty = AppFence("a", 1, {}, Clock())
    with pytest.raises(OutdatedError), empty.passing(PATCH):
        raise AssertionError


async def test_what_is_leaving_is_still_brought_to_its_end() -> None:
    held = Held()
    held.tenure.leaving = True
    assert held.left_s() is not None


async def test_it_has_landed_when_the_last_one_has_however_it_ended() -> None:
    held = Held()
    with held.fence.passing(PATCH):
        with pytest.raises(ValueError, match="cut"), held.fence.passing(PATCH):
            raise ValueError("cut")
        assert not held.tenure.flying.over.is_set()
    assert held.tenure.flying.over.is_set()
