"""Looking for garbage holds nothing up for long."""

import gc
import weakref
from dataclasses import dataclass

from core.garbage import SHARE, Looks, collect_all, keep_what_is_there


@dataclass
class Walk:
    """A look that takes as long as it is told, and the clock by which it does."""

    takes_s: float
    now: float = 100.0
    looks: int = 0
    left: float = 1.0  # of what is walked through, once the rest is left out of looks

    def __call__(self) -> None:
        self.looks += 1
        self.now += self.takes_s

    def keep(self) -> None:
        self.takes_s *= self.left


def looked(walk: Walk, *, times: int, every_s: float) -> int:
    looks = Looks(walk, walk.keep, lambda: walk.now)
    for _ in range(times):
        looks.look()
        walk.now += every_s
    return walk.looks


def test_a_long_look_is_not_followed_by_others_when_two_hundred_watches_close() -> None:
    assert looked(Walk(takes_s=2.0), times=200, every_s=0.01) == 1


def test_a_short_one_is_made_whenever_it_is_asked_for() -> None:
    assert looked(Walk(takes_s=0.01), times=20, every_s=1.1) == 20


def test_looks_take_the_share_of_the_time_that_is_meant_for_them() -> None:
    walk = Walk(takes_s=1.0)
    began = walk.now
    count = looked(walk, times=1_000, every_s=1.0)
    assert count * walk.takes_s <= (walk.now - began) * SHARE + walk.takes_s
    assert count >= 9


def test_after_a_long_look_what_is_there_is_left_out_of_the_next() -> None:
    walk = Walk(takes_s=2.0, left=0.01)
    assert looked(walk, times=3, every_s=300.0) == 3
    assert walk.takes_s == 0.02


def test_what_was_left_out_of_looks_is_found_when_an_engine_is_over() -> None:
    class Engine:
        def __init__(self) -> None:
            self.itself = self

    engine = Engine()
    seen = weakref.ref(engine)
    try:
        keep_what_is_there()
        del engine
        gc.collect()
        assert seen() is not None
        collect_all()
        assert seen() is None
    finally:
        gc.unfreeze()
