"""What our own watch saw of a field: values, versions, times and who, and no more than that."""

from dataclasses import replace
from typing import Any

from core.model import ABSENT, FieldChange, Live, Problem, Remedy, Verdict
from core.reconcile.judging.evidence.observing import SIGHTINGS_MAX
from core.reconcile.memory.inputs import KindListed, KindLost, LiveChanged
from core.reconcile.memory.results import Applied
from core.reconcile.memory.subjects import OwnWrite
from tests.core.reconcile.world import CONFIG_MAP, SECRET, World, applied, document, key, live, ref

A = key(CONFIG_MAP, "a")
EARLY, LATE = "2026-11-01T10:00:00Z", "2026-11-01T10:00:09Z"
OURS: dict[str, Any] = {
    "manager": "driftdeck",
    "operation": "Apply",
    "apiVersion": "v1",
    "time": EARLY,
    "fieldsV1": {"f:data": {"f:a": {}}},
}


def edit(*fields: str, time: str = EARLY, manager: str = "kubectl-edit") -> dict[str, Any]:
    owned: dict[str, Any] = {f"f:{name}": {} for name in fields}
    head = {"manager": manager, "operation": "Update", "apiVersion": "v1", "time": time}
    return {**head, "fieldsV1": {"f:data": owned}}


def at(version: int, value: str | None, *managed: dict[str, Any], **more: str) -> Live:
    data = {**({} if value is None else {"a": value}), **more}
    return live(CONFIG_MAP, "a", version, data=data, managed=list(managed))


def change_of(made: World, path: str = "data.a") -> FieldChange:
    return next(each for each in made.state.rows[A].changes if each.path == path)


def test_a_step_is_kept_with_values_versions_time_and_writer() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", at(6, "2", edit("a")))
    found = change_of(made)
    assert found.seen is not None
    assert (found.seen.before, found.seen.after) == ("1", "2")
    assert (found.seen.from_version, found.seen.to_version) == ("5", "6")
    assert (found.seen.at, found.seen.since) == ("1970-01-01T00:16:40Z", "")
    assert found.actor is not None
    assert (found.actor.manager, found.actor.confidence) == ("kubectl-edit", "observed")
    assert found.actor.observed_at == found.seen.at


def test_the_time_is_when_the_event_was_received_not_when_it_was_judged() -> None:
    made = applied("a")
    changes = ((ref(CONFIG_MAP, "a"), at(6, "2")),)
    made.feed(LiveChanged("prod", CONFIG_MAP, changes, at=60.0))
    found = change_of(made)
    assert found.seen is not None
    assert found.seen.at == "1970-01-01T00:01:00Z"


def test_of_several_steps_in_one_batch_the_newest_that_moved_the_field_counts() -> None:
    made = applied("a")
    name = ref(CONFIG_MAP, "a")
    batch = (
        (name, at(6, "2", edit("a"))),
        (name, at(7, "3", edit("a", manager="kubectl-patch"))),
        (name, at(8, "3", edit("a", manager="kubectl-patch"), edit("b", manager="x"), b="x")),
    )
    made.feed(LiveChanged("prod", CONFIG_MAP, batch))
    found = change_of(made)
    assert found.seen is not None
    assert (found.seen.before, found.seen.to_version) == ("2", "7")
    assert found.actor is not None
    assert found.actor.manager == "kubectl-patch"
    other = change_of(made, "data.b")
    assert other.seen is not None
    assert (other.seen.before, other.seen.to_version) == (ABSENT, "8")


def test_a_later_step_of_another_field_leaves_what_was_seen() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", at(6, "2", edit("a")))
    seen = change_of(made).seen
    made.now += 60
    made.change(CONFIG_MAP, "a", at(7, "2", edit("a"), b="x"))
    assert change_of(made).seen == seen


def test_a_removed_field_names_its_remover_where_the_step_shows_one() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", at(6, "1", OURS))
    made.change(CONFIG_MAP, "a", at(7, None, edit("b", time=LATE), b="x"))
    actor = change_of(made).actor
    assert actor is not None
    assert (actor.manager, actor.confidence) == ("kubectl-edit", "observed")


def test_a_removed_field_names_nobody_where_the_remover_left_no_trace() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", at(6, "1", OURS))
    made.change(CONFIG_MAP, "a", at(7, None))
    actor = change_of(made).actor
    assert actor is not None
    assert (actor.manager, actor.confidence) == (None, "observed")
    assert actor.observed_at == "1970-01-01T00:16:40Z"


def test_an_owner_that_the_step_does_not_show_keeps_the_word_owned() -> None:
    made = applied("a")
    scale = {**edit("a", manager="kubectl"), "time": None}
    made.change(CONFIG_MAP, "a", at(6, "2", scale))
    made.now += 60
    made.change(CONFIG_MAP, "a", at(7, "3", scale))
    found = change_of(made)
    assert found.actor is not None
    assert (found.actor.manager, found.actor.confidence) == ("kubectl", "owned")
    assert found.seen is not None
    assert found.actor.observed_at == found.seen.at == "1970-01-01T00:17:40Z"


def test_after_a_broken_watch_a_change_is_dated_between_and_not_observed() -> None:
    made = applied("a")
    objects = {ref(CONFIG_MAP, "a"): at(9, "2", edit("a"))}
    made.feed(KindListed("prod", CONFIG_MAP, objects, at=120.0, since=60.0))
    found = change_of(made)
    assert found.seen is not None
    assert (found.seen.since, found.seen.at) == ("1970-01-01T00:01:00Z", "1970-01-01T00:02:00Z")
    assert found.actor is not None
    assert (found.actor.confidence, found.actor.observed_at) == ("owned", None)


def test_what_is_seen_is_dropped_when_the_field_is_back_in_sync() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", at(6, "2"))
    assert made.state.subjects[A].observed
    made.change(CONFIG_MAP, "a", at(7, "1"))
    assert not made.state.subjects[A].observed
    assert not made.state.subjects[A].sightings


def test_an_object_made_anew_or_a_kind_that_was_lost_has_no_past() -> None:
    for happened in (
        LiveChanged("prod", CONFIG_MAP, ((ref(CONFIG_MAP, "a"), None),)),
        KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "forbidden")),
    ):
        made = applied("a")
        made.change(CONFIG_MAP, "a", at(6, "2"))
        made.feed(happened)
        assert not made.state.subjects[A].observed
        made.listing(CONFIG_MAP, [("a", at(6, "2"))])
        assert change_of(made).seen is None


def test_steps_during_an_apply_are_looked_at_when_it_settled() -> None:
    made = applied("a", healing=True)
    made.agree(made.change(CONFIG_MAP, "a", at(6, "2"))[0])
    call = made.state.subjects[A].call
    assert call is not None
    made.recorded(made.effects)
    made.now = 1060.0
    made.change(CONFIG_MAP, "a", at(7, "3", edit("a")))
    made.now = 1090.0
    assert call.live is not None
    assert call.desired is not None
    made.feed(Applied(A, call.desired, None, Problem(Remedy.LOOK_AGAIN, "conflict")))
    found = change_of(made)
    assert found.seen is not None
    assert (found.seen.before, found.seen.at) == ("2", "1970-01-01T00:17:40Z")


def test_no_more_than_a_few_steps_wait_for_a_judgement() -> None:
    made = applied("a")
    subject = replace(made.state.subjects[A], awaited=OwnWrite("none", 1000.0))
    made.state = replace(made.state, subjects=made.state.subjects.set(A, subject))
    for version in range(6, 6 + 3 * SIGHTINGS_MAX):
        made.change(CONFIG_MAP, "a", at(version, str(version)))
    sightings = made.state.subjects[A].sightings
    assert len(sightings) == SIGHTINGS_MAX
    assert sightings[-1].after.resource_version == str(5 + 3 * SIGHTINGS_MAX)


def test_b8_a_field_that_came_in_without_any_owner_is_drift_by_nobody_known() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", at(6, "1", b="x"))
    found = change_of(made, "data.b")
    assert found.verdict.value == "drift"
    assert found.actor is not None
    assert found.actor.manager is None
    made.change(CONFIG_MAP, "a", at(7, "1", b="y"))  # still the field that came in
    assert change_of(made, "data.b").verdict.value == "drift"


def test_b8_so_is_one_that_nobody_saw_come_where_the_object_names_no_owner_at_all() -> None:
    made = applied("a")
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "forbidden")))
    made.listing(CONFIG_MAP, [("a", at(6, "1", b="x"))])
    assert change_of(made, "data.b").verdict.value == "drift"


def test_the_announcement_of_drift_carries_what_was_seen() -> None:
    made = applied("a")
    made.agree(made.change(CONFIG_MAP, "a", at(6, "2", edit("a")))[0])
    event = made.state.events[-1]
    assert event.name == "drift_detected"
    assert event.changes[0].seen is not None


def test_what_a_secret_held_before_is_kept_as_a_hash() -> None:
    made = applied("a")
    made.read(document(SECRET, "s", data={"a": "YWFh"}))
    for version, value in ((5, "YWFh"), (6, "YmJi"), (7, "Y2Nj")):
        found = live(SECRET, "s", version, data={"a": value})
        if version == 5:
            made.listing(SECRET, [("s", found)])
        else:
            made.change(SECRET, "s", found)
    (change,) = made.state.rows[key(SECRET, "s")].changes
    assert change.seen is not None
    assert change.seen.after == change.live
    for kept in (
        made.state.rows,
        made.state.subjects[key(SECRET, "s")].observed,
        made.state.events,
    ):
        assert not any(value in repr(kept) for value in ("YWFh", "YmJi", "Y2Nj"))


def test_a_listing_that_does_not_say_since_when_dates_from_the_last_sign_of_life() -> None:
    made = applied("a")
    made.now += 60
    made.listing(CONFIG_MAP, [("a", at(9, "2", edit("a")))])
    seen = change_of(made).seen
    assert seen is not None
    assert (seen.since, seen.at) == ("1970-01-01T00:16:40Z", "1970-01-01T00:17:40Z")


def test_steps_of_an_object_that_git_does_not_state_are_not_kept() -> None:
    made = applied("a", "b")
    made.read(document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
    assert made.row("a").verdict is Verdict.EXTRA
    made.change(CONFIG_MAP, "a", at(6, "2"))
    assert made.state.subjects[A].sightings == ()
