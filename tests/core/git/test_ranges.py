"""core.git.ranges: what helm and Flux read in a range."""

import pytest

from core.git.ranges import Range, best

TAGS = ("v0.9.0", "1.0.0", "v1.2.0", "1.2.5", "v1.3.0-rc.1", "v1.3.0", "2.0.0-beta", "2.1.0", "x")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("*", "2.1.0"),
        ("^1", "v1.3.0"),
        ("^1.2.0", "v1.3.0"),
        ("~1.2", "1.2.5"),
        ("~>1.2.1", "1.2.5"),
        ("1.2.*", "1.2.5"),
        ("1.*", "v1.3.0"),
        ("=1.2.0", "v1.2.0"),
        (">=1.0 <1.3", "1.2.5"),
        (">= 1.0, < 1.3", "1.2.5"),
        (">1.2", "2.1.0"),
        (">1.2 <2", "v1.3.0"),
        ("<=1.2", "1.2.5"),
        ("<1", "v0.9.0"),
        ("^0.9", "v0.9.0"),
        ("1.0 - 1.2", "1.2.5"),
        ("~0.9 || ~1.0", "1.0.0"),
        (">=1.2.0 !=1.3.0 <2", "1.2.5"),
        (">=2.0.0-alpha <2.1", "2.0.0-beta"),
        ("^3", None),
        (">=1.3.0-rc.1 <1.3.0", "v1.3.0-rc.1"),
    ],
)
def test_the_greatest_tag_in_a_range_is_the_one(text: str, tag: str | None) -> None:
    wanted = Range.read(text)
    assert wanted is not None
    assert best(wanted, TAGS) == tag


@pytest.mark.parametrize(
    "text", ["main", "v1.2.0", "1.x", "release-1.2", "HEAD", "main~2", "a b", ">=a", "", "^" * 9]
)
def test_what_may_be_the_name_of_a_branch_is_no_range(text: str) -> None:
    assert Range.read(text) is None


@pytest.mark.parametrize("text", [">=" + "9" * 5_000, "*" + ".0" * 5_000, ">=1.2.3-" + "a." * 900])
def test_no_range_is_too_long_to_be_read_or_refused(text: str) -> None:
    Range.read(text)
