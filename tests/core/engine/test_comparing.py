"""core.engine.comparing: two revisions, or two apps, against each other, without a cluster."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from core.decryption import Opener
from core.engine.comparing import ORIGINS_MAX, Comparing
from core.git import Repositories
from core.model import AppSpec, Key, Masked, ObjectRef, Problem, Remedy
from core.model.answers.comparisons import Comparison, Turn
from core.reconcile.memory.effects import LookBack
from core.reconcile.memory.inputs import SourceRead
from core.render import Charts, Renderer
from core.sources.reading import Folders, Makers
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE
from tests.core.render.worlds import script
from tests.githost.https import HttpsHost
from tests.githost.place import by_https

pytestmark = pytest.mark.outside  # git makes the repositories

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  a: '{a}'\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{a: '{a}'}}\n"


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"shop/m.yaml": a_map("m", "1"), "shop/same.yaml": a_map("same", "1")}, "first")
    made.git("branch", "feature")
    return made


def a_map(name: str, a: str) -> bytes:
    return MAP.format(name=name, a=a).encode()


def spec_of(sample: Sample, revision: str = "main", **fields: str) -> AppSpec:
    spec = AppSpec(name="shop", repo=str(sample.path), revision=revision, path="shop", cluster="c")
    return replace(spec, **fields)  # type: ignore[arg-type]  # its fields of text


def compared(one: AppSpec, other: AppSpec, *, whole: bool = False) -> Comparison:
    (found,) = Comparing(Repositories(), HERE, b"key", whole=whole).compared([(one, other)])
    return found


def test_two_commits_that_are_here_are_compared_without_asking_anybody(sample: Sample) -> None:
    first = sample.git("rev-parse", "main").strip()
    second = sample.commit({"shop/m.yaml": a_map("m", "2")}, "change")
    comparing = Comparing(Repositories(), HERE, b"key")
    found = comparing.compared_at(spec_of(sample, first), spec_of(sample, second))
    assert (turns(found), found.same) == ({"m": Turn.CHANGED}, 1)


def test_what_one_reader_rendered_is_not_rendered_again_for_a_comparison(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    prints = f'if [ "$1" = version ]; then echo v1; else echo run >> {runs}; /bin/cat m.yaml; fi'
    tools = script(tmp_path / "bin", "kustomize", prints.replace("m.yaml", "../tree/shop/m.yaml"))
    sample.commit({"shop/kustomization.yaml": b"resources: [m.yaml]\n"}, "render")
    monkeypatch.setenv("PATH", f"{tools['PATH']}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    renderer, charts = Renderer(os.environ), Charts({})
    makers = Makers(HERE, renderer, Opener(HERE, {}), charts)
    spec = spec_of(sample)
    assert Folders(spec.repo, Repositories(), *makers).read(spec) is not None
    made = runs.read_text()
    head = spec_of(sample, sample.git("rev-parse", "main").strip())
    comparing = Comparing(Repositories(), HERE, b"key", makers=makers)
    assert comparing.compared_at(head, head).same == 1
    assert runs.read_text() == made


def test_what_apps_state_now_is_read_and_one_that_cannot_be_stops_no_other(
    sample: Sample,
) -> None:
    spec = spec_of(sample)
    comparing = Comparing(Repositories(), HERE, b"key")
    lost = replace(spec, name="lost", path="none")
    gone = replace(spec, name="gone", repo=f"{sample.path}-gone")
    found = dict(comparing.sources([spec, lost, gone]))
    read = found[spec]
    assert isinstance(read, SourceRead)
    assert [each.name for each in read.documents] == ["m", "same"]
    problems = [found[each] for each in (lost, gone)]
    assert all(isinstance(each, Problem) for each in problems)


def test_what_was_fetched_counts_while_its_server_is_away(tmp_path: Path) -> None:
    with HttpsHost(tmp_path / "served") as host:
        place = by_https(host, tmp_path)
        spec = AppSpec(name="a", repo=place.path, revision="main", path="app", cluster="c")
        assert [*Comparing(place.repositories(), HERE, b"key").sources([spec])]
    ((_, read),) = Comparing(place.repositories(), HERE, b"key").sources([spec])
    assert isinstance(read, SourceRead)
    other = replace(spec, revision="other")
    ((_, problem),) = Comparing(place.repositories(), HERE, b"key").sources([other])
    assert isinstance(problem, Problem)
    assert problem.remedy is Remedy.WAIT


def turns(found: Comparison) -> dict[str, Turn]:
    return {each.key.ref.name: each.turn for each in found.objects}


def test_what_a_branch_adds_changes_and_removes_is_found_with_its_commit(sample: Sample) -> None:
    files = {"shop/m.yaml": a_map("m", "2"), "shop/new.yaml": a_map("new", "1")}
    head = sample.commit({**files, "shop/same.yaml": None}, "change", branch="feature")
    found = compared(spec_of(sample), spec_of(sample, "feature"))
    assert turns(found) == {"m": Turn.CHANGED, "new": Turn.ADDED, "same": Turn.REMOVED}
    assert (found.same, found.problems, found.title) == (0, (), "shop main..feature")
    by_name = {each.key.ref.name: each for each in found.objects}
    (change,) = by_name["m"].changes
    assert (change.path, change.live, change.git) == ("data.a", "1", "2")
    assert change.origin is not None
    assert (change.origin.file, change.origin.line) == ("shop/m.yaml", 5)
    assert change.origin.commit == head
    added = by_name["new"].origin
    assert added is not None
    assert (added.file, added.commit) == ("shop/new.yaml", head)


def test_what_both_say_is_counted_and_not_shown(sample: Sample) -> None:
    sample.commit({"README": b"x"}, "elsewhere", branch="feature")
    found = compared(spec_of(sample), spec_of(sample, "feature"))
    assert (found.objects, found.same) == ((), 2)


def test_another_way_to_write_the_same_is_no_difference(sample: Sample) -> None:
    other = (
        b'{"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "m"}, "data": {"a": "1"}}'
    )
    sample.commit({"shop/m.yaml": None, "shop/moved.json": other}, "moved", branch="feature")
    assert compared(spec_of(sample), spec_of(sample, "feature")).objects == ()


def test_a_folder_that_one_side_lacks_is_all_added_with_a_note(sample: Sample) -> None:
    sample.commit({"more/x.yaml": a_map("extra", "1")}, "more", branch="feature")
    more = {"path": "more"}
    found = compared(spec_of(sample, **more), spec_of(sample, "feature", **more))
    assert found.problems == ()
    assert turns(found) == {"extra": Turn.ADDED}
    assert found.notes == ('there is no folder "more" in main',)


def test_a_folder_that_both_sides_lack_is_a_problem(sample: Sample) -> None:
    nowhere = {"path": "nowhere"}
    found = compared(spec_of(sample, **nowhere), spec_of(sample, "feature", **nowhere))
    (problem,) = found.problems
    assert problem.remedy is Remedy.CHANGE_GIT
    assert "nowhere" in problem.words


def test_a_file_that_cannot_be_read_is_told_and_nothing_of_it_called_gone(sample: Sample) -> None:
    sample.commit({"shop/m.yaml": b"a: [\n"}, "broken", branch="feature")
    found = compared(spec_of(sample), spec_of(sample, "feature"))
    assert turns(found) == {}
    (problem,) = found.problems
    assert problem.words.startswith("feature: shop/m.yaml:")


def test_a_revision_that_is_not_there_is_a_problem_of_that_pair_alone(sample: Sample) -> None:
    pairs = [
        (spec_of(sample), spec_of(sample, "nope")),
        (spec_of(sample), spec_of(sample, "feature")),
    ]
    bad, good = Comparing(Repositories(), HERE, b"key").compared(pairs)
    assert [problem.remedy for problem in bad.problems] == [Remedy.FIX_SETTINGS]
    assert (good.problems, good.same) == ((), 2)


def test_secrets_are_hashes_and_differ_where_they_do(sample: Sample) -> None:
    for revision, value in (("main", "one"), ("feature", "two")):
        text = SECRET.format(a=value).encode()
        sample.commit({"shop/s.yaml": text}, "secret", branch=revision)
    for whole in (False, True):
        found = compared(spec_of(sample), spec_of(sample, "feature"), whole=whole)
        (secret,) = (each for each in found.objects if each.key.ref.name == "s")
        assert not {"one", "two"} & set(str(secret).replace("'", " ").split())
        (change,) = secret.changes
        assert isinstance(change.live, Masked)
        assert change.live != change.git


def test_whole_objects_are_given_where_they_are_asked_for(sample: Sample) -> None:
    sample.commit({"shop/m.yaml": a_map("m", "2")}, "change", branch="feature")
    (plain,) = compared(spec_of(sample), spec_of(sample, "feature")).objects
    (whole,) = compared(spec_of(sample), spec_of(sample, "feature"), whole=True).objects
    assert plain.sides is None
    assert whole.sides is not None
    assert (whole.changes[0].origin, plain.changes[0].origin is None) == (None, False)


def test_two_apps_are_paired_as_if_they_had_one_namespace(sample: Sample) -> None:
    sample.commit({"prod/m.yaml": a_map("m", "3"), "prod/same.yaml": a_map("same", "1")}, "prod")
    one = spec_of(sample, name="staging", namespace="staging")
    other = spec_of(sample, name="prod", path="prod", namespace="prod")
    found = compared(one, other)
    assert (found.title, found.names) == ("staging..prod", ("staging", "prod"))
    assert (turns(found), found.same) == ({"m": Turn.CHANGED}, 1)


def test_commits_are_looked_up_for_so_many_objects_and_no_more(sample: Sample) -> None:
    count = ORIGINS_MAX + 1
    one = {f"shop/{i:04}.yaml": a_map(f"m{i:04}", "1") for i in range(count)}
    two = {f"shop/{i:04}.yaml": a_map(f"m{i:04}", "2") for i in range(count)}
    sample.commit(dict(one), "one")
    sample.commit(dict(two), "two", branch="feature")
    found = compared(spec_of(sample), spec_of(sample, "feature"))
    known = [
        each.changes[0].origin is not None and bool(each.changes[0].origin.commit)
        for each in found.objects
        if each.turn is Turn.CHANGED and each.key.ref.name != "m"
    ]
    assert sum(known) <= ORIGINS_MAX < len(known)


def test_a_server_that_is_away_is_told_and_what_was_fetched_is_compared(tmp_path: Path) -> None:
    with HttpsHost(tmp_path / "served") as host:
        place = by_https(host, tmp_path)
        place.sample.commit({"app/m.yaml": a_map("m", "1")}, "one")
        place.sample.git("branch", "feature")
        place.sample.commit({"app/m.yaml": a_map("m", "2")}, "two", branch="feature")
        spec = AppSpec(name="app", repo=place.path, revision="main", path="app", cluster="c")
        pair = (spec, replace(spec, revision="feature"))
        for problems in ([], [Remedy.WAIT]):
            comparing = Comparing(place.repositories(), HERE, b"key")
            (found,) = comparing.compared([pair])
            assert turns(found)["m"] is Turn.CHANGED
            assert [problem.remedy for problem in found.problems] == problems
            comparing.end()
            host.stop()


@pytest.mark.parametrize("whole", [False, True])
def test_no_value_of_an_encrypted_file_is_told_whatever_its_kind(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    opens = "exec sed -e '/^sops:/d' -e 's/SEALED/k4n4ry/' /dev/stdin"
    monkeypatch.setenv("PATH", script(tmp_path / "bin", "sops", opens)["PATH"])
    signs = b"sops: {mac: x, lastmodified: '2026-01-01T00:00:00Z', version: 3.9.0}\n"
    sample.commit({"shop/m.yaml": a_map("m", "SEALED1") + signs}, "one", branch="feature")
    sample.git("branch", "later", "feature")
    sample.commit({"shop/m.yaml": a_map("m", "SEALED2") + signs}, "two", branch="later")
    for before in ("main", "feature"):
        found = compared(spec_of(sample, before), spec_of(sample, "later"), whole=whole)
        assert (turns(found), found.problems) == ({"m": Turn.CHANGED}, ())
        assert "k4n4ry" not in repr(found)
        (change,) = found.objects[0].changes
        assert isinstance(change.git, Masked)


# One rendered object, commit by commit ------------------------------------------------------------


def test_a_rendered_object_is_made_again_at_the_commits_that_changed_its_inputs(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints = 'if [ "$1" = version ]; then echo v1; else /bin/cat ../tree/base/m.yaml; fi'
    tools = script(tmp_path / "bin", "kustomize", prints)
    monkeypatch.setenv("PATH", f"{tools['PATH']}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    overlay, base = "shop/kustomization.yaml", "base/kustomization.yaml"
    files = {overlay: b"resources: [../base]\n", base: b"resources: [m.yaml]\n"}
    gone: dict[str, bytes | None] = dict.fromkeys(("shop/m.yaml", "shop/same.yaml"))
    plain = sample.git("rev-parse", "main").strip()  # where a plain file stated the same
    sample.commit({**gone, **files, "base/m.yaml": a_map("m", "1")}, "one")
    sample.commit({"elsewhere/x.yaml": b"x"}, "elsewhere")
    two = sample.commit({"base/m.yaml": a_map("m", "2")}, "two")
    sample.commit({overlay: b"# a remark\n" + files[overlay]}, "remark")
    head = sample.git("rev-parse", "main").strip()
    made = Makers(HERE, Renderer(os.environ), Opener(HERE, {}), Charts({}))
    read = Folders(str(sample.path), Repositories(), *made).read(spec_of(sample))
    assert read is not None
    (document,) = read.documents
    key = Key("shop", ObjectRef("", "ConfigMap", "web", "m"))
    asked = LookBack(7, key, document, head, spec_of(sample))
    found = Comparing(Repositories(), HERE, b"key", makers=made).look_back(asked)
    assert [(s.since.id, s.until and s.until.id) for s in found.statements] == [
        (two, None),
        (plain, two),
    ]
