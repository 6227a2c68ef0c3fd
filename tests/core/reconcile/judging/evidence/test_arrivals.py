"""What is told of a change says when the watch brought it, however long the verdict took."""

from dataclasses import replace

from core.model import Event, EventName, Live
from core.reconcile.memory.effects import Perform
from core.reconcile.memory.inputs import Input, KindListed, LiveChanged
from tests.core.reconcile.world import (
    CONFIG_MAP,
    World,
    applied,
    document,
    key,
    live,
    questions,
    ref,
    writes,
)

A = key(CONFIG_MAP, "a")


def version(number: int, value: str, **more: str) -> Live:
    return live(CONFIG_MAP, "a", number, data={"a": value, **more})


def changed(found: Live | None, at: float) -> LiveChanged:
    return LiveChanged("prod", CONFIG_MAP, ((ref(CONFIG_MAP, "a"), found),), at=at)


def last(made: World, name: EventName) -> Event:
    return next(event for event in reversed(made.state.events) if event.name is name)


def confirmed(made: World, happened: Input) -> None:
    """Let the server agree, a minute later, to what is asked because of *happened*."""
    (question,) = questions(made.feed(happened))
    made.now += 60
    made.agree(question)


def test_drift_says_when_the_watch_brought_it_and_not_when_the_server_confirmed_it() -> None:
    made = applied("a")
    confirmed(made, changed(version(6, "2"), at=900.0))
    told = last(made, EventName.DRIFT_DETECTED)
    assert (told.began, told.time) == (900.0, made.now)


def test_an_object_that_was_deleted_says_it_too() -> None:
    made = applied("a")
    made.feed(changed(None, at=901.0))
    assert last(made, EventName.DRIFT_DETECTED).began == 901.0


def test_of_two_changes_before_one_verdict_the_first_counts() -> None:
    made = applied("a")
    (question,) = questions(made.feed(changed(version(6, "2"), at=900.0)))
    made.feed(changed(version(7, "3"), at=930.0))
    (again,) = questions(made.agree(question))
    made.agree(again)
    assert last(made, EventName.DRIFT_DETECTED).began == 900.0


def test_a_change_that_was_no_drift_does_not_make_the_next_one_older() -> None:
    made = applied("a")
    made.feed(changed(replace(version(6, "1"), resource_version="6"), at=500.0))
    assert made.verdict(CONFIG_MAP, "a") == "in_sync"
    confirmed(made, changed(version(7, "2"), at=900.0))
    assert last(made, EventName.DRIFT_DETECTED).began == 900.0


def test_what_a_listing_shows_has_no_such_time() -> None:
    made = applied("a")
    objects = {ref(CONFIG_MAP, "a"): version(6, "2")}
    confirmed(made, KindListed("prod", CONFIG_MAP, objects, at=900.0))
    assert last(made, EventName.DRIFT_DETECTED).began == 0.0


def test_what_git_moved_has_no_such_time_either() -> None:
    made = applied("a")
    effects = made.read(document(CONFIG_MAP, "a", data={"a": "new"}), number=2)
    made.agree(questions(effects)[0])
    assert last(made, EventName.DRIFT_DETECTED).began == 0.0


def healed(made: World, number: int, at: float) -> Perform:
    (question,) = questions(made.feed(changed(version(number, "2"), at=at)))
    (write,) = writes(made.agree(question))
    made.accept(write, number + 1)
    return write


def test_a_heal_says_when_the_drift_had_come() -> None:
    made = applied("a", healing=True)
    healed(made, 6, at=990.0)
    assert last(made, EventName.HEALED).began == 990.0


def test_the_next_heal_is_of_the_next_drift() -> None:
    made = applied("a", healing=True)
    healed(made, 6, at=990.0)
    made.feed(changed(version(7, "1"), at=991.0))  # our own write
    assert made.verdict(CONFIG_MAP, "a") == "in_sync"
    healed(made, 8, at=995.0)
    assert last(made, EventName.HEALED).began == 995.0


def test_our_own_write_is_no_change_that_anything_is_measured_from() -> None:
    made = applied("a", healing=True)
    healed(made, 6, at=990.0)
    subject = made.subject("a")
    assert subject is not None
    assert subject.awaited is not None
    made.feed(changed(version(7, "1"), at=991.0))
    subject = made.subject("a")
    assert subject is not None
    assert (subject.arrived_at, subject.drifted_at) == (0.0, 0.0)
