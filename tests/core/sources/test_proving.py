"""What Git says before anything is pruned: read afresh, twice, with nothing that was kept."""

from pathlib import Path

import pytest

from core.errors import DeniedError, NoFolderError, ProductError, RejectedError, UnavailableError
from core.git import Repositories
from core.model import Document, Guard, Problem, Remedy
from core.render import Renderer
from core.sources.proving import compared, guard_of
from core.sources.reading import Folders
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE
from tests.core.render.worlds import script
from tests.core.sources.test_reading import MANIFEST, folders_of, spec_of

KUSTOMIZATION: dict[str, bytes | None] = {
    "over/kustomization.yaml": b"resources: [m.yaml]\n",
    "over/m.yaml": MANIFEST,
}


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"shop/a.yaml": MANIFEST}, "first")
    return made


def test_a_commit_that_is_whole_is_proved_for_itself(sample: Sample) -> None:
    folders, spec = folders_of(sample), spec_of(sample)
    read = folders.read(spec)
    assert read is not None
    proof = folders.proved(spec, "")
    assert (proof.app, proof.revision, proof.problem) == ("shop", read.revision.id, None)
    assert proof.descends
    assert folders.read(spec) is None  # what was read counts as before


def test_a_folder_that_is_gone_is_the_matter_of_its_own_guard(sample: Sample) -> None:
    folders, spec = folders_of(sample), spec_of(sample)
    folders.read(spec)
    sample.commit({"shop/a.yaml": None, "b": b"b"}, "oops")
    proof = folders.proved(spec, "")
    assert proof.problem is not None
    assert proof.problem.guard is Guard.PATH_PRESENT


def test_a_file_that_cannot_be_read_makes_it_incomplete(sample: Sample) -> None:
    sample.commit({"shop/b.yaml": b"a: [\n"}, "broken")
    proof = folders_of(sample).proved(spec_of(sample), "")
    assert proof.problem is not None
    assert proof.problem.guard is Guard.RENDERING_COMPLETE
    assert "shop/b.yaml" in proof.problem.words


def test_a_commit_descends_from_what_was_applied_or_it_is_said(sample: Sample) -> None:
    folders, spec = folders_of(sample), spec_of(sample)
    first = sample.git("rev-parse", "main").strip()
    sample.commit({"shop/a.yaml": MANIFEST + b"# more"}, "second")
    assert folders.proved(spec, first).descends
    second = sample.git("rev-parse", "main").strip()
    sample.git("update-ref", "refs/heads/main", first)
    assert not folders.proved(spec, second).descends


def test_a_rendering_is_made_afresh_each_time_and_twice(tmp_path: Path) -> None:
    sample, runs = Sample(tmp_path / "repo"), tmp_path / "runs"
    sample.commit(KUSTOMIZATION, "first")
    says = f"echo run >> {runs}; /bin/cat ../tree/over/m.yaml"
    prints = f'if [ "$1" = version ]; then echo v1; else {says}; fi'
    script(tmp_path / "bin", "kustomize", prints)
    renderer = Renderer({"PATH": str(tmp_path / "bin")})
    folders = Folders(str(sample.path), Repositories(), HERE, renderer)
    spec = spec_of(sample, path="over")
    folders.read(spec)
    before = runs.read_text().count("run")
    assert folders.proved(spec, "").problem is None
    assert runs.read_text().count("run") == 3 * before


def test_a_rendering_that_fails_is_incomplete(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "repo")
    sample.commit(KUSTOMIZATION, "first")
    script(tmp_path / "bin", "kustomize", 'if [ "$1" = version ]; then echo v1; else exit 1; fi')
    renderer = Renderer({"PATH": str(tmp_path / "bin")})
    folders = Folders(str(sample.path), Repositories(), HERE, renderer)
    proof = folders.proved(spec_of(sample, path="over"), "")
    assert proof.problem is not None
    assert proof.problem.guard is Guard.RENDERING_COMPLETE


# Comparing ----------------------------------------------------------------------------------------


def reading(
    *documents: Document, problems: tuple[str, ...] = (), doubt: Problem | None = None
) -> tuple[tuple[Document, ...], tuple[str, ...], Problem | None]:
    return documents, problems, doubt


def stated(sample: Sample, text: bytes = MANIFEST) -> Document:
    sample.commit({"shop/a.yaml": text}, "x")
    read = folders_of(sample).read(spec_of(sample))
    assert read is not None
    return read.documents[0]


def test_two_readings_and_what_was_kept_have_to_be_the_same(sample: Sample) -> None:
    one, other = stated(sample), stated(sample, MANIFEST.replace(b"settings", b"others"))
    assert compared([reading(one), reading(one)], (one,)) is None
    assert compared([reading(one), reading(one)], None) is None
    apart = compared([reading(one), reading(other)], (one,))
    assert apart is not None
    assert "two renderings" in apart.words
    poisoned = compared([reading(one), reading(one)], (other,))
    assert poisoned is not None
    assert "what was kept" in poisoned.words


def test_a_doubt_and_a_file_that_was_left_out_are_no_complete_reading() -> None:
    old = Problem(Remedy.WAIT, "the tool went away")
    for made in (reading(doubt=old), reading(problems=("a.yaml:1: no",))):
        found = compared([reading(), made], ())
        assert found is not None
        assert found.guard is Guard.RENDERING_COMPLETE


@pytest.mark.parametrize(
    ("error", "guard"),
    [
        (NoFolderError("gone"), Guard.PATH_PRESENT),
        (RejectedError("exit 1"), Guard.RENDERING_COMPLETE),
        (UnavailableError("host unknown"), Guard.SOURCE_KNOWN),
        (DeniedError("no key"), Guard.SOURCE_KNOWN),
    ],
)
def test_each_error_of_a_reading_is_the_matter_of_one_guard(
    error: ProductError, guard: Guard
) -> None:
    assert guard_of(error) is guard
