import pytest

from core.sandbox.types.quantity import canonical


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1000M", "1G"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("1000Mi", "1000Mi"),
        ("0Mi", "0"),
        ("1e3", "1e3"),
        ("1E3", "1E3"),
        ("1.5e2", "150"),
        ("0.0000000001", "1n"),
        ("-1500m", "-1500m"),
        (" 1 ", "1"),
    ],
)
def test_a_quantity_is_stored_in_its_shortest_form(written: str, stored: str) -> None:
    assert canonical(written) == stored


def test_resources_are_rounded_up_to_thousandths() -> None:
    assert canonical("1u", milli=True) == "1m"


@pytest.mark.parametrize("text", ["", "1 G", "5G5", "abc", "1..2"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantities must match"):
        canonical(text)
