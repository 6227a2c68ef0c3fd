"""core.compare.equality.scalars: when two single values mean the same."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.compare.equality.scalars import Flavour, equal, quantity, same_json
from core.model import Json

Q, N, B, P = Flavour.QUANTITY, Flavour.INT_OR_STRING, Flavour.BYTE, Flavour.PLAIN


@pytest.mark.parametrize(
    ("flavour", "git", "live"),
    [
        (Q, "1000m", "1"), (Q, "0.5", "500m"), (Q, "1000M", "1G"), (Q, "1024Mi", "1Gi"),
        (Q, 1, "1"), (Q, 0.1, "100m"), (Q, "1e3", "1k"), (Q, "1E3", "1000"), (Q, ".5", "0.5"),
        (Q, "5.", "5"), (Q, "+1", "1"), (Q, "-0", "0"), (Q, "1000000n", "1m"), (Q, "1E", "1000P"),
        (Q, "100e-2", "1"), (N, "8080", 8080), (N, 8080, "8080"), (N, 8080.0, 8080),
        (N, 8080.0, "8080"), (N, "25%", "25%"), (B, "aGVsbG8=", "aGVs\nbG8=\n"),
        (B, "aGVsbG8=", "aGVs\r\nbG8="),
        (P, 1, 1.0), (P, "a", "a"), (P, None, None), (P, [1, {"a": 1}], [1.0, {"a": 1}]),
    ],
)  # fmt: skip
def test_these_mean_the_same(flavour: Flavour, git: Json, live: Json) -> None:
    assert equal(git, live, flavour)
    assert equal(live, git, flavour)


@pytest.mark.parametrize(
    ("flavour", "git", "live"),
    [
        (Q, "1000M", "1000Mi"), (Q, "1", "1m"), (Q, "0.1", "0.1000000000000000055"), (Q, "1", True),
        (Q, "x", "y"), (Q, "1", "1x"), (Q, "1 ", "1"), (Q, "", "0"), (Q, "1", None),
        (Q, "9007199254740993", "9007199254740992"), (Q, "1e", "1"), (Q, "1KI", "1Ki"),
        (N, "25%", 25), (N, "25%", "25"), (N, "a", "b"), (N, True, 1), (N, "1.0", 1),
        (B, "aGVsbG8=", "aGVsbG8K"), (B, "not base64!", "not base64?"), (B, "\u00e9", "e"),
        (P, True, 1), (P, "1", 1), (P, "a", "a "), (P, 0, None), (P, [], {}), (P, "1000m", "1"),
        (P, [1], [1, 2]), (P, {"a": 1}, {"a": 1, "b": 2}), (P, {"a": 1}, {"b": 1}), (N, 80.5, 80),
    ],
)  # fmt: skip
def test_these_do_not(flavour: Flavour, git: Json, live: Json) -> None:
    assert not equal(git, live, flavour)
    assert not equal(live, git, flavour)


@given(st.decimals(-(10**15), 10**15, places=9))
def test_a_quantity_is_exact(value: Decimal) -> None:
    assert quantity(f"{value:f}") == Fraction(value)


@given(st.text())
def test_any_text_may_stand_where_a_quantity_should(text: str) -> None:
    assert quantity(text) is None or isinstance(quantity(text), Fraction)


json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(json_values)
def test_a_value_is_the_same_as_itself(value: Json) -> None:
    assert same_json(value, value)


def test_a_monstrous_number_costs_nothing() -> None:
    assert quantity("9" * 100_000) is None
    assert quantity("1e99999999") is None
