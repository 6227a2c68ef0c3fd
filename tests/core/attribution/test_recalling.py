"""What earlier commits stated of an object: each version once, newest first, wherever it stood."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.attribution import recalling
from core.attribution.recalling import looked_back, recalled
from core.manifests import load
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE

FILE = "apps/a.yaml"


def config(value: str, name: str = "settings") -> bytes:
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
    return f"{head}data: {{k: {value}}}\n".encode()


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return Sample(tmp_path / "repo")


def values(sample: Sample, file: str = FILE) -> list[str]:
    with sample.opened() as repository:
        head = repository.resolve("main").id
        blob = repository.blob_at(head, file)
        assert blob is not None
        (document,) = [
            each for each in load(file, repository.blob(blob)).documents if each.name == "settings"
        ]
        found = recalled(repository, HERE, document, head)
    return [json.loads(each.body)["data"]["k"] for each in found]


def test_each_version_is_told_once_the_newest_first(sample: Sample) -> None:
    for value in ("one", "two", "one", "three"):
        sample.commit({FILE: config(value)})
    sample.commit({"elsewhere": b"x"})
    assert values(sample) == ["three", "one", "two"]


def test_an_object_is_followed_to_the_file_it_came_from(sample: Sample) -> None:
    both = b"---\n".join((config("x", "other"), config("one")))
    sample.commit({"apps/all.yaml": both})
    sample.commit({"apps/all.yaml": config("x", "other"), FILE: config("two")})
    assert values(sample) == ["two", "one"]


def test_an_object_that_was_away_for_a_while_is_followed_past_that(sample: Sample) -> None:
    sample.commit({FILE: config("one")})
    sample.commit({FILE: config("x", "other")})
    sample.commit({FILE: None})
    sample.commit({FILE: config("two")})
    assert values(sample) == ["two", "one"]


def test_both_sides_of_a_merge_are_looked_at(sample: Sample) -> None:
    sample.commit({FILE: config("base")})
    sample.git("branch", "side")
    sample.commit({FILE: config("main")})
    sample.commit({FILE: config("side")}, branch="side")
    merge = ("merge", "-q", "-s", "ours", "side", "-m", "both")
    sample.git("checkout", "-q", "-f", "main")
    sample.git(*merge)
    assert set(values(sample)) >= {"main", "base"}


def test_a_version_that_cannot_be_read_is_passed_by(sample: Sample) -> None:
    sample.commit({FILE: config("one")})
    sample.commit({FILE: b"kind: {{ .Values.kind }}\n"})
    sample.commit({FILE: config("two")})
    assert values(sample) == ["two", "one"]


def test_no_more_is_kept_than_is_of_use(sample: Sample) -> None:
    for number in range(recalling.STATEMENTS_MAX + 3):
        sample.commit({FILE: config(f"v{number}")})
    assert len(values(sample)) == recalling.STATEMENTS_MAX


def test_ciphertext_of_earlier_commits_is_no_statement(sample: Sample) -> None:
    head = sample.commit({FILE: config("one")})
    (document,) = load(FILE, config("one")).documents
    with sample.opened() as repository:
        assert recalled(repository, HERE, replace(document, sealed=True), head) == ()


# Between which commits --------------------------------------------------------------------------


def spans(sample: Sample, file: str = FILE) -> list[tuple[str, str, str | None]]:
    """Each statement with the subjects of the commits that made and changed it."""
    with sample.opened() as repository:
        head = repository.resolve("main").id
        blob = repository.blob_at(head, file)
        assert blob is not None
        (document,) = load(file, repository.blob(blob)).documents
        found = looked_back(repository, HERE, document, head)
    return [
        (
            json.loads(each.document.body)["data"]["k"],
            each.since.id,
            each.until.id if each.until is not None else None,
        )
        for each in found
    ]


def test_each_statement_has_the_commits_between_which_it_stood(sample: Sample) -> None:
    one = sample.commit({FILE: config("one")})
    sample.commit({FILE: b"# a remark\n" + config("one")})
    two = sample.commit({FILE: config("two")})
    again = sample.commit({FILE: config("one")})
    assert spans(sample) == [("one", again, None), ("two", two, again), ("one", one, two)]


def test_no_more_statements_are_looked_at_than_are_worth_it(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalling, "STATEMENTS_MAX", 2)
    for value in ("one", "two", "three"):
        sample.commit({FILE: config(value)})
    assert [value for value, _, _ in spans(sample)] == ["three", "two"]
