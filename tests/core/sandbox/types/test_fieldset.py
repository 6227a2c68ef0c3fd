from hypothesis import given
from hypothesis import strategies as st

from core.sandbox.types import fieldset
from core.sandbox.types.fieldset import FieldSet, path_text

_ELEMENTS = st.sampled_from(["f:a", "f:b", 'k:{"name":"x"}', 'v:"y"'])
_PATHS = st.lists(_ELEMENTS, min_size=1, max_size=3).map(tuple)
_SETS = st.lists(_PATHS, max_size=8).map(lambda paths: FieldSet.of(*paths))


def test_a_path_reads_as_in_conflict_messages() -> None:
    path = ("f:spec", "f:ports", fieldset.key({"protocol": "TCP", "port": 80}), "f:name")
    assert path_text(path) == '.spec.ports[port=80,protocol="TCP"].name'


def test_a_key_is_written_as_go_writes_json() -> None:
    assert fieldset.key({"name": "a<b"}) == 'k:{"name":"a\\u003cb"}'


def test_a_member_with_children_is_marked_by_a_dot() -> None:
    tree = FieldSet.of(("f:a",), ("f:a", "f:b")).to_json()
    assert tree == {"f:a": {".": {}, "f:b": {}}}


def test_a_difference_keeps_what_lies_below_a_path_that_goes() -> None:
    both = FieldSet.of(("f:a",), ("f:a", "f:b"))
    assert both.difference(FieldSet.of(("f:a",))) == FieldSet.of(("f:a", "f:b"))
    assert not both.recursive_difference(FieldSet.of(("f:a",)))


@given(_SETS)
def test_what_is_written_is_read_back(paths: FieldSet) -> None:
    assert FieldSet.from_json(paths.to_json()) == paths


@given(_SETS, _SETS)
def test_the_operations_are_those_of_sets(one: FieldSet, two: FieldSet) -> None:
    assert set(one.union(two)) == set(one) | set(two)
    assert set(one.intersection(two)) == set(one) & set(two)
    assert set(one.difference(two)) == set(one) - set(two)
