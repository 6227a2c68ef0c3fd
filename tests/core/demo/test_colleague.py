"""core.demo.colleague: what she does is what kubectl would, and in an order that repeats."""

import pytest

from core.demo.colleague import DEEDS, Deed, order


def test_the_order_of_deeds_is_complete_for_every_seed() -> None:
    for seed in range(8):
        assert sorted(order(seed, len(DEEDS))) == list(range(len(DEEDS)))
    assert order(1, len(DEEDS)) == order(1, len(DEEDS)) != order(0, len(DEEDS))


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.words)
def test_a_deed_says_the_command_that_does_the_same(deed: Deed) -> None:
    assert deed.words.startswith("kubectl -n ")
    assert (" delete " in deed.words) == (not deed.manager)


def test_a_deed_that_is_done_again_changes_something_again() -> None:
    for deed in DEEDS:
        if deed.manager:
            assert deed.body(0) != deed.body(1), deed.words
