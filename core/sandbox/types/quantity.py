"""Kubernetes quantities in canonical form: `1000m` is `1`, `1024Mi` is `1Gi`.

Exact throughout (apimachinery, pkg/api/resource/quantity.go); the notation the writer chose
(decimal, binary, exponent) is kept.
"""

import re
from fractions import Fraction
from functools import lru_cache
from math import ceil

_FORM = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[KMGTPE]i|[numkMGTPE]?)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_SUFFIX_OF = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_OF = {power: suffix for suffix, power in _BINARY.items()}
_NANO = Fraction(1, 10**9)
_MILLI = Fraction(1, 1000)
_KIBI = 1024


@lru_cache(maxsize=4096)
def canonical(text: str, *, milli: bool = False) -> str:
    """Write a quantity as the server stores it.

    Args:
        text: What a client wrote.
        milli: Whether it is rounded up to thousandths, as in lists of resources.

    Raises:
        ValueError: It is no quantity.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            "quantities must match the regular expression "
            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )
    sign, digits, suffix = match.groups()
    value = Fraction(digits)
    if suffix in _BINARY:
        value *= _KIBI ** _BINARY[suffix]
    elif suffix in _DECIMAL:
        value *= Fraction(10) ** _DECIMAL[suffix]
    else:
        exponent = int(suffix[1:])
        value *= Fraction(10) ** exponent
        plain = digits.isdigit() and not digits.endswith("000") and digits[0] != "0"
        if plain and exponent % 3 == 0:
            return text.strip()  # Go keeps the text of what is canonical, `1E3` included
    smallest = _MILLI if milli else _NANO
    value = ceil(value / smallest) * smallest
    if value == 0:
        return "0"
    shown = _written(value, suffix)
    return "-" + shown if sign == "-" else shown


def _written(value: Fraction, suffix: str) -> str:
    if suffix in _BINARY and value >= _KIBI:
        whole, power = ceil(value), 0
        while whole % _KIBI == 0 and power < len(_BINARY):
            whole, power = whole // _KIBI, power + 1
        return f"{whole}{_BINARY_OF.get(power, '')}"
    exponent = 18 if suffix in _DECIMAL or suffix in _BINARY else 300
    while (value / Fraction(10) ** exponent).denominator != 1:
        exponent -= 3
    whole = int(value / Fraction(10) ** exponent)
    if suffix in _DECIMAL or suffix in _BINARY:
        return f"{whole}{_SUFFIX_OF[exponent]}"
    return f"{whole}e{exponent}" if exponent else str(whole)
