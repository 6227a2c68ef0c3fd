"""core.sources.reading: what was read already is not read again, and a failure forgets it."""

from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from core.clock import Clock
from core.decryption.opener import AGAIN_S, Opener
from core.errors import ProductError, UsageError
from core.git import File, Repositories, Repository
from core.model import AppSpec, Commit
from core.reconcile.memory.inputs import SourceRead
from core.sources.reading import MOMENT_S, Folders
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE
from tests.core.render.worlds import script

MANIFEST = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"shop/a.yaml": MANIFEST, "other/b.yaml": MANIFEST}, "first")
    return made


def spec_of(sample: Sample, **fields: str) -> AppSpec:
    spec = AppSpec(name="shop", repo=str(sample.path), revision="main", path="shop", cluster="c")
    return replace(spec, **fields)  # type: ignore[arg-type]  # its fields of text


def folders_of(sample: Sample) -> Folders:
    return Folders(str(sample.path), Repositories(), HERE)


def test_a_commit_is_read_once_for_each_app(sample: Sample) -> None:
    folders, shop = folders_of(sample), spec_of(sample)
    other = spec_of(sample, name="other", path="other")
    read = folders.read(shop)
    assert read is not None
    assert (read.app, [one.file for one in read.documents]) == ("shop", ["shop/a.yaml"])
    assert folders.read(shop) is None
    also = folders.read(other)
    assert also is not None
    assert (also.app, also.revision) == ("other", read.revision)


def test_a_new_commit_is_read_though_it_changes_nothing_in_the_folder(sample: Sample) -> None:
    folders, shop = folders_of(sample), spec_of(sample)
    assert folders.read(shop) is not None
    head = sample.commit({"README": b"more"}, "elsewhere")
    read = folders.read(shop)
    assert read is not None
    assert read.revision.id == head


class Asked(Repository):
    """Notes which folders were listed and how many files were read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.listed: list[str] = []
        self.files_read = 0

    @override
    def files(self, commit: str, folder: str) -> tuple[File, ...]:
        self.listed.append(folder)
        return super().files(commit, folder)

    @override
    def blob(self, blob_id: str) -> bytes:
        self.files_read += 1
        return super().blob(blob_id)


class Asking(Repositories):
    """Opens one repository, which notes what it is asked."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.one = Asked(path)

    @override
    def opened(self, path: str) -> Repository:
        return self.one


def test_a_commit_that_does_not_touch_an_apps_folder_costs_it_nothing(sample: Sample) -> None:
    asking = Asking(sample.path)
    folders, shop = Folders(str(sample.path), asking, HERE), spec_of(sample)
    other = spec_of(sample, name="other", path="other")
    first = [folders.read(spec) for spec in (shop, other)]
    asking.one.listed.clear()
    asking.one.files_read = 0
    head = sample.commit({"other/b.yaml": MANIFEST.replace(b"settings", b"b")}, "elsewhere")
    read, elsewhere = (folders.read(spec) for spec in (shop, other))
    assert (asking.one.listed, asking.one.files_read) == (["other"], 1)
    assert read is not None
    assert elsewhere is not None
    assert first[0] is not None
    assert read == replace(first[0], revision=elsewhere.revision)
    assert read.revision.id == head
    assert read.documents is first[0].documents
    assert [one.name for one in elsewhere.documents] == ["b"]


def test_a_folder_with_links_is_listed_anew_for_they_lead_elsewhere(sample: Sample) -> None:
    sample.git("reset", "-q", "--hard")
    (sample.path / "shop/more.yaml").symlink_to("../other/b.yaml")
    sample.git("add", "shop/more.yaml")
    sample.git("commit", "-q", "-m", "link")
    folders, shop = folders_of(sample), spec_of(sample)
    assert folders.read(shop) is not None
    sample.commit({"other/b.yaml": MANIFEST.replace(b"settings", b"b")}, "elsewhere")
    read = folders.read(shop)
    assert read is not None
    assert [one.name for one in read.documents] == ["settings", "b"]


def test_a_folder_that_failed_is_read_whole_the_next_time(sample: Sample) -> None:
    asking = Asking(sample.path)
    folders, shop = Folders(str(sample.path), asking, HERE), spec_of(sample)
    assert folders.read(shop) is not None
    folders.forget("shop")
    assert folders.read(shop) is not None
    assert asking.one.listed == ["shop", "shop"]


def test_apps_of_one_branch_are_read_at_one_commit(sample: Sample) -> None:
    folders, shop = folders_of(sample), spec_of(sample)
    heads: dict[str, Commit] = {}
    first = folders.read(shop, heads)
    sample.commit({"other/b.yaml": MANIFEST}, "meanwhile")
    other = folders.read(spec_of(sample, name="other", path="other"), heads)
    assert first is not None
    assert other is not None
    assert other.revision == first.revision


def test_the_tree_of_a_folder_changes_with_its_chosen_files_and_with_nothing_else(
    sample: Sample,
) -> None:
    folders, shop = folders_of(sample), replace(spec_of(sample), exclude=("notes",))
    trees: list[str] = []
    for files in ({}, {"README": b"x"}, {"shop/notes": b"x"}, {"shop/b.yaml": MANIFEST + b"#"}):
        sample.commit({"other/now": str(len(trees)).encode(), **files}, "next")
        read = folders.read(shop)
        assert read is not None
        trees.append(read.tree)
    assert trees[0] == trees[1] == trees[2] != trees[3]


def test_files_that_cannot_be_read_are_told_beside_those_that_can(sample: Sample) -> None:
    sample.commit({"shop/bad.yaml": b"a: [\n"}, "broken")
    read = folders_of(sample).read(spec_of(sample))
    assert read is not None
    assert [one.file for one in read.documents] == ["shop/a.yaml"]
    assert read.problems[0].startswith("shop/bad.yaml:")
    assert [path for path, _ in read.refused] == ["shop/bad.yaml"]


def test_manifests_behind_links_are_read_and_named_by_where_they_stand(sample: Sample) -> None:
    sample.git("reset", "-q", "--hard")
    (sample.path / "shop/more").symlink_to("../other")
    sample.git("add", "shop/more")
    sample.git("commit", "-q", "-m", "link")
    (sample.path / "current").symlink_to("shop")
    sample.git("add", "current")
    sample.git("commit", "-q", "-m", "another")
    for path in ("shop", "current"):
        read = folders_of(sample).read(spec_of(sample, path=path))
        assert read is not None
        assert read.problems == ()
        places = {one.file for one in read.documents}
        assert places == {"other/b.yaml"}  # the same object, stated last
        assert "shop/a.yaml" in read.documents[0].warnings[0]


def test_only_chosen_files_are_read(sample: Sample) -> None:
    bad: dict[str, bytes | None] = {
        "shop/bad.yaml": b"a: [\n",
        "shop/chart/Chart.yaml": b"name: x\n",
        "shop/deep/in/b.yaml": MANIFEST.replace(b"settings", b"b"),
    }
    sample.commit(bad, "more")
    spec = replace(spec_of(sample), include=("*.yaml",), exclude=("/bad.yaml", "chart"))
    read = folders_of(sample).read(spec)
    assert read is not None
    assert [one.file for one in read.documents] == ["shop/a.yaml", "shop/deep/in/b.yaml"]
    assert read.problems == ()
    whole = replace(spec, path="", include=("shop/*.yaml",), exclude=("bad.yaml",))
    read = folders_of(sample).read(whole)
    assert read is not None
    assert [one.file for one in read.documents] == ["shop/a.yaml"]


def test_after_a_failure_the_same_commit_is_read_again(sample: Sample) -> None:
    folders, shop = folders_of(sample), spec_of(sample)
    assert folders.read(shop) is not None
    with pytest.raises(UsageError):
        folders.read(replace(shop, revision="no-such-branch"))
    assert folders.read(shop) is not None


def test_a_repository_that_is_not_there_is_an_error_each_time(tmp_path: Path) -> None:
    folders = Folders(str(tmp_path / "none"), Repositories(), HERE)
    spec = AppSpec(name="a", repo=str(tmp_path / "none"), revision="main", path="", cluster="c")
    for _ in range(2):
        with pytest.raises(ProductError):
            folders.read(spec)


def test_a_history_that_was_written_anew_names_the_commit_that_it_lacks(sample: Sample) -> None:
    folders, shop = folders_of(sample), spec_of(sample)
    first = folders.read(shop)
    assert first is not None
    sample.commit({"shop/b.yaml": MANIFEST}, "more")
    more = folders.read(shop)
    assert more is not None
    assert more.lacks == ""
    sample.git("update-ref", "refs/heads/main", first.revision.id)
    back = folders.read(shop)
    assert back is not None
    assert back.lacks == more.revision.id


def test_a_file_that_stayed_closed_is_tried_again_at_the_same_commit(
    sample: Sample, tmp_path: Path
) -> None:
    signs = "mac: a, lastmodified: '2026-01-01T00:00:00Z', version: 3.9.0"
    head = b"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
    sample.commit({"shop/s.yaml": head + f"sops: {{{signs}}}\n".encode()}, "sealed")
    plain, now = tmp_path / "plain", [0.0]
    environment = script(tmp_path / "bin", "sops", f"cat {plain} || exit 128")
    opener = Opener(HERE, environment, clock=Clock(monotonic=lambda: now[0]))
    folders = Folders(str(sample.path), Repositories(), HERE, None, opener)
    shop = spec_of(sample)
    read = folders.read(shop)
    assert read is not None
    assert [document.name for document in read.documents] == ["settings"]
    assert [document.name for document, _ in read.broken] == ["s"]
    assert folders.is_closed("shop")
    plain.write_bytes(head)
    assert folders.read(shop) is None  # too soon
    now[0] = AGAIN_S
    read = folders.read(shop)
    assert read is not None
    assert {document.name: document.sealed for document in read.documents} == {
        "settings": False,
        "s": True,
    }
    assert (read.problems, read.broken, folders.is_closed("shop")) == ((), (), False)
    assert folders.read(shop) is None


def test_apps_are_read_together_for_a_moment_each_with_what_it_came_to(sample: Sample) -> None:
    now = [0.0]

    def later() -> float:
        now[0] += MOMENT_S / 1.5
        return now[0]

    clock = Clock(monotonic=later)
    folders = Folders(str(sample.path), Repositories(), HERE, clock=clock)
    names = ("shop", "nowhere", "other")
    left = deque(spec_of(sample, name=name, path=name) for name in names)
    left[1] = replace(left[1], revision="no-such-branch")
    read, failed = folders.read_some(left, {})
    assert isinstance(read[1], SourceRead)
    assert (read[0].name, read[1].app) == ("shop", "shop")
    assert isinstance(failed[1], ProductError)
    assert [spec.name for spec in left] == ["other"]


def test_the_first_app_is_read_however_long_that_takes(sample: Sample) -> None:
    times = iter((0.0, 1_000.0, 2_000.0))
    clock = Clock(monotonic=lambda: next(times))
    folders = Folders(str(sample.path), Repositories(), HERE, clock=clock)
    left = deque([spec_of(sample), spec_of(sample, name="other", path="other")])
    assert [spec.name for spec, _ in folders.read_some(left, {})] == ["shop"]
    assert len(left) == 1
