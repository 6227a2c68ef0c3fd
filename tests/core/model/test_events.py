"""Which events of a list are new to who has seen some of them."""

from core.model import Event, EventName, newer

SHOWN = tuple(Event(number, 0.0, EventName.HEALED) for number in (8, 9, 10))


def test_what_came_after_the_last_that_was_seen_is_new_and_what_was_let_go_is_counted() -> None:
    assert newer(SHOWN, 0) == (SHOWN, 7)
    assert newer(SHOWN, 6) == (SHOWN, 1)
    assert newer(SHOWN, 7) == (SHOWN, 0)
    assert newer(SHOWN, 9) == (SHOWN[2:], 0)
    assert newer(SHOWN, 10) == newer((), 0) == ((), 0)
