"""core.git.homes: clones of one repository are known as such, strangers are not."""

from pathlib import Path

import pytest

from core.git import Repository
from core.git.homes import shared_name
from core.model import Home
from tests.core.git.sample import Sample

FILES: dict[str, bytes | None] = {"app/a.yaml": b"a: 1\n"}


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit(FILES)
    made.commit({"app/b.yaml": b"b: 1\n"})
    return made


def home(path: Path, folder: str = "app") -> Home:
    repository = Repository(path)
    found = repository.home(repository.resolve("HEAD").id, folder)
    repository.close()
    return found


def cloned(sample: Sample, name: str, *flags: str) -> Path:
    path = sample.path.parent / name
    sample.git("clone", "-q", *flags, f"file://{sample.path}", str(path))
    return path


def test_a_clone_a_bare_one_and_a_checkout_that_moved_are_one_home(sample: Sample) -> None:
    here = home(sample.path)
    assert here.root == sample.git("rev-list", "--max-parents=0", "HEAD").strip()
    assert home(cloned(sample, "clone")).is_same(here)
    assert home(cloned(sample, "mirror.git", "--mirror")).is_same(here)
    moved = sample.path.rename(sample.path.parent / "elsewhere")
    assert home(moved) == here


def test_another_repository_with_the_same_folders_is_a_stranger(
    sample: Sample, tmp_path: Path
) -> None:
    other = Sample(tmp_path / "other")
    other.commit(FILES, "another beginning")
    assert not home(other.path).is_same(home(sample.path))


def test_another_folder_is_another_home_of_the_same_repository(sample: Sample) -> None:
    one, other = home(sample.path), home(sample.path, "other")
    assert not one.is_same(other)
    assert one.is_of(other)


def test_a_shallow_clone_is_known_by_its_remote(sample: Sample) -> None:
    sample.git("remote", "add", "origin", "git@git.example.org:shop/config.git")
    shallow = cloned(sample, "shallow", "--depth", "1")
    Sample(shallow).git("remote", "set-url", "origin", "https://git.example.org/shop/config")
    found = home(shallow)
    assert found == Home(remote="git.example.org/shop/config", path="app")
    assert found.is_same(home(sample.path))
    Sample(shallow).git("remote", "set-url", "origin", "https://git.example.org/bank/config")
    assert not home(shallow).is_same(home(sample.path))


def test_of_several_remotes_origin_counts_and_without_it_none(sample: Sample) -> None:
    sample.git("remote", "add", "one", "https://git.example.org/a/b")
    assert home(sample.path).remote == "git.example.org/a/b"
    sample.git("remote", "add", "two", "https://git.example.org/c/d")
    assert home(sample.path).remote == ""
    sample.git("remote", "add", "origin", "https://git.example.org/e/f")
    assert home(sample.path).remote == "git.example.org/e/f"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (
            "https://ada:secret@Git.Example.org:8443/shop/Config.git?token=x",
            "git.example.org/shop/Config",
        ),
        ("ssh://git@git.example.org:22/shop/config.git/", "git.example.org/shop/config"),
        ("git@git.example.org:shop/config.git", "git.example.org/shop/config"),
        ("git.example.org:shop/config", "git.example.org/shop/config"),
        ("git@git.example.org:/shop/config", "git.example.org/shop/config"),
        ("/srv/git/config.git", ""),
        ("../config", ""),
        ("./a:b/config", ""),
        ("file:///srv/git/config.git", ""),
        ("https://[::1/x", ""),
        ("https://git.example.org", ""),
        ("", ""),
    ],
)
def test_a_remote_has_one_name_whichever_way_leads_there(url: str, name: str) -> None:
    assert shared_name(url) == name
