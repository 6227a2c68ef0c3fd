"""core.manifests.rewriting: exactly the lines that must, and no other byte."""

import json
from collections.abc import Callable
from difflib import unified_diff

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import RejectedError
from core.manifests.loading import load
from core.manifests.rewriting import rewritten, written_object
from core.model import Document, Json, JsonObject

WEB = """\
# the shop's web, owned by the web team
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # do not rename
  labels: {app: web, tier: 'front'}
spec:
  # three, since the spring sale
  replicas: 3  # see INC-7
  template:
    spec:
      containers:
      - name: web
        image: "example/web:1.0"   # by CI
        args: ["--a", '--b']
        env:
        # of the JVM
        - name: JAVA_OPTS
          value: -Xmx1g

        - {name: LEVEL, value: info} # quiet
      - name: proxy
        image: example/proxy:1
      terminationGracePeriodSeconds: 30

---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  empty:
  app.conf: |
    # comment of the text
    level = info

    end
  one: 'it''s'   # one
"""
Change = Callable[[JsonObject], None]


def document(text: str, index: int = 0, path: str = "a.yaml") -> Document:
    return load(path, text.encode()).documents[index]


def edited(text: str, change: Change, index: int = 0, path: str = "a.yaml") -> str:
    """Change one object; what comes back was read again already."""
    found = document(text, index, path)
    new = json.loads(found.body)
    change(new)
    return rewritten(found, text.encode(), new).decode()


def apart(text: str, change: Change, index: int = 0) -> list[str]:
    """Which lines go, and which come."""
    after = edited(text, change, index)
    lines = [*unified_diff(text.split("\n"), after.split("\n"), n=0, lineterm="")]
    return [line for line in lines[2:] if not line.startswith("@@")]


def at(value: Json, *steps: str | int) -> Json:
    for step in steps:
        value = value[step]  # type: ignore[index]
    return value


def setting(new: Json, *steps: str | int) -> Change:
    def change(value: JsonObject) -> None:
        at(value, *steps[:-1])[steps[-1]] = new  # type: ignore[index]

    return change


def dropping(*steps: str | int) -> Change:
    def change(value: JsonObject) -> None:
        del at(value, *steps[:-1])[steps[-1]]  # type: ignore[arg-type,union-attr]

    return change


def inserting(place: int, new: Json, *steps: str | int) -> Change:
    def change(value: JsonObject) -> None:
        at(value, *steps).insert(place, new)  # type: ignore[union-attr]

    return change


POD = ("spec", "template", "spec")
CONTAINERS = (*POD, "containers")
ENV = (*CONTAINERS, 0, "env")
DEBUG: Json = {"name": "DEBUG", "value": "1"}


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (
            setting(5, "spec", "replicas"),
            ["-  replicas: 3  # see INC-7", "+  replicas: 5  # see INC-7"],
        ),
        (
            setting("example/web:2", *CONTAINERS, 0, "image"),
            [
                '-        image: "example/web:1.0"   # by CI',
                '+        image: "example/web:2"   # by CI',
            ],
        ),
        (
            setting("-Xmx4g", *ENV, 0, "value"),
            ["-          value: -Xmx1g", '+          value: "-Xmx4g"'],
        ),
        (
            setting("debug", *ENV, 1, "value"),
            [
                "-        - {name: LEVEL, value: info} # quiet",
                "+        - {name: LEVEL, value: debug} # quiet",
            ],
        ),
        (
            inserting(2, DEBUG, *ENV),
            ["+        - name: DEBUG", '+          value: "1"'],
        ),
        (
            inserting(0, DEBUG, *ENV),
            ["+        - name: DEBUG", '+          value: "1"'],
        ),
        (dropping(*ENV, 1), ["-        - {name: LEVEL, value: info} # quiet"]),
        (
            dropping(*ENV, 0),
            ["-        - name: JAVA_OPTS", "-          value: -Xmx1g"],
        ),
        (
            setting("back", "metadata", "labels", "tier"),
            ["-  labels: {app: web, tier: 'front'}", "+  labels: {app: web, tier: 'back'}"],
        ),
        (
            setting("x", "metadata", "labels", "new"),
            [
                "-  labels: {app: web, tier: 'front'}",
                "+  labels: {app: web, tier: 'front', new: x}",
            ],
        ),
        (
            dropping("metadata", "labels", "app"),
            ["-  labels: {app: web, tier: 'front'}", "+  labels: {tier: 'front'}"],
        ),
        (
            dropping("metadata", "labels", "tier"),
            ["-  labels: {app: web, tier: 'front'}", "+  labels: {app: web}"],
        ),
        (
            setting({"a.b/c": "1", "d": "two words"}, "metadata", "annotations"),
            ["+  annotations:", '+    a.b/c: "1"', '+    d: "two words"'],
        ),
        (
            setting([{"name": "tmp", "emptyDir": {}}], *POD, "volumes"),
            ["+      volumes:", "+      - name: tmp", "+        emptyDir: {}"],
        ),
        (
            dropping(*POD, "terminationGracePeriodSeconds"),
            ["-      terminationGracePeriodSeconds: 30"],
        ),
        (
            inserting(1, "--c", *CONTAINERS, 0, "args"),
            ["""-        args: ["--a", '--b']""", """+        args: ["--a", "--c", '--b']"""],
        ),
        (
            dropping(*CONTAINERS, 0, "args", 1),
            ["""-        args: ["--a", '--b']""", """+        args: ["--a"]"""],
        ),
        (
            dropping(*CONTAINERS, 1, "name"),
            [
                "-      - name: proxy",
                "-        image: example/proxy:1",
                "+      - image: example/proxy:1",
            ],
        ),
    ],
)
def test_a_change_changes_the_lines_it_must(change: Change, lines: list[str]) -> None:
    assert apart(WEB, change) == lines


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (setting("5", "data", "empty"), ["-  empty:", '+  empty: "5"']),
        (
            setting("it's 2", "data", "one"),
            ["-  one: 'it''s'   # one", "+  one: 'it''s 2'   # one"],
        ),
        (
            setting("# comment of the text\nlevel = debug\n\nend\n", "data", "app.conf"),
            ["-    level = info", "+    level = debug"],
        ),
        (
            setting("# comment of the text\nlevel = info\n\nend", "data", "app.conf"),
            ["-  app.conf: |", "+  app.conf: |-"],
        ),
        (
            setting("short", "data", "app.conf"),
            [
                "-  app.conf: |",
                "-    # comment of the text",
                "-    level = info",
                "-",
                "-    end",
                "+  app.conf: short",
            ],
        ),
        (setting("a\nb\n", "data", "two"), ["+  two: |", "+    a", "+    b"]),
        (
            dropping("data", "app.conf"),
            ["-  app.conf: |", "-    # comment of the text", "-    level = info", "-", "-    end"],
        ),
    ],
)
def test_texts_of_several_lines_keep_the_lines_that_stay(change: Change, lines: list[str]) -> None:
    assert apart(WEB, change, 1) == lines


def test_what_is_left_without_entries_is_written_empty() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: '1' # x\n"
    assert edited(text, setting({}, "data")).endswith("metadata: {name: a}\ndata: {} # x\n")
    again = edited(text, setting({"b": "2"}, "data"))
    assert again.endswith('data:\n  b: "2" # x\n')


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_and_a_last_line_without_one_stay(end: str) -> None:
    lines = (
        "apiVersion: v1",
        "kind: ConfigMap",
        "metadata: {name: a}",
        "data:",
        "  a: x",
        "  b: y",
    )
    text = end.join(lines)
    assert edited(text, setting("1", "data", "c")) == text + end + '  c: "1"'
    assert edited(text, dropping("data", "b")) == text.removesuffix(f"{end}  b: y")


JSON = """{
  "apiVersion": "v1", "kind": "ConfigMap",
  "metadata": {"name": "a"},
  "data": {
    "a": "1",
    "b": "2"
  }
}
"""


@pytest.mark.parametrize(
    ("change", "was", "now"),
    [
        (setting("3", "data", "a"), '"a": "1"', '"a": "3"'),
        (setting("x y", "data", "c"), '"b": "2"', '"b": "2",\n    "c": "x y"'),
        (dropping("data", "b"), '"a": "1",\n    "b": "2"', '"a": "1"'),
        (dropping("data", "a"), '"a": "1",\n    "b": "2"', '"b": "2"'),
    ],
)
def test_json_stays_json(change: Change, was: str, now: str) -> None:
    assert edited(JSON, change, path="a.json") == JSON.replace(was, now)


SHARED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: &labels {app: web}}
data: &data
  a: &one '1'
  b: *one
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
data: {c: '3'}
"""
MERGED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: &base {app: web}, annotations: {<<: *base}}
"""


def test_an_alias_becomes_what_it_is_to_be_and_its_anchor_stays() -> None:
    assert apart(SHARED, setting("2", "data", "b")) == ["-  b: *one", '+  b: "2"']


def test_what_others_refer_to_is_not_edited() -> None:
    with pytest.raises(RejectedError, match="something else, too"):
        edited(SHARED, setting("2", "data", "a"))

    def both(value: JsonObject) -> None:
        setting("2", "data", "a")(value)
        setting("2", "data", "b")(value)

    assert apart(SHARED, both) == ["-  a: &one '1'", "-  b: *one", "+  a: &one '2'", '+  b: "2"']


def test_what_is_merged_in_is_overridden_and_not_taken_away() -> None:
    after = edited(MERGED, setting("api", "metadata", "annotations", "app"))
    assert after == MERGED.replace("{<<: *base}", "{<<: *base, app: api}")
    with pytest.raises(RejectedError, match="merged from elsewhere"):
        edited(MERGED, setting({"b": "c"}, "metadata", "annotations"))


@pytest.mark.parametrize(
    ("text", "change", "words"),
    [
        ("data:\n  ? a\n  : x\n", setting({"b": "c"}, "data", "a"), "cannot be edited in place"),
        ("data: {a: !!str 5}\n", setting("6", "data", "a"), "it has a tag"),
        ("data:\n  a: x\n  # why\n  b: y\n", setting({"c": "z"}, "data"), ""),
    ],
)
def test_what_cannot_be_edited_faithfully_is_refused(text: str, change: Change, words: str) -> None:
    whole = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{text}"
    if not words:
        assert edited(whole, change).endswith("data:\n  c: z\n")
        return
    with pytest.raises(RejectedError, match=words):
        edited(whole, change)


def test_a_comment_between_what_goes_is_not_lost() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    text += "data:\n  a: x\n  # why\n  b: y\n  c: z\n"
    assert "  # why\n" in edited(text, dropping("data", "a"))
    with pytest.raises(RejectedError, match="a comment stands between"):
        edited(text, setting({"c": "z"}, "data"))


def test_an_object_in_a_list_of_kind_list_is_found() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: x}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}, data: {a: x}}\n"
    )
    after = edited(text, setting("z", "data", "a"), 1)
    assert after == text.removesuffix("{a: x}}\n") + "{a: z}}\n"


def test_a_file_that_nobody_edits_by_hand_is_left_alone() -> None:
    found = document(WEB)
    with pytest.raises(RejectedError, match="larger than"):
        rewritten(found, WEB.encode() + b"#" * 2**20, {})
    with pytest.raises(RejectedError, match="not what was read"):
        rewritten(found, WEB.replace("replicas: 3", "replicas: 4").encode(), {})
    with pytest.raises(RejectedError, match="not UTF-8"):
        rewritten(found, b"\xff", {})


@pytest.mark.parametrize(("key", "name"), [("on", "true"), ("'on'", "on"), ("0x10", "16")])
def test_a_key_is_what_kubectl_reads(key: str, name: str) -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  {key}: x\n  b: z\n"
    assert apart(text, setting("new", "data", name)) == [f"-  {key}: x", f"+  {key}: new"]
    assert apart(text, dropping("data", name)) == [f"-  {key}: x"]


def test_two_objects_that_cannot_be_told_apart_are_left_alone() -> None:
    one = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: x}}"
    text = f"apiVersion: v1\nkind: List\nitems: [{one}, {one}]\n"
    with pytest.raises(RejectedError, match="cannot be told"):
        edited(text, setting("y", "data", "a"), 1)


TEXTS = st.text(st.sampled_from("ab:# -'\"{}[],&*!|>%@`\n\tö\u2028😀~01."), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcdy"), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("abcdn"), VALUES, min_size=1, max_size=4)
HEAD: JsonObject = {"apiVersion": "x/v1", "kind": "Any", "metadata": {"name": "a"}}


@settings(max_examples=100, deadline=None)
@given(before=OBJECTS, after=OBJECTS, flow=st.booleans(), crlf=st.booleans())
@example({"a": None, "d": [None]}, {"a": None, "d": [None, None], "n": None}, False, False)
@example({"a": None, "b": None, "c": [[None]]}, {"c": [[False, None]]}, False, False)
def test_whatever_is_to_be_stated_is_stated_and_the_rest_read_as_before(
    before: JsonObject, after: JsonObject, flow: bool, crlf: bool
) -> None:
    head = written_object(HEAD).decode() + "# kept\n"
    spec = (
        f"spec: {json.dumps(before, ensure_ascii=False)}\n"
        if flow
        else written_object({"spec": before}).decode()
    )
    text = head + spec + "# kept, too\n---\n" + written_object(HEAD | {"kind": "Other"}).decode()
    text = text.replace("\n", "\r\n") if crlf else text
    found = document(text)
    new = json.loads(found.body) | {"spec": after}
    made = rewritten(found, text.encode(), new).decode()
    assert json.loads(document(made).body) == new
    assert document(made, 1).body == document(text, 1).body
    assert made.startswith(head.replace("\n", "\r\n") if crlf else head)
    assert "# kept, too" in made
