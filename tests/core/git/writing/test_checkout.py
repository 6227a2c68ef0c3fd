"""A work tree holds a revert as git itself would have left it there, or it is refused in words."""

import subprocess
from pathlib import Path

import pytest

from core.git import Repository
from tests.core.git.sample import BOB, Sample

NOW = 1_800_000_000.0
WEB = b"a: 1\nb: 2\n"
FILES = {
    "apps/web.yaml": WEB,
    "apps/mixed.yaml": b"a: 1\r\nb: 2\n",
    "apps/binary": b"\0\n\n",
    "apps/odd.yaml": b"a: \x01\x02\x03\n",
    "apps/end.yaml": b"a: 1",
}


def changed(files: dict[str, bytes]) -> dict[str, bytes | None]:
    return {name: content + b"more\n" for name, content in files.items()}


def fresh(sample: Sample) -> None:
    """Check everything out anew."""
    (sample.path / ".git/index").unlink()
    for place in sample.path.glob("apps/*"):
        place.unlink()
    sample.git("reset", "-q", "--hard")


def tree(path: Path) -> dict[str, bytes]:
    files = sorted(place for place in path.rglob("*") if place.is_file())
    return {
        str(place.relative_to(path)): place.read_bytes()
        for place in files
        if ".git" not in place.relative_to(path).parts
    }


def reverted_like_git(repository: Repository, sample: Sample, target: str) -> None:
    """Make a revert, and compare the work tree with that of `git revert`."""
    twin = sample.path.parent / "twin"
    subprocess.run(["cp", "-a", str(sample.path), str(twin)], check=True)  # noqa: S603, S607
    assert sample.git("status", "--porcelain") == ""
    plan = repository.plan_revert(target, branch="main")
    assert plan.problem is None
    repository.make_revert(plan, author=BOB, now=NOW)
    Sample(twin).git("revert", "--no-edit", target)
    assert tree(sample.path) == tree(twin)
    for place in (*sample.path.glob("*/*"), *twin.glob("*/*")):
        place.touch()  # so that git looks into it
    assert sample.git("status", "--porcelain") == Sample(twin).git("status", "--porcelain")


SETTINGS = [
    {},
    {"core.autocrlf": "true"},
    {"core.autocrlf": "input"},
    {"core.eol": "crlf"},
    {"core.autocrlf": "true", "core.eol": "lf"},
]
ATTRIBUTES = [
    "",
    "*.yaml text eol=crlf\n",
    "*.yaml eol=crlf\n",
    "*.yaml text\n",
    "* text=auto\n",
    "* text=auto eol=crlf\n",
    "*.yaml -text\n",
    "*.yaml binary\n",
    "apps/** text eol=crlf\napps/web.yaml -text\n",
]


@pytest.mark.parametrize("attributes", ATTRIBUTES)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_line_ends_are_written_as_git_writes_them(
    repository: Repository, sample: Sample, settings: dict[str, str], attributes: str
) -> None:
    sample.commit({".gitattributes": attributes.encode(), **FILES})
    target = sample.commit({**changed(FILES), "apps/mixed.yaml": None, "apps/end.yaml": None})
    for name, value in settings.items():
        sample.git("config", name, value)
    fresh(sample)
    if sample.git("status", "--porcelain"):
        pytest.skip("git itself finds this one changed")
    reverted_like_git(repository, sample, target)


def test_a_file_that_only_waits_for_its_line_ends_is_clean(
    repository: Repository, sample: Sample
) -> None:
    sample.commit({"apps/web.yaml": WEB})
    target = sample.commit(changed({"apps/web.yaml": WEB}))
    sample.git("config", "core.autocrlf", "true")
    reverted_like_git(repository, sample, target)
    assert b"\r\n" in (sample.path / "apps/web.yaml").read_bytes()


def test_a_real_change_under_converted_line_ends_is_still_one(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit(changed({"apps/web.yaml": WEB}))
    sample.git("config", "core.autocrlf", "true")
    fresh(sample)
    (sample.path / "apps/web.yaml").write_bytes(b"a: 1\r\nb: 3\r\nmore\r\n")
    problem = repository.plan_revert(target, branch="main").problem
    assert "local changes" in str(problem)


@pytest.mark.parametrize(
    ("attribute", "content"),
    [
        ("filter=upper", b"$Id$\n"),
        ("ident", b"id: $Id$\n"),
        ("text working-tree-encoding=UTF-16LE", b"a: 1\n"),
    ],
)
def test_what_only_a_program_can_write_is_left_to_git_with_the_true_reason(
    repository: Repository, sample: Sample, attribute: str, content: bytes
) -> None:
    sample.commit({".gitattributes": f"*.yaml {attribute}\n".encode(), "apps/web.yaml": content})
    target = sample.commit({"apps/web.yaml": content + b"more\n"})
    sample.git("config", "filter.upper.clean", "tr A-Z a-z")
    sample.git("config", "filter.upper.smudge", "tr a-z A-Z")
    fresh(sample)
    problem = str(repository.plan_revert(target, branch="main").problem)
    name = attribute.removeprefix("text ")
    assert problem == f"apps/web.yaml is kept converted in the work tree ({name}); do it with git"


# Sparse work trees --------------------------------------------------------------------------------


def sparse(sample: Sample) -> None:
    sample.git("sparse-checkout", "init", "--cone")
    sample.git("sparse-checkout", "set", "apps")


def test_in_a_sparse_work_tree_files_come_and_go_as_with_git(
    repository: Repository, sample: Sample
) -> None:
    sample.commit({"other/a.yaml": WEB, "other/b.yaml": WEB, "apps/web.yaml": WEB})
    target = sample.commit(
        {"other/a.yaml": b"a: 9\n", "other/new.yaml": WEB, "apps/web.yaml": b"a: 9\n"}
    )
    sparse(sample)
    assert not (sample.path / "other").exists()
    reverted_like_git(repository, sample, target)
    assert not (sample.path / "other").exists()
    assert sample.git("show", "HEAD:other/a.yaml").encode() == WEB
    sample.git("sparse-checkout", "disable")
    assert (sample.path / "other/a.yaml").read_bytes() == WEB
    assert sample.git("status", "--porcelain") == ""


def test_what_comes_back_into_a_sparse_work_tree_is_left_to_git(
    repository: Repository, sample: Sample
) -> None:
    sample.commit({"other/a.yaml": WEB})
    target = sample.commit({"other/a.yaml": None})
    sparse(sample)
    problem = str(repository.plan_revert(target, branch="main").problem)
    assert problem == "other/a.yaml comes back, and the work tree is sparse; do it with git"


@pytest.mark.parametrize("index", [b"", b"DIRC", b"DIRC\0\0\0\2\0\0\0\7" + b"\xff" * 40])
def test_an_index_of_nonsense_is_left_to_git(
    repository: Repository, sample: Sample, index: bytes
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 2\n"})
    (sample.path / ".git/index").write_bytes(index)
    problem = repository.plan_revert(target, branch="main").problem
    assert "damaged, split or sparse" in str(problem) or "local changes" in str(problem)
