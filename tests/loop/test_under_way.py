"""While a person rebases or bisects, the half-way commits are nobody's wish."""

import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.git import commit_files
from tests.loop.clusters import BOTH, Place, either_place, run
from tests.loop.test_loop import ADA, of


@pytest.fixture
def name() -> str:
    return f"under-way-{secrets.token_hex(4)}"


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> Iterator[Place]:
    """One app that follows whatever is checked out, in a namespace of its own."""
    app = f"{{name: shop, repo: repo, path: shop, namespace: {name}}}"
    (tmp_path / "driftdeck.yaml").write_text(f"apps: [{app}]\n")
    space = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n".encode()
    commit(tmp_path / "repo", {"space.yaml": space, "flags.yaml": flags("1")})
    with either_place(request, tmp_path) as made:
        yield made


def flags(sale: str) -> bytes:
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\n"
    return f'{head}data: {{sale: "{sale}"}}\n'.encode()


def commit(repo: Path, files: dict[str, bytes], branch: str = "main") -> str:
    content = {f"shop/{name}": text for name, text in files.items()}
    init = not repo.exists()
    return commit_files(
        repo, content, author=ADA, message="Change", when=time.time(), branch=branch, init=init
    )


def git(place: Place, *words: str, code: int = 0) -> None:
    config = ["-c", "user.name=Robin", "-c", "user.email=robin@example"]
    done = subprocess.run(  # noqa: S603 - git, with arguments of our own
        ["git", "-C", str(place.repo), *config, *words],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr


def test_a_rebase_under_way_is_not_applied_and_its_end_is(place: Place, name: str) -> None:
    for number in ("2", "3"):
        commit(place.repo, {"flags.yaml": flags(number)})
    git(place, "branch", "feature", "HEAD~2")
    commit(place.repo, {"other.yaml": flags("9").replace(b"flags", b"other")}, "feature")

    def sale() -> str:
        path = f"/api/v1/namespaces/{name}/configmaps/flags"
        return str(place.client.call("GET", path).json()["data"]["sale"])

    with place.controller("--autoheal") as controller:
        controller.take(of("synced", app="shop", kind="ConfigMap"), within_s=60)
        assert sale() == "3"
        git(place, "rebase", "feature", "--exec", "false", code=1)
        _, line = controller.take(of("source_unavailable", app="shop"), within_s=60)
        assert "a rebase is under way in" in line["message"]
        git(place, "rebase", "--continue", code=1)  # to the next commit
        assert sale() == "3"
        once = run(place, "diff")
        assert once.returncode == 3
        assert "a rebase is under way in" in once.stderr
        git(place, "rebase", "--continue")
        controller.take(of("synced", app="shop", kind="ConfigMap"), within_s=60)
        synced = [line for line in controller.seen if line["event"] == "synced"]
        names = [line["object"]["name"] for line in synced]
        assert names[-1] == "other"
        assert names.count("flags") == 1
    assert sale() == "3"
