"""core.telling.origins: which line of Git, and which commit."""

from dataclasses import replace

import pytest

from core.model import Origin
from core.telling import origins
from core.telling.spans import Role, plain
from tests.core.telling.samples import COMMIT, NOW, ORIGIN

BY = "3f2a1b9 Ines Duarte, 1d ago (2026-06-30 12:10:03 UTC): Sale"
AT = "apps/shop/web.yaml:8"
BRIEFLY = f"3f2a1b9 Ines Duarte, 1d: Sale  {AT}"


@pytest.mark.parametrize(
    ("origin", "sentence", "row"),
    [
        (ORIGIN, f"{BY}  {AT}", BRIEFLY),
        (
            replace(ORIGIN, note="removed here"),
            f"{BY} (removed here)  {AT}",
            BRIEFLY,
        ),
        (replace(ORIGIN, commit=""), "apps/shop/web.yaml:8", "apps/shop/web.yaml:8"),
        (
            replace(ORIGIN, commit="", note="set at or before 3f2a1b9, the clone is shallow"),
            "apps/shop/web.yaml:8  set at or before 3f2a1b9, the clone is shallow",
            "apps/shop/web.yaml:8  set at or before 3f2a1b9, the clone is shallow",
        ),
        (
            replace(ORIGIN, commit="", file="", note="removed at or before 3f2a1b9"),
            "removed at or before 3f2a1b9",
            "removed at or before 3f2a1b9",
        ),
        (None, "", ""),
    ],
    ids=["commit", "note", "no commit", "why not", "no place", "nothing"],
)
def test_an_origin_is_a_sentence_on_a_page_and_a_row_in_a_pane(
    origin: Origin | None, sentence: str, row: str
) -> None:
    assert plain(origins.story(origin, NOW)) == sentence
    assert plain(origins.brief(origin, NOW)) == row


def test_the_place_can_be_told_from_the_rest() -> None:
    for origin in (ORIGIN, replace(ORIGIN, commit="")):
        assert ("apps/shop/web.yaml:8", Role.PLACE) in {
            *origins.brief(origin, NOW),
            *origins.story(origin, NOW),
        }


def test_a_commit_is_named_by_who_when_and_what() -> None:
    assert plain(origins.commit_story(COMMIT, NOW)) == BY
    assert plain(origins.commit_brief(COMMIT, NOW)) == "3f2a1b9 Ines Duarte, 1d: Sale"
    assert plain(origins.commit_story(None, NOW)) == "not read"
    undated = replace(COMMIT, date="")
    assert plain(origins.commit_story(undated, NOW)) == "3f2a1b9 Ines Duarte, time unknown: Sale"


@pytest.mark.parametrize(
    ("author", "name"),
    [("Ines Duarte <i@x>", "Ines Duarte"), ("ines", "ines"), (" <i@x>", " <i@x>"), ("", "")],
)
def test_an_author_has_a_name_or_at_least_an_address(author: str, name: str) -> None:
    assert origins.author_name(author) == name
