"""Which commit set a field: every way in which lines move and values stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.attribution.origins import REMOVED, Origins
from core.git import Repository
from core.manifests import load
from core.model import (
    ABSENT,
    Absent,
    Document,
    FieldChange,
    FieldVerdict,
    Json,
    KindRef,
    ObjectRef,
    Origin,
)
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE

WEB = "apps/web.yaml"
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: {replicas}
  template:
    spec:
      containers:
        - name: web
          image: {image}
"""


def deployment(replicas: int = 3, image: str = "web:1") -> bytes:
    return DEPLOYMENT.format(replicas=replicas, image=image).encode()


def config(name: str, value: str = "1") -> bytes:
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
    return f"{head}data:\n  k: {value}\n".encode()


@dataclass
class History:
    """A repository under construction; asks who set a field of an object at its head."""

    sample: Sample

    def commit(self, message: str, *, branch: str = "main", **files: bytes | None) -> str:
        named = {f"apps/{name}.yaml": content for name, content in files.items()}
        return self.sample.commit(named, message, branch=branch)

    def document(self, repository: Repository, head: str, file: str, name: str) -> Document:
        blob = repository.blob_at(head, file)
        assert blob is not None
        documents = load(file, repository.blob(blob)).documents
        return next(found for found in documents if found.name == name)

    def origins(
        self, *paths: str, file: str = WEB, name: str = "web", git: Json | Absent = 1
    ) -> Mapping[str, Origin | None]:
        changes = [FieldChange(path, FieldVerdict.DRIFT, 0, git) for path in paths]
        with self.sample.opened() as repository:
            head = repository.resolve("HEAD").id
            document = self.document(repository, head, file, name)
            told = Origins(repository, HERE, head, "apps").attach(document, changes)
        return {change.path: change.origin for change in told}

    def origin(
        self, path: str, *, file: str = WEB, name: str = "web", git: Json | Absent = 1
    ) -> Origin:
        found = self.origins(path, file=file, name=name, git=git)[path]
        assert found is not None
        return found


@pytest.fixture
def history(tmp_path: Path) -> History:
    made = History(Sample(tmp_path / "repo"))
    made.commit("first", web=deployment())
    return made


def test_each_field_has_the_commit_that_set_it(history: History) -> None:
    history.commit("scale", web=deployment(5))
    history.commit("image", web=deployment(5, "web:2"))
    image = "spec.template.spec.containers[name=web].image"
    found = history.origins("spec.replicas", image, "kind")
    said = {path: (one.subject, one.line) for path, one in found.items() if one is not None}
    assert said == {"spec.replicas": ("scale", 6), image: ("image", 11), "kind": ("first", 2)}


def test_a_new_form_of_the_same_value_is_nobodys_doing(history: History) -> None:
    history.commit("quotes", web=deployment(image='"web:1"'))
    shifted = b"# a comment\n" + deployment().replace(b"replicas: 3", b"replicas:   3")
    history.commit("comment", web=shifted)
    flow = b'{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},\n'
    flow += b'"spec": {"replicas": 3, "template": {"spec": {"containers":'
    flow += b'[{"image": "web:1", "name": "web"}]}}}}\n'
    history.commit("as JSON", web=flow)
    found = history.origin("spec.replicas")
    assert (found.subject, found.line) == ("first", 2)
    assert history.origin("spec.template.spec.containers[name=web].image").subject == "first"


def test_documents_of_one_file_are_told_apart_by_name_and_not_by_place(history: History) -> None:
    one, two, three = config("one"), config("two"), config("three", "3")
    history.commit("three", all=b"---\n".join((one, two, three)))
    history.commit("turned round", all=b"---\n".join((three, two, one)))
    history.commit("two gone", all=b"---\n".join((three, one)))
    history.commit("three set", all=b"---\n".join((config("three", "4"), one)))
    assert history.origin("data.k", file="apps/all.yaml", name="one").subject == "three"
    assert history.origin("data.k", file="apps/all.yaml", name="three").subject == "three set"


def test_of_two_kinds_of_one_name_the_group_decides(history: History) -> None:
    first = b"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {x: 1}\n---\n"
    other = (
        b"apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {x: %d}\n"
    )
    history.commit("both", two=first + other % 1)
    history.commit("the other", two=first + other % 2)
    with history.sample.opened() as repository:
        head = repository.resolve("HEAD").id
        blob = repository.blob_at(head, "apps/two.yaml") or ""
        change = FieldChange("spec.x", FieldVerdict.DRIFT, 0, 1)
        subjects = []
        for document in load("apps/two.yaml", repository.blob(blob)).documents:
            (told,) = Origins(repository, HERE, head, "apps").attach(document, [change])
            assert told.origin is not None
            subjects.append(told.origin.subject)
    assert subjects == ["both", "the other"]


def test_an_entry_put_before_another_does_not_touch_it(history: History) -> None:
    before = b"      containers:\n        - name: side\n          image: side:1\n"
    history.commit("sidecar", web=deployment().replace(b"      containers:\n", before))
    path = "spec.template.spec.containers[name={}].image"
    assert history.origin(path.format("web")).subject == "first"
    assert history.origin(path.format("side")).subject == "sidecar"


def test_set_unset_and_set_again_is_the_last_of_these(history: History) -> None:
    history.commit("unset", web=deployment().replace(b"  replicas: 3\n", b""))
    history.commit("again", web=deployment())
    history.commit("image", web=deployment(image="web:2"))
    assert history.origin("spec.replicas").subject == "again"


@pytest.mark.parametrize("folder", ["", "other/"])
def test_a_renamed_file_is_followed(history: History, folder: str) -> None:
    history.commit("scale", web=deployment(5))
    name = f"{folder}site"
    history.sample.commit({WEB: None, f"apps/{name}.yaml": deployment(5)}, "renamed")
    history.sample.commit({f"apps/{name}.yaml": deployment(5, "web:2")}, "image")
    found = history.origin("spec.replicas", file=f"apps/{name}.yaml")
    assert (found.subject, found.file) == ("scale", f"apps/{name}.yaml")


def test_an_object_that_moved_to_another_file_is_followed(history: History) -> None:
    history.commit("all", web=None, all=config("one") + b"---\n" + deployment())
    history.commit("split", all=None, site=deployment(5), one=config("one"))
    site = "apps/site.yaml"
    assert history.origin("spec.replicas", file=site).subject == "split"
    assert history.origin("kind", file=site).subject == "first"
    assert history.origin("data.k", file="apps/one.yaml", name="one").subject == "all"


def test_a_version_that_cannot_be_read_decides_nothing(history: History) -> None:
    history.commit("broken", web=b"kind: Deployment\nname: web\na: [\n")
    history.commit("mended", web=deployment())
    assert history.origin("spec.replicas").subject == "first"
    history.commit("broken again", web=b"kind: Deployment\nname: web\na: [\n")
    history.commit("mended otherwise", web=deployment(9))
    assert history.origin("spec.replicas").subject == "mended otherwise"


def test_a_merge_is_asked_for_each_field_apart(history: History) -> None:
    history.sample.git("branch", "side")
    history.commit("image on side", branch="side", web=deployment(3, "web:2"))
    history.commit("scale on main", web=deployment(5))
    merged = deployment(5, "web:2")
    history.sample.git("merge", "-q", "--no-commit", "-s", "ours", "side")
    (history.sample.path / WEB).write_bytes(merged)
    history.sample.git("commit", "-q", "-a", "-m", "both")
    assert history.origin("spec.replicas").subject == "scale on main"
    assert history.origin("spec.template.spec.containers[name=web].image").subject == (
        "image on side"
    )
    assert history.origin("kind").subject == "first"


def test_what_git_dropped_has_the_commit_that_removed_it(history: History) -> None:
    history.commit("dropped", web=deployment().replace(b"  replicas: 3\n", b""))
    history.commit("image", web=deployment(image="web:2").replace(b"  replicas: 3\n", b""))
    found = history.origin("spec.replicas", git=ABSENT)
    assert (found.subject, found.note, found.line) == ("dropped", REMOVED, 5)


def test_what_git_never_had_has_no_origin(history: History) -> None:
    history.commit("image", web=deployment(image="web:2"))
    assert history.origins("spec.paused", git=ABSENT) == {"spec.paused": None}


def test_the_keys_of_a_secret_are_found_where_they_stand(history: History) -> None:
    text = b"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: one\n  b: two\n"
    history.commit(
        "secret", s=text.replace(b"stringData:\n  a: one\n", b"data:\n  a: b25l\nstringData:\n")
    )
    history.commit("as text", s=text)
    history.commit("b", s=text.replace(b"two", b"three"))
    found = history.origins("data.a", "data.b", file="apps/s.yaml", name="s")
    said = [(one.subject, one.line) for one in found.values() if one is not None]
    assert said == [("secret", 5), ("b", 6)]


def test_a_field_that_we_add_ourselves_has_the_line_of_its_object(history: History) -> None:
    found = history.origin("metadata.namespace")
    assert (found.subject, found.line) == ("first", 3)
    assert "leaves this field out" in found.note


def test_what_a_file_does_not_state_as_it_is_has_the_folders_last_commit(history: History) -> None:
    history.commit("values", values=config("values"))
    rendered = load("apps/web.yaml", deployment().replace(b"name: web", b"name: made")).documents[0]
    change = FieldChange("spec.replicas", FieldVerdict.DRIFT, 1, 2)
    with history.sample.opened() as repository:
        head = repository.resolve("HEAD").id
        (told,) = Origins(repository, HERE, head, "apps").attach(rendered, [change])
    assert told.origin is not None
    assert told.origin.subject == "values"
    assert "the last commit of the app's folder" in told.origin.note


def test_a_missing_object_has_the_commit_that_last_touched_it(history: History) -> None:
    history.commit("scale", web=deployment(5))
    history.commit("more", web=b"# a remark\n" + deployment(5), other=config("other"))
    with history.sample.opened() as repository:
        head = repository.resolve("HEAD").id
        document = history.document(repository, head, WEB, "web")
        found = Origins(repository, HERE, head, "apps").of_object(document)
    assert found is not None
    assert (found.subject, found.line, found.note) == ("scale", 2, "")


def test_an_extra_object_has_the_commit_that_removed_it(history: History) -> None:
    history.commit("two", all=config("one") + b"---\n" + config("two"))
    history.commit("two moved", all=config("one"), two=config("two"))
    gone = history.commit("two removed", two=None, other=config("three"))
    history.commit("after", other=config("four"))
    ref = ObjectRef("", "ConfigMap", "shop", "two")
    with history.sample.opened() as repository:
        origins = Origins(repository, HERE, repository.resolve("HEAD").id, "apps")
        found = origins.of_removed(ref, KindRef("v1", "ConfigMap"))
        never = origins.of_removed(ref._replace(name="never"), KindRef("v1", "ConfigMap"))
    assert found is not None
    assert (found.commit, found.file, found.note) == (gone, "apps/two.yaml", REMOVED)
    assert never is None


def test_a_shallow_clone_ends_where_it_was_cut(tmp_path: Path, history: History) -> None:
    history.commit("image", web=deployment(image="web:2"))
    history.sample.git(
        "clone", "-q", "--depth", "1", f"file://{history.sample.path}", str(tmp_path / "cut")
    )
    origin = History(Sample(tmp_path / "cut")).origin("spec.replicas")
    assert (origin.commit, origin.line) == ("", 6)
    assert origin.note.endswith("the clone is shallow")
