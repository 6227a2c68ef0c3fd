"""Clones without all of the history: nobody is blamed for what may be older than what is here."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.attribution.origins import Origins
from core.errors import NotHereError
from core.git import Repositories, Repository
from core.manifests import load
from core.model import (
    ABSENT,
    AppSpec,
    Cause,
    FieldChange,
    FieldVerdict,
    KindRef,
    ObjectRef,
    Origin,
)
from core.sources.reading import Folders
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE

FILE = "apps/web.yaml"
CONFIG_MAP = KindRef("v1", "ConfigMap")


def config(**values: int) -> bytes:
    lines = "".join(f'  {key}: "{value}"\n' for key, value in values.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\ndata:\n{lines}".encode()


@pytest.fixture
def upstream(tmp_path: Path) -> Sample:
    """Of the field `a` the last commit is by somebody, of `b` it is the first."""
    made = Sample(tmp_path / "upstream")
    made.commit({FILE: config(a=1, b=1)}, "first")
    made.commit({FILE: config(a=2, b=1)}, "second")
    made.commit({"note": b"x"}, "unrelated")
    made.git("config", "uploadpack.allowFilter", "true")
    return made


@contextmanager
def cloned(upstream: Sample, *words: str) -> Iterator[Repository]:
    place = upstream.path.parent / "clone"
    upstream.git("clone", "-q", *words, f"file://{upstream.path}", str(place))
    with Sample(place).opened() as opened:
        yield opened


def origins(repository: Repository, *paths: str) -> list[Origin | None]:
    head = repository.resolve("HEAD").id
    blob = repository.blob_at(head, FILE)
    assert blob is not None
    (document,) = load(FILE, repository.blob(blob)).documents
    asked = [FieldChange(path, FieldVerdict.DRIFT, ABSENT, "1") for path in paths]
    found = Origins(repository, HERE, head, "apps").attach(document, asked)
    return [change.origin for change in found]


def dropped(
    repository: Repository, *paths: str, cause: Cause = Cause.GIT_AHEAD
) -> list[Origin | None]:
    """The origins of fields that only live has."""
    head = repository.resolve("HEAD").id
    blob = repository.blob_at(head, FILE)
    assert blob is not None
    (document,) = load(FILE, repository.blob(blob)).documents
    asked = [FieldChange(path, FieldVerdict.DRIFT, "1", ABSENT, cause=cause) for path in paths]
    found = Origins(repository, HERE, head, "apps").attach(document, asked)
    return [change.origin for change in found]


def removed(repository: Repository) -> Origin | None:
    """The origin of an object that only live has, and that was ours."""
    head = repository.resolve("HEAD").id
    gone = ObjectRef("", "ConfigMap", "shop", "other")
    return Origins(repository, HERE, head, "apps").of_removed(gone, CONFIG_MAP)


def test_at_the_edge_of_a_shallow_clone_nobody_is_blamed(upstream: Sample) -> None:
    with cloned(upstream, "--depth", "1") as repository:
        head = repository.resolve("HEAD").id
        for origin in origins(repository, "data.a", "data.b"):
            assert origin is not None
            assert (origin.file, origin.commit, origin.author) == (FILE, "", "")
            assert origin.note == f"set at or before {head[:7]}, the clone is shallow"


@pytest.fixture
def dropping(upstream: Sample) -> Sample:
    """The third commit from the end drops the field `b` and an object; the last drops `a`."""
    other = config(c=1).replace(b"web", b"other")
    upstream.commit({"apps/other.yaml": other}, "another")
    upstream.commit({FILE: config(a=2), "apps/other.yaml": None}, "dropped")
    upstream.commit({"note": b"y"}, "unrelated again")
    upstream.commit({FILE: config(z=1)}, "dropped later")
    return upstream


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_what_git_dropped_before_a_shallow_clone_begins_was_removed_by_nobody_known(
    dropping: Sample, depth: int
) -> None:
    with cloned(dropping, "--depth", str(depth)) as repository:
        a, b = dropped(repository, "data.a", "data.b")
        gone = removed(repository)
        edge = repository.history(repository.resolve("HEAD").id, "")[-1].id[:7]
    unknown = f"removed at or before {edge}, the clone is shallow"
    assert a is not None
    assert (a.note, a.subject) == (
        ("removed here", "dropped later") if depth > 1 else (unknown, "")
    )
    for origin in (b, gone):
        assert origin is not None
        known = depth > 3
        assert (origin.note, origin.subject) == (
            ("removed here", "dropped") if known else (unknown, "")
        )
        assert bool(origin.commit) is bool(origin.author) is known


def test_what_a_person_added_was_removed_by_nobody_in_a_shallow_clone_either(
    dropping: Sample,
) -> None:
    with cloned(dropping, "--depth", "1") as repository:
        assert dropped(repository, "data.b", cause=Cause.LIVE_CHANGED) == [None]


def test_what_git_never_stated_was_removed_by_nobody_in_a_whole_clone(dropping: Sample) -> None:
    with cloned(dropping) as repository:
        assert dropped(repository, "data.never") == [None]
        head = repository.resolve("HEAD").id
        never = ObjectRef("", "ConfigMap", "shop", "never")
        assert Origins(repository, HERE, head, "apps").of_removed(never, CONFIG_MAP) is None


def test_what_was_set_inside_a_shallow_clone_has_its_commit(upstream: Sample) -> None:
    upstream.commit({FILE: config(a=3, b=1)}, "third")
    with cloned(upstream, "--depth", "2") as repository:
        a, b = origins(repository, "data.a", "data.b")
        assert a is not None
        assert b is not None
        assert (a.subject, b.commit) == ("third", "")
        assert b.note.endswith("the clone is shallow")


def test_the_first_commit_of_all_is_no_edge(upstream: Sample) -> None:
    with cloned(upstream) as repository:
        a, b = origins(repository, "data.a", "data.b")
        assert a is not None
        assert b is not None
        assert (a.subject, b.subject, b.note) == ("second", "first", "")


def test_a_shallow_clone_that_is_deepened_knows_more(upstream: Sample) -> None:
    with cloned(upstream, "--depth", "1") as repository:
        assert repository.is_cut(repository.resolve("HEAD").id)
        Sample(repository.path).git("fetch", "-q", "--unshallow")
        (b,) = origins(repository, "data.b")
        assert b is not None
        assert b.subject == "first"


def test_a_partial_clone_names_the_last_commit_of_the_file_and_says_how_sure_that_is(
    upstream: Sample,
) -> None:
    with cloned(upstream, "--filter=blob:none") as repository:
        for origin in origins(repository, "data.a", "data.b"):
            assert origin is not None
            assert origin.subject == "second"
            assert "older versions are not here, for this is a partial clone" in origin.note


def test_a_clone_without_trees_says_that_nothing_is_known(upstream: Sample) -> None:
    with cloned(upstream, "--filter=tree:0") as repository:
        (origin,) = origins(repository, "data.a")
        assert origin is not None
        assert origin.commit == ""
        assert origin.note == "set by a commit that is not here, for this is a partial clone"


def test_a_partial_clone_is_not_damaged_and_says_what_brings_the_rest(upstream: Sample) -> None:
    upstream.commit({"apps/other.yaml": config(c=1), "apps/read.me": b"x"})
    with cloned(upstream, "--no-checkout", "--filter=blob:none") as repository:
        path = str(repository.path)
        spec = AppSpec(name="shop", repo=path, revision="main", path="apps", cluster="c")
        words = (
            f'repository {path} is a partial clone: 3 objects of "apps" are not here yet; '
            f"`git -C {path} checkout` or `git -C {path} fetch --refetch --no-filter` brings them"
        )
        with pytest.raises(NotHereError, match=re.escape(words)):
            Folders(path, Repositories(), HERE).read(spec)
        Sample(repository.path).git("checkout", "-q", "main")
    found = Folders(path, Repositories(), HERE).read(spec)
    assert found is not None
    assert len(found.documents) == 1  # both files state the same object


def test_an_object_that_nobody_promised_is_a_damage(upstream: Sample) -> None:
    with cloned(upstream) as repository, pytest.raises(Exception, match="is damaged"):
        repository.blob("1" * 40)
