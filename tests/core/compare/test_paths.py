"""core.compare.paths: a path as text and as parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.compare import Element, Member, Parts, PathError, format_path, parse_path

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
elements = st.builds(
    lambda keys: Element(tuple(keys.items())), st.dictionaries(st.text(), scalars, min_size=1)
)
parts = st.lists(
    st.text() | st.integers(0, 10**6) | elements | st.builds(Member, scalars), max_size=6
).map(tuple)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ()),
        ("spec.replicas", ("spec", "replicas")),
        ('metadata.annotations["a.b/c"]', ("metadata", "annotations", "a.b/c")),
        ("containers[name=web].image", ("containers", Element((("name", "web"),)), "image")),
        (
            "ports[containerPort=80,protocol=TCP]",
            ("ports", Element((("containerPort", 80), ("protocol", "TCP")))),
        ),
        ('env[name="80"]', ("env", Element((("name", "80"),)))),
        ('env[name="true"]', ("env", Element((("name", "true"),)))),
        ("args[0]", ("args", 0)),
        ("finalizers[=example.com/hold]", ("finalizers", Member("example.com/hold"))),
    ],
)  # fmt: skip
def test_a_path_reads_as_it_is_written(path: str, expected: Parts) -> None:
    assert parse_path(path) == expected
    assert format_path(expected) == path


@given(parts)
def test_what_was_written_is_read_back(path: Parts) -> None:
    again = parse_path(format_path(path))
    assert again == path
    assert repr(again) == repr(path)  # 1 is not True


@pytest.mark.parametrize(
    "path", [".a", "a.", "a..b", "a[", "a[x", "a[x=", "a[x=y", 'a["', "a b", "a[]", "a]"]
)
def test_anything_else_is_refused_with_its_place(path: str) -> None:
    with pytest.raises(PathError, match="not a path"):
        parse_path(path)
