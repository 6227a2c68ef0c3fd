"""Going back to a commit, and undoing one on a branch for a pull request, typed."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.git import commit_files
from tests.core.git.sample import ANN, Sample
from tests.loop.clusters import MERGE_PATCH, Place, run, sandbox_place

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: '{value}'}}\n"
MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    app = "{name: shop, repo: repo, revision: main, path: shop, namespace: default}"
    (tmp_path / "driftdeck.yaml").write_text(f"apps: [{app}]\n")
    with sandbox_place(tmp_path) as made:
        yield made


def commit(place: Place, message: str, **values: int) -> str:
    files: dict[str, bytes | None] = {
        f"shop/{name}.yaml": MAP.format(name=name, value=value).encode()
        for name, value in values.items()
    }
    now, init = time.time(), not place.repo.exists()
    return commit_files(place.repo, files, author=ANN, message=message, when=now, init=init)


def live(place: Place, name: str) -> str:
    return str(place.client.call("GET", f"{MAPS}/{name}").json()["data"]["a"])


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_rollback_is_one_commit_that_names_what_it_takes_back_and_what_it_leaves(
    place: Place,
) -> None:
    good = commit(place, "Good", one=1, two=1)
    commit(place, "Bad", one=2)
    assert run(place, "sync", "--yes").returncode == 0
    commit(place, "Pending", one=3)
    hot = {"data": {"a": "9"}}
    url = f"{MAPS}/two?fieldManager=kubectl-edit"
    assert place.client.call("PATCH", url, hot, content_type=MERGE_PATCH).status == 200
    shown = run(place, "rollback", good, "--app", "shop", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    for part in ("Roll back to", "Pending (Ann)", "Bad (Ann)", "data.a", "left alone, though"):
        assert part in words(shown.stdout), shown.stdout
    assert live(place, "one") == "2"
    done = run(place, "rollback", good, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 done" in done.stdout
    assert (live(place, "one"), live(place, "two")) == ("1", "9")
    git = Sample(place.repo).git
    assert git("rev-parse", "main:shop") == git("rev-parse", f"{good}:shop")
    assert git("log", "-1", "--format=%s").strip() == 'Roll back shop to "Good"'
    assert run(place, "revert", "HEAD", "--yes").returncode == 0
    assert (live(place, "one"), live(place, "two")) == ("3", "9")


def test_on_a_branch_of_its_own_a_revert_waits_for_its_merge(place: Place) -> None:
    commit(place, "Good", one=1)
    bad = commit(place, "Bad", one=2)
    assert run(place, "sync", "--yes").returncode == 0
    done = run(place, "revert", bad, "--branch", "undo/bad", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "once the branch is merged, this follows" in done.stdout
    assert "1 to apply" in done.stdout
    assert "on undo/bad" in done.stdout.splitlines()[-1]
    git = Sample(place.repo).git
    assert git("rev-parse", "main").strip() == bad
    assert git("rev-parse", "undo/bad^").strip() == bad
    assert live(place, "one") == "2"
    git("merge", "-q", "undo/bad")
    assert run(place, "sync", "--yes").returncode == 0
    assert live(place, "one") == "1"
