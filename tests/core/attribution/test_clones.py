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
from core.model import ABSENT, AppSpec, FieldChange, FieldVerdict, Origin
from core.sources.reading import Folders
from tests.core.git.sample import Sample

FILE = "apps/web.yaml"


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
    found = Origins(repository, head, "apps").attach(document, asked)
    return [change.origin for change in found]


def test_at_the_edge_of_a_shallow_clone_nobody_is_blamed(upstream: Sample) -> None:
    with cloned(upstream, "--depth", "1") as repository:
        head = repository.resolve("HEAD").id
        for origin in origins(repository, "data.a", "data.b"):
            assert origin is not None
            assert (origin.file, origin.commit, origin.author) == (FILE, "", "")
            assert origin.note == f"at or before {head[:7]}, the clone is shallow"


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
        assert origin.note == "by a commit that is not here, for this is a partial clone"


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
            Folders(path, Repositories()).read(spec)
        Sample(repository.path).git("checkout", "-q", "main")
    found = Folders(path, Repositories()).read(spec)
    assert found is not None
    assert len(found.documents) == 1  # both files state the same object


def test_an_object_that_nobody_promised_is_a_damage(upstream: Sample) -> None:
    with cloned(upstream) as repository, pytest.raises(Exception, match="is damaged"):
        repository.blob("1" * 40)
