"""core.engine.commits: files edited where they state it, one commit, and refusals in words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import Clock
from core.engine.commits.adopting import Adopting
from core.engine.commits.messages import message_of, patch_of
from core.errors import OutdatedError, RejectedError
from core.git import Repositories
from core.manifests.loading import load
from core.model import (
    ABSENT,
    Actor,
    AppSpec,
    Confidence,
    Document,
    FieldChange,
    FieldVerdict,
    Key,
    Made,
    ObjectRef,
    Operation,
)
from core.model.answers.adoptions import Adopted, AdoptPlan
from core.model.journal import Aim
from core.model.sources.signers import Signers
from tests.core.git.sample import Sample

pytestmark = pytest.mark.outside

NOW = 1_800_000_000.0
TEXT = """\
# two of them
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {a: '1'} # of a
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
data:
  b: "1"  # of b
"""
BOB = Actor(
    "kubectl-edit", Operation.UPDATE, None, "2027-01-15T07:00:00Z", None, "bob", Confidence.AUDIT
)


class Stage:
    """A file of two ConfigMaps, both of which somebody changed."""

    def __init__(self, folder: Path) -> None:
        self.sample = Sample(folder / "repo")
        self.head = self.sample.commit({"shop/all.yaml": TEXT.encode()}, "Begin")
        self.spec = AppSpec(
            name="shop", repo=str(self.sample.path), revision="main", path="shop", cluster="c"
        )
        self.adopting = self.anew()

    def anew(self, signers: Signers | None = None) -> Adopting:
        clock = Clock(wall=lambda: NOW)
        return Adopting([replace(self.spec, signers=signers)], Repositories(), clock)

    def wanted(self, *names: str, made: Made | None = None, begins: str = "") -> AdoptPlan:
        adopted = tuple(self._adopted(name, made) for name in names)
        return AdoptPlan("shop", self.head, adopted, begins, begins=bool(begins), mark="f00d")

    def _adopted(self, name: str, made: Made | None) -> Adopted:
        documents = load("shop/all.yaml", TEXT.encode()).documents
        document = replace(next(each for each in documents if each.name == name), made=made)
        body = json.loads(document.body)
        body["data"][name] = "2"
        change = FieldChange(f"data.{name}", FieldVerdict.DRIFT, "2", "1", BOB)
        key = Key("shop", ObjectRef("", "ConfigMap", "web", name))
        return Adopted(key, document, json.dumps(body).encode(), (change,))

    def text(self, revision: str = "main") -> str:
        return self.sample.git("show", f"{revision}:shop/all.yaml")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


CHANGED = TEXT.replace("{a: '1'}", "{a: '2'}").replace('b: "1"', 'b: "2"')


def test_two_objects_of_one_file_are_one_commit_of_just_these_values(stage: Stage) -> None:
    plan = stage.adopting.planned(stage.wanted("a", "b"))
    assert (plan.branch, plan.files) == ("main", ("shop/all.yaml",))
    assert plan.diff.count("\n+") == 3
    made = stage.adopting.made(plan)
    assert stage.text() == CHANGED
    assert stage.sample.git("rev-parse", "main", "main^").split() == [made, stage.head]
    assert stage.sample.git("status", "--porcelain") == ""
    assert stage.adopting.aim(plan) == Aim(str(stage.sample.path), "main", stage.head, "f00d")


def test_the_message_says_who_set_what_and_when(stage: Stage) -> None:
    plan = stage.adopting.planned(stage.wanted("a"))
    stage.adopting.made(plan)
    text = stage.sample.git("show", "-s", "--format=%B", "main")
    assert text.startswith("Adopt data.a of ConfigMap a\n\nConfigMap/web/a, as it is live:\n")
    assert (
        '- data.a: "1" -> "2", set by bob, 1h ago (2027-01-15 07:00:00 UTC), kubectl edit' in text
    )
    assert text.rstrip().endswith("App: shop\nObject: ConfigMap/web/a\nJournal-Id: f00d")


def test_subjects_count_what_is_more_than_one(stage: Stage) -> None:
    assert message_of(stage.wanted("a", "b"), NOW).startswith(
        "Adopt live values of 2 objects of shop"
    )
    one = stage.wanted("a")
    (first,) = one.adopted
    long = FieldChange("data.x", FieldVerdict.DRIFT, "y" * 500, ABSENT)
    more = replace(one, adopted=(replace(first, changes=(*first.changes, long)),))
    text = message_of(more, NOW)
    assert text.startswith("Adopt 2 live values of ConfigMap a\n")
    assert "- data.x: (nothing) -> " in text
    assert max(map(len, text.splitlines())) < 260


def test_a_branch_of_its_own_begins_with_it(stage: Stage) -> None:
    plan = stage.adopting.planned(stage.wanted("a", begins="hotfix/a"))
    stage.adopting.made(plan)
    assert stage.text() == TEXT
    assert stage.text("hotfix/a") == TEXT.replace("{a: '1'}", "{a: '2'}")


def test_on_a_branch_that_moved_it_is_worked_out_again_while_it_is_what_was_shown(
    stage: Stage,
) -> None:
    plan = stage.adopting.planned(stage.wanted("a"))
    theirs = stage.sample.commit({"README": b"more"}, "Elsewhere")
    made = stage.adopting.made(plan)
    assert stage.sample.git("rev-parse", f"{made}^").strip() == theirs
    assert stage.adopting.made(plan) == made  # found by its mark


def test_a_file_that_is_not_what_was_read_is_left_alone(stage: Stage) -> None:
    plan = stage.adopting.planned(stage.wanted("a"))
    text = TEXT.replace("{a: '1'}", "{a: '7'}")
    stage.sample.commit({"shop/all.yaml": text.encode()}, "Theirs")
    with pytest.raises(RejectedError, match="not what was read"):
        stage.adopting.made(plan)
    stage.sample.commit({"shop/all.yaml": None}, "Gone")
    with pytest.raises((OutdatedError, RejectedError)):
        stage.adopting.made(plan)
    with pytest.raises(OutdatedError, match="moved since it was read"):
        stage.adopting.planned(stage.wanted("a"))


def test_what_was_rendered_names_its_files_and_offers_a_patch(stage: Stage) -> None:
    base = replace(load("base/a.yaml", TEXT.encode()).documents[0], line=2, name="base-a")
    made = Made((base,), ("base/a.yaml", "shop/kustomization.yaml"))
    plan = stage.adopting.planned(stage.wanted("a", made=made))
    assert "is rendered from base/a.yaml:2" in str(plan.problem)
    patch = json.loads(plan.patch)
    assert (patch["kind"], patch["metadata"], patch["data"]) == (
        "ConfigMap",
        {"name": "base-a"},
        {"a": "2"},
    )


def test_a_patch_states_just_what_is_adopted_and_takes_away_what_is_gone(stage: Stage) -> None:
    (one,) = stage.wanted("a").adopted
    body = {
        "metadata": {"labels": {"app": "web", "hot": "1"}},
        "spec": {
            "replicas": 5,
            "args": ["a", "b"],
            "containers": [{"name": "web", "image": "a:2", "tty": True}, {"name": "new"}],
        },
    }
    paths = [
        "spec.replicas",
        "spec.paused",
        "spec.args[1]",
        "metadata.labels.hot",
        "spec.containers[name=web].image",
        "spec.containers[name=web].tty",
        "spec.containers[name=new]",
        "spec.containers[name=old].image",
    ]
    changes = tuple(FieldChange(path, FieldVerdict.DRIFT, "x", "y") for path in paths)
    patch = json.loads(
        patch_of(one.document, replace(one, body=json.dumps(body).encode(), changes=changes))
    )
    assert patch["metadata"] == {"name": "a", "labels": {"hot": "1"}}
    assert patch["spec"] == {
        "replicas": 5,
        "paused": None,
        "args": ["a", "b"],
        "containers": [
            {"name": "web", "image": "a:2", "tty": True},
            {"name": "new"},
            {"name": "old", "$patch": "delete"},
        ],
    }


def test_values_of_helm_and_inputs_are_named_where_no_file_states_it(stage: Stage) -> None:
    plan = stage.adopting.planned(stage.wanted("a", made=Made((), ("t/a.yaml",), ("values.yaml",))))
    assert "rendered from values.yaml" in str(plan.problem)
    many = Made((), tuple(f"t/{i}.yaml" for i in range(8)))
    plan = stage.adopting.planned(stage.wanted("a", made=many))
    assert "t/4.yaml and 3 more" in str(plan.problem)


def test_a_new_object_gets_a_file_of_its_own_that_the_app_reads(stage: Stage) -> None:
    (one,) = stage.wanted("a").adopted
    document = Document(one.document.kind, None, "x:y", b"", "", 0, 0)
    key = Key("shop", ObjectRef("", "ConfigMap", "web", "x:y"))
    body = b'{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x:y"},"data":{"a":"1"}}'
    new = Adopted(key, document, body, actor=BOB)
    plan = stage.adopting.planned(replace(stage.wanted("b"), adopted=(new,)))
    assert plan.files == ("shop/configmap-x-y.yaml",)
    stage.adopting.made(plan)
    text = stage.sample.git("show", "main:shop/configmap-x-y.yaml")
    assert text == ('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "x:y"\ndata:\n  a: "1"\n')
    message = stage.sample.git("show", "-s", "--format=%B", "main")
    assert "- all of it, made by bob" in message
    again = replace(plan, revision=stage.sample.git("rev-parse", "main").strip())
    with pytest.raises(RejectedError, match="already"):
        stage.adopting.planned(again)
    stage.spec = replace(stage.spec, exclude=("configmap-*",))
    with pytest.raises(RejectedError, match=r"does not read configmap-x-y\.yaml"):
        stage.anew().planned(again)


# Deleted live -------------------------------------------------------------------------------------


def gone(plan: AdoptPlan) -> AdoptPlan:
    """The same objects, all of which somebody deleted."""
    adopted = (replace(each, body=b"", changes=(), actor=BOB) for each in plan.adopted)
    return replace(plan, adopted=tuple(adopted))


def test_what_was_deleted_goes_out_of_its_file_by_one_commit_that_says_who_did(
    stage: Stage,
) -> None:
    plan = stage.adopting.planned(gone(stage.wanted("a")))
    assert plan.files == ("shop/all.yaml",)
    assert "+" not in plan.diff.partition("@@\n")[2]
    stage.adopting.made(plan)
    assert stage.text() == TEXT[TEXT.index("---") :]
    message = stage.sample.git("show", "-s", "--format=%B", "main")
    assert message.startswith(
        "Adopt the deletion of ConfigMap a\n\nConfigMap/web/a: it was deleted"
    )
    assert (
        "deleted in the cluster by bob, 1h ago (2027-01-15 07:00:00 UTC), kubectl edit" in message
    )
    assert stage.sample.git("status", "--porcelain") == ""


def test_one_that_is_edited_and_one_that_goes_are_one_commit(stage: Stage) -> None:
    edited, dropped = stage.wanted("a"), gone(stage.wanted("b"))
    both = replace(edited, adopted=(*dropped.adopted, *edited.adopted))
    stage.adopting.made(stage.adopting.planned(both))
    assert stage.text() == CHANGED[: CHANGED.index("---")]


def test_a_file_goes_with_its_last_object_and_never_the_whole_folder(stage: Stage) -> None:
    both = gone(stage.wanted("a", "b"))
    with pytest.raises(RejectedError, match="nothing would be left in shop"):
        stage.adopting.planned(both)
    head = stage.sample.commit({"shop/README": b"more"}, "More")
    plan = stage.adopting.planned(replace(both, revision=head))
    stage.adopting.made(plan)
    assert stage.sample.git("ls-tree", "-r", "--name-only", "main").split() == ["shop/README"]
    assert not (stage.sample.path / "shop/all.yaml").exists()
    assert stage.sample.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("path", "text", "where"),
    [
        (
            "prod/kustomization.yaml",
            "resources:\n- ../shop/all.yaml\n",
            "prod/kustomization.yaml:2",
        ),
        ("shop/kustomization.yml", "resources: [./all.yaml]\n", "shop/kustomization.yml:1"),
        ("shop/kustomization.yaml", "resources: [web.yaml]\n", ""),
        ("prod/other.yaml", "resources: [../shop/all.yaml]\n", ""),
        ("prod/kustomization.yaml", "a: [", ""),
    ],
)
def test_a_file_that_a_kustomization_names_does_not_go(
    stage: Stage, path: str, text: str, where: str
) -> None:
    files: dict[str, bytes | None] = {path: text.encode(), "shop/README": b"more"}
    head = stage.sample.commit(files, "More")
    wanted = replace(gone(stage.wanted("a", "b")), revision=head)
    if where:
        with pytest.raises(RejectedError, match=f"shop/all.yaml would go, and {where} names it"):
            stage.adopting.planned(wanted)
    else:
        assert stage.adopting.planned(wanted).files == ("shop/all.yaml",)


def test_what_is_rendered_and_was_deleted_offers_the_patch_that_deletes_it(stage: Stage) -> None:
    base = load("base/a.yaml", TEXT.encode()).documents[0]
    made = Made((base,), ("base/a.yaml", "shop/kustomization.yaml"))
    plan = stage.adopting.planned(gone(stage.wanted("a", made=made)))
    assert "is rendered from base/a.yaml:2" in str(plan.problem)
    assert json.loads(plan.patch) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a"},
        "$patch": "delete",
    }


def test_where_commits_must_be_signed_nothing_is_written(stage: Stage) -> None:
    with pytest.raises(RejectedError, match="not signed"):
        stage.anew(Signers()).planned(stage.wanted("a"))
    assert stage.text() == TEXT


def test_where_it_cannot_be_edited_in_place_the_line_is_named(stage: Stage) -> None:
    wanted = stage.wanted("a")
    (one,) = wanted.adopted
    twin: Document = replace(one.document, index=7)
    with pytest.raises(RejectedError, match=r"shop/all.yaml:2 cannot be edited: the file is not"):
        stage.adopting.planned(replace(wanted, adopted=(replace(one, document=twin),)))
