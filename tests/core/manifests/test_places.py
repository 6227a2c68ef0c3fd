"""Where a field stands in its file, and what another version of the file says there."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from core.errors import ManifestError
from core.manifests import load, stated_at
from core.manifests.places import line_in
from core.manifests.places import line_of as line_by
from core.model import ABSENT, Document, Json
from core.model.paths import Steps, format_path

CONTENT = b"""\
# a comment
apiVersion: v1
kind: ConfigMap
metadata: {name: first}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    a.b/c: x
    "q\\"]": y
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: side
          image: s:1
        - name: web
          image: w:1
          args: [--a, --b]
          ports:
            - containerPort: 80
              protocol: UDP
            - containerPort: 80
              name: http
---
apiVersion: v1
kind: Secret
metadata:
  name: s
data: {a: YQ==}
stringData:
  b: bee
"""


def line_of(path: str, content: bytes, document: Document) -> int:
    return line_by(path, content, document, line_in)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 6),
        ("spec", 13),
        ("spec.replicas", 14),
        ('metadata.annotations["a.b/c"]', 11),
        ('metadata.annotations["q\\"]"]', 12),
        ("spec.template.spec.containers", 17),
        ("spec.template.spec.containers[name=side].image", 19),
        ("spec.template.spec.containers[name=web]", 20),
        ("spec.template.spec.containers[name=web].image", 21),
        ('spec.template.spec.containers[name="web"].image', 21),
        ("spec.template.spec.containers[1].image", 21),
        ("spec.template.spec.containers[name=web].args[1]", 22),
        ('spec.template.spec.containers[name=web].args[="--b"]', 22),
        ("spec.template.spec.containers[name=web].ports[containerPort=80,protocol=UDP]", 24),
        ("spec.template.spec.containers[name=web].ports[containerPort=80,protocol=TCP].name", 27),
        ("spec.template.spec.containers[name=web].resources.limits.cpu", 20),
        ("spec.template.spec.containers[name=gone].image", 17),
        ("spec.template.spec.containers[9]", 17),
        ("spec.strategy.type", 13),
        ("nowhere", 6),
        ("spec.[[[", 6),
    ],
)
def test_a_path_leads_to_its_line_or_to_that_of_its_nearest_parent(path: str, line: int) -> None:
    assert line_of(path, CONTENT, stated(CONTENT, 1)) == line


def test_a_secrets_key_is_found_where_the_file_states_it() -> None:
    assert line_of("data.a", CONTENT, stated(CONTENT, 2)) == 33
    assert line_of("data.b", CONTENT, stated(CONTENT, 2)) == 35


def test_an_object_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ManifestError):
        line_of("spec", CONTENT, replace(stated(CONTENT, 1), line=2))
    with pytest.raises(ManifestError):
        line_of("spec", CONTENT, replace(stated(CONTENT, 1), name="other"))


def stated(content: bytes, index: int, *, file: str = "a.yaml") -> Document:
    return load(file, content).documents[index]


def fields(value: Json, above: Steps = ()) -> Iterator[Steps]:
    """Every field and item below a value."""
    inner: Iterable[tuple[str | int, Json]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for step, item in inner:
        yield (*above, step)
        yield from fields(item, (*above, step))


def test_every_field_is_found_on_the_line_that_names_it() -> None:
    text = CONTENT.decode().replace('\\"', '"').splitlines()
    found = list(fields(json.loads(load("a.yaml", CONTENT).documents[1].body)))
    assert len(found) == 28
    for steps in found:
        line = line_of(format_path(steps), CONTENT, stated(CONTENT, 1))
        named = steps[-1] if isinstance(steps[-1], str) else "-"
        assert named in text[line - 1], steps


def test_an_alias_leads_to_the_line_of_its_anchor() -> None:
    content = b"apiVersion: v1\nkind: X\nmetadata: {name: x}\na: &a\n  k: 1\nb: *a\nc:\n  <<: *a\n"
    assert line_of("b.k", content, stated(content, 0)) == 5
    assert line_of("c.k", content, stated(content, 0)) == 5


@pytest.mark.parametrize(
    "content",
    [
        CONTENT,
        CONTENT.removesuffix(b"\n"),
        CONTENT.replace(b"\n", b"\r\n"),
        CONTENT.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + CONTENT,
        ("\ufeff" + CONTENT.decode()).encode("utf-16-le"),
        CONTENT.replace(b"# a comment", b"# a \xe2\x80\xa8# comment"),
        b"%YAML 1.1\n---\n" + CONTENT.replace(b"---\n", b"...\n---\n"),
    ],
    ids=["lf", "open", "crlf", "cr", "bom", "utf-16", "separator", "directive"],
)
def test_a_line_is_found_whatever_ends_and_begins_documents(content: bytes) -> None:
    document = stated(content, 1)
    head = line_of("apiVersion", content, document)
    assert head == document.line
    assert line_of("spec.replicas", content, document) == head + 8


def test_of_several_objects_on_one_line_each_is_found() -> None:
    one = b'{"apiVersion":"v1","kind":"X","metadata":{"name":"%s",\n"labels":{}}}'
    content = one % b"a" + one % b"b"
    found = [line_of("metadata.labels", content, stated(content, n, file="a.json")) for n in (0, 1)]
    assert found == [2, 3]


def test_an_item_of_a_list_has_its_lines() -> None:
    content = b"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: X\n"
    content += b"  metadata:\n    name: x\n"
    assert line_of("metadata.name", content, stated(content, 0)) == 7


def test_json_has_lines_too() -> None:
    content = b'{"apiVersion": "v1",\n"kind": "X",\n"metadata": {\n"name": "x"}}'
    assert line_of("metadata.name", content, stated(content, 0, file="a.json")) == 4


def test_a_value_is_found_by_kind_and_name_in_another_version() -> None:
    document = load("a.yaml", CONTENT).documents[1]
    older = b"kind: Deployment\napiVersion: extensions/v1beta1\n"
    older += b"metadata: {name: web}\nspec: {replicas: 2}\n"
    assert stated_at(CONTENT, document, "spec.replicas") == 3
    assert stated_at(older, document, "spec.replicas") == 2
    assert stated_at(older, document, "spec.template") is ABSENT
    assert stated_at(CONTENT, document, "") == json.loads(document.body)


def test_an_object_that_was_not_there_has_no_values() -> None:
    document = load("a.yaml", CONTENT).documents[1]
    assert stated_at(b"", document, "spec.replicas") is ABSENT
    assert stated_at(CONTENT.replace(b"name: web", b"name: gone"), document, "spec") is ABSENT


def test_a_null_is_a_value_and_not_an_absence() -> None:
    content = b"apiVersion: v1\nkind: X\nmetadata: {name: x}\na:\n"
    document = load("a.yaml", content).documents[0]
    assert stated_at(content, document, "a") is None


def test_the_namespace_decides_between_two_objects_of_one_name() -> None:
    two = b"".join(
        b"---\napiVersion: v1\nkind: X\nmetadata: {name: x, namespace: %s}\nv: %s\n" % (name, name)
        for name in (b"a", b"b")
    )
    for document, value in zip(load("a.yaml", two).documents, ("a", "b"), strict=True):
        assert stated_at(two, document, "v") == value


def test_a_version_that_cannot_be_read_is_an_error() -> None:
    document = load("a.yaml", CONTENT).documents[1]
    with pytest.raises(ManifestError):
        stated_at(b"a: [", document, "spec")
