"""One file to objects, as kubectl would load them."""

import json
import sys
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ManifestError
from core.manifests import Loaded, load
from core.model import KindRef


def config_map(name: str = "x", rest: str = "") -> str:
    """Write a small object."""
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{rest}"


def loaded(text: str, path: str = "a.yaml") -> Loaded:
    """Load text."""
    return load(path, text.encode())


def bodies(text: str, path: str = "a.yaml") -> list[Any]:
    """Load text and return its objects as values."""
    return [json.loads(document.body) for document in loaded(text, path).documents]


def fault(text: str | bytes, path: str = "a.yaml") -> ManifestError:
    """Load text that must be refused: as a whole, or the one object that it states."""
    content = text if isinstance(text, bytes) else text.encode(errors="surrogateescape")
    try:
        found = load(path, content)
    except ManifestError as error:
        caught = error
    else:
        assert found.documents == ()
        (one,) = found.faults
        caught = one.error
    assert caught.path == path
    assert str(caught) == f"{path}:{caught.line}: {caught.reason}"
    return caught


# Documents --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# nothing\n", "---\n", "---\n---\n# x\n---\n", "...\n", "~\n"]
)
def test_an_empty_file_states_nothing(text: str) -> None:
    assert loaded(text) == Loaded((), (), (), ())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("|\n    leek\n    lentil", "leek\nlentil\n"),
        (">\n    leek\n    lentil", "leek lentil\n"),
        ("|+\n    leek\n    lentil", "leek\nlentil\n"),
        ("|-\n    leek\n    lentil", "leek\nlentil"),
        ("|\r\n    leek\r\n    lentil", "leek\nlentil\n"),
    ],
)
def test_a_text_block_at_the_end_of_an_open_line_ends_as_kubectl_ends_it(
    text: str, value: str
) -> None:
    (body,) = bodies(config_map(rest=f"data:\n  soups: {text}"))
    assert body["data"] == {"soups": value}


def test_an_alias_means_the_latest_anchor_of_its_name() -> None:
    text = "data:\n  a: &n '1'\n  b: *n\n  c: &n '2'\n  d: *n\n"
    (body,) = bodies(config_map(rest=text))
    assert body["data"] == {"a": "1", "b": "1", "c": "2", "d": "2"}


def test_an_alias_means_the_anchor_inside_an_earlier_one_that_began_before_it() -> None:
    (body,) = bodies(config_map(rest="a: &x {b: &x 1, c: *x}\nd: *x\n"))
    assert (body["a"], body["d"]) == ({"b": 1, "c": 1}, 1)


def test_flow_text_may_end_in_a_colon() -> None:
    text = 'a: [192.0.2.1, 2001:db8::]\nb: {"k": fd00:10::, l: fd00::}\nc: [it\'s:, [d:]]\n'
    (body,) = bodies(config_map(rest=text))
    assert body["a"] == ["192.0.2.1", "2001:db8::"]
    assert body["b"] == {"k": "fd00:10::", "l": "fd00::"}
    assert body["c"] == ["it's:", ["d:"]]


def test_documents_know_their_place() -> None:
    text = (
        f"# first\n{config_map('a')}---\n# second\n\n{config_map('b')}---\n---\n{config_map('c')}"
    )
    found = loaded(text).documents
    assert [(one.name, one.line, one.index) for one in found] == [
        ("a", 2, 0),
        ("b", 9, 1),
        ("c", 15, 2),
    ]
    assert {one.file for one in found} == {"a.yaml"}


def test_an_object_is_kept_exactly_as_it_was_loaded() -> None:
    text = config_map(
        rest="  namespace: here\n  uid: abc\ndata: {a: null, b: ''}\nstatus: {x: 1}\n"
    )
    (document,) = loaded(text).documents
    assert document.kind == KindRef("v1", "ConfigMap")
    assert document.namespace == "here"
    assert json.loads(document.body) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "x", "namespace": "here", "uid": "abc"},
        "data": {"a": None, "b": ""},
        "status": {"x": 1},
    }


@pytest.mark.parametrize("namespace", ["", "~", '""'])
def test_an_empty_namespace_is_none(namespace: str) -> None:
    assert loaded(config_map(rest=f"  namespace: {namespace}\n")).documents[0].namespace is None


def test_carriage_returns_and_a_byte_order_mark_change_nothing() -> None:
    text = config_map(rest="data: {a: b}\n") + "---\n" + config_map("z")
    plain = load("a.yaml", text.encode())
    assert load("a.yaml", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()) == plain


def test_an_escaped_carriage_return_is_kept() -> None:
    assert bodies(config_map(rest='data: {a: "1\\r\\n2"}\n'))[0]["data"] == {"a": "1\r\n2"}


def test_lists_of_every_kind_are_expanded() -> None:
    text = """\
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
  - apiVersion: v1
    kind: ConfigMapList
    items:
      - metadata: {name: b}
      - metadata: {name: c}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: d}}
"""
    found = loaded(text).documents
    assert [(one.name, one.line, one.index) for one in found] == [
        ("a", 4, 0),
        ("b", 8, 1),
        ("c", 9, 2),
        ("d", 11, 3),
    ]
    assert {one.kind for one in found} == {KindRef("v1", "ConfigMap")}


def test_an_empty_list_states_nothing() -> None:
    assert loaded("apiVersion: v1\nkind: List\nitems: []\n").documents == ()


def test_a_kind_that_only_ends_in_list_is_an_object() -> None:
    text = "apiVersion: a.b/v1\nkind: AllowList\nmetadata: {name: x}\n"
    assert loaded(text).documents[0].kind == KindRef("a.b/v1", "AllowList")


def test_lists_in_lists_have_a_limit() -> None:
    text = '{"apiVersion": "v1", "kind": "List", "items": [' * 12 + "]}" * 12
    assert "[DEPTH]" in fault(text).reason


# Aliases, merges and duplicates -----------------------------------------------------------------


def test_anchors_and_merges_are_written_out_as_kubectl_does() -> None:
    text = config_map(
        rest="""\
base: &b {k: 1, z: base}
after: {<<: *b, k: 2}
before: {k: 2, <<: *b}
list: {<<: [{k: 5}, {k: 6, q: 7}]}
"""
    )
    body = bodies(text)[0]
    assert body["after"] == {"k": 2, "z": "base"}
    assert body["before"] == {"k": 1, "z": "base"}  # go-yaml merges in place: the later one wins
    assert body["list"] == {"k": 5, "q": 7}


@pytest.mark.parametrize(
    ("rest", "lines"),
    [
        ("data: {a: 1}\ndata: {b: 2}\n", (6, 5)),
        ("data:\n  a: 1\n  b: 2\n  a: 3\n", (8, 6)),
        ("list:\n- a: 1\n  a: 2\n", (7, 6)),
        ("on: 1\nyes: 2\n", (6, 5)),
        ("1: a\n'1': b\n", (6, 5)),
    ],
)
def test_of_duplicate_keys_the_last_counts_and_both_lines_are_named(
    rest: str, lines: tuple[int, int]
) -> None:
    found = loaded(config_map(rest=rest))
    (warning,) = found.warnings
    assert warning.startswith(f"a.yaml:{lines[0]}: ")
    assert f"line {lines[1]};" in warning
    assert found.documents[0].warnings == found.warnings


def test_the_last_duplicate_counts() -> None:
    assert bodies(config_map(rest="data: {a: 1, b: 2, a: 3}\n"))[0]["data"] == {"a": 3, "b": 2}


def test_a_merge_that_replaces_a_key_is_a_warning() -> None:
    (warning,) = loaded(config_map(rest="b: &b {k: 1}\nm:\n  k: 2\n  <<: *b\n")).warnings
    assert warning.startswith('a.yaml:8: `<<` replaces the key "k" of line 7')


def test_overriding_a_merged_key_is_no_warning() -> None:
    assert loaded(config_map(rest="b: &b {k: 1}\nm:\n  <<: *b\n  k: 2\n")).warnings == ()


def test_a_warning_belongs_to_its_object() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}, data: {k: 1, k: 2}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n"
    )
    assert [len(one.warnings) for one in loaded(text).documents] == [0, 1, 0]


# What an object must have -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("kind: ConfigMap\nmetadata: {name: x}\n", 1, "apiVersion is missing"),
        ("\napiVersion: ''\nkind: X\nmetadata: {name: x}\n", 2, "apiVersion is missing"),
        ("kind: X\napiVersion: 1\nmetadata: {name: x}\n", 2, "apiVersion is not text; quote it"),
        ("apiVersion: v1\nmetadata: {name: x}\n", 1, "kind is missing"),
        ("apiVersion: v1\nkind: [X]\nmetadata: {name: x}\n", 2, "kind is not text; quote it"),
        ("apiVersion: v1\nkind: X\n", 1, "metadata.name is missing"),
        ("apiVersion: v1\nkind: X\nmetadata:\n", 3, "metadata.name is missing"),
        ("apiVersion: v1\nkind: X\nmetadata: x\n", 3, "metadata is not a mapping"),
        (
            "apiVersion: v1\nkind: X\nmetadata:\n  name: n\n",
            4,
            "metadata.name is not text; quote it",
        ),
        (
            "apiVersion: v1\nkind: X\nmetadata:\n  name: 1\n",
            4,
            "metadata.name is not text; quote it",
        ),
        ("apiVersion: v1\nkind: X\nmetadata:\n  generateName: x-\n", 4, "generateName"),
        ("apiVersion: v1\nkind: List\nitems:\n- just text\n", 4, "mapping"),
        ("apiVersion: v1\nkind: List\nitems:\n-\n", 4, "mapping"),
        ("apiVersion: v1\nkind: List\nitems:\n- {}\n", 4, "apiVersion is missing"),
        ("- apiVersion: v1\n  kind: X\n", 1, "mapping"),
    ],
)
def test_an_object_without_identity_is_refused_with_its_line(
    text: str, line: int, reason: str
) -> None:
    found = fault(text)
    assert reason in found.reason
    assert found.line == line


@pytest.mark.parametrize(
    "name",
    [
        "Web",
        "a" * 254,
        "../x",
        "..",
        "%2e%2e",
        "a/b",
        "🙂",
        "a\\nb",
        "\\e[2J",
        "-a",
        "a.",
        "a..b",
        "a b",
    ],
)
def test_a_name_the_server_would_not_take_is_refused_and_shown_safely(name: str) -> None:
    found = fault(config_map(f'"{name}"'))
    assert found.reason.startswith("[NAME]")
    assert found.line == 4
    assert found.reason.isprintable()


@pytest.mark.parametrize("name", ["a", "a" * 253, "a-b.c-d", "1.2.3.4", "0"])
def test_an_ordinary_name_is_taken(name: str) -> None:
    assert loaded(config_map(f'"{name}"')).documents[0].name == name


def test_roles_have_freer_names() -> None:
    text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: '%s'}\n"
    assert loaded(text % "system:Node-x").documents[0].name == "system:Node-x"
    for name in ("a/b", "a%b", "..", "."):
        assert "[NAME]" in fault(text % name).reason


@pytest.mark.parametrize("namespace", ["A", "a.b", "../x", "a" * 64])
def test_a_namespace_the_server_would_not_take_is_refused(namespace: str) -> None:
    assert "[NAME]" in fault(config_map(rest=f"  namespace: {namespace}\n")).reason


@pytest.mark.parametrize(
    ("field", "text"), [("apiVersion", "a/b/c"), ("apiVersion", "../v1"), ("kind", "a/b")]
)
def test_what_ends_up_in_a_url_is_held_to_its_form(field: str, text: str) -> None:
    values = {"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}} | {field: text}
    assert "[NAME]" in fault(json.dumps(values)).reason


def test_an_object_that_is_wrong_in_itself_costs_that_object() -> None:
    text = "---\n".join([config_map(f"c{number}") for number in range(6)] + ["kind: X\n"])
    found = loaded(text + "---\n" + config_map("c9"))
    assert [one.name for one in found.documents] == ["c0", "c1", "c2", "c3", "c4", "c5", "c9"]
    assert [one.index for one in found.documents] == [0, 1, 2, 3, 4, 5, 7]
    (wrong,) = found.faults
    assert str(wrong.error) == "a.yaml:31: apiVersion is missing"
    assert wrong.document is None


def test_an_object_of_a_list_that_is_wrong_costs_that_object() -> None:
    item = "- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: %s}\n"
    items = [item % "a", "-\n", item % "B", "- just text\n", "- {kind: X}\n", item % "c"]
    found = loaded("apiVersion: v1\nkind: List\nitems:\n" + "".join(items))
    assert [(one.name, one.line) for one in found.documents] == [("a", 4), ("c", 13)]
    assert sorted(wrong.error.line for wrong in found.faults) == [7, 10, 11, 12]


def test_what_is_known_of_a_wrong_object_is_told() -> None:
    text = config_map("a", "  namespace: shop\n  labels: {a: %s}\n" % ("x" * 64))
    (wrong,) = loaded(text + "---\n" + config_map("b")).faults
    assert wrong.document is not None
    assert (wrong.document.namespace, wrong.document.name) == ("shop", "a")
    assert (wrong.document.line, wrong.document.body) == (1, b"")


@pytest.mark.parametrize("text", ["a: [\n", "a: b: c\n", "\ta: 1\n", "a: !Ref x\n"])
def test_a_syntax_error_costs_the_file(text: str) -> None:
    with pytest.raises(ManifestError):
        loaded(config_map() + "---\n" + text)


@pytest.mark.parametrize(
    "text",
    [
        "replicas: 2\nimage: {tag: v1}\n",
        "services: {web: {image: nginx}}\n",
        "- hosts: all\n  tasks: []\n",
        "just text\n",
        "{}\n",
        "[]\n",
        "1\n",
        "metadata: {name: x}\nspec: {}\n",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
    ],
)
def test_what_has_neither_api_version_nor_kind_is_no_manifest_and_no_fault(text: str) -> None:
    assert loaded(text) == Loaded((), (), (), (1,))
    both = loaded(config_map("a") + "---\n" + text + "---\n" + config_map("b"))
    assert [one.name for one in both.documents] == ["a", "b"]
    assert (both.faults, both.others) == ((), (6,))


@pytest.mark.parametrize("text", ["kind: X\n", "apiVersion: v1\n", "apiVersion:\nspec: {}\n"])
def test_what_has_one_of_the_two_is_a_broken_manifest(text: str) -> None:
    found = loaded(text)
    assert (len(found.faults), found.others) == (1, ())


# Secrets ----------------------------------------------------------------------------------------

CANARY = "c4n4ry"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"


@pytest.mark.parametrize(
    "rest",
    [
        f"data: {{k: '{CANARY}!'}}\n",
        f"data:\n  k: {CANARY}=\n",
        f"data: [{CANARY}]\n",
        "data: {k: 1234567890}\n",
        f"stringData: {{k: [{CANARY}]}}\n",
        f"stringData: {{k: {{a: {CANARY}}}}}\n",
        f"stringData: {{k: !foo {CANARY}}}\n",
        f"stringData: {{k: '{CANARY}\n",
        f"stringData:\n  k: *{CANARY[:0]}\n",
        f"stringData:\n  k: @{CANARY}\n",
        f"stringData:\n  k: !!int {CANARY}\n",
    ],
)
def test_a_bad_secret_is_refused_without_its_value(rest: str) -> None:
    reason = str(fault(SECRET + rest))
    assert CANARY not in reason
    assert "1234567890" not in reason


def test_a_bad_secret_is_refused_at_the_line_of_its_key() -> None:
    found = fault(SECRET + "data:\n  a: YQ==\n  b: 'not base64'\n")
    assert (found.line, found.reason) == (6, 'data "b" is not base64')


@pytest.mark.parametrize(
    "data", ["YQ==", '"YQ\\n=="', '"YQ=\\r\\n="', "", "~", "|\n   YWJj\n   ZGVm"]
)
def test_a_secret_may_wrap_its_base64(data: str) -> None:
    assert loaded(SECRET + f"data:\n  k: {data}\n").documents


def test_a_secret_of_another_group_is_not_ours_to_check() -> None:
    assert loaded(
        "apiVersion: x.io/v1\nkind: Secret\nmetadata: {name: s}\ndata: {k: '!'}\n"
    ).documents


# JSON -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["a.json", "a.yaml"])
@pytest.mark.parametrize("between", ["", "\n", " \r\n\t", "\nnull\n", "\n\ufeff"])
def test_several_json_objects_follow_each_other_in_one_file(path: str, between: str) -> None:
    one = '{"apiVersion": "v1", "kind": "X",\n "metadata": {"name": "%s"}}'
    found = loaded(one % "a" + between + one % "b" + "\n", path).documents
    assert [(each.name, each.index) for each in found] == [("a", 0), ("b", 1)]
    assert found[1].line == 2 + between.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff{0}---\n{1}",
        "\ufeff\ufeff{0}---\n\ufeff{1}",
        "{0}--- # next\r\n\ufeff{1}",
        "\ufeff---\n{0}\ufeff---\n{1}",
    ],
)
def test_byte_order_marks_before_any_document_are_no_text(text: str) -> None:
    found = loaded(text.format(config_map("a"), config_map("b"))).documents
    assert [one.name for one in found] == ["a", "b"]
    assert found[1].line == 6 + text.startswith("\ufeff---")


def test_a_byte_order_mark_elsewhere_is_text() -> None:
    (body,) = bodies(config_map(rest='data: {a: "\ufeffx", b: x\ufeffx}\n'))
    assert body["data"] == {"a": "\ufeffx", "b": "x\ufeffx"}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark_is_read(encoding: str) -> None:
    text = "\ufeff" + config_map("a", "data: {a: grüße 🙂}\n") + "---\n" + config_map("b")
    found = load("a.yaml", text.encode(encoding)).documents
    assert [(one.name, one.line) for one in found] == [("a", 1), ("b", 7)]
    assert json.loads(found[0].body)["data"] == {"a": "grüße 🙂"}


def test_binary_is_the_text_that_it_stands_for() -> None:
    text = "a: !!binary aGk=\nb: !!binary |\n  aGtr\n  aGk=\nc: !!binary\nd: !!binary gP8=\n"
    (body,) = bodies(config_map(rest=text))
    values = [body[key] for key in "abcd"]
    assert values == ["hi", "hkkhi", "", "\ufffd\ufffd"]


def test_json_is_read_with_its_lines() -> None:
    text = '{\n "apiVersion": "v1", "kind": "ConfigMap",\n "metadata": {"name": "x"},'
    text += ' "data": {"a": "\\ud83d\\ude00"}}'
    for path in ("a.json", "a.yaml"):
        (document,) = loaded(text, path).documents
        assert json.loads(document.body)["data"] == {"a": "😀"}
        assert document.line == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": 1} // no', 1),
        ('{"a": 1,\n}', 1 if sys.version_info >= (3, 13) else 2),  # the comma; what follows it
        ('{"a": NaN}', 1),
        ('{"a": -Infinity}', 1),
        ('{"a": 1e999}', 1),
        ("{'a': 1}", 1),
        ('{"a": 1}\n{"b": 2,,}', 2),
        ('{"a": 1}\n\n}', 3),
        ("{apiVersion: v1}", 1),
    ],
)
def test_a_json_file_must_be_json(text: str, line: int) -> None:
    assert fault(text, "a.json").line == line


def test_duplicate_keys_of_json_are_a_warning_too() -> None:
    text = '{"apiVersion":"v1","kind":"X","metadata":{"name":"x"},\n"a":1,\n"a":2}'
    (warning,) = loaded(text, "a.json").warnings
    assert warning.startswith("a.json:3: ")


def test_numbers_of_json_are_those_of_yaml() -> None:
    numbers = "[1, 1.0, 1e3, 1.5, -0, 18446744073709551616]"
    text = f'{{"apiVersion": "v1", "kind": "X", "metadata": {{"name": "x"}}, "v": {numbers}}}'
    assert bodies(text, "a.json")[0]["v"] == [1, 1, 1000, 1.5, 0, 18446744073709551616.0]


def test_half_a_character_of_json_becomes_what_go_makes_of_it() -> None:
    text = '{"apiVersion":"v1","kind":"X","metadata":{"name":"x"},"v":"\\ud800"}'
    assert bodies(text, "a.json")[0]["v"] == "\ufffd"


# Round trips ------------------------------------------------------------------------------------

TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff\ufeff")
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(-(2**53), 2**53)  # beyond, Go writes other zeros
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def whole(value: object) -> dict[str, object]:
    """Put a value into an object."""
    return {"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}, "v": value}


@given(value=VALUES)
def test_json_comes_back_as_it_was(value: object) -> None:
    assert bodies(json.dumps(whole(value)), "a.json") == [whole(value)]


@given(value=VALUES)
def test_json_read_as_yaml_comes_back_as_it_was(value: object) -> None:
    text = "# not JSON\n" + json.dumps(whole(value), ensure_ascii=False)
    assert bodies(text) == [whole(value)]


@given(value=VALUES)
def test_quoted_yaml_comes_back_as_it_was(value: object) -> None:
    text = yaml.safe_dump(whole(value), default_style='"', allow_unicode=True)
    assert bodies(text) == [whole(value)]


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    for path in ("a.yaml", "a.json"):
        with suppress(ManifestError):
            load(path, content)
