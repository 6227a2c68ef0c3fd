"""core.attribution.valued: the line of a file of values that a rendered field was made from."""

from pathlib import Path

import msgspec
import pytest

from core.attribution.origins import Origins
from core.attribution.rendering import attached
from core.git import Repositories
from core.model import ABSENT, Document, FieldChange, FieldVerdict, Json, KindRef, Made, Origin
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE

USUAL = """\
# what the chart says
replicaCount: 1
image: {repository: shop/web, tag: "1.0"}
resources:
  limits: {cpu: 2, memory: 1Gi}
  requests: {cpu: 2, memory: 1Gi}
logLevel: info
args: [--one, --two]
hosts: []
"""
PROD = "replicaCount: 3\nhosts:\n  - host: shop.example\nlogLevel: debug\n"
FILES = ("web/values.yaml", "web/envs/prod.yaml")
CONTAINER = "spec.template.spec.containers[name=web]"


class World:
    """An app whose chart and values are in Git."""

    def __init__(self, folder: Path) -> None:
        self.sample = Sample(folder / "repo")
        self.first = self.commit(USUAL, PROD)

    def commit(self, usual: str = USUAL, prod: str = PROD) -> str:
        texts = zip((*FILES, "web/templates/d.yaml"), (usual, prod, ""), strict=True)
        return self.sample.commit({file: text.encode() for file, text in texts})

    def origin(
        self, path: str, said: Json, file: str = "web/templates/d.yaml", *, charted: bool = False
    ) -> Origin:
        """What is told of a field whose value Git says is *said*."""
        repository = Repositories().opened(str(self.sample.path))
        revision = repository.resolve("main").id
        origins = Origins(repository, HERE, revision, "web", charted=charted)
        body = msgspec.json.encode(rendered(said))
        made = Made((), FILES, FILES)
        kind = KindRef("apps/v1", "Deployment")
        document = Document(kind, "live", "web", body, file, 1, 0, (), made)
        change = FieldChange(path, FieldVerdict.DRIFT, ABSENT, said)
        (found,) = attached(origins, document, (change,))
        assert found.origin is not None
        return found.origin


def rendered(said: Json) -> Json:
    container: Json = {
        "name": "web",
        "image": "shop/web:1.0",
        "args": ["--one", "--two"],
        "env": [{"name": "LOG_LEVEL", "value": said}],
        "resources": {"limits": {"cpu": said, "memory": said}},
    }
    template: Json = {"spec": {"containers": [container]}}
    return {"spec": {"replicas": said, "host": said, "template": template, "odd": said}}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(
    ("path", "said", "file", "line"),
    [
        ("spec.replicas", 3, "web/envs/prod.yaml", 1),
        ("spec.host", "shop.example", "web/envs/prod.yaml", 3),
        (f"{CONTAINER}.env[name=LOG_LEVEL].value", "debug", "web/envs/prod.yaml", 4),
        (f"{CONTAINER}.resources.limits.cpu", 2, "web/values.yaml", 5),
        (f"{CONTAINER}.resources.limits.memory", "1Gi", "web/values.yaml", 5),
    ],
)
def test_a_field_is_traced_to_the_value_that_is_the_same_and_called_alike(
    world: World, path: str, said: Json, file: str, line: int
) -> None:
    found = world.origin(path, said)
    assert (found.file, found.line, found.commit, found.note) == (file, line, world.first, "")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("spec.replicas", 1),  # the later file says something else
        ("spec.odd", 3),  # the same value, called otherwise
        (f"{CONTAINER}.env[name=LOG_LEVEL].value", "info"),
        ("spec.host", "other.example"),
    ],
)
def test_what_no_value_tells_is_the_last_commit_of_the_files_and_that_is_said(
    world: World, path: str, said: Json
) -> None:
    newest = world.commit(prod=PROD + "more: 1\n")
    found = world.origin(path, said)
    assert (found.file, found.commit) == ("web/templates/d.yaml", newest)
    assert "no line states just this" in found.note


def test_two_values_that_could_be_meant_tell_nothing(world: World) -> None:
    world.commit(prod=PROD + "web: {replicas: 3}\n")
    assert "no line states just this" in world.origin("spec.replicas", 3).note


def test_the_commit_is_the_one_that_set_the_value_and_not_the_last_one(world: World) -> None:
    world.commit(prod="# a remark\n" + PROD)
    found = world.origin("spec.replicas", 3)
    assert (found.line, found.commit) == (2, world.first)
    changed = world.commit(prod=PROD.replace("3", "5"))
    world.commit(prod=PROD.replace("3", "5") + "x: 1\n")
    assert world.origin("spec.replicas", 5).commit == changed


def test_null_takes_a_value_away_and_a_list_replaces_one(world: World) -> None:
    world.commit(prod="logLevel: null\nhosts: [{host: b}]\nresources: {limits: {cpu: 4}}\n")
    level = f"{CONTAINER}.env[name=LOG_LEVEL].value"
    assert "no line" in world.origin(level, "info").note
    assert "no line" in world.origin("spec.host", "shop.example").note
    assert world.origin("spec.host", "b").line == 2
    assert world.origin(f"{CONTAINER}.resources.limits.cpu", 4).file == "web/envs/prod.yaml"
    assert world.origin(f"{CONTAINER}.resources.limits.memory", "1Gi").file == "web/values.yaml"


def test_a_file_of_values_that_cannot_be_read_tells_nothing(world: World) -> None:
    world.commit(prod="a: [\n")
    assert "no line states just this" in world.origin("spec.replicas", 3).note
    assert world.origin("spec.replicas", 1).file == "web/values.yaml"


def test_what_a_chart_of_another_machine_may_have_set_is_not_laid_on_a_commit(
    world: World,
) -> None:
    found = world.origin("spec.odd", "x", "web@1.0.0/templates/d.yaml", charted=True)
    assert (found.file, found.commit) == ("web@1.0.0/templates/d.yaml", world.first)
    assert "may be of the chart, which is not in Git" in found.note


def test_what_a_base_elsewhere_may_have_set_is_not_laid_on_a_commit(world: World) -> None:
    found = world.origin("spec.odd", "x", "git.example/config@c0ffee/base/d.yaml")
    assert (found.file, found.commit) == ("git.example/config@c0ffee/base/d.yaml", world.first)
    assert "may be of a base elsewhere" in found.note
