"""A clock that is set back under a running engine holds nothing up."""

import pytest

from core.model import Remedy
from core.reconcile.acting.healing import POLICY
from core.reconcile.acting.runs import SERVED_WITHIN_S
from core.reconcile.memory.rewinding import SLEW_S
from tests.core.reconcile.acting.test_healing import A, drifted, fight, heal, held_for
from tests.core.reconcile.acting.test_phases import coming
from tests.core.reconcile.sides.test_live import making, relisted
from tests.core.reconcile.world import alarms, writes, written

BACK_S = (SLEW_S + 0.5, 60.0, 600.0)  # the world begins at 1,000 s


@pytest.mark.parametrize("back_s", BACK_S)
def test_a_field_that_waits_for_its_next_heal_waits_no_longer(back_s: float) -> None:
    made, effects = drifted()
    heal(made, effects, 8)
    heal(made, fight(made, 9), 10)
    assert written(fight(made, 11)) == []
    made.now -= back_s
    assert made.now + 2.0 in alarms(made.wait(0.0))
    assert written(made.wait(1.9)) == []
    assert written(made.wait(0.1)) == [A]


@pytest.mark.parametrize("back_s", BACK_S)
def test_the_heals_before_it_still_count(back_s: float) -> None:
    made, effects = drifted()
    heal(made, effects, 8)
    heal(made, fight(made, 9), 10)
    made.now -= back_s
    assert written(fight(made, 11)) == []
    assert written(made.wait(2.0)) == [A]


@pytest.mark.parametrize("back_s", BACK_S)
def test_a_refusal_is_tried_again_when_it_would_have_been(back_s: float) -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0], remedy=Remedy.CHANGE_GIT)
    made.now -= back_s
    made.wait(0.0)
    assert written(made.wait(POLICY.refused_s - 1)) == []
    assert written(made.wait(1.0)) == [A]


def test_where_nothing_happens_until_the_wait_is_over_it_is_waited_once_more() -> None:
    made, effects = drifted()
    heal(made, effects, 8)
    heal(made, fight(made, 9), 10)
    assert written(fight(made, 11)) == []
    made.now -= 600.0
    again = made.wait(2.0)  # the timer counts on, whatever the clock says
    assert written(again) == []
    assert alarms(again) == [made.now + 2.0]
    assert written(made.wait(2.0)) == [A]


def test_a_clock_that_is_corrected_by_less_than_a_second_moves_nothing() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0], remedy=Remedy.CHANGE_GIT)
    until = made.now + POLICY.refused_s
    made.now -= SLEW_S / 2
    made.wait(0.0)
    assert made.now + held_for(made) == until


@pytest.mark.parametrize("back_s", BACK_S)
def test_a_step_that_waits_for_its_kind_waits_no_longer(back_s: float) -> None:
    made, _ = coming()
    made.now -= back_s
    assert made.now + SERVED_WITHIN_S in alarms(made.wait(0.0))
    made.wait(SERVED_WITHIN_S - 1)
    assert made.state.runs
    made.recorded(made.wait(1.0))
    assert made.run(1).finished


@pytest.mark.parametrize("back_s", BACK_S)
def test_a_listing_is_later_than_a_write_before_the_clock_was_set_back(back_s: float) -> None:
    made = making()
    made.now -= back_s
    made.wait(0.0)
    assert written(relisted(made, web=made.now + 0.1)) == [A]
