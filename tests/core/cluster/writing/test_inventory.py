"""The text of an inventory."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cluster.writing import inventory
from core.cluster.writing.inventory import check_head, data_of, line_of, row_of, rows_of, texts_of
from core.errors import RejectedError
from core.model import ObjectRef
from core.reconcile.memory.results import InventoryRow

_name = st.text(min_size=1, max_size=30)
rows = st.builds(
    InventoryRow,
    ref=st.builds(
        ObjectRef,
        group=st.text(max_size=20),
        kind=_name,
        namespace=st.text(max_size=20),
        name=_name,
    ),
    uid=st.uuids().map(str) | st.none(),
    digest=st.from_regex(r"[0-9a-f]{16}", fullmatch=True) | st.none(),
    end=st.sampled_from([None, "Complete", "Failed"]),
)


def a_row(number: int) -> InventoryRow:
    ref = ObjectRef("apps", "Deployment", "shop", f"web-{number:06}")
    return InventoryRow(ref, "0f4e6a1c-1111-2222-3333-444455556666", "0123456789abcdef")


def test_a_row_is_one_line_that_a_person_can_read() -> None:
    assert (
        line_of(a_row(1))
        == "apps/Deployment/shop/web-000001 0f4e6a1c-1111-2222-3333-444455556666 0123456789abcdef"
    )


def test_a_job_that_ended_says_so_behind_its_digest() -> None:
    line = line_of(replace(a_row(1), end="Failed"))
    assert line == f"{line_of(a_row(1))} Failed"


@given(st.lists(rows, max_size=20, unique_by=lambda row: row.ref))
def test_what_is_written_is_read(written: list[InventoryRow]) -> None:
    assert list(rows_of(texts_of(written))) == sorted(written, key=lambda row: row.ref)


@given(rows)
def test_a_line_is_ascii_and_has_no_break(row: InventoryRow) -> None:
    line = line_of(row)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert row_of(line) == row


def test_a_shard_never_exceeds_its_limit_and_every_row_is_in_one() -> None:
    written = [a_row(number) for number in range(20_000)]
    texts = texts_of(written)
    assert len(texts) == 4
    assert max(map(len, texts)) <= inventory.SHARD_BYTES_MAX
    assert list(rows_of(texts)) == written


def test_nothing_applied_is_one_empty_shard() -> None:
    assert texts_of([]) == ("",)
    assert rows_of([""]) == ()


@pytest.mark.parametrize(
    "line", ["x", "a/b/c uid d", "a/b/c/d uid", "a/b/c/d/e u d", "a/b/c/d u d e"]
)
def test_a_line_that_is_no_row_is_refused(line: str) -> None:
    with pytest.raises(RejectedError, match="cannot be read"):
        row_of(line)


def test_only_the_first_shard_says_whose_it_is() -> None:
    first, second = data_of(("a", "b"), "payments", "uid")
    assert first == {"format": "1", "app": "payments", "cluster": "uid", "rows": "a"}
    assert second == {"rows": "b"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "2"}, "format '2'"),
        ({"app": "other"}, "the app 'other'"),
        ({"cluster": "elsewhere"}, "another cluster"),
    ],
)
def test_a_record_of_something_else_is_not_believed(change: dict[str, str], told: str) -> None:
    (data,) = data_of(("",), "payments", "uid")
    check_head(data, "payments", "uid")
    with pytest.raises(RejectedError, match=told):
        check_head({**data, **change}, "payments", "uid")


def test_a_cluster_we_may_not_identify_is_not_held_against_the_record() -> None:
    (data,) = data_of(("",), "payments", "uid")
    check_head(data, "payments", "")
    (unnamed,) = data_of(("",), "payments", "")
    check_head(unnamed, "payments", "uid")
