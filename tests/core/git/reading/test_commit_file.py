"""core.git.reading.commit_file: git's table of commits says what the commits say, or nothing."""

from pathlib import Path

import pytest

from core.git.reading.commit_file import CommitFile
from core.git.reading.graph import Graph
from core.git.reading.store import Store
from tests.core.git.sample import Sample


def merged(sample: Sample) -> list[str]:
    """A history with a merge of two and one of four parents; every commit."""
    sample.commit({"a": b"1\n"}, "first")
    sides = [sample.commit({f"s{n}": b"1\n"}, f"side {n}", branch=f"side-{n}") for n in range(4)]
    for heads in (sides[:1], sides[1:]):
        parents = [word for head in ("main", *heads) for word in ("-p", head)]
        made = sample.git("commit-tree", "main^{tree}", "-m", "merge", *parents).strip()
        sample.git("update-ref", "refs/heads/main", made)
    return sample.git("rev-list", "--all").split()


def test_it_says_of_each_commit_what_the_commit_says(sample: Sample) -> None:
    commits = merged(sample)
    sample.git("commit-graph", "write", "--reachable")
    table = CommitFile.of(sample.path / ".git" / "objects")
    assert table is not None
    store = Store(sample.path)
    assert max(len(store.parsed(commit).parents) for commit in commits) == 4
    for commit in (*commits, *commits):
        raw = store.parsed(commit)
        assert table.commit(commit) == (raw.tree, raw.parents, raw.when)
    later = sample.commit({"a": b"2\n"}, "later")
    assert table.commit(later) is None
    assert table.commit("0" * 40) is None


def test_a_walk_goes_on_from_newer_commits_into_the_table(sample: Sample) -> None:
    commits = merged(sample)
    sample.git("commit-graph", "write", "--reachable")
    later = sample.commit({"a": b"2\n"}, "later")
    graph = Graph(Store(sample.path))
    assert graph.links(graph.links(later).parents[0]).tree
    assert {parent for one in commits for parent in graph.links(one).parents} < set(commits)


def test_a_shallow_clone_is_cut_where_it_says_whatever_a_table_says(
    sample: Sample, tmp_path: Path
) -> None:
    merged(sample)
    sample.git("commit-graph", "write", "--reachable")
    head = sample.commit({"a": b"2\n"}, "later")
    sample.git("clone", "-q", "--depth=1", f"file://{sample.path}", str(tmp_path / "clone"))
    info = tmp_path / "clone" / ".git" / "objects" / "info"
    info.mkdir(exist_ok=True)
    table = sample.path / ".git" / "objects" / "info" / "commit-graph"
    (info / "commit-graph").write_bytes(table.read_bytes())
    assert Graph(Store(tmp_path / "clone")).links(head).cut


@pytest.mark.parametrize("at", [0, 4, 6, 7, 20, 300, 1200, -1])
def test_a_damaged_table_is_none(sample: Sample, at: int) -> None:
    merged(sample)
    sample.git("commit-graph", "write", "--reachable")
    file = sample.path / ".git" / "objects" / "info" / "commit-graph"
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.chmod(0o600)
    for damaged in (content, content[:40], b""):
        file.write_bytes(damaged)
        assert CommitFile.of(file.parent.parent) is None
