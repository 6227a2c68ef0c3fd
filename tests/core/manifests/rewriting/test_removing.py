"""core.manifests.rewriting: an object taken out of its file, and no other byte."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import RejectedError
from core.manifests.loading import load
from core.manifests.rewriting import without


def config_map(name: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}} # {name}\n"


A, B, C = map(config_map, "abc")


def left(text: str, name: str, path: str = "all.yaml") -> str | None:
    content = text.encode()
    document = next(each for each in load(path, content).documents if each.name == name)
    made = without(document, content)
    return None if made is None else made.decode()


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        (A, "a", None),
        (f"# licence\n\n---\n{A}---\n# nothing more\n", "a", None),
        (f"{A}---\n{B}---\n{C}", "a", f"---\n{B}---\n{C}"),
        (f"{A}---\n{B}---\n{C}", "b", f"{A}---\n{C}"),
        (f"{A}---\n{B}---\n{C}", "c", f"{A}---\n{B}"),
        (f"---\n# of a\n{A}\n---\n# of b\n{B}", "a", f"---\n# of b\n{B}"),
        (f"---\n# of a\n{A}\n---\n# of b\n{B}", "b", f"---\n# of a\n{A}\n"),
        (f"# licence\n\n# of a\n{A}---\n{B}", "a", f"# licence\n\n---\n{B}"),
        (f"# of a\n{A}---\n{B}", "a", f"---\n{B}"),
        (f"{A}\n# about b\n---\n{B}", "a", f"\n# about b\n---\n{B}"),
        (f"{A}---\n{B}# vim: ft=yaml\n", "b", f"{A}# vim: ft=yaml\n"),
        (f"{A}--- # b\n{B}".rstrip("\n"), "b", A),
        (f"{A}---\n---\n{B}", "a", f"---\n---\n{B}"),
        (f"{A}---\nreplicas: 3\n", "a", "---\nreplicas: 3\n"),
    ],
)
def test_a_document_goes_with_what_is_its_own(text: str, name: str, wanted: str | None) -> None:
    assert left(text, name) == wanted


def test_line_ends_of_windows_stay() -> None:
    text = f"# licence\n\n{A}---\n{B}".replace("\n", "\r\n")
    assert left(text, "a") == f"# licence\n\n---\n{B}".replace("\n", "\r\n")


LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
- apiVersion: v1 # of b
  kind: ConfigMap
  metadata: {name: b}
"""


NESTED = """\
- apiVersion: v1
  kind: List
  items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}
"""


def test_an_item_of_a_list_goes_and_its_list_with_the_last_one() -> None:
    only_b = LIST[: LIST.index("- api")] + LIST[LIST.index("- apiVersion: v1 # of b") :]
    assert left(LIST, "a") == only_b
    assert left(only_b, "b") is None
    about = LIST.replace("- apiVersion: v1 # of b", "# about b\n- apiVersion: v1")
    assert "items:\n# about b\n- apiVersion: v1\n" in str(left(about, "a"))
    assert left(f"{only_b}---\n{C}", "b") == f"---\n{C}"


def test_an_item_of_a_list_in_json_goes_too() -> None:
    kind = {"apiVersion": "v1", "kind": "ConfigMap"}
    items = [{**kind, "metadata": {"name": name}} for name in "ab"]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=2)
    made = left(text, "a", "all.json")
    assert made is not None
    assert json.loads(made)["items"] == items[1:]
    typed = text.replace('"List"', '"ConfigMapList"').replace('"kind": "ConfigMap",', "")
    with pytest.raises(RejectedError, match=r"where it stands in all\.json cannot be told"):
        left(typed, "a", "all.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"%YAML 1.1\n---\n{A}---\n{B}", "directives"),
        (f"{A}...\n---\n{B}", r"ends documents with \.\.\."),
        (
            LIST.replace("- api", NESTED + "- api", 1),
            "a list in a list",
        ),
        (
            LIST.replace("metadata: {name: a}", "metadata: &m {name: a}").replace(
                "metadata: {name: b}", "metadata: {name: b}\n  data: *m"
            ),
            "break the file",
        ),
    ],
)
def test_what_cannot_be_done_faithfully_is_refused_with_its_reason(text: str, words: str) -> None:
    with pytest.raises(RejectedError, match=words):
        left(text, "x" if "name: x" in text else "a")


def test_a_file_that_is_not_what_was_read_is_left_alone() -> None:
    document = load("all.yaml", A.encode()).documents[0]
    with pytest.raises(RejectedError, match="not what was read"):
        without(document, B.encode())
    with pytest.raises(RejectedError, match="cannot be read"):
        without(document, b"a: [")
    with pytest.raises(RejectedError, match="larger"):
        without(document, b"#" * 2_000_000)
    with pytest.raises(RejectedError, match="the file is not UTF-8"):
        without(document, A.encode("utf-16"))  # which can be read


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["", "# c\n", "\n"]), min_size=3, max_size=3),
    st.lists(st.sampled_from(["", "# t\n", "\n\n"]), min_size=3, max_size=3),
    st.booleans(),
    st.integers(0, 2),
)
def test_whatever_goes_the_others_stay_to_the_byte(
    heads: list[str], tails: list[str], explicit: bool, gone: int
) -> None:
    parts = [h + config_map(n) + t for h, n, t in zip(heads, "abc", tails, strict=True)]
    made = left(("---\n" if explicit else "") + "---\n".join(parts), "abc"[gone])
    assert made is not None
    assert all(config_map(name) in made for name in "abc" if name != "abc"[gone])
    assert config_map("abc"[gone]) not in made
