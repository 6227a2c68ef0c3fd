"""Scalars mean what they mean to kubectl.  Every expectation here is kubectl's own answer."""

import json

import pytest

from core.errors import ManifestError
from core.manifests import load
from core.model import Json

HEAD = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"


def value_of(scalar: str) -> Json:
    """Load one scalar as a value."""
    (document,) = load("x.yaml", HEAD + f"v: {scalar}\n".encode()).documents
    loaded: Json = json.loads(document.body)["v"]
    return loaded


def warnings_of(scalar: str) -> tuple[str, ...]:
    """Load one scalar and return what was said."""
    return load("x.yaml", HEAD + f"v: {scalar}\n".encode()).warnings


GOLDEN: list[tuple[str, Json]] = [
    ("0o644", 420),
    ("0123456789", 123456789),
    ("y", True),
    ("n", False),
    ("22:22", "22:22"),
    ("1:30:00", "1:30:00"),
    ("190:20:30", "190:20:30"),
    ("2024-01-01", "2024-01-01"),
    ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
    ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
    ("1e3", 1000),
    ("1.0e3", 1000),
    ("1E6", 1000000),
    ("1234e56", 1.234e59),
    ("12345678901234567890", 12345678901234567000.0),
    ("1.0", 1),
    ("=", "="),
    ("0644", 420),
    ("0777", 511),
    ("yes", True),
    ("no", False),
    ("NO", False),
    ("on", True),
    ("off", False),
    ("oN", "oN"),
    ("yEs", "yEs"),
    ("0x1F", 31),
    ("0X1f", 31),
    ("-0x1f", -31),
    ("1_000", 1000),
    ("1__0", 10),
    ("5_", 5),
    ("0b11", 3),
    ("-0b11", -3),
    ("0B11", 3),
    ("0O17", 15),
    ("~", None),
    ("Null", None),
    (".5", 0.5),
    ("-.5", -0.5),
    (".5e3", 500),
    ("._5", "._5"),
    ("5.", 5),
    ("1_0.5", 10.5),
    ("+5", 5),
    ("-0", 0),
    ("-0.0", 0),
    ("08", 8),
    ("0_8", 8),
    ("09.5", 9.5),
    ("00", 0),
    ("0o8", "0o8"),
    ("0x", "0x"),
    ("1e", "1e"),
    ("-", None),  # an empty list entry
    ("+", "+"),
    ("1e400", "1e400"),
    ("1" * 400, "1" * 400),
    ("-" + "9" * 5000, "-" + "9" * 5000),
    ("1e5", 100000),
    ("1e+5", 100000),
    ("1e-7", 1e-7),
    ("9223372036854775807", 9223372036854775807),
    ("9223372036854775808", 9223372036854775808.0),
    ("18446744073709551616", 18446744073709551616.0),
    ("1e18", 1000000000000000000),
    ("1e20", 1e20),
    ("1e21", 1e21),
    ("9007199254740993.0", 9007199254740992),
    ("1152921504606846976.0", 1152921504606847000),
    ("!!str 1", "1"),
    ("! 5", "5"),
    ('!!int "5"', 5),
    ("!!float 5", 5),
    ('!!bool "yes"', True),
    ('!!null ""', None),
    ("'y'", "y"),
    ('"0644"', "0644"),
    ("|\n  1e3", "1e3\n"),
    ('"a\\r\\nb"', "a\r\nb"),
]


@pytest.mark.parametrize(("scalar", "expected"), [row for row in GOLDEN if row[0] != "-"])
def test_a_plain_scalar_is_read_as_kubectl_reads_it(scalar: str, expected: Json) -> None:
    value = value_of(scalar)
    assert value == expected
    assert isinstance(value, bool) == isinstance(expected, bool)
    assert isinstance(value, str) == isinstance(expected, str)


@pytest.mark.parametrize("scalar", ["1e3", "1.0", "1E6", "1e18", "9007199254740993.0"])
def test_an_integral_float_within_64_bits_is_an_integer(scalar: str) -> None:
    assert isinstance(value_of(scalar), int)


@pytest.mark.parametrize(
    "scalar", ["1234e56", "12345678901234567890", "1e20", "9007199254740993.0"]
)
def test_a_number_that_loses_digits_is_a_warning_with_its_line(scalar: str) -> None:
    (warning,) = warnings_of(scalar)
    assert warning.startswith("x.yaml:4: ")
    assert scalar not in warning  # it may be the password of a Secret


@pytest.mark.parametrize("scalar", ["9223372036854775807", "1e3", "0.1", "-0", "9007199254740993"])
def test_a_number_that_keeps_its_digits_is_no_warning(scalar: str) -> None:
    assert warnings_of(scalar) == ()


NOT_FINITE = [".nan", ".NaN", ".inf", "-.inf", "+.Inf"]


@pytest.mark.parametrize("scalar", NOT_FINITE)
def test_a_number_without_json_form_is_an_error(scalar: str) -> None:
    with pytest.raises(ManifestError, match=r"\[NUMBER\]") as caught:
        value_of(scalar)
    assert caught.value.line == 4


KEYS = [
    ("1", "1"),
    ("0x10", "16"),
    ("1e3", "1000"),
    ("1.5", "1.5"),
    ("1e6", "1e+06"),
    ("123456789.0", "1.2345679e+08"),
    ("0.00001", "1e-05"),
    ("0.0001", "0.0001"),
    ("1234567.0", "1.234567e+06"),
    ("999999.0", "999999"),
    ("100000.0", "100000"),
    ("0.1", "0.1"),
    ("on", "true"),
    ("yes", "true"),
    ("no", "false"),
    ("22:22", "22:22"),
    ("2024-01-01", "2024-01-01"),
    ("9223372036854775807", "9223372036854775807"),
    ("16777217.0", "1.6777216e+07"),
    ("3.4028235e38", "3.4028235e+38"),
    ("1e300", ".inf"),
    ("-1e300", "-.inf"),
    (".NaN", ".nan"),
    ("+.Inf", ".inf"),
    ("-.INF", "-.inf"),
    ("1e400", "1e400"),
    ("1e-50", "0"),
    ("-0.0", "-0"),
    ("'on'", "on"),
    ('"<<"', "<<"),
    ("a/b.c", "a/b.c"),
]


@pytest.mark.parametrize(("written", "key"), KEYS)
def test_a_key_becomes_the_text_that_kubectl_makes_of_it(written: str, key: str) -> None:
    assert value_of(f"{{? {written} : 1}}") == {key: 1}


NO_KEYS = ["~", "null", "9223372036854775808", "[a]", "{a: 1}"]


@pytest.mark.parametrize("written", NO_KEYS)
def test_what_cannot_be_a_key_is_an_error(written: str) -> None:
    with pytest.raises(ManifestError, match=r"x.yaml:4: \[KEY\]"):
        value_of(f"{{? {written} : 1}}")
