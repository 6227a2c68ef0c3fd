"""Whatever comes in whichever order: nothing hangs, the totals are right, and a record replays."""

from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.model import Verdict
from core.reconcile.memory.state import State
from core.reconcile.memory.subjects import Subject
from tests.core.reconcile.play import MOVES, Play, replayed

Moves = list[tuple[str, int]]
STORIES = st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 5)), max_size=30)


def played(story: Moves, *, healing: bool) -> Play:
    play = Play(healing)
    for name, number in story:
        MOVES[name](play, number)
        hold_true(play.mind.state)
    return play


def hold_true(state: State) -> None:
    """What holds after every single step."""
    for name, tally in state.tallies.items():
        rows = [row for key, row in state.rows.items() if key.app == name]
        found = Counter(row.verdict for row in rows)
        assert {verdict: n for verdict, n in tally.counts.items() if n} == found
        assert tally.ignored == sum(len(row.ignored) for row in rows)
        assert tally.confirming == sum(row.confirming for row in rows)
    assert dict(state.rows) == {
        key: each.row for key, each in state.subjects.items() if each.row is not None
    }
    waiting = [key for queue in state.queues.values() for bundle in queue for key in bundle]
    assert len(waiting) == len(set(waiting))
    assert set(state.queued) == set(waiting)
    for app in state.apps.values():
        assert {ref.namespace for ref in app.inventory or ()} <= app.inventory_places
    for key, subject in state.subjects.items():
        assert subject.key == key
        hold_true_of(state, subject)


def hold_true_of(state: State, subject: Subject) -> None:
    """What holds for one object."""
    call, planned = subject.call, subject.planned
    assert planned is None or planned in state.runs
    assert call is None or call.run is None or call.run in state.runs
    busy = (call, planned, subject.awaited) != (None, None, None) or subject.key in state.queued
    if subject.row is not None and subject.row.calling:
        assert busy, f"{subject.key} is said to be written, and nobody writes it"
    if subject.row is not None and subject.row.confirming:
        assert call is not None or subject.key in state.queued


@given(STORIES, st.booleans())
@settings(max_examples=80, deadline=None)
def test_whatever_comes_in_any_order_the_books_are_right(story: Moves, healing: bool) -> None:
    played(story, healing=healing)


@given(STORIES, st.booleans())
@settings(max_examples=80, deadline=None)
@example([("heal", 1), ("perform", 0), ("answer", 0), ("perform", 0), ("lose", 1)], False)
@example([("edit", 0), ("watch", 0), ("edit", 1), ("perform", 0), ("relist", 0)], True)
@example(
    [
        ("edit", 2),
        ("watch", 0),
        ("perform", 0),
        ("answer", 0),
        ("perform", 0),
        ("relist", 0),
        ("watch", 0),
        ("answer", 0),
        ("relist", 0),
    ],
    True,
)
@example(
    [
        ("fail", 0),
        ("answer", 0),
        ("perform", 0),
        ("answer", 0),
        ("delete", 0),
        ("relist", 0),
    ],
    True,
)
@example(
    [
        ("fail", 0),
        ("answer", 0),
        ("perform", 0),
        ("delete", 0),
        ("relist", 0),
        ("watch", 0),
        ("answer", 0),
    ],
    True,
)
@example(
    [("perform", 0), ("answer", 0), ("perform", 0), ("delete", 0), ("relist", 0), ("edit", 0)],
    True,
)
def test_once_everything_arrived_nothing_is_under_way_any_more(story: Moves, healing: bool) -> None:
    play = played(story, healing=healing)
    play.settle()
    state = play.mind.state
    assert [each for each in state.subjects.values() if each.call or each.planned] == []
    assert [each for each in state.subjects.values() if each.awaited] == []
    assert [row for row in state.rows.values() if row.calling or row.confirming] == []
    assert not state.runs
    assert not state.queued


@given(STORIES)
@settings(max_examples=80, deadline=None)
def test_with_standing_permission_the_cluster_ends_as_git_says(story: Moves) -> None:
    play = played(story, healing=True)
    play.settle()
    MOVES["heal"](play, 1)
    MOVES["refresh"](play, 0)  # asks again what was refused for good
    play.settle()
    for name, value in play.git.items():
        assert play.mind.row(name).verdict is Verdict.IN_SYNC
        assert play.content(name) == {"a": value}


@given(STORIES, st.booleans())
@settings(max_examples=80, deadline=None)
@example([("edit", 2), ("watch", 0), ("perform", 0), ("answer", 0)], False)
@example([("edit", 2), ("watch", 0), ("perform", 0), ("answer", 0)], True)
def test_a_record_of_everything_replays_exactly(story: Moves, healing: bool) -> None:
    play = played(story, healing=healing)
    state, effects = replayed(play.mind, healing=healing)
    assert effects == play.mind.effects
    assert state == play.mind.state
