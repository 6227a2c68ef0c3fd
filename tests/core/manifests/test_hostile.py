"""Files made to hurt (faults.md C1 to C34): refused in words, at once, and nothing else suffers."""

import json
import time

import pytest

from core.errors import ManifestError
from core.manifests import load
from tests.core.manifests.test_loading import bodies, config_map, fault, loaded

BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 200_000, "[DEPTH]"),
        ("{a: " * 50_000, "[DEPTH]"),
        ("- " * 100_000, "[DEPTH]"),
        ("? " * 100_000, "[KEY]"),
        ("[{a: " * 50_000, "[DEPTH]"),
        (BOMB, "[NODES]"),
        ("a: &a [x]\nb: [" + "*a, " * 10_001 + "]", "[ALIASES]"),
        ("a: &a " + "x" * 1_000_000 + "\nb: [" + "*a, " * 90 + "]", "[NODES]"),
        ("a: &a [" + "x," * 999 + "x]\nb: [" + "*a, " * 1_990 + "y, " * 20_000 + "]", "[NODES]"),
        ("a: &a [" + "x," * 999 + "x]\nb: [" + "*a, " * 2_000 + "]", "[NODES]"),
        ("---\nx\n" * 10_001, "[DOCUMENTS]"),
        ("#" * (32 * 2**20 + 1), "[SIZE]"),
    ],
    ids=lambda text: text[:8],
)
def test_a_budget_is_refused_at_once(text: str, code: str) -> None:
    start = time.monotonic()
    assert fault(text).reason.startswith(code)
    assert time.monotonic() - start < 60  # run to their end, some take minutes


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 101 + "]" * 101], ids=len)
def test_deep_json_is_refused(text: str) -> None:
    assert "[DEPTH]" in fault(text, "a.json").reason


def test_a_hundred_levels_are_taken() -> None:
    text = config_map(rest="v: " + "[" * 99 + "]" * 99)
    assert bodies(text)


def test_a_large_file_is_not_read_again_for_each_text_that_ends_in_a_colon() -> None:
    text = config_map(rest="v:\n" + "- [fd00::, x]\n" * 5_000 + "w: [" + "a, " * 20_000 + "]\n")
    assert "found unexpected ':'" in fault(text).reason


def test_documents_of_a_large_file_may_each_hold_texts_that_end_in_a_colon() -> None:
    rest = "data: {a: fd00::, b: 'x'}\nv: [fd01::, fd02::]\nw: " + "words " * 10_000 + "\n"
    text = "---\n".join(config_map(f"c{number}", rest) for number in range(60))
    assert len(text) > 3 * 2**20
    found = bodies(text)
    assert [one["v"] for one in found] == [["fd01::", "fd02::"]] * 60


def test_ten_thousand_aliases_are_taken_in_each_document() -> None:
    text = config_map(rest="a: &a [x]\nb: [" + "*a, " * 10_000 + "]\n")
    assert len(loaded(text + "---\n" + text.replace("name: x", "name: z")).documents) == 2


def test_a_bundle_of_five_mebibytes_is_taken() -> None:
    text = "---\n".join(
        config_map(f"c{n}", f"data: {{a: {'words ' * 1_000}}}\n") for n in range(900)
    )
    assert len(text) > 5 * 2**20
    assert len(loaded(text).documents) == 900


def test_ten_thousand_items_of_a_list_are_taken() -> None:
    item = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c%d"}}'
    items = ",".join(item % number for number in range(10_000))
    text = f'{{"apiVersion":"v1","kind":"List","items":[{items}]}}'
    assert len(loaded(text, "a.json").documents) == 10_000


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (config_map(rest="data:\n\ta: 1\n"), 6, "tab"),
        ("a: &a [*a]\n", 1, "inside what it repeats"),
        ("a: &a {<<: *a}\n", 1, "inside what it repeats"),
        ("a: *b\n", 1, "no anchor"),
        ("a: &x 1\n*x : 2\n", 2, "[KEY]"),
        ("a: &x [&x [1, *x]]\n", 1, "inside what it repeats"),
        ("a: &x {b: 1}\nb: &x {<<: *x}\n", 2, "inside what it repeats"),
        ("a: [x:[1]]\n", 1, "expected"),
        ("a: {<<: 1}\n", 1, "`<<`"),
        ("a: {<<: [1]}\n", 1, "`<<`"),
        ("a: !!python/object/apply:os.system [id]\n", 1, "[TAG]"),
        ("a: !!binary aGk\n", 1, "[TAG]"),
        ("a: !!binary a b=\n", 1, "[TAG]"),
        ("a: !!set {x}\n", 1, "[TAG]"),
        ("a: !!timestamp 2001-01-01\n", 1, "[TAG]"),
        ("a: !Ref x\n", 1, "[TAG]"),
        ("a: !vault |\n  x\n", 1, "[TAG]"),
        ("a: !!omap [x: 1]\n", 1, "[TAG]"),
        ("a: !!int abc\n", 1, "[TAG]"),
        ("a: !!int yes\n", 1, "[TAG]"),
        ("%TAG ! tag:evil,2000:\n---\na: 1\n", 1, "[TAG]"),
        ("%YAML 3.0\n---\na: 1\n", 1, "YAML"),
        ("a: b: c\n", 1, "mapping"),
        ("a: 'x\n", 2, "quoted"),
        ("a: [1\n", 2, "expected"),
        ("a: \x00\n", 1, "control character"),
        ("a: b\nc: \x1b[2J\n", 2, "control character"),
        ("a: b\nc: \ufffe\n", 2, "control character"),
        ('a: "\\ud83d\\ude00"\n', 1, "Unicode"),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    found = fault(text)
    assert reason in found.reason
    assert found.line == line
    assert found.reason.isprintable()


@pytest.mark.parametrize(
    "value",
    [
        "*c4n4ry",
        "&c4n4ry",
        "!c4n4ry",
        "!c4n4ry x",
        "!c!4n4ry x",
        "!<c4n4ry> x",
        "%c4n4ry",
        "@c4n4ry",
        "`c4n4ry",
        "c4n4ry: x",
        "'c4n4ry",
        '"c4n4ry\\q"',
        "|c4n4ry",
        ">9c4n4ry",
        "{c4n4ry",
        "[c4n4ry",
        "}c4n4ry",
        "&a c4n4ry\n  b: &a c4n4ry",
        "!!binary c4n4ry",
        "!!int c4n4ry",
        "c4n4ry\tx\n b",
        "{{ c4n4ry }}",
        "{{ c4n4ry }",
    ],
)
@pytest.mark.parametrize("field", ["data", "stringData"])
def test_no_error_says_what_a_secret_holds(field: str, value: str) -> None:
    text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\n{field}:\n  a: {value}\n"
    try:
        said = " ".join(loaded(text).warnings)
    except ManifestError as error:
        said = str(error)
    assert "4n4ry" not in said


@pytest.mark.parametrize(
    "value", ["c4n4ry", '"c4n4ry', '"c4n4ry\\q"', '"c4n4ry", c4n4ry', "'c4n4ry'"]
)
def test_no_error_about_json_says_what_a_secret_holds(value: str) -> None:
    text = f'{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"x"}},"data":{{"a":{value}}}}}'
    assert "4n4ry" not in str(fault(text, "a.json"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_other_encodings_are_refused(encoding: str) -> None:
    assert fault(config_map(rest="data: {a: grüße}\n").encode(encoding)).reason


def test_bytes_that_are_no_utf8_are_named() -> None:
    found = fault(b"a: 1\nb: \xff\n")
    assert (found.line, found.reason) == (2, "byte 9 is not UTF-8")


@pytest.mark.parametrize(
    "text",
    [
        config_map(rest="data:\n  a: {{ .Values.x }}\n"),
        "{{- if .Values.on }}\n" + config_map() + "{{- end }}\n",
        config_map("{{ .Release.Name }}-x"),
        config_map(rest="data:\n  {{- toYaml .Values.x | nindent 2 }}\n"),
    ],
)
def test_a_template_is_called_one(text: str) -> None:
    assert fault(text).reason.startswith("looks like a template")


def test_a_template_inside_a_text_is_only_text() -> None:
    text = config_map(rest="data:\n  rule: 'up {{ $labels.job }}'\n")
    assert bodies(text)[0]["data"]["rule"] == "up {{ $labels.job }}"
    far_below = fault(text + "\n" * 9 + "x: y: z\n")
    assert "template" not in far_below.reason


def test_an_lfs_pointer_is_called_one() -> None:
    text = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    assert "Git LFS pointer" in fault(text).reason


@pytest.mark.parametrize(
    ("rest", "line"),
    [
        (f"  labels:\n    a: {'x' * 64}\n", 6),
        (f"  annotations:\n    a: {'x' * 300_000}\n", 5),
        (f"data: {{a: {'x' * 1_600_000}}}\n", 1),
    ],
)
def test_what_is_too_large_for_the_server_is_refused_before_it_is_sent(
    rest: str, line: int
) -> None:
    found = fault(config_map(rest=rest))
    assert found.reason.startswith("[SIZE]")
    assert found.line == line


def test_a_label_as_long_as_the_server_takes_is_read() -> None:
    longest = "x" * 63
    body = bodies(config_map(rest=f"  labels:\n    a: {longest}\n"))[0]
    assert body["metadata"]["labels"] == {"a": longest}


@pytest.mark.parametrize("text", ["\\e[2J", "\\u202e", "\\x9b", "[/foo]", "\\0"])
def test_odd_characters_are_kept_as_data(text: str) -> None:
    body = bodies(config_map(rest=f'data: {{a: "{text}"}}\n'))[0]
    assert body["data"]["a"] == json.loads(
        f'"{text}"'.replace("\\e", "\\u001b").replace("\\x", "\\u00").replace("\\0", "\\u0000")
    )


def test_keys_in_messages_are_shown_safely() -> None:
    (warning,) = loaded(config_map(rest='data: {"\\e[2J": 1, "\\e[2J": 2}\n')).warnings
    assert warning.isprintable()


def test_one_refused_file_leaves_no_trace() -> None:
    with pytest.raises(ManifestError):
        load("a.yaml", b"a: &x 1\nb: *y\n")
    assert loaded(config_map()).warnings == ()
