"""core.engine.promoting.places: where a value of an environment stands."""

import pytest

from core.engine.promoting.places import Image, Wanted, places, split_image
from core.manifests.editing import Page, pages
from core.manifests.text.scalars import Scalar
from core.model import ObjectRef
from core.model.paths import parse_path

IMAGE = "spec.template.spec.containers[name=web].image"
SHA = "sha256:" + "a" * 64
SHB = "sha256:" + "b" * 64


def wanted(path: str, old: Scalar, new: Scalar) -> Wanted:
    ref = ObjectRef("apps", "Deployment", "prod", "web")
    return Wanted(ref, path, parse_path(path), old, new, path == IMAGE)


def read(**texts: str) -> dict[str, tuple[Page, ...]]:
    return {name.replace("_", "."): pages(name, text.encode()) for name, text in texts.items()}


def found(one: Wanted, source: str = "", values: tuple[str, ...] = (), **own: str) -> list[str]:
    given = pages("source", source.encode())
    here = places(one, read(**own), values, given)
    return [f"{place.file} {place.leaf.text} {place.new}" for place in here]


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("web", ("web", "", "")),
        ("web:1", ("web", "1", "")),
        ("host:5000/a/web", ("host:5000/a/web", "", "")),
        ("host:5000/a/web:1", ("host:5000/a/web", "1", "")),
        (f"web@{SHA}", ("web", "", SHA)),
        (f"host/web:1@{SHA}", ("host/web", "1", SHA)),
    ],
)
def test_an_image_has_parts(image: str, parts: tuple[str, str, str]) -> None:
    assert split_image(image) == Image(*parts)


MANIFEST = """\
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  template: {spec: {containers: [{name: log, image: "web:1"}, {name: web, image: "web:1"}]}}
"""


def test_a_manifest_or_a_patch_states_the_field_itself() -> None:
    assert found(wanted(IMAGE, "web:1", "web:2"), a_yaml=MANIFEST) == ["a.yaml web:1 web:2"]
    assert found(wanted("spec.replicas", 2, 5), a_yaml=MANIFEST) == ["a.yaml 2 5"]
    assert found(wanted("spec.replicas", 3, 5), a_yaml=MANIFEST) == []
    other = MANIFEST.replace("{name: web}", "{name: api}", 1)
    assert found(wanted("spec.replicas", 2, 5), a_yaml=other) == []


@pytest.mark.parametrize(
    ("entry", "old", "new", "edits"),
    [
        ("{name: web, newTag: v1}", "web:v1", "web:v2", ["v1 v2"]),
        ("{name: base, newName: web, newTag: v1}", "web:v1", "web:v2", ["v1 v2"]),
        ("{name: web, newName: other, newTag: v1}", "web:v1", "web:v2", []),
        (f"{{name: web, digest: '{SHA}'}}", f"web@{SHA}", f"web@{SHB}", [f"{SHA} {SHB}"]),
        ("{name: web, newTag: v1}", "web:v1", f"web@{SHB}", []),  # another key is to be written
        ("{name: web}", "web:v1", "web:v2", []),
    ],
)
def test_an_overlay_names_the_tag_of_an_image(
    entry: str, old: str, new: str, edits: list[str]
) -> None:
    here = found(wanted(IMAGE, old, new), kustomization_yaml=f"images:\n- {entry}\n")
    assert here == [f"kustomization.yaml {each}" for each in edits]


def test_a_file_of_values_has_a_key_that_both_environments_give() -> None:
    own = "web: {image: {tag: v1}, replicas: 2}\nother: v1\n"
    source = "web: {image: {tag: v2}, replicas: 5}\nother: v9\n"
    one = wanted(IMAGE, "host/web:v1", "host/web:v2")
    assert found(one, source, ("prod.yaml",), prod_yaml=own) == ["prod.yaml v1 v2"]
    size = wanted("spec.replicas", 2, 5)
    assert found(size, source, ("prod.yaml",), prod_yaml=own) == ["prod.yaml 2 5"]
    assert found(one, "web: {tag: v2}", ("prod.yaml",), prod_yaml=own) == []
