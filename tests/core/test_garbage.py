"""Looking for garbage holds nothing up for long."""

from dataclasses import dataclass

from core.garbage import SHARE, Looks


@dataclass
class Walk:
    """A look that takes as long as it is told, and the clock by which it does."""

    takes_s: float
    now: float = 100.0
    looks: int = 0

    def __call__(self) -> None:
        self.looks += 1
        self.now += self.takes_s


def looked(walk: Walk, *, times: int, every_s: float) -> int:
    looks = Looks(walk, lambda: walk.now)
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
