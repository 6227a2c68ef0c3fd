"""core.git.remotes.caches: what is kept of a server, and for how long it stays handy."""

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


def test_many_small_packs_become_one_and_what_is_open_stays_readable(web: Place) -> None:
    repositories = web.repositories()
    heads = []
    for number in range(4):
        heads.append(web.sample.commit({"app/a.yaml": str(number).encode()}, str(number)))
        assert repositories.fetching(web.path, ["main"]).told().problem == ""
    repository = repositories.opened(web.path)
    assert repository.resolve("main").id == heads[-1]
    (folder,) = (web.home / ".cache" / "driftdeck" / "git").iterdir()
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
