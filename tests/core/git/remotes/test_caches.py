"""core.git.remotes.caches: what is kept of a server, and for how long it stays handy."""

import os
import time
from pathlib import Path

import pytest
from dulwich.repo import Repo

from core.errors import UnavailableError
from core.git.remotes import caches
from core.model.sources.remotes import address_of
from tests.apiserver.waiting import eventually
from tests.githost.place import Place

ADDRESS = address_of("https://git.example/org/config.git")


def test_two_addresses_never_share_a_cache() -> None:
    texts = ("https://h/a/b", "https://h/a-b", "https://h:1/a/b", "ssh://h/a/b", "ssh://u@h/a/b")
    assert len({caches.name_of(address_of(text)) for text in texts}) == len(texts)
    assert "/" not in caches.name_of(ADDRESS)


def test_a_cache_is_the_users_own_and_held_by_one_process_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    with caches.opened(folder, ADDRESS, patience_s=0):
        assert folder.stat().st_mode & 0o077 == 0
        with (
            pytest.raises(UnavailableError, match="another driftdeck is fetching into it"),
            caches.opened(folder, ADDRESS, patience_s=0),
        ):
            pass
    with caches.opened(folder, ADDRESS, patience_s=0) as repo:
        assert repo.get_config().get((b"remote", b"origin"), b"url") == str(ADDRESS).encode()


def test_a_cache_in_a_place_of_others_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    with (
        pytest.raises(UnavailableError, match="is no folder of this user"),
        caches.opened(tmp_path / "link", ADDRESS, patience_s=0),
    ):
        pass


def used(base: Path, name: str, days_ago: float) -> Path:
    """A cache that was last used so long ago."""
    with caches.opened(base / name, ADDRESS, patience_s=0):
        pass
    when = time.time() - days_ago * 86_400
    os.utime(base / name / "driftdeck.lock", (when, when))
    return base / name


def test_a_cache_that_nobody_used_for_a_month_is_removed_and_no_other_folder(
    tmp_path: Path,
) -> None:
    base, elsewhere = tmp_path / "git", tmp_path / "elsewhere"
    old, recent, held = (used(base, name, days) for name, days in (("a", 31), ("b", 29), ("c", 31)))
    linked = used(elsewhere, "d", 31)
    (base / "link").symlink_to(linked)
    (base / "of somebody").mkdir()
    (base / "e.gone" / "objects").mkdir(parents=True)  # a removal that was stopped
    with caches.opened(held, ADDRESS, patience_s=0):
        caches.forget_unused(base)
    assert {each.name for each in base.iterdir()} == {"b", "c", "link", "of somebody"}
    assert linked.exists()
    assert recent.exists()
    assert not old.exists()


def test_using_a_cache_keeps_it(tmp_path: Path) -> None:
    kept = used(tmp_path, "kept", 31)
    with caches.opened(kept, ADDRESS, patience_s=0):
        pass
    caches.forget_unused(tmp_path)
    assert kept.exists()


def test_many_small_packs_become_one_and_what_is_open_stays_readable(web: Place) -> None:
    repositories = web.repositories()
    unused = used(web.home / ".cache" / "driftdeck" / "git", "unused", 31)
    heads = []
    for number in range(4):
        heads.append(web.sample.commit({"app/a.yaml": str(number).encode()}, str(number)))
        assert repositories.fetching(web.path, ["main"]).told().problem == ""
    repository = repositories.opened(web.path)
    assert repository.resolve("main").id == heads[-1]
    (folder,) = unused.parent.iterdir()  # what came took the place of what nobody uses
    with Repo(str(folder)) as repo:
        before = len(list(repo.object_store.packs))
        caches.tidy(repo, most=before)
        assert len(list(repo.object_store.packs)) == before
        caches.tidy(repo, most=before - 1)
    assert eventually(lambda: len(list(folder.glob("objects/pack/*.pack"))) == 1, within_s=60)
    history = repository.history(heads[-1], "app")
    assert [commit.id for commit in history][:4] == heads[::-1]
    (file,) = repository.files(heads[0], "app")
    assert repository.blob(file.blob_id) == b"0"
