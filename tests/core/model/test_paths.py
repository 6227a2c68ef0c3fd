"""core.model.paths: a path as text, as parts, in fieldsV1, and where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import ABSENT, Json
from core.model.paths import (
    Element,
    Member,
    Part,
    Parts,
    PathError,
    PointerError,
    Steps,
    format_field,
    format_path,
    format_pointer,
    is_entry,
    locate,
    parse_field,
    parse_path,
    parse_pointer,
    value_at,
    walk,
)

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


@pytest.mark.parametrize("path", ["a[=01]", "a[=1e999]", 'a["\x01"]', "a[name=1.]"])
def test_a_value_that_is_no_json_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        parse_path(path)


# Pointers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["spec/replicas", "/a~2", "/a~", " /a"])
def test_a_text_that_is_no_pointer_is_refused(text: str) -> None:
    with pytest.raises(PointerError, match="not a JSON pointer"):
        parse_pointer(text)


def test_a_pointer_escapes_slashes_and_tildes() -> None:
    assert parse_pointer("/metadata/annotations/a.b~1c~01") == (
        "metadata",
        "annotations",
        "a.b/c~1",
    )


@given(st.lists(st.text() | st.integers(0, 10**6), max_size=6).map(tuple))
def test_a_pointer_is_read_back_as_texts(steps: Steps) -> None:
    assert parse_pointer(format_pointer(steps)) == tuple(map(str, steps))


# fieldsV1 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ("replicas", "f:replicas"),
        ("a.b/c:d", "f:a.b/c:d"),
        (Element((("protocol", "TCP"), ("port", 80))), 'k:{"port":80,"protocol":"TCP"}'),
        (Element((("name", "größe"),)), 'k:{"name":"größe"}'),
        (Member("x"), 'v:"x"'),
        (Member(1), "v:1"),
        (3, "i:3"),
    ],
)
def test_a_part_is_a_key_of_managed_fields(part: Part, field: str) -> None:
    assert format_field(part) == field
    again = parse_field(field)
    assert again is not None
    assert format_field(again) == field


@given(parts)
def test_every_key_of_managed_fields_is_read_back(path: Parts) -> None:
    for part in path:
        again = parse_field(format_field(part))
        assert again is not None
        assert format_field(again) == format_field(part)


@pytest.mark.parametrize("field", [".", "", "x", "x:1", "k:{", "k:[1]", "v:{}", "v:NaN", "i:x"])
def test_anything_else_in_managed_fields_names_no_part(field: str) -> None:
    assert parse_field(field) is None


# Where a path stands ------------------------------------------------------------------------------

POD: Json = {
    "spec": {
        "containers": [
            {"name": "web", "ports": [{"containerPort": 80}, {"containerPort": 80, "name": ""}]},
            {"name": "log", "args": ["-v", "-q"]},
        ],
        "finalizers": [1, True, "x"],
        "note": None,
    }
}


@pytest.mark.parametrize(
    ("path", "steps", "value"),
    [
        ("", (), POD),
        ("spec.note", ("spec", "note"), None),
        ("spec.containers[name=log].args[1]", ("spec", "containers", 1, "args", 1), "-q"),
        ("spec.finalizers[=x]", ("spec", "finalizers", 2), "x"),
        ("spec.finalizers[=true]", ("spec", "finalizers", 1), True),
    ],
)
def test_a_path_stands_at_keys_and_positions(path: str, steps: Steps, value: Json) -> None:
    assert locate(POD, parse_path(path)) == steps
    assert value_at(POD, parse_path(path)) is value or value_at(POD, parse_path(path)) == value


@pytest.mark.parametrize(
    "path",
    [
        "spec.gone",
        "spec.note.x",
        "spec.containers.web",
        "spec.containers[2]",
        "spec.containers[name=db]",
        "spec.containers[=web]",
        "spec.finalizers[name=x]",
        "spec.finalizers[=y]",
        "spec[0]",
        "spec[name=web]",
    ],
)
def test_a_path_to_nothing_stands_nowhere(path: str) -> None:
    assert locate(POD, parse_path(path)) is None
    assert value_at(POD, parse_path(path)) is ABSENT


def test_in_nothing_not_even_the_whole_stands() -> None:
    assert locate(ABSENT, ()) is None
    assert value_at(ABSENT, ()) is ABSENT


def test_a_walk_goes_as_far_as_it_can() -> None:
    walked = walk(POD, parse_path("spec.containers[name=log].image.tag"))
    assert [step for step, _ in walked] == ["spec", "containers", 1]


def test_an_entry_that_omits_a_key_is_met_by_its_default() -> None:
    ports: Json = [{"port": 53}, {"port": 53, "protocol": "UDP"}]
    tcp, udp = (Element((("port", 53), ("protocol", name))) for name in ("TCP", "UDP"))
    assert locate(ports, (tcp,)) == (0,)
    assert locate(ports, (udp,)) == (1,)  # the one that states it, not the first that could be it


def test_an_entry_that_states_none_of_its_keys_is_met_by_an_empty_one_alone() -> None:
    assert not is_entry({"x": 1}, Element((("name", "a"),)))
    assert is_entry({"x": 1}, Element((("name", ""),)))
    assert not is_entry("a", Element((("name", ""),)))


def test_keys_are_compared_as_json_does() -> None:
    assert not is_entry({"id": True}, Element((("id", 1),)))
    assert is_entry({"id": 1.0}, Element((("id", 1),)))
