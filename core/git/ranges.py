"""Ranges of versions, as helm and Flux write them, and the best tag that is in one.

Which of two versions is greater the semver library knows; it has no ranges but single comparisons.

    >=1.2 <2      both            ^1.2     >=1.2.0 <2.0.0      *, 1.*, 1.2.x   any there
    ~1.2 || ~1.4  one of them     ~1.2     >=1.2.0 <1.3.0      1.2 - 1.4       >=1.2.0 <1.5.0
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from semver import Version

_MARKED: Final = re.compile(r"[<>=^~!*]|.*( - |\|\||\s)|v?\d+\.(\d+\.)?\*")
_TERM: Final = re.compile(
    r"(?P<sign><=|>=|=<|=>|!=|~>|[<>=^~]|)\s*v?(?P<parts>[0-9xX*]+(\.[0-9xX*]+){0,2})"
    r"(?P<before>-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
)
_SPANS: Final = re.compile(r"(\S+)\s+-\s+(\S+)")
_WILD: Final = frozenset("xX*")
_DIGITS_MAX: Final = 9
_ZERO: Final = Version(0)


@dataclass(frozen=True, slots=True)
class _Bound:
    """From one version on, to before another, or what is not between them."""

    least: Version
    below: Version | None  # None: without end
    named: Version  # what stands in the text
    outside: bool = False

    def holds(self, version: Version) -> bool:
        inside = version >= self.least and (self.below is None or version < self.below)
        return inside is not self.outside

    def allows(self, version: Version) -> bool:
        """Tell whether it is meant to be looked at: what is before a release must be named."""
        same = version.finalize_version() == self.named.finalize_version()
        return not version.prerelease or (same and self.named.prerelease is not None)


@dataclass(frozen=True, slots=True)
class Range:
    """One range."""

    choices: tuple[tuple[_Bound, ...], ...]

    @classmethod
    def read(cls, text: str) -> "Range | None":
        """Read a range; None where it is the name of a branch or a tag, or no range."""
        if _MARKED.match(text) is None:
            return None
        choices: list[tuple[_Bound, ...]] = []
        for choice in text.split("||"):
            spans = _SPANS.sub(r">=\1 <=\2", choice.replace(",", " ").strip())
            words = re.sub(r"([<>=^~!]+)\s+", r"\1", spans).split()
            bounds = [_bound(word) for word in words]
            if not bounds or None in bounds:
                return None
            choices.append(tuple(bound for bound in bounds if bound is not None))
        return cls(tuple(choices))

    def holds(self, version: Version) -> bool:
        """Tell whether *version* is in it."""
        return any(
            any(bound.allows(version) for bound in choice)
            and all(bound.holds(version) for bound in choice)
            for choice in self.choices
        )


def best(wanted: Range, names: Iterable[str]) -> str | None:
    """Return the name of the greatest version in a range; of equals the last by spelling."""
    found = [pair for pair in _versions(names) if wanted.holds(pair[0])]
    return max(found)[1] if found else None


def _versions(names: Iterable[str]) -> Iterator[tuple[Version, str]]:
    for name in names:
        try:
            yield Version.parse(name.removeprefix("v"), optional_minor_and_patch=True), name
        except ValueError:
            continue


def _bound(word: str) -> _Bound | None:
    term = _TERM.fullmatch(word)
    if term is None:
        return None
    parts = [None if _WILD & set(part) else part for part in term["parts"].split(".")]
    numbers: list[int] = []
    for part in parts:
        if part is None:
            break
        if len(part) > _DIGITS_MAX:
            return None
        numbers.append(int(part))
    before = (term["before"] or "")[1:] or None
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    try:
        named = Version(major, minor, patch, prerelease=before)
    except ValueError:
        return None
    return _signed(term["sign"], numbers, named)


def _signed(sign: str, numbers: list[int], named: Version) -> _Bound | None:
    after = _after(named) if named.prerelease else _next(numbers)
    match sign:
        case "" | "=" | "!=":
            return _Bound(named, after, named, outside=sign == "!=")
        case ">=" | "=>":
            return _Bound(named, None, named)
        case ">":
            return None if after is None else _Bound(after, None, named)
        case "<":
            return _Bound(_ZERO, named, named)
        case "<=" | "=<":
            return _Bound(_ZERO, after, named)
        case "^":
            kept = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
            return _Bound(named, _next(numbers[: kept + 1]), named)
        case _:
            return _Bound(named, _next(numbers[:2]), named)


def _next(numbers: list[int]) -> Version | None:
    """Return the first version after all that begin with *numbers*; None after all there are."""
    if not numbers:
        return None
    major, minor, patch = (*numbers[:-1], numbers[-1] + 1, 0, 0)[:3]
    return Version(major, minor, patch)


def _after(version: Version) -> Version:
    """Return the next version after one before a release."""
    return version.replace(prerelease=f"{version.prerelease}.0")
