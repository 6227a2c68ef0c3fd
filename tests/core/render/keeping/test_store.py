"""core.render.keeping.store: what was put there comes back, and nothing else does."""

import os
from pathlib import Path

import pytest

from core.render.keeping.store import Store


def store_in(folder: Path, *, files: int = 10, size: int = 10_000) -> Store:
    return Store(folder, files_max=files, bytes_max=size)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "renders"


def test_what_is_kept_comes_back_and_only_its_owner_may_see_it(folder: Path) -> None:
    store_in(folder).put("a", b"content")
    assert store_in(folder).get("a") == b"content"
    assert store_in(folder).get("b") is None
    assert [path.name for path in folder.iterdir()] == ["a"]
    assert (folder.stat().st_mode & 0o777, (folder / "a").stat().st_mode & 0o777) == (0o700, 0o600)


def test_what_was_changed_or_torn_does_not_count(folder: Path) -> None:
    store_in(folder).put("a", b"content")
    whole = (folder / "a").read_bytes()
    for other in (whole[:-1], whole + b"x", whole.replace(b"cont", b"CONT"), b"", b"content"):
        (folder / "a").write_bytes(other)
        assert store_in(folder).get("a") is None
    (folder / "a").write_bytes(whole)
    assert store_in(folder).get("a") == b"content"


def test_a_link_a_folder_and_a_place_that_others_may_use_do_not_count(
    folder: Path, tmp_path: Path
) -> None:
    store_in(folder).put("a", b"content")
    (folder / "link").symlink_to("a")
    (folder / "folder").mkdir()
    assert (store_in(folder).get("link"), store_in(folder).get("folder")) == (None, None)
    (tmp_path / "link").symlink_to(folder)
    assert store_in(tmp_path / "link").get("a") is None
    folder.chmod(0o770)
    store_in(folder).put("b", b"more")
    assert store_in(folder).get("a") is None
    assert not (folder / "b").exists()


def test_what_was_not_wanted_for_longest_goes_first(folder: Path) -> None:
    store = store_in(folder, files=2)
    for age, name in enumerate("ab"):
        store.put(name, b"x")
        os.utime(folder / name, (age, age))
    assert store.get("a") == b"x"
    store.put("c", b"x")
    assert {path.name for path in folder.iterdir()} == {"a", "c"}
    small = store_in(folder, size=150)
    small.put("d", b"x" * 70)
    assert {path.name for path in folder.iterdir()} == {"d"}


def test_a_place_that_cannot_be_written_costs_the_cache_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = store_in(tmp_path / "file" / "renders")
    store.put("a", b"content")
    assert store.get("a") is None
