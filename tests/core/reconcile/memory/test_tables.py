"""Tables under construction: what they began with is never changed."""

from hypothesis import given
from hypothesis import strategies as st

from core.reconcile.memory.tables import Many, Map, Table

NAMES = st.sampled_from("abcd")
WRITES = st.lists(st.tuples(st.booleans(), NAMES, st.integers()))


@given(st.dictionaries(NAMES, st.integers()), WRITES)
def test_a_table_reads_like_a_dict_that_was_copied_first(
    before: dict[str, int], writes: list[tuple[bool, str, int]]
) -> None:
    kept, expected = dict(before), dict(before)
    table = Table(before)
    for puts, name, value in writes:
        if puts:
            table[name] = expected[name] = value
        else:
            table.pop(name, None)
            expected.pop(name, None)
        assert dict(table) == expected
        assert list(table) == list(expected)
        assert len(table) == len(expected)
        assert table.get("x", 7) == 7
    assert before == kept
    assert dict(table.frozen) == expected


@given(st.dictionaries(NAMES, st.integers()))
def test_a_table_that_nobody_wrote_to_freezes_to_what_it_began_with(before: dict[str, int]) -> None:
    table = Table(before)
    assert [table[name] for name in before] == list(before.values())
    assert table.frozen is before


def test_a_table_copies_once_and_only_when_it_is_written_to() -> None:
    before = {"a": 1}
    table = Table(before)
    table["b"] = 2
    first = table.frozen
    table["c"] = 3
    assert table.frozen is first
    assert first is not before
    assert before == {"a": 1}


def test_two_tables_of_one_mapping_do_not_see_each_other() -> None:
    before = {"a": 1}
    one, other = Table(before), Table(before)
    one["a"] = 2
    del other["a"]
    assert (one["a"], "a" in other, before) == (2, False, {"a": 1})


@given(st.dictionaries(NAMES, st.integers()), WRITES, st.integers(0, 5))
def test_many_read_like_a_map_and_leave_the_one_before_as_it_was(
    first: dict[str, int], writes: list[tuple[bool, str, int]], looked_at: int
) -> None:
    before, expected = Map(first), dict(first)
    many = Many(before)
    for number, (puts, name, value) in enumerate(writes):
        if puts:
            many[name] = expected[name] = value
        elif name in many:
            del many[name]
            del expected[name]
        if number == looked_at:
            assert dict(many.frozen) == expected
        assert [many.get(each) for each in "abcd"] == [expected.get(each) for each in "abcd"]
        assert [each in many for each in "abcd"] == [each in expected for each in "abcd"]
    assert dict(many.frozen) == expected
    assert dict(before) == first


@given(st.dictionaries(NAMES, st.integers()))
def test_many_that_nobody_wrote_to_are_the_map_they_began_with(first: dict[str, int]) -> None:
    before = Map(first)
    many = Many(before)
    assert many.get("a") == first.get("a")
    assert many.frozen is before
