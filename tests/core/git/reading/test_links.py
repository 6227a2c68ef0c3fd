"""Links are followed inside the tree of one commit, and those that lead nowhere are named."""

from pathlib import Path

import pytest

from core.errors import RejectedError
from core.git import File
from tests.core.git.sample import Sample

YAML = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


class Linked(Sample):
    """A repository with links in it."""

    def link(self, path: str, target: str) -> None:
        """Make a link and commit it."""
        self.git("reset", "-q", "--hard")
        (self.path / path).parent.mkdir(parents=True, exist_ok=True)
        (self.path / path).symlink_to(target)
        self.git("add", path)
        self.git("commit", "-q", "-m", "link")

    def files(self, folder: str = "app") -> dict[str, File]:
        """List a folder."""
        with self.opened() as repository:
            found = repository.files(repository.resolve("HEAD").id, folder)
        return {file.path: file for file in found}


@pytest.fixture
def sample(tmp_path: Path) -> Linked:
    made = Linked(tmp_path / "repo")
    made.commit({"app/b.yaml": YAML, "releases/v2/a.yaml": YAML, "releases/v2/x/c.yaml": YAML})
    return made


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("b.yaml", "app/b.yaml"),
        ("../releases/v2/a.yaml", "releases/v2/a.yaml"),
        ("./../app/../releases//v2/a.yaml", "releases/v2/a.yaml"),
    ],
)
def test_a_link_to_a_file_is_that_file_under_its_own_name(
    sample: Linked, target: str, place: str
) -> None:
    sample.link("app/link.yaml", target)
    files = sample.files()
    assert files["app/link.yaml"].place == place
    assert files["app/link.yaml"].mode == 0o100644
    assert files["app/link.yaml"].blob_id == files["app/b.yaml"].blob_id


def test_a_link_to_a_folder_is_all_that_is_in_it(sample: Linked) -> None:
    sample.link("app/shared", "../releases/v2")
    places = {path: file.place for path, file in sample.files().items()}
    assert places == {
        "app/b.yaml": "app/b.yaml",
        "app/shared/a.yaml": "releases/v2/a.yaml",
        "app/shared/x/c.yaml": "releases/v2/x/c.yaml",
    }


def test_links_to_links_and_through_links_are_followed(sample: Linked) -> None:
    sample.link("current", "releases/v2")
    sample.link("newest", "current/x")
    sample.link("app/one", "../newest")
    assert sample.files()["app/one/c.yaml"].place == "releases/v2/x/c.yaml"


def test_a_folder_that_two_links_lead_to_is_listed_once(sample: Linked) -> None:
    sample.link("app/one", "../releases/v2")
    sample.link("app/two", "../releases/v2")
    assert sum(file.place == "releases/v2/a.yaml" for file in sample.files().values()) == 1


def test_folders_that_link_to_each_other_end(sample: Linked) -> None:
    sample.link("x/y", "../y")
    sample.link("y/x", "../x")
    sample.commit({"x/a.yaml": YAML, "y/b.yaml": YAML})
    assert {"x/a.yaml", "x/y/b.yaml"} <= set(sample.files("x"))


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("/etc/passwd", "a symbolic link to /etc/passwd: it leads out of the repository"),
        ("../../x", "a symbolic link to ../../x: it leads out of the repository"),
        ("../app/link", "a symbolic link to ../app/link: it leads round in a circle"),
        ("gone.yaml", "a symbolic link to gone.yaml, which is not there"),
        ("b.yaml/x", "a symbolic link to b.yaml/x, which is not there"),
        ("..", "a symbolic link to .., a folder that it is itself in"),
        (".", "a symbolic link to ., a folder that it is itself in"),
    ],
)
def test_a_link_that_leads_nowhere_says_where_it_points(
    sample: Linked, target: str, problem: str
) -> None:
    sample.link("app/link", target)
    found = sample.files()["app/link"]
    assert (found.mode, found.blob_id, found.problem) == (0o120000, "", problem)


@pytest.mark.parametrize("folder", ["current", "current/", "deep/current/x"])
def test_a_folder_may_be_behind_a_link(sample: Linked, folder: str) -> None:
    sample.link("current", "releases/v2")
    sample.link("deep/current", "../current")
    prefix = folder.rstrip("/")
    with sample.opened() as repository:
        head = repository.resolve("HEAD").id
        real = repository.real_folder(head, folder)
        history = repository.history(head, folder)
    assert {file.place for file in sample.files(folder).values()} >= {"releases/v2/x/c.yaml"}
    assert all(path.startswith(f"{prefix}/") for path in sample.files(folder))
    assert real == ("releases/v2/x" if folder.endswith("x") else "releases/v2")
    assert [commit.subject for commit in history] == ["change"]


def test_a_folder_behind_a_link_that_leads_out_is_refused_in_words(sample: Linked) -> None:
    sample.link("current", "/srv/releases")
    with pytest.raises(RejectedError, match='"current" is behind a symbolic link') as caught:
        sample.files("current")
    assert "leads out of the repository; name a folder" in str(caught.value)


def test_a_submodule_is_called_one_as_a_folder_and_inside_of_one(sample: Linked) -> None:
    sample.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},app/sub")
    sample.git("commit", "-q", "-m", "module")
    assert sample.files()["app/sub"].mode == 0o160000
    for folder in ("app/sub", "app/sub/prod"):
        with pytest.raises(RejectedError, match='"app/sub" is a submodule in commit') as caught:
            sample.files(folder)
        assert "name that one with --repo" in str(caught.value)
