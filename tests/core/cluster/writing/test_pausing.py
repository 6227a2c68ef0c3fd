"""What people set aside, as the annotation of an inventory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cluster.writing.pausing import changed, pauses_of, text_of
from core.model import ObjectRef, Pause

WEB = ObjectRef("apps", "Deployment", "shop", "web")
texts = st.text(max_size=20)
pauses = st.builds(
    Pause,
    ref=st.none() | st.builds(ObjectRef, texts, st.text(min_size=1, max_size=9), texts, texts),
    until=st.integers(0, 2**40).map(float),
    reason=texts,
    author=texts,
    since=st.integers(0, 2**40).map(float),
)


def a_pause(ref: ObjectRef | None = None, until: float = 200.0) -> Pause:
    return Pause(ref, until, "why", "ann", 100.0)


@given(st.lists(pauses, max_size=4).map(tuple))
def test_what_is_written_is_read(written: tuple[Pause, ...]) -> None:
    assert pauses_of(text_of(written)) == written


@pytest.mark.parametrize(
    "text", ["", "x", "{}", '[{"reason": "no end"}]', '[{"until": "soon"}]', "[1]", "null"]
)
def test_what_is_none_of_our_texts_sets_nothing_aside(text: str) -> None:
    assert pauses_of(text) == ()


def test_a_pause_takes_the_place_of_the_one_before_and_leaves_others() -> None:
    before = (a_pause(), a_pause(WEB))
    longer = a_pause(WEB, 300.0)
    assert changed(before, WEB, longer, 150.0) == (a_pause(), longer)
    assert changed(before, None, None, 150.0) == (a_pause(WEB),)
    assert changed((a_pause(WEB),), None, None, 150.0) == (a_pause(WEB),)


def test_what_is_over_is_written_no_more() -> None:
    assert changed((a_pause(), a_pause(WEB, 500.0)), None, None, 400.0) == (a_pause(WEB, 500.0),)
