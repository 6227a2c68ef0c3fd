"""core.git.reading.commits: the short way says what the long one says, or nothing."""

import pytest

from core.git.reading.commits import linked, parsed

A, B = "a" * 40, "b" * 40
TREE = f"tree {A}\n"
WHO = "author A <a@b> 5 +0000\ncommitter C > x <c@d> 1700000000 +0100\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{TREE}{WHO}\nfirst\n\ntree {B}\n",
        f"{TREE}parent {B}\n{WHO}\nsecond",
        f"{TREE}parent {B}\nparent {A}\n{WHO}\n",
        f"{TREE}author \ncommitter C <c@d> -5 +0000\n\n",
        f"tree {'c' * 64}\nparent {'d' * 64}\n{WHO}\nof sha256",
    ],
)
def test_a_plain_commit_is_read_the_short_way(text: str) -> None:
    whole = parsed(text.encode())
    assert whole is not None
    assert linked(text.encode()) == (whole.tree, whole.parents, whole.when)


@pytest.mark.parametrize(
    "text",
    [
        f"{TREE}{WHO}gpgsig x\n\nsigned",
        f"{TREE}{WHO}parent {B}\n\nmisplaced",
        f"{TREE}{TREE}{WHO}\ntwo trees",
        f"{TREE}author A <a@b> 5 +0000\nparent {B}\ncommitter C <c@d> 5 +0000\n\nmisplaced",
        f"{TREE}author A <a@b> 5 +0000\n\nno committer",
        f"{TREE}author A <a@b>\ncommitter C <c@d>\n\nno dates",
        "",
    ],
)
def test_any_other_takes_the_long_way(text: str) -> None:
    assert linked(text.encode()) is None
