"""What a line may become: names first, then words, then letters; and what follows a name."""

import pytest

from tests.tui.standin import Standin
from tui.dialogs.command.choosing import choices


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("comp", "compare A B [live]"),
        ("next_d", "next_drift"),
        ("next drift", "next_drift"),  # words
        ("nxtd", "next_drift"),  # letters
        ("read Git again", "refresh"),
    ],
)
def test_the_likeliest_comes_first(typed: str, first: str) -> None:
    assert choices(Standin(), typed)[0].shown == first


def test_every_action_and_every_phrase_can_be_found_by_its_name() -> None:
    made = Standin()
    for name in (*(each.name for each in made.phrases), *(each.id for each in made.actions)):
        found = choices(made, name)
        assert any(each.line.strip() == name for each in found), name


def test_nothing_typed_offers_all_and_nonsense_nothing() -> None:
    made = Standin()
    assert len(choices(made, "")) == len(made.phrases)
    assert choices(made, "zzzzz") == []
    assert choices(made, "quit now please") == []


def test_what_cannot_be_done_now_stays_with_its_reason() -> None:
    found = choices(Standin(), "adopt")[0]
    assert (found.line, found.why_not) == ("adopt", "choose an object (2) first")


def test_what_follows_a_name_is_offered_whole_lines_of_it() -> None:
    found = choices(Standin(), "compare pay")
    assert found[0].line == "compare payments"
    assert [each.line for each in choices(Standin(), "compare payments search")] == [
        "compare payments search",
        "compare payments search live",
    ]
