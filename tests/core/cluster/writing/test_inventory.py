"""The text of an inventory."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cluster.writing import inventory
from core.cluster.writing.inventory import check_head, data_of, line_of, row_of, rows_of, texts_of
from core.errors import RejectedError
from core.model import Home, ObjectRef
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


HOME = Home(root="c0ffee", remote="git.example.org/shop/config", path="clusters/prod")


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
    first, second = data_of(("a", "b"), "payments", "uid", HOME)
    assert first == {
        "format": "1",
        "app": "payments",
        "cluster": "uid",
        "root": "c0ffee",
        "remote": "git.example.org/shop/config",
        "path": "clusters/prod",
        "rows": "a",
    }
    assert second == {"rows": "b"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "2"}, "format '2'"),
        ({"app": "other"}, "the app 'other'"),
        ({"cluster": "elsewhere"}, "another cluster"),
        ({"path": "clusters/test"}, 'of the folder "clusters/test" of git.example.org/shop/config'),
        ({"root": "beef", "remote": "git.example.org/bank/config"}, "of git.example.org/bank"),
        ({"root": "beef", "remote": ""}, "of the repository that began with beef"),
    ],
)
def test_a_record_of_something_else_is_not_believed(change: dict[str, str], told: str) -> None:
    (data,) = data_of(("",), "payments", "uid", HOME)
    check_head(data, "payments", "uid", HOME)
    with pytest.raises(RejectedError, match=told):
        check_head({**data, **change}, "payments", "uid", HOME)


def test_a_cluster_we_may_not_identify_is_not_held_against_the_record() -> None:
    (data,) = data_of(("",), "payments", "uid", HOME)
    check_head(data, "payments", "", HOME)
    (unnamed,) = data_of(("",), "payments", "", HOME)
    check_head(unnamed, "payments", "uid", HOME)


@pytest.mark.parametrize("part", ["root", "remote"])
def test_another_clone_of_the_same_repository_has_the_same_record(part: str) -> None:
    (data,) = data_of(("",), "payments", "uid", HOME)
    check_head({**data, part: "another"}, "payments", "uid", HOME)
    check_head({**data, part: ""}, "payments", "uid", HOME)


def test_who_finds_the_record_of_another_folder_learns_how_to_choose_a_name() -> None:
    (data,) = data_of(("",), "app", "uid", HOME)
    with pytest.raises(RejectedError) as caught:
        check_head(data, "app", "uid", replace(HOME, path="clusters/test"))
    assert "another name" in str(caught.value)
    assert "--app" in str(caught.value)
    assert 'if the folder moved, set path to "clusters/test"' in str(caught.value)
    with pytest.raises(RejectedError) as caught:
        check_head(data, "app", "uid", Home(root="beef", path=HOME.path))
    assert "if the folder moved" not in str(caught.value)
    assert "--app" in str(caught.value)


def test_a_record_that_does_not_say_whose_it_is_is_taken() -> None:
    (data,) = data_of(("",), "payments", "uid", HOME)
    del data["path"]
    check_head(data, "payments", "uid", HOME)


def test_folders_of_repositories_of_which_nothing_is_known_are_told_apart_by_their_path() -> None:
    (data,) = data_of(("",), "app", "uid", Home(path="a"))
    check_head(data, "app", "uid", Home(path="a"))
    check_head(data, "app", "uid", replace(HOME, path="a"))
    with pytest.raises(RejectedError, match='is of the folder "a", not of this app'):
        check_head(data, "app", "uid", Home(path="b"))
