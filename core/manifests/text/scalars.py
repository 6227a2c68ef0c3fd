"""What a plain YAML scalar means to kubectl.

kubectl reads YAML through sigs.k8s.io/yaml, which resolves scalars as go-yaml version 2 does and
then goes through JSON.  Stock PyYAML differs on 14 of 32 tricky scalars, so its resolver is not
used at all.  Every rule here was checked against `kubectl label --local -o json`.

Source:
    go.yaml.in/yaml/v2, resolve.go; sigs.k8s.io/yaml, convertToJSONableObject.
"""

import math
import re
import string
import struct
from decimal import Decimal
from typing import Final, TypeAlias

Scalar: TypeAlias = str | bool | int | float | None

INT64_MAX: Final = 2**63 - 1
UINT64_MAX: Final = 2**64 - 1
EXACT_MAX: Final = 2**53  # from here on a float stands for more than one integer

_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    **dict.fromkeys(("~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE"), True),
    **dict.fromkeys(("on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE"), False),
    **dict.fromkeys(("off", "Off", "OFF"), False),
}
# What has no JSON form as a value, and the text that it is as a key.
NOT_FINITE: Final[dict[str, str]] = {
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ".nan"),
    **{sign + word: ".inf" for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), "-.inf"),
}
_HINTS: Final = frozenset("yYnNtTfFoO~+-.0123456789")  # what anything but text begins with
# First characters of plain scalars that can only be text; "<" may be a merge.
TEXT_STARTS: Final = frozenset(string.ascii_letters + "/_$(.;^") - _HINTS
_INT: Final = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\Z"
)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_POINT_FLOAT: Final = re.compile(r"\.[0-9]+(?:[eE][-+]?[0-9]+)?\Z")
_BASES: Final = (16, 2, 8, 10)
_INT_TEXT_MAX: Final = 70  # 64 bits in binary, a prefix and a sign


class NumberError(ValueError):
    """A number that JSON cannot carry."""


def resolve(text: str) -> Scalar:
    """Return what a plain scalar stands for; integers beyond 64 bits are floats.

    Raises:
        NumberError: It is not finite.
    """
    if text and text[0] not in _HINTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text in NOT_FINITE:
        raise NumberError("infinity and not-a-number have no JSON form")
    if text[0] in "+-0123456789":
        return _number(text.replace("_", ""), text)
    if text[0] == "." and _POINT_FLOAT.match(text):
        return _finite(text, text)
    return text


def _number(plain: str, text: str) -> Scalar:
    match = _INT.match(plain) if len(plain) <= _INT_TEXT_MAX else None
    if match is not None:
        digits, base = next(
            (group, base)
            for group, base in zip(match.groups()[1:], _BASES, strict=True)
            if group is not None
        )
        value = int(digits, base)
        value = -value if match[1] == "-" else value
        if -INT64_MAX - 1 <= value <= (INT64_MAX if match[1] else UINT64_MAX):
            return value
    return _finite(plain, text) if _FLOAT.match(plain) else text


def _finite(plain: str, text: str) -> Scalar:
    value = float(plain)
    return value if math.isfinite(value) else text  # 1e400 is text to kubectl


def json_number(value: float) -> tuple[int | float, bool]:
    """Return a number as it arrives at the API server, and whether digits may have been lost.

    Go prints an integral float below 1e21 without exponent, and reads it back as an integer where
    64 bits hold it: so `1e3` is the integer 1000, and 2^63 a float.
    """
    if isinstance(value, int):
        if -INT64_MAX - 1 <= value <= INT64_MAX:
            return value, False
        return float(value), True
    lossy = abs(value) >= EXACT_MAX
    if value.is_integer() and abs(value) < 1e21:  # noqa: PLR2004  where Go's JSON turns to exponents
        shortest = int(Decimal(repr(value)))  # the shortest digits, then zeros, as Go writes them
        if -INT64_MAX - 1 <= shortest <= INT64_MAX:
            return shortest, lossy
    return value, lossy


def key_text(value: Scalar) -> str:
    """Return the text that kubectl makes of a resolved key.

    Raises:
        ValueError: Null, and integers that need 64 unsigned bits, cannot be keys.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        raise ValueError("a key is null")
    if isinstance(value, float):
        return _short_float(value)
    if value > INT64_MAX:
        raise ValueError("a key is a number beyond 64 bits")
    return str(value)


def _short_float(value: float) -> str:
    """Print as Go's FormatFloat(value, 'g', -1, 32): shortest digits of a 32-bit float."""
    (single,) = struct.unpack("f", struct.pack("f", value))
    if math.isinf(single):
        return ".inf" if value > 0 else "-.inf"
    for precision in range(9):
        scientific = f"{single:.{precision}e}"
        if struct.unpack("f", struct.pack("f", float(scientific)))[0] == single:
            break
    mantissa, exponent = scientific.split("e")
    if -4 <= int(exponent) < 6:  # noqa: PLR2004  Go's %g, shortest
        return f"{Decimal(scientific):f}"
    return f"{mantissa}e{exponent}"
