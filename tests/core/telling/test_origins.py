"""core.telling.origins: which line of Git, and which commit."""

from dataclasses import replace

import pytest

from core.model import Origin
from core.telling import origins
from core.telling.spans import Role, plain
from tests.core.telling.samples import COMMIT, NOW, ORIGIN

BY = 'apps/shop/web.yaml:8, 3f2a1b9 "Sale" by Ines Duarte, 2026-06-30 12:10:03 UTC'


@pytest.mark.parametrize(
    ("origin", "sentence", "row"),
    [
        (ORIGIN, BY, "3f2a1b9 Ines Duarte 1d ago  apps/shop/web.yaml:8  Sale"),
        (
            replace(ORIGIN, note="removed here"),
            f"{BY} (removed here)",
            "3f2a1b9 Ines Duarte 1d ago  apps/shop/web.yaml:8  Sale",
        ),
        (replace(ORIGIN, commit=""), "apps/shop/web.yaml:8", "apps/shop/web.yaml:8"),
        (
            replace(ORIGIN, commit="", note="at or before 3f2a1b9, the clone is shallow"),
            "apps/shop/web.yaml:8, set at or before 3f2a1b9, the clone is shallow",
            "apps/shop/web.yaml:8  at or before 3f2a1b9, the clone is shallow",
        ),
        (None, "", ""),
    ],
    ids=["commit", "note", "no commit", "why not", "nothing"],
)
def test_an_origin_is_a_sentence_on_a_page_and_a_row_in_a_pane(
    origin: Origin | None, sentence: str, row: str
) -> None:
    assert plain(origins.story(origin)) == sentence
    assert plain(origins.brief(origin, NOW)) == row


def test_the_place_can_be_told_from_the_rest() -> None:
    for origin in (ORIGIN, replace(ORIGIN, commit="")):
        assert ("apps/shop/web.yaml:8", Role.PLACE) in origins.brief(origin, NOW)


def test_a_commit_is_named_by_who_when_and_what() -> None:
    said = '3f2a1b9 "Sale" by Ines Duarte, 2026-06-30 12:10:03 UTC'
    assert plain(origins.commit_story(COMMIT)) == said
    assert plain(origins.commit_brief(COMMIT, NOW)) == "3f2a1b9 Ines Duarte Sale  1d ago"
    assert plain(origins.commit_story(None)) == "not read"


@pytest.mark.parametrize(
    ("author", "name"),
    [("Ines Duarte <i@x>", "Ines Duarte"), ("ines", "ines"), (" <i@x>", " <i@x>"), ("", "")],
)
def test_an_author_has_a_name_or_at_least_an_address(author: str, name: str) -> None:
    assert origins.author_name(author) == name
