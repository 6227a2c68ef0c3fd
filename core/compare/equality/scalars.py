"""When two single values mean the same (verdicts.md 2.2).

Type and value are compared: `True` is not `1` and `"1"` is not `1`, but `1` and `1.0` are the same
number.  A schema can say more: a quantity (`1000m` is `1`), an integer or a text (`"8080"` is
`8080`), bytes in base64 (line breaks do not matter), a number that the server keeps as a float, or
a time, which it prints in its own way.
"""

import base64
import binascii
import re
from datetime import datetime
from enum import IntEnum
from fractions import Fraction
from functools import lru_cache
from typing import Final, TypeGuard

from core.model import Absent, Json


class Flavour(IntEnum):
    """What the schema says about a single value."""

    PLAIN = 0
    QUANTITY = 1
    INT_OR_STRING = 2
    BYTE = 3
    FLOAT = 4
    TIME = 5  # of built-in kinds, which parse and print it anew


_QUANTITY: Final = re.compile(
    r"([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)(?:([KMGTPE]i|[numkMGTPE]|)|[eE]([+-]?[0-9]{1,3}))"
)
_DECIMAL: Final = {
    "n": -9,
    "u": -6,
    "m": -3,
    "": 0,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}")
_DIGITS_MAX: Final = 64  # longer texts are compared as texts; the server refuses them anyway


def equal(git: Json, live: Json, flavour: Flavour) -> bool:
    """Tell whether two values mean the same to the API server."""
    if same_json(git, live):
        return True
    if flavour is Flavour.QUANTITY:
        wanted, found = _quantity_of(git), _quantity_of(live)
        return wanted is not None and wanted == found
    if flavour is Flavour.INT_OR_STRING:
        number = _integer(git)
        return number is not None and number == _integer(live)
    if flavour is Flavour.FLOAT and _is_number(git) and _is_number(live):
        return float(git) == float(live)  # beyond 2^53 digits are lost
    if flavour is Flavour.TIME:
        moment = instant(git)
        return moment is not None and moment == instant(live)
    if flavour is Flavour.BYTE and isinstance(git, str) and isinstance(live, str):
        content = decoded(git)
        return content is not None and content == decoded(live)
    return False


def same_json(git: Json | Absent, live: Json | Absent) -> bool:
    """Tell whether two values are the same JSON, apart by type; absent is absent."""
    if isinstance(git, dict):
        return (
            isinstance(live, dict)
            and git.keys() == live.keys()
            and all(same_json(value, live[key]) for key, value in git.items())
        )
    if isinstance(git, list):
        return isinstance(live, list) and len(git) == len(live) and all(map(same_json, git, live))
    if type(git) is type(live):
        return git == live
    return _is_number(git) and _is_number(live) and git == live


def decoded(text: str) -> bytes | None:
    """Return the bytes of a base64 text as the API server reads it, None where it cannot."""
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):  # ValueError: not ASCII
        return None


@lru_cache(maxsize=4096)  # a cluster writes few different quantities, and many times
def quantity(text: str) -> Fraction | None:
    """Return the exact value of a quantity such as `1000m`, None for any other text.

    Source:
        The grammar in k8s.io/apimachinery/pkg/api/resource/quantity.go.
    """
    match = _QUANTITY.fullmatch(text) if len(text) <= _DIGITS_MAX else None
    if match is None:
        return None
    sign, digits, suffix, exponent = match.groups()
    value = Fraction(digits) if "." not in digits else _decimal(digits)
    if exponent is not None:
        value *= Fraction(10) ** int(exponent)
    elif suffix in _BINARY:
        value *= 1 << _BINARY[suffix]
    else:
        value *= Fraction(10) ** _DECIMAL[suffix]
    return -value if sign == "-" else value


def _decimal(digits: str) -> Fraction:
    whole, _, part = digits.partition(".")
    return Fraction(int(whole + part or "0"), 10 ** len(part))


def _quantity_of(value: Json) -> Fraction | None:
    if isinstance(value, str):
        return quantity(value)
    return quantity(repr(value)) if _is_number(value) else None


def _integer(value: Json) -> int | None:
    if isinstance(value, str):
        return int(value) if _INTEGER.fullmatch(value) else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def instant(value: Json) -> datetime | None:
    """Return the time that a text says, None for any other value."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _is_number(value: Json | Absent) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
