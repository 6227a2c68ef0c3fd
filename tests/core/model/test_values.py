"""How plain values are written."""

import pytest

from core.model.values import few


@pytest.mark.parametrize(
    ("names", "said"),
    [(("a",), "a"), (("a", "b"), "a, b"), (("a", "b", "c", "d"), "a, b and 2 more")],
)
def test_a_few_are_named_and_of_many_the_rest_is_counted(names: tuple[str, ...], said: str) -> None:
    assert few(names, 2) == said
