"""core.sources.trust: which commit is in force where commits must be signed."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.errors import RejectedError, UsageError
from core.git import Repositories
from core.model import AppSpec, Problem, Remedy
from core.model.sources.layouts import Layout
from core.reconcile.memory.inputs import SourceRead
from core.sources.layouts import Layouts
from core.sources.reading import Folders
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE
from tests.core.sources.keys import Key, ssh_key

MANIFEST = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"


@dataclass
class World:
    """A repository whose commits Ann must sign."""

    sample: Sample
    ann: Key
    eve: Key
    folders: Folders
    shop: AppSpec

    def read(self) -> SourceRead | None:
        return self.folders.read(self.shop)

    @property
    def doubt(self) -> Problem | None:
        return self.folders.doubt("shop")

    def unsigned(self) -> str:
        self.sample.git("commit", "-q", "--allow-empty", "-m", "not signed")
        return self.sample.git("rev-parse", "HEAD").strip()

    def again(self) -> None:
        """Start anew, with nothing in memory."""
        self.folders = Folders(self.shop.repo, Repositories(), HERE)


@pytest.fixture
def world(tmp_path: Path) -> World:
    sample = Sample(tmp_path / "repo")
    sample.commit({"shop/a.yaml": MANIFEST}, "first")
    sample.git("reset", "-q", "--hard")
    ann, eve = ssh_key(tmp_path, "ann"), ssh_key(tmp_path, "eve")
    repo = str(sample.path)
    shop = AppSpec(name="shop", repo=repo, revision="main", path="shop", cluster="c")
    shop = replace(shop, signers=ann.signers)
    return World(sample, ann, eve, Folders(repo, Repositories(), HERE), shop)


def test_without_any_signature_nothing_is_in_force(world: World) -> None:
    first = world.sample.git("rev-parse", "main").strip()
    for _ in range(2):
        with pytest.raises(RejectedError) as told:
            world.read()
        assert str(told.value) == f"commit {first[:7]} is not signed, and settings require it"
    world.shop = replace(world.shop, signers=None)
    assert world.read() is not None


def test_a_signed_commit_speaks_for_all_that_is_before_it(world: World) -> None:
    signed = world.ann.commit(world.sample)
    read = world.read()
    assert read is not None
    assert (read.revision.id, world.doubt) == (signed, None)
    assert [one.file for one in read.documents] == ["shop/a.yaml"]
    assert world.read() is None


def test_the_last_good_commit_stays_in_force_and_the_reason_is_told_once(world: World) -> None:
    good = world.ann.commit(world.sample)
    world.read()
    bad = world.unsigned()
    read = world.read()
    assert read is not None
    assert (read.revision.id, read.lacks) == (good, "")
    assert world.doubt is not None
    assert world.doubt.remedy is Remedy.CHANGE_GIT
    reason = f"commit {bad[:7]} is not signed, and settings require it"
    assert world.doubt.words == f"{reason}; {good[:7]} stays in force"
    assert world.read() is None
    eves = world.eve.commit(world.sample)
    read = world.read()
    assert read is not None
    assert world.doubt is not None
    reason = f"it is signed by SSH key {world.eve.name}, which settings do not allow"
    assert world.doubt.words == f"commit {eves[:7]}: {reason}; {good[:7]} stays in force"
    better = world.ann.commit(world.sample)
    read = world.read()
    assert read is not None
    assert (read.revision.id, read.lacks) == (better, "")
    assert world.folders.doubt("shop") is None


def test_after_a_start_the_newest_good_commit_of_the_branch_is_in_force(world: World) -> None:
    world.ann.commit(world.sample)
    good = world.ann.commit(world.sample)
    world.eve.commit(world.sample)
    world.unsigned()
    world.again()
    read = world.read()
    assert read is not None
    assert read.revision.id == good


def test_what_a_feature_was_is_nothing_to_fall_back_to(world: World) -> None:
    good = world.ann.commit(world.sample)
    world.sample.git("checkout", "-q", "-b", "feature")
    world.ann.commit(world.sample)
    world.sample.git("checkout", "-q", "main")
    world.sample.git("merge", "-q", "--no-ff", "feature", "-m", "not signed")
    read = world.read()
    assert read is not None
    assert read.revision.id == good


def test_a_history_written_anew_without_a_signature_takes_nothing_back(world: World) -> None:
    old = world.ann.commit(world.sample)
    good = world.ann.commit(world.sample)
    world.read()
    world.sample.git("reset", "-q", "--hard", old)
    world.unsigned()
    read = world.read()
    assert read is not None
    assert read.revision.id == good
    assert world.doubt is not None
    with pytest.raises(UsageError):  # an error between the two makes no difference
        world.folders.read(replace(world.shop, revision="none"))
    read = world.read()
    assert read is not None
    assert read.revision.id == good


def test_a_tag_or_the_commit_it_names_may_be_signed(world: World) -> None:
    good = world.unsigned()
    world.ann.git(world.sample, "tag", "-s", "v1.0.0", "-m", "release")
    world.shop = replace(world.shop, revision="^1")
    read = world.read()
    assert read is not None
    assert (read.revision.id, world.doubt) == (good, None)
    newer = world.unsigned()
    world.eve.git(world.sample, "tag", "-s", "v1.1.0", "-m", "release")
    read = world.read()
    assert read is not None
    assert read.revision.id == good
    assert world.doubt is not None
    key = f"SSH key {world.eve.name}, which settings do not allow"
    unsigned = f"commit {newer[:7]} is not signed, and settings require it"
    assert world.doubt.words.startswith(f"{unsigned}; tag v1.1.0: it is signed by {key}; ")
    old = world.sample.git("rev-parse", "v1.0.0").strip()
    world.sample.git("update-ref", "refs/tags/v1.2.0", old)  # its name is signed, too
    world.again()
    with pytest.raises(RejectedError, match=r"tag v1\.2\.0 cannot be trusted: it was made as v1"):
        world.read()
    world.sample.git("tag", "v1.3.0", world.ann.commit(world.sample))
    read = world.read()
    assert read is not None
    assert world.doubt is None


def test_a_commit_that_is_not_signed_adds_and_takes_away_no_app_of_a_layout(world: World) -> None:
    layout = Layout(
        spec=replace(world.shop, name="{name}", path=""),
        shape="{name}",
        revision="main",
        values=(),
        clusters=("c",),
        made=lambda bound, folder: replace(world.shop, name=bound["name"], path=folder),
    )
    reader = Layouts(Repositories())
    with pytest.raises(RejectedError, match="is not signed"):
        reader.read(layout)
    world.ann.commit(world.sample)
    assert [app.name for app in reader.read(layout).apps] == ["shop"]
    world.sample.commit({"shop/a.yaml": None, "other/a.yaml": MANIFEST}, "not signed")
    (app,) = reader.read(layout).apps
    assert (app.name, app.signers) == ("shop", world.ann.signers)
