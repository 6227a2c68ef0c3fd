"""core.manifests.plain: objects written for people; settings are read in tests/core/settings."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.manifests.plain import dump_plain
from core.model import JsonObject

TEXTS = st.text(st.sampled_from("ab:#- '\"\n\t|>!&*{}[],?0é\u3042\x07"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_written_reads_as_the_same_value(value: Any) -> None:
    assert yaml.safe_load(dump_plain(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": [{"x": 1}], "a": "24"}, 'a: "24"\nb:\n- x: 1\n'),
        (
            {"a": "yes", "b": "1.0", "c": "2026-01-01", "d": "plain"},
            'a: "yes"\nb: "1.0"\nc: "2026-01-01"\nd: plain\n',
        ),
        ({"conf": "one \n\ttwo\n"}, "conf: |\n  one \n  \ttwo\n"),
        ({"conf": "one\ntwo"}, "conf: |-\n  one\n  two\n"),
        ({"a": {}, "b": [], "c": None, "d": ""}, 'a: {}\nb: []\nc: null\nd: ""\n'),
        ({"a": "word " * 99}, f"a: '{'word ' * 99}'\n"),
    ],
)
def test_objects_read_as_kubectl_writes_them(value: Any, text: str) -> None:
    assert dump_plain(value) == text


def test_equal_parts_are_written_in_full_each_time() -> None:
    part: JsonObject = {"a": 1}
    assert dump_plain({"x": part, "y": part}) == "x:\n  a: 1\ny:\n  a: 1\n"
